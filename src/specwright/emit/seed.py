"""`dev/seed.py`: the fewest rows with which someone of each role can sign in."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit.lookups import users_of
from specwright.emit.rendering import render
from specwright.emit.tests.samples import sample
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity


@dataclass(frozen=True, slots=True)
class _Parent:
    name: str
    arguments: list[str]


def emit_seed(model: Model) -> str | None:
    """None where nobody signs in, or where people need rows that need people."""
    users = users_of(model)
    if users is None or model.roles is None or model.roles.column is None:
        return None
    parents = list(_parents(model, users, ()))
    if any(entity.primary_key.columns != ("id",) for entity in (users, *parents)):
        return None
    return render(
        "dev/seed.py",
        roles=model.roles.values,
        role=model.roles.column,
        table=users.table,
        parents=[_Parent(one.row, list(_arguments(model, one, None))) for one in parents],
        user=list(_arguments(model, users, model.roles.column)),
    )


def _parents(model: Model, entity: Entity, below: tuple[str, ...]) -> Iterator[Entity]:
    """The rows that must be there before, each once, the outermost first."""
    seen: dict[str, Entity] = {}
    for key in entity.foreign_keys:
        column = entity.column(key.columns[0])
        if column is None or column.is_filled or key.target in (*below, entity.name):
            continue
        target = model.entity(key.target)
        for one in (*_parents(model, target, (*below, entity.name)), target):
            seen.setdefault(one.name, one)
    yield from seen.values()


def _arguments(model: Model, entity: Entity, role: str | None) -> Iterator[str]:
    yield from ("connection", quoted(entity.table))
    for column in entity.columns:
        key = entity.foreign_key_of(column.name)
        if column.name == role:
            yield f"{column.name}=role"
        elif column.is_filled:
            continue
        elif key is not None:
            yield f"{column.name}={model.entity(key.target).row}"
        else:
            yield f"{column.name}={_value(model, entity, column, each=role is not None)}"


def _value(model: Model, entity: Entity, column: Column, *, each: bool) -> str:
    if "email" in column.name:
        return 'f"{role}@example.com"' if each else '"someone@example.com"'
    value = sample(entity, column, {enum.name: enum for enum in model.enums})
    is_unique = any(column.name in columns for _, columns in entity.uniqueness())
    if isinstance(value, str) and each and is_unique:
        return f'f"{{role}} {value}"'
    return quoted(value) if isinstance(value, str) else repr(value)
