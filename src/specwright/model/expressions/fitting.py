"""Which types go together, and what comes of them."""

from collections.abc import Mapping
from dataclasses import replace

from specwright.model.typed import Apply, Constant, Function, Typed
from specwright.model.types import (
    DECIMAL,
    DOUBLE,
    DURATION,
    INT,
    TEXT,
    TIMESTAMP,
    Kind,
    OneOf,
    Row,
    Scalar,
    Type,
    is_kind,
    same,
    with_null,
)

ORDERED = (
    Kind.INT,
    Kind.DOUBLE,
    Kind.DECIMAL,
    Kind.TEXT,
    Kind.TIMESTAMP,
    Kind.DATE,
    Kind.DURATION,
)


SUMMED = (Kind.INT, Kind.DOUBLE, Kind.DECIMAL)


EXTREMES = (*SUMMED, Kind.TIMESTAMP, Kind.DATE)


_RESULTS: Mapping[tuple[str, Kind, Kind], Type] = {
    **{(operator, Kind.INT, Kind.INT): INT for operator in "+-*/%"},
    **{(operator, Kind.DOUBLE, Kind.DOUBLE): DOUBLE for operator in "+-*/"},
    **{(operator, Kind.DECIMAL, Kind.DECIMAL): DECIMAL for operator in "+-*"},
    **{(operator, Kind.INT, Kind.DECIMAL): DECIMAL for operator in "+-*"},
    **{(operator, Kind.DECIMAL, Kind.INT): DECIMAL for operator in "+-*"},
    ("+", Kind.TEXT, Kind.TEXT): TEXT,
    ("+", Kind.TIMESTAMP, Kind.DURATION): TIMESTAMP,
    ("+", Kind.DURATION, Kind.TIMESTAMP): TIMESTAMP,
    ("-", Kind.TIMESTAMP, Kind.DURATION): TIMESTAMP,
    ("-", Kind.TIMESTAMP, Kind.TIMESTAMP): DURATION,
    ("+", Kind.DURATION, Kind.DURATION): DURATION,
    ("-", Kind.DURATION, Kind.DURATION): DURATION,
}


def kind_of(typed: Typed) -> Kind | None:
    return typed.type.kind if isinstance(typed.type, Scalar) else None


def both_exact(one: Type, other: Type) -> bool:
    """An int beside a decimal is a decimal: no digit is lost."""
    exact = (Kind.INT, Kind.DECIMAL)
    kinds = is_kind(one, *exact) and is_kind(other, *exact)
    return kinds and (is_kind(one, Kind.DECIMAL) or is_kind(other, Kind.DECIMAL))


def as_value(found: Type, *, nullable: bool) -> Type:
    """The type of a result, which no column keeps."""
    if isinstance(found, Scalar):
        return Scalar(found.kind, nullable, folded=found.folded)
    return with_null(found, nullable=nullable)


def match_types(one: Type, other: Type) -> bool:
    """Whether values of the two can be equal."""
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return one.name is None or other.name is None or one.name == other.name
    if isinstance(one, OneOf) or isinstance(other, OneOf):
        return is_kind(one, Kind.TEXT) or is_kind(other, Kind.TEXT)
    return same(one, other) or both_exact(one, other)


def assignable(value: Type, target: Type) -> bool:
    if isinstance(value, OneOf) and isinstance(target, OneOf):
        return value.name == target.name or set(value.values) <= set(target.values)
    if isinstance(value, OneOf):
        return is_kind(target, Kind.TEXT)
    if is_kind(target, Kind.DECIMAL) and is_kind(value, Kind.INT):
        return True
    return not isinstance(value, Row) and same(value, target)


def result_of(operator: str, left: Type, right: Type) -> Type | None:
    if not isinstance(left, Scalar) or not isinstance(right, Scalar):
        return None
    return _RESULTS.get((operator, left.kind, right.kind))


def is_folded(found: Type) -> bool:
    return isinstance(found, Scalar) and found.folded


def fold(typed: Typed) -> Typed:
    if isinstance(typed, Constant) and isinstance(typed.value, str):
        return replace(typed, value=typed.value.lower())
    found = Scalar(Kind.TEXT, typed.type.nullable)
    return Apply(type=found, source=typed.source, function=Function.FOLD, arguments=(typed,))


def folded(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Both in lower case, if one of them is compared so."""
    if is_folded(left.type) or is_folded(right.type):
        return fold(left), fold(right)
    return left, right
