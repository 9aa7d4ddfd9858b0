"""What a contract is told of refusals: a response that all of them have, and its schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from specwright.model.errors import ErrorBody

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


@dataclass(frozen=True, slots=True)
class ResponseNames:
    """What the responses are called; requests that are not well formed may have their own."""

    usual: str
    of_invalid: str


def response_names(errors: ErrorBody, document: Mapping[str, Any]) -> ResponseNames:
    if errors.is_problem:
        return ResponseNames("Problem", "Problem")
    usual = _free("Refusal", document)
    return ResponseNames(usual, _free("InvalidRequest", document) if errors.of_invalid else usual)


def _free(name: str, document: Mapping[str, Any]) -> str:
    """A name that no response of the contract has."""
    taken = document.get("components", {}).get("responses", {})
    while name in taken:
        name = f"Our{name}"
    return name


def refusing_components(errors: ErrorBody, document: Mapping[str, Any]) -> Json:
    if errors.is_problem:
        return {"schemas": {"Problem": _PROBLEM_SCHEMA}, "responses": {"Problem": _PROBLEM}}
    named = response_names(errors, document)
    responses: dict[str, Json] = {named.usual: _response(errors, document)}
    if errors.of_invalid is not None:
        responses[named.of_invalid] = _response(errors.of_invalid, document)
    return {"responses": responses}


def _response(errors: ErrorBody, document: Mapping[str, Any]) -> Json:
    return {
        "description": "A refusal",
        "content": {errors.media_type: {"schema": _schema(errors, document)}},
    }


def _schema(errors: ErrorBody, document: Mapping[str, Any]) -> Json:
    """As the contract has it, wherever it describes a refusal first."""
    here: Any = document
    for key in errors.at:
        here = next(value for name, value in here.items() if str(name) == key)
        if key != "schema":
            here = _resolved(here, document)
    found: Json = here
    return found


def _resolved(node: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
