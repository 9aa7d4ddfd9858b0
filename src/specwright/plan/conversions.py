"""How the values of a column change with its type, and which defaults every row gets anew."""

import re

from specwright.model.sql_types import Kind, SqlType

_WHOLE = (Kind.SMALLINT, Kind.INT, Kind.BIGINT)  # each holds the ones before it
_NUMBERS = frozenset({*_WHOLE, Kind.NUMERIC, Kind.DOUBLE})
_TEXTS = frozenset({Kind.TEXT, Kind.VARCHAR})
_ALIKE = (_NUMBERS, frozenset({Kind.DATE, Kind.TIMESTAMPTZ}), frozenset({Kind.BOOL, Kind.INT}))
_DIGITS = {Kind.SMALLINT: 5, Kind.INT: 10, Kind.BIGINT: 19}
_VOLATILE = re.compile(r"\b(gen_random_uuid|uuidv7|random)\b", re.IGNORECASE)


def is_volatile(default: str) -> bool:
    """Whether each row gets a value of its own, so that adding a column would write all rows."""
    return _VOLATILE.search(default) is not None


def converts(before: SqlType, after: SqlType) -> bool:
    """Whether values can be kept, there and back; otherwise the column is dropped and added."""
    kinds = {before.kind, after.kind}
    return len(kinds) == 1 or bool(kinds & _TEXTS) or any(kinds <= alike for alike in _ALIKE)


def using(column: str, before: SqlType, after: SqlType) -> str | None:
    """How a value is converted, where PostgreSQL does not do it by itself.

    A text that is too long is refused by itself; with an explicit cast it would be cut.
    """
    if before.kind is Kind.TIMESTAMPTZ and after.kind is Kind.DATE:
        return f"({column} AT TIME ZONE 'UTC')::date"
    if before.kind is Kind.DATE and after.kind is Kind.TIMESTAMPTZ:
        return f"{column}::timestamp AT TIME ZONE 'UTC'"
    if after.kind in _TEXTS or {before.kind, after.kind} <= _NUMBERS or before.kind is after.kind:
        return None
    return f"{column}::{after.sql}"


def rewrites(before: SqlType, after: SqlType) -> bool:
    """Whether PostgreSQL writes every row anew."""
    if before.kind in _TEXTS and after.kind in _TEXTS:
        return not _is_as_long(before, after)
    if before.kind is after.kind is Kind.NUMERIC:
        same_scale = after.precision is None or (after.scale or 0) == (before.scale or 0)
        return not (same_scale and keeps(before, after))
    return before.kind is not after.kind


def keeps(before: SqlType, after: SqlType) -> bool:
    """Whether every value stays the same."""
    if after.kind in _TEXTS:
        return after.length is None or (before.kind in _TEXTS and _is_as_long(before, after))
    if before.kind in _WHOLE and after.kind in _WHOLE:
        return _WHOLE.index(before.kind) <= _WHOLE.index(after.kind)
    if after.kind is Kind.NUMERIC:
        return (before.kind in _WHOLE and _has_room(after, _DIGITS[before.kind], 0)) or (
            before.kind is Kind.NUMERIC and _holds_numeric(before, after)
        )
    if after.kind is Kind.DOUBLE:
        return before.kind in (Kind.SMALLINT, Kind.INT, Kind.DOUBLE)
    if before.kind is Kind.DATE:
        return after.kind in (Kind.DATE, Kind.TIMESTAMPTZ)
    return before.kind is after.kind or (before.kind is Kind.BOOL and after.kind is Kind.INT)


def _is_as_long(before: SqlType, after: SqlType) -> bool:
    if after.length is None:
        return True
    return before.length is not None and before.length <= after.length


def _holds_numeric(before: SqlType, after: SqlType) -> bool:
    if before.precision is None:
        return after.precision is None
    scale = before.scale or 0
    return _has_room(after, before.precision - scale, scale)


def _has_room(numeric: SqlType, digits: int, scale: int) -> bool:
    """Whether there are so many digits before the point and so many behind it."""
    if numeric.precision is None:
        return True
    own = numeric.scale or 0
    return numeric.precision - own >= digits and own >= scale
