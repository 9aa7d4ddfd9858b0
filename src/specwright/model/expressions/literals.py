"""Literals, which take the type of what they stand beside."""

import uuid
from dataclasses import replace
from decimal import Decimal

from specwright.diagnostic import Code, did_you_mean
from specwright.model.expressions.context import Voice
from specwright.model.expressions.fitting import as_value
from specwright.model.typed import Choose, Constant, Member, Typed
from specwright.model.types import (
    BOOL,
    DECIMAL,
    DOUBLE,
    INT,
    NULL,
    TEXT,
    UUID,
    Kind,
    Null,
    OneOf,
    Scalar,
    Type,
    quoted,
)
from specwright.spec.cel import tree


def literal(node: tree.Literal) -> Typed:
    match node.value:
        case None:
            return Constant(type=NULL, source=node, value=None)
        case bool():
            return Constant(type=BOOL, source=node, value=node.value)
        case int():
            return Constant(type=INT, source=node, value=node.value)
        case float():
            return Constant(type=DOUBLE, source=node, value=node.value)
        case str():
            return Constant(type=TEXT, source=node, value=node.value)


def alike(voice: Voice, left: Typed, right: Typed) -> tuple[Typed, Typed] | None:
    one, other = adapt(voice, left, right.type), adapt(voice, right, left.type)
    return None if one is None or other is None else (one, other)


def adapt(voice: Voice, typed: Typed, beside: Type) -> Typed | None:
    """A literal as a value of the type beside it; anything else as it is."""
    if isinstance(typed, Choose):
        return _chosen(voice, typed, beside)
    if not isinstance(typed, Constant) or isinstance(typed.value, bool):
        return typed
    match typed.value, beside:
        case str(), OneOf():
            return _member(voice, typed, typed.value, beside)
        case str(), Scalar(kind=Kind.UUID):
            return _uuid(voice, typed, typed.value)
        case int() | float(), Scalar(kind=Kind.DOUBLE | Kind.DECIMAL):
            return _number(typed, typed.value, beside.kind)
        case _:
            return typed


def _chosen(voice: Voice, typed: Choose, beside: Type) -> Typed | None:
    then = adapt(voice, typed.then, beside)
    otherwise = adapt(voice, typed.otherwise, beside)
    if then is None or otherwise is None:
        return None
    either = then.type if isinstance(otherwise.type, Null) else otherwise.type
    found = as_value(either, nullable=typed.type.nullable)
    return replace(typed, type=found, then=then, otherwise=otherwise)


def _number(typed: Constant, value: float, kind: Kind) -> Typed:
    """An int is a double or a decimal as well; a double is the decimal that was written."""
    if kind is Kind.DOUBLE:
        return replace(typed, type=DOUBLE, value=float(value))
    if isinstance(value, int) or not isinstance(typed.source, tree.Literal):
        return replace(typed, type=DECIMAL, value=Decimal(value))
    return replace(typed, type=DECIMAL, value=Decimal(typed.source.written))


def _member(voice: Voice, typed: Constant, value: str, enum: OneOf) -> Typed | None:
    if value in enum.values:
        enum = replace(enum, nullable=False)
        return Member(type=enum, source=typed.source, enum=enum, value=value)
    hint = did_you_mean(value, enum.values)
    values = quoted(enum.values)
    of = f" of `{enum.name}`" if enum.name else ""
    voice.wrong(
        typed.source.place, f"`{value}` is none of the values{of}: {values}.", hint,
        Code.UNKNOWN_VALUE,
    )  # fmt: skip
    return None


def _uuid(voice: Voice, typed: Constant, value: str) -> Typed | None:
    try:
        return replace(typed, type=UUID, value=uuid.UUID(value))
    except ValueError:
        voice.wrong(typed.source.place, f"`{value}` is no uuid.", None, Code.EXPRESSION_VALUE)
        return None
