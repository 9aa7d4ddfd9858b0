"""Values that the data model allows in a column: one to take, and others to try."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from specwright.emit.tests.constraints import broken_check
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.values import NOW
from specwright.model.entities import Check, Column, Entity, EnumType
from specwright.model.sql_checks import Bound, OneOf
from specwright.model.sql_types import Kind

MOST_TRIES = 5000
_FORMS = ("a@example.com", "https://example.com", "ABC-123", "abc-123", "EUR", "DE", "A1", "a", "1",
          "+4912345678", "12:00", "2026-01-01", "#a0b1c2", "abc_123", "Abc")  # fmt: skip


def sample(entity: Entity, column: Column, enums: Mapping[str, EnumType]) -> Any:
    """A value that the column's own checks allow."""
    return next(iter(samples(entity, column, enums)))


def samples(entity: Entity, column: Column, enums: Mapping[str, EnumType]) -> list[Any]:
    """Values that the column's own checks allow, the plainest first."""
    checks = [check for check in entity.checks if check.columns == (column.name,)]
    found = [value for value in _candidates(column, checks, enums) if fits(column, value)]
    allowed = [one for one in found if not any(violates(c.sql, {column.name: one}) for c in checks)]
    return allowed or found


def repaired(
    entity: Entity, row: Mapping[str, Any], free: Sequence[Column], enums: Mapping[str, EnumType]
) -> dict[str, Any]:
    """The row with other values in some of the `free` columns, so that it breaks no check."""
    broken = broken_check(entity, row)
    if broken is None:
        return {}
    columns = [column for column in free if column.name in broken.columns]
    choices = [[*samples(entity, column, enums)][:8] for column in columns]
    for values in itertools.islice(itertools.product(*choices), MOST_TRIES):
        changes = dict(zip((column.name for column in columns), values, strict=True))
        if broken_check(entity, {**row, **changes}) is None:
            return {name: value for name, value in changes.items() if value != row.get(name)}
    return {}


def unique_form(entity: Entity, column: Column, enums: Mapping[str, EnumType]) -> str | None:
    """How a test makes another value each time; None where it cannot."""
    if column.type.kind is Kind.UUID:
        return "uuid4()"
    plain = sample(entity, column, enums)
    match column.type.kind:
        case Kind.TEXT | Kind.VARCHAR:
            forms = [_numbered(column.name, str(plain)), f"{plain}{{}}", "{}"]
            for form in forms:
                if all(_allows(entity, column, form.format(n)) for n in (7, 123, 4567)):
                    return 'f"' + form.replace("{}", "{world.number()}") + '"'
            return None
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            return "world.number()"
        case Kind.NUMERIC:
            return "Decimal(world.number())"
        case Kind.DOUBLE:
            return "float(world.number())"
        case Kind.TIMESTAMPTZ:
            return "world.just_now()"
        case Kind.DATE:
            return "world.now.date() + timedelta(days=world.number())"
        case _:
            return None


def _numbered(name: str, plain: str) -> str:
    if "@" in plain:
        return plain.replace("@", "{}@", 1)
    return f"{name.replace('_', ' ')} {{}}"


def _allows(entity: Entity, column: Column, value: str) -> bool:
    row = {column.name: value}
    checks = (check for check in entity.checks if check.columns == (column.name,))
    return fits(column, value) and not any(violates(check.sql, row) for check in checks)


def fits(column: Column, value: Any) -> bool:
    """Whether the type of the column, its checks aside, takes the value."""
    if isinstance(value, str) and column.type.length is not None:
        return len(value) <= column.type.length
    if column.type.bounds is not None and isinstance(value, int):
        low, high = column.type.bounds
        return low <= value <= high
    if column.type.kind is Kind.NUMERIC and column.type.precision is not None:
        whole = column.type.precision - (column.type.scale or 0)
        return bool(abs(value) < Decimal(10) ** whole)
    return True


def _candidates(
    column: Column, checks: Sequence[Check], enums: Mapping[str, EnumType]
) -> Iterator[Any]:
    shapes = [shape for check in checks for shape in check.shapes]
    for shape in shapes:
        if isinstance(shape, OneOf):
            yield from shape.values
    bounds = [shape for shape in shapes if isinstance(shape, Bound)]
    match column.type.kind:
        case Kind.UUID:
            yield from ()
        case Kind.ENUM:
            yield from enums[column.type.enum or ""].values
        case Kind.TEXT | Kind.VARCHAR:
            yield from _texts(column, [one for one in bounds if one.of_length])
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            yield from _numbers(bounds, int)
        case Kind.NUMERIC:
            yield from _numbers(bounds, Decimal)
        case Kind.DOUBLE:
            yield from _numbers(bounds, float)
        case Kind.BOOL:
            yield from (False, True)
        case Kind.TIMESTAMPTZ:
            for minutes in (0, 1, -1, 60, -60, 1440, -1440):
                yield NOW + timedelta(minutes=minutes)
        case Kind.DATE:
            for days in (0, 1, -1, 7, -7):
                yield NOW.date() + timedelta(days=days)
        case Kind.JSONB:
            yield {"any": "thing"}
            yield []
        case Kind.BYTEA:
            yield b"bytes"


def _texts(column: Column, lengths: Sequence[Bound]) -> Iterator[str]:
    words = column.name.replace("_", " ")
    if "email" in column.name:
        yield "someone@example.com"
    yield words
    yield from _FORMS
    for bound in lengths:
        for length in (bound.low, bound.high):
            if length is not None:
                yield "x" * int(length)
    yield words[: column.type.length or 1]


def _numbers(bounds: Sequence[Bound], kind: type[int | float | Decimal]) -> Iterator[Any]:
    for number in (1, 0, 2, 10, 100, -1):
        yield kind(number)
    for bound in bounds:
        for limit in (bound.low, bound.high):
            if limit is not None:
                yield from (kind(limit), kind(limit + 1), kind(limit - 1))
