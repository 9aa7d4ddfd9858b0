"""What a request is to rules, and what its body writes into a row."""

from collections.abc import Mapping
from typing import Any

from specwright.emit.tests.requests import FieldOf, as_stored, fields_of
from specwright.model import Model
from specwright.model.operations import Operation, OperationKind
from specwright.model.wire import flattened


def request_of(model: Model, operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    """Every field by the name that rules have for it, null where the body says nothing."""
    return {
        one.field.variable: body.get(one.field.name, _unsaid(one, operation))
        for one in fields_of(model, operation)
    }


def columns_of(model: Model, operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are written: those of a patch that are said, else all that it could say."""
    fields = [one for one in fields_of(model, operation) if one.field.column is not None]
    said = {str(f.field.column): as_stored(said_in(body, f)) for f in fields if _says(body, f)}
    unsaid = {
        str(one.field.column): _unsaid(one, operation)
        for one in fields
        if not _says(body, one) and not _is_left_alone(one, operation)
    }
    return said | unsaid


def said_in(body: Mapping[str, Any], one: FieldOf) -> Any:
    """What the body says, out of its object if it stands in one."""
    value = body[one.field.name]
    return value if one.field.inner is None else value[one.field.inner]


def _says(body: Mapping[str, Any], one: FieldOf) -> bool:
    return one.field.name in body


def _is_left_alone(one: FieldOf, operation: Operation) -> bool:
    """Whether a field that is not said leaves its column as it is, or to the table's default."""
    if operation.body is not None and operation.body.is_merge_patch:
        return True
    creates = operation.kind is OperationKind.CREATE
    return creates and not flattened(one.field.schema).has_default


def _unsaid(one: FieldOf, operation: Operation) -> Any:
    flat = flattened(one.field.schema)
    is_patch = operation.body is not None and operation.body.is_merge_patch
    return flat.default if flat.has_default and not is_patch else None
