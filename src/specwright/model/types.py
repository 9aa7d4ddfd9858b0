"""The types of expressions, and what stands in the scope of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What a single value is."""

    UUID = "uuid"
    TEXT = "text"
    INT = "int"  # 64 bits
    DOUBLE = "double"
    DECIMAL = "decimal"
    BOOL = "bool"
    TIMESTAMP = "timestamp"
    DATE = "date"
    DURATION = "duration"
    JSON = "json"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Scalar:
    kind: Kind
    nullable: bool = False
    bits: int = field(default=64, compare=False)  # of the column that an int is kept in
    folded: bool = field(default=False, compare=False)  # text that is compared in lower case


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the values of an enum; an enum that only the wire knows has no name."""

    name: str | None
    values: tuple[str, ...]
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an entity, or something of its shape that the database does not hold: a request."""

    entity: str
    nullable: bool = False
    stored: bool = True


@dataclass(frozen=True, slots=True)
class ListOf:
    element: "Type"
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """What `null` is before it is known of which type."""

    nullable: bool = True


Type: TypeAlias = Scalar | OneOf | Row | ListOf | Null


@dataclass(frozen=True, slots=True)
class Column:
    """A field that the row itself holds."""

    type: Type
    attribute: str | None = None  # on the Python class, if not the field's own name


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that leads to the row, or to the rows, whose columns equal columns of this row."""

    entity: str
    many: bool
    columns: tuple[tuple[str, str], ...]  # of this row, and of the other
    nullable: bool = False  # whether there may be no row; of one that is not many


Field: TypeAlias = Column | Relation


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can name: `names`, and the fields of the rows among them."""

    names: Mapping[str, Type]
    row_fields: Callable[[str], Mapping[str, Field]]


UUID = Scalar(Kind.UUID)
TEXT = Scalar(Kind.TEXT)
INT = Scalar(Kind.INT)
DOUBLE = Scalar(Kind.DOUBLE)
DECIMAL = Scalar(Kind.DECIMAL)
BOOL = Scalar(Kind.BOOL)
TIMESTAMP = Scalar(Kind.TIMESTAMP)
DATE = Scalar(Kind.DATE)
DURATION = Scalar(Kind.DURATION)
JSON = Scalar(Kind.JSON)
BYTES = Scalar(Kind.BYTES)
NULL = Null()


def with_null(found: Type, *, nullable: bool) -> Type:
    return found if isinstance(found, Null) else replace(found, nullable=nullable)


def is_kind(found: Type, *kinds: Kind) -> bool:
    return isinstance(found, Scalar) and found.kind in kinds


def same(one: Type, other: Type) -> bool:
    """Whether the two are one type, null aside."""
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return same(one.element, other.element)
    return with_null(one, nullable=False) == with_null(other, nullable=False)


_WORDS = {Kind.TEXT: "text", Kind.JSON: "JSON", Kind.BYTES: "bytes", Kind.INT: "an int"}


def in_words(found: Type) -> str:  # noqa: PLR0911 - a table
    """The type as it stands in a sentence: `a timestamp`, `a list of rows of OrderLine`."""
    match found:
        case Scalar():
            return _WORDS.get(found.kind, f"a {found.kind}")
        case OneOf(None, values):
            return f"one of {quoted(values)}"
        case OneOf(name):
            return f"one of the enum `{name}`"
        case Row():
            return f"a row of {found.entity}"
        case ListOf(Row(entity)):
            return f"a list of rows of {entity}"
        case ListOf():
            return "a list"
        case Null():
            return "null"


def quoted(words: tuple[str, ...], most: int = 12) -> str:
    """`draft`, `placed` or `paid`; of many, the first."""
    shown = [f"`{word}`" for word in words[:most]]
    if len(words) > most:
        return f"{', '.join(shown)}, …"
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
