"""What no caller sets: columns of the server, with values that they would not have."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from specwright.emit.tests.plans import Plan
from specwright.emit.tests.requests import (
    MADE_UP,
)
from specwright.emit.tests.values import show
from specwright.emit.wording import quoted
from specwright.model.entities import Column, Entity
from specwright.model.operations import OperationKind
from specwright.model.sql_types import Kind

_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def constant(entity: Entity) -> str:
    return f"{entity.row.upper()}_OF_THE_SERVER"


def of_the_server(plan: Plan, entity: Entity) -> dict[str, Any]:
    """The columns that no request writes, with values they would not have."""
    written = {
        field.column
        for operation in plan.model.operations
        if operation.entity == entity.name and operation.kind is not OperationKind.LIST
        for field in (operation.body.fields if operation.body else ())
    }
    return {
        column.name: value
        for column in entity.columns
        if column.name not in written
        if (value := _strange(plan, entity, column)) is not None
    }


def _strange(plan: Plan, entity: Entity, column: Column) -> Any:
    lifecycle = plan.model.lifecycle_of(entity.name)
    if lifecycle is not None and lifecycle.column == column.name:
        return next((state for state in lifecycle.states if state != lifecycle.initial), None)
    match column.type.kind:
        case Kind.UUID:
            return MADE_UP
        case Kind.TIMESTAMPTZ:
            return _LONG_AGO
        case Kind.DATE:
            return _LONG_AGO.date()
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            return 7
        case Kind.DOUBLE:
            return 7.5
        case Kind.BOOL:
            return None
        case Kind.TEXT | Kind.VARCHAR:
            return "x"
        case Kind.ENUM:
            return plan.model.enum(column.type.enum or "").values[-1]
        case Kind.JSONB:
            return {"any": "thing"}
        case _:
            return None


def constant_text(entity: Entity, values: Mapping[str, Any]) -> str:
    inner = "".join(f"    {quoted(name)}: {_plain(value)},\n" for name, value in values.items())
    return (
        f"# Columns of {entity.table} that no caller sets, with values that they would not have.\n"
        f"{constant(entity)}: Row = {{\n{inner}}}"
    )


def _plain(value: Any) -> str:
    match value:
        case datetime():
            return f"datetime({value.year}, {value.month}, {value.day}, tzinfo=UTC)"
        case _ if hasattr(value, "isoformat"):
            return f"date({value.year}, {value.month}, {value.day})"
        case _:
            return show(value)
