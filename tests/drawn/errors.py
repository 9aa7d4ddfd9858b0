"""Draws the error body of a contract, as strangers describe theirs."""

from typing import Any

from tests.drawn.dice import Dice

Spec = dict[str, Any]

TEXT: Spec = {"type": "string"}


def _object(required: str, **properties: Spec) -> Spec:
    return {"type": "object", "required": required.split(), "properties": properties}


def _list(items: Spec) -> Spec:
    return {"type": "array", "items": items}


def _map(values: Spec) -> Spec:
    return {"type": "object", "additionalProperties": values}


_BODIES: list[Spec] = [
    _object("detail", detail=TEXT),
    _object("error", error=TEXT),
    _object("code message", code=TEXT, message=TEXT, details={"type": "object"}),
    _object("code message", code={**TEXT, "example": "NOT_FOUND"}, message=TEXT,
            details=_list(_object("field message", field=TEXT, message=TEXT, code=TEXT))),
    _object("error", error=_object(
        "code message", code={**TEXT, "pattern": "^[a-z_]+$"}, message=TEXT,
        errors=_map(_list(TEXT)))),
    _object("success error", success={"type": "boolean"},
            error=_object("message", message=TEXT, status={"type": "integer"})),
    _object("errors", errors=_object("body", body=_list(TEXT))),
    _object("errors", errors=_map(_list(TEXT))),
    _object("errors", errors=_list(_object("code title", code=TEXT, title=TEXT, pointer=TEXT))),
    _object("type title status detail timestamp schemaValidationErrors",
            type={**TEXT, "format": "uri"}, title=TEXT, status={"type": "integer"}, detail=TEXT,
            instance=TEXT, timestamp={**TEXT, "format": "date-time"},
            schemaValidationErrors=_list(_object("message", message=TEXT))),
    _object("statusCode error message", statusCode={"type": "integer"}, error=TEXT, message=TEXT),
]  # fmt: skip
_OF_INVALID: Spec = _object(
    "detail", detail=_list(_object("loc msg type", loc=_list(TEXT), msg=TEXT, type=TEXT))
)


def draw_errors(dice: Dice, calls: list[Spec], status: str) -> dict[str, Spec]:
    """Give every call such a refusal; returns the schemas."""
    schemas = {"Failure": dice.pick(_BODIES)}
    invalid = "Failure"
    if dice.chance(0.25):
        schemas["NotWellFormed"] = _OF_INVALID
        invalid = "NotWellFormed"
    for call in calls:
        call["responses"]["404"] = _response("Not there", "Failure")
        if "requestBody" in call:
            call["responses"][status] = _response("Not like this", invalid)
    return schemas


def _response(description: str, name: str) -> Spec:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
