"""What the tables refuse, told from rows in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from specwright.emit.tests.sql_conditions import violates
from specwright.model import Model
from specwright.model.entities import Check, Entity, ForeignKey

Row = Mapping[str, Any]
_KEEPS = ("no action", "restrict")


def null_where_none_may_be(entity: Entity, row: Row) -> str | None:
    """The first column that must not be null, and is."""
    return next((c.name for c in entity.columns if row[c.name] is None and not c.nullable), None)


def broken_check(entity: Entity, row: Row) -> Check | None:
    """The check that PostgreSQL names first, as far as can be told: it goes by their names."""
    checks = sorted(entity.checks, key=lambda check: check.name)
    return next((check for check in checks if violates(check.sql, row)), None)


def taken(entity: Entity, row: Row, others: Iterable[Row]) -> str | None:
    """The constraint by which another row has already what only one may have."""
    rows = [other for other in others if other is not row]
    for name, columns, folded in uniqueness(entity):
        values = compared(row, columns, folded)
        if None not in values and any(compared(one, columns, folded) == values for one in rows):
            return name
    return None


def uniqueness(entity: Entity) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """What at most one row can have: its name, its columns, and which compare in lower case."""
    yield entity.primary_key.name, entity.primary_key.columns, ()
    for one in entity.uniques:
        yield one.name, one.columns, one.folded


def compared(row: Row, columns: Sequence[str], folded: Sequence[str]) -> list[Any]:
    """The values, those that compare in lower case as such."""
    return [
        value.lower() if name in folded and isinstance(value, str) else value
        for name, value in ((name, row[name]) for name in columns)
    ]


def first_broken(entity: Entity, row: Row, others: Iterable[Row]) -> str | None:
    """The constraint that keeps the row from being written, in PostgreSQL's order."""
    null = null_where_none_may_be(entity, row)
    if null is not None:
        return null
    check = broken_check(entity, row)
    return check.name if check is not None else taken(entity, row, others)


def pointing(
    model: Model, entity: str, row: Row, rows: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[str, ForeignKey, Any]]:
    """The rows that point at this one: their entity, by which key, and the row."""
    for other in model.entities:
        for key in other.foreign_keys:
            if key.target != entity:
                continue
            theirs = [row[name] for name in key.target_columns]
            for one in rows.get(other.name, ()):
                if [one[name] for name in key.columns] == theirs:
                    yield other.name, key, one


def keeps(key: ForeignKey) -> bool:
    """Whether the row that it points at cannot go."""
    return key.on_delete in _KEEPS
