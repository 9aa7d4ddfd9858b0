"""Expressions with types: every name resolved, every null accounted for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from specwright.model.types import Column, OneOf, Relation, Type, with_null
from specwright.spec.cel import Expression

Value: TypeAlias = bool | int | float | Decimal | str | UUID | datetime | date | timedelta | None
Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOperator: TypeAlias = Literal["+", "-", "*", "/", "%"]
LogicOperator: TypeAlias = Literal["&&", "||"]
Macro: TypeAlias = Literal["all", "exists", "exists_one", "map", "filter"]
AggregateFunction: TypeAlias = Literal["size", "sum", "min", "max"]


class Function(StrEnum):
    SIZE = "size"  # of text
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    CONTAINS = "contains"
    LOWER = "lowerAscii"
    UPPER = "upperAscii"
    TRIM = "trim"
    SLUGIFY = "slugify"  # letters and digits of ASCII, lower, with `-` between; accents dropped
    FOLD = "fold"  # what text of a `citext` column is compared by
    STRING = "string"
    INT = "int"
    DOUBLE = "double"
    DATE = "date"  # of a timestamp, in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    type: Type
    source: Expression = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(_Node):
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(_Node):
    """A value of an enum."""

    enum: OneOf
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(_Node):
    """The list on the right of an `in`."""

    elements: tuple["Typed", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(_Node):
    name: str
    narrowed: bool = False  # it could be null, but not here


@dataclass(frozen=True, slots=True, kw_only=True)
class Get(_Node):
    """A column of a row."""

    row: "Typed"
    name: str
    column: Column
    narrowed: bool = False

    @property
    def attribute(self) -> str:
        return self.column.attribute or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(_Node):
    """The row or rows that a relation of a row leads to."""

    row: "Typed"
    name: str
    relation: Relation
    owner: str  # the entity that has the relation
    keys: tuple["Get", ...]  # the row's own columns that it goes by
    narrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative(_Node):
    operand: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(_Node):
    """Null if either operand is."""

    operator: ArithmeticOperator
    left: "Typed"
    right: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(_Node):
    """False if either operand is null."""

    operator: Comparison
    left: "Typed"
    right: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IsNull(_Node):
    operand: "Typed"
    wanted: bool  # False asks whether it is not null


@dataclass(frozen=True, slots=True, kw_only=True)
class IsTrue(_Node):
    """Whether a bool that may be null is `wanted`."""

    operand: "Typed"
    wanted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(_Node):
    """Whether `element` is in `collection`; false if it is null."""

    element: "Typed"
    collection: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(_Node):
    operator: LogicOperator
    operands: tuple["Typed", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(_Node):
    operand: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(_Node):
    test: "Typed"
    then: "Typed"
    otherwise: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(_Node):
    """Null if an argument is."""

    function: Function
    arguments: tuple["Typed", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Each(_Node):
    """A macro over a collection, which is never null."""

    macro: Macro
    collection: "Typed"
    variable: str
    body: "Typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(_Node):
    """One value of a collection; nulls in it are passed over, and `min` of none is null."""

    function: AggregateFunction
    collection: "Typed"


Typed: TypeAlias = (
    Constant
    | Member
    | Listing
    | Name
    | Get
    | Follow
    | Negative
    | Arithmetic
    | Compare
    | IsNull
    | IsTrue
    | Contains
    | Logic
    | Not
    | Choose
    | Apply
    | Each
    | Aggregate
)


def children(typed: Typed) -> tuple[Typed, ...]:  # noqa: C901, PLR0911 - a table
    match typed:
        case Constant() | Member() | Name():
            return ()
        case Listing():
            return typed.elements
        case Get() | Follow():
            return (typed.row,)
        case Negative() | IsNull() | IsTrue() | Not():
            return (typed.operand,)
        case Arithmetic() | Compare():
            return (typed.left, typed.right)
        case Contains():
            return (typed.element, typed.collection)
        case Logic():
            return typed.operands
        case Choose():
            return (typed.test, typed.then, typed.otherwise)
        case Apply():
            return typed.arguments
        case Each():
            return (typed.collection, typed.body)
        case Aggregate():
            return (typed.collection,)


def rewritten(typed: Typed, instead: Callable[[Typed], Typed | None]) -> Typed:
    """The same, with what `instead` gives for a node in its place; None goes on inside the node."""
    found = instead(typed)
    return _inside(typed, lambda child: rewritten(child, instead)) if found is None else found


def _inside(  # noqa: C901, PLR0911 - a table
    typed: Typed, change: Callable[[Typed], Typed]
) -> Typed:
    match typed:
        case Constant() | Member() | Name():
            return typed
        case Listing():
            return replace(typed, elements=tuple(change(one) for one in typed.elements))
        case Get():
            return replace(typed, row=change(typed.row))
        case Follow():
            row = change(typed.row)
            keys = (replace(key, row=row) if key.row == typed.row else key for key in typed.keys)
            return replace(typed, row=row, keys=tuple(keys))
        case Negative() | IsNull() | IsTrue() | Not():
            return replace(typed, operand=change(typed.operand))
        case Arithmetic() | Compare():
            return replace(typed, left=change(typed.left), right=change(typed.right))
        case Contains():
            element, collection = change(typed.element), change(typed.collection)
            return replace(typed, element=element, collection=collection)
        case Logic():
            return replace(typed, operands=tuple(change(one) for one in typed.operands))
        case Choose():
            then, otherwise = change(typed.then), change(typed.otherwise)
            return replace(typed, test=change(typed.test), then=then, otherwise=otherwise)
        case Apply():
            return replace(typed, arguments=tuple(change(one) for one in typed.arguments))
        case Each():
            body = change(typed.body)
            return replace(typed, collection=change(typed.collection), body=body)
        case Aggregate():
            return replace(typed, collection=change(typed.collection))


def walk(typed: Typed) -> Iterator[Typed]:
    """The node and everything under it."""
    yield typed
    for child in children(typed):
        yield from walk(child)


def path(typed: Typed) -> tuple[str, ...] | None:
    """`order.customer.email` as its words, or None for what is no bare path."""
    match typed:
        case Name():
            return (typed.name,)
        case Get() | Follow():
            before = path(typed.row)
            return None if before is None else (*before, typed.name)
        case _:
            return None


def relations(typed: Typed) -> tuple[Follow, ...]:
    """The relations whose rows must be at hand to tell the value, in the order of reading.

    Whether a relation leads to a row is told by the row's own columns.
    """
    match typed:
        case IsNull(operand=Follow() as asked):
            return relations(asked.row)
        case Follow():
            return (*relations(typed.row), typed)
        case _:
            return tuple(found for child in children(typed) for found in relations(child))


def reads_relations(typed: Typed) -> bool:
    """Whether the value depends on other rows than those in scope."""
    return bool(relations(typed))


def null_sources(typed: Typed) -> tuple[Typed, ...]:
    """The parts that could be null; if none of them is, the whole is not null."""
    return tuple(dict.fromkeys(_null_sources(typed)))


def _null_sources(typed: Typed) -> Iterator[Typed]:
    if not typed.type.nullable:
        return
    match typed:
        case Get():
            yield from _null_sources(typed.row)
            if typed.column.type.nullable:
                yield typed
        case Follow():
            yield from _null_sources(typed.row)
            if typed.relation.nullable:
                yield typed
        case Negative() | Arithmetic() | Apply():
            for child in children(typed):
                yield from _null_sources(child)
        case _:
            yield typed


def widened(typed: Typed) -> Typed:
    """A path with the type that it has where nothing is known of it."""
    match typed:
        case Name() if typed.narrowed:
            return replace(typed, type=with_null(typed.type, nullable=True), narrowed=False)
        case Get():
            row = widened(typed.row)
            nullable = row.type.nullable or typed.column.type.nullable
            found = with_null(typed.type, nullable=nullable)
            return replace(typed, row=row, type=found, narrowed=False)
        case Follow() if not typed.relation.many:
            row = widened(typed.row)
            nullable = row.type.nullable or typed.relation.nullable
            found = with_null(typed.type, nullable=nullable)
            return replace(typed, row=row, type=found, narrowed=False)
        case _:
            return typed


def narrowings(typed: Typed) -> tuple[Typed, ...]:
    """The paths in it that could be null elsewhere, as they are there."""
    if path(typed) is not None:
        wide = widened(typed)
        return (wide,) if wide.type.nullable and not typed.type.nullable else ()
    found = (one for child in children(typed) for one in narrowings(child))
    return tuple(dict.fromkeys(found))


def may_be_unknown(condition: Typed) -> bool:  # noqa: PLR0911 - a table
    """Whether a null could make the condition false that would not be false otherwise."""
    match condition:
        case Compare():
            return condition.left.type.nullable or condition.right.type.nullable
        case Contains():
            listed = condition.collection
            inside = listed.elements if isinstance(listed, Listing) else ()
            return condition.element.type.nullable or any(one.type.nullable for one in inside)
        case Logic():
            return any(may_be_unknown(operand) for operand in condition.operands)
        case Not():
            return may_be_unknown(condition.operand)
        case IsTrue():
            return condition.operand.type.nullable
        case Choose():
            return may_be_unknown(condition.then) or may_be_unknown(condition.otherwise)
        case _:
            return False
