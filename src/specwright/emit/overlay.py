"""`contracts/`: the contract as given, what is added to it as an overlay, and both merged.

The overlay is in the notation of the OpenAPI Overlay Specification 1.0, so that a reviewer sees
exactly what was added, and with which operations nothing is done.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from specwright.diagnostic import Report
from specwright.emit.refused import refusal_statuses
from specwright.emit.refusing_components import Json, refusing_components, response_names
from specwright.model import Model
from specwright.model.operations import Operation
from specwright.spec.syntax import Contract
from specwright.spec.text import Text
from specwright.spec.yaml import plain, read_yaml
from specwright.tree import Tree

_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `ETag` of the version that this change is based on",
    "schema": {"type": "string"},
}
_ETAG: Json = {"schema": {"type": "string"}, "description": "The version of what was answered"}


@dataclass(frozen=True, slots=True)
class _Action:
    """What an overlay does at one place of the contract: update it, or remove it."""

    path: tuple[str, ...]
    update: Json

    @property
    def target(self) -> str:
        return "$" + "".join(f".{key}" if key.isalnum() else f"['{key}']" for key in self.path)


def emit_contract(model: Model) -> Tree:
    contract = model.contract
    if contract is None:
        return Tree({})
    document = _document(contract)
    actions = list(_actions(model, contract, document))
    overlay: dict[str, Any] = {
        "overlay": "1.0.0",
        "info": {"title": "What was added to openapi.yaml", "version": contract.version},
        "extends": "openapi.yaml",
        "actions": [_written(action) for action in actions],
    }
    return Tree(
        {
            "contracts/openapi.yaml": contract.text,
            "contracts/openapi.overlay.yaml": _yaml(overlay),
            "contracts/openapi.json": _json(_merged_document(document, actions)),
        }
    )


def _written(action: _Action) -> dict[str, Json]:
    if action.update is None:
        return {"target": action.target, "remove": True}
    return {"target": action.target, "update": action.update}


def _yaml(value: Mapping[str, Any]) -> str:
    """Without anchors: what stands in several places is written in each."""
    return yaml.dump(value, Dumper=_Plain, sort_keys=False, width=100, allow_unicode=True)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - of the base class
        return True


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _actions(model: Model, contract: Contract, document: Mapping[str, Any]) -> Iterator[_Action]:
    for written in contract.operations:
        if model.operation(written.id.value) is None:
            yield _Action(("paths", written.path.value, written.method), None)
    for operation in model.operations:
        added = _additions(model, operation, document)
        if added:
            yield _Action(("paths", operation.path, operation.method), added)
    tagged = (
        path for operation in model.operations for path in _tagged(model, operation, document)
    )
    for path in dict.fromkeys(tagged):
        yield _Action(path, {"headers": {"ETag": _ETAG}})
    yield _Action(("components",), refusing_components(model.errors, document))


def _additions(model: Model, operation: Operation, document: Mapping[str, Any]) -> dict[str, Json]:
    added: dict[str, Json] = {}
    if "operationId" not in document["paths"][operation.path][operation.method]:
        added["operationId"] = operation.id
    if operation.needs_if_match:
        added["parameters"] = [_IF_MATCH]
    named = response_names(model.errors, document)
    refusals: dict[str, Json] = {
        str(status): {
            "$ref": "#/components/responses/"
            + (named.of_invalid if status == model.validation_status else named.usual)
        }
        for status in refusal_statuses(model, operation)
        if str(status) not in operation.refusals
    }
    if refusals:
        added["responses"] = dict(sorted(refusals.items()))
    return added


def _tagged(
    model: Model, operation: Operation, document: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    """Where the answers stand that carry an entity tag; several operations may share one."""
    entity = model.entity(operation.entity) if operation.entity else None
    if entity is None or not entity.versioned:
        return
    written = document["paths"][operation.path][operation.method]["responses"]
    for answer in operation.answers:
        if answer.view is None or answer.page is not None:
            continue
        status = next((key for key in written if str(key) == str(answer.status)), None)
        shared = written[status].get("$ref") if status is not None else None
        if shared is not None:
            yield tuple(shared.removeprefix("#/").split("/"))
        elif status is not None:
            yield ("paths", operation.path, operation.method, "responses", status)


def _document(contract: Contract) -> dict[str, Any]:
    node = read_yaml(Text(contract.file, contract.text), Report())
    document = plain(node) if node is not None else {}
    assert isinstance(document, dict)
    return document


def _merged_document(document: dict[str, Any], actions: list[_Action]) -> dict[str, Any]:
    merged: dict[str, Any] = copy.deepcopy(document)
    for action in actions:
        _apply(merged, action)
    return merged


def _apply(document: dict[str, Any], action: _Action) -> None:
    *above, last = action.path
    for key in above:
        document = document.setdefault(key, {})
    if action.update is None:
        document.pop(last, None)
    else:
        document[last] = _merged(document.get(last), action.update)


def _merged(given: Any, update: Any) -> Any:  # noqa: ANN401 - JSON
    """Objects are merged and lists are lengthened, as overlays have it."""
    if isinstance(given, dict) and isinstance(update, dict):
        return {**given, **{key: _merged(given.get(key), update[key]) for key in update}}
    if isinstance(given, list) and isinstance(update, list):
        return [*given, *update]
    return update
