"""An expression as a tree, every node with its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from specwright.diagnostic import Place
from specwright.spec.syntax import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    place: Place
    start: int  # offsets in the text that was parsed
    end: int
    foreign: bool = False  # spelt as in Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    value: bool | int | float | str | None
    written: str  # `0.10` is more than the float 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Items(Node):
    elements: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    operand: "Expression"
    field: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Node):
    operand: "Expression"
    index: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`function(arguments)`, or `target.function(arguments)`."""

    function: Word
    target: "Expression | None"
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Has(Node):
    select: Select


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro(Node):
    """`collection.macro(variable, body)`."""

    macro: Word
    collection: "Expression"
    variable: Word
    body: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Node):
    operator: Word
    operand: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    operator: Word
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """`test ? then : otherwise`."""

    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


Expression: TypeAlias = (
    Literal | Items | Name | Select | Index | Call | Has | Macro | Unary | Binary | Conditional
)


def children(node: Expression) -> tuple[Expression, ...]:  # noqa: C901, PLR0911 - a table
    match node:
        case Literal() | Name():
            return ()
        case Items():
            return node.elements
        case Select():
            return (node.operand,)
        case Index():
            return (node.operand, node.index)
        case Call():
            return (*(() if node.target is None else (node.target,)), *node.arguments)
        case Has():
            return (node.select,)
        case Macro():
            return (node.collection, node.body)
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Conditional():
            return (node.test, node.then, node.otherwise)


def walk(node: Expression) -> Iterator[Expression]:
    """The node and everything under it."""
    yield node
    for child in children(node):
        yield from walk(child)


def is_foreign(expression: Expression) -> bool:
    """Whether any part is spelt as in Python, so that `fmt` should rewrite it."""
    return any(node.foreign for node in walk(expression))


def path_of(expression: Expression) -> tuple[Word, ...] | None:
    """The words of a bare path such as `line.product.reserved`, or None for anything else."""
    match expression:
        case Name():
            return (Word(expression.name, expression.place),)
        case Select():
            before = path_of(expression.operand)
            return None if before is None else (*before, expression.field)
        case _:
            return None
