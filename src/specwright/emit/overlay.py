"""`contracts/`: the contract as given, what is added to it as an overlay, and both merged.

The overlay is in the notation of the OpenAPI Overlay Specification 1.0, so that a reviewer sees
exactly what was added, and with which operations nothing is done.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from specwright.diagnostic import Report
from specwright.emit.refused import refusal_statuses
from specwright.model import Model
from specwright.model.operations import Operation
from specwright.spec.syntax import Contract
from specwright.spec.text import Text
from specwright.spec.yaml import plain, read_yaml
from specwright.tree import Tree

Json: TypeAlias = Mapping[str, "Json"] | list["Json"] | str | int | float | bool | None

_PROBLEM: Json = {
    "description": "An RFC 9457 problem; its `type` says which",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_PROBLEM_SCHEMA: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
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
    actions = list(_actions(model, contract))
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "What was added to openapi.yaml", "version": contract.version},
        "extends": "openapi.yaml",
        "actions": [_written(action) for action in actions],
    }
    return Tree(
        {
            "contracts/openapi.yaml": contract.text,
            "contracts/openapi.overlay.yaml": yaml.safe_dump(
                overlay, sort_keys=False, width=100, allow_unicode=True
            ),
            "contracts/openapi.json": json.dumps(
                _served(contract, actions), indent=2, ensure_ascii=False
            )
            + "\n",
        }
    )


def _written(action: _Action) -> dict[str, Json]:
    if action.update is None:
        return {"target": action.target, "remove": True}
    return {"target": action.target, "update": action.update}


def _actions(model: Model, contract: Contract) -> Iterator[_Action]:
    for written in contract.operations:
        if model.operation(written.id.value) is None:
            yield _Action(("paths", written.path.value, written.method), None)
    for operation in model.operations:
        added = _additions(model, operation)
        if added:
            yield _Action(("paths", operation.path, operation.method), added)
    yield _Action(
        ("components",),
        {"schemas": {"Problem": _PROBLEM_SCHEMA}, "responses": {"Problem": _PROBLEM}},
    )


def _additions(model: Model, operation: Operation) -> dict[str, Json]:
    added: dict[str, Json] = {}
    if operation.needs_if_match:
        added["parameters"] = [_IF_MATCH]
    problems: dict[str, Json] = {
        str(status): {"$ref": "#/components/responses/Problem"}
        for status in refusal_statuses(model, operation)
        if str(status) not in operation.refusals
    }
    for answer in operation.answers:
        entity = model.entity(operation.entity) if operation.entity else None
        if answer.view and not answer.page and entity is not None and entity.versioned:
            problems[str(answer.status)] = {"headers": {"ETag": _ETAG}}
    if problems:
        added["responses"] = dict(sorted(problems.items()))
    return added


def _served(contract: Contract, actions: list[_Action]) -> Json:
    node = read_yaml(Text(contract.file, contract.text), Report())
    document = plain(node) if node is not None else {}
    assert isinstance(document, dict)
    for action in actions:
        _apply(document, action)
    return document


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
