"""The statements of a DBML text one by one, before partials and references are looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from specwright.diagnostic import Place
from specwright.spec.dbml.tokens import Kind
from specwright.spec.syntax import Check, Column, Enum, Index, Word
from specwright.spec.text import Text


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a reference: `users.id`, or `periods.(merchant_id, country)`."""

    table: Word
    columns: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """The value of an inline `ref:`, such as `> users.id`."""

    sign: Word
    side: Side


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as read; `kind` and `value` are None where it has no value."""

    key: Word
    kind: Kind | None = None
    value: Word | None = None
    expression: Text | None = None
    pointer: Pointer | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A `Ref`, as written: neither side is known to hold the foreign key yet."""

    left: Side
    sign: Word
    right: Side
    name: Word | None = None
    on_delete: Word | None = None
    on_update: Word | None = None


@dataclass(frozen=True, slots=True)
class ColumnLine:
    column: Column
    pointers: tuple[Pointer, ...] = ()


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A `Table` or a `TablePartial`; a Word among its lines is a `~partial`."""

    name: Word
    alias: Word | None = None
    lines: tuple[ColumnLine | Word, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    note: str | None = None
    custom: Mapping[str, Word] = field(default_factory=dict)
    complete: bool = True  # False where a line of it could not be read


@dataclass(frozen=True, slots=True)
class Statements:
    tables: tuple[TableBlock, ...] = ()
    partials: tuple[TableBlock, ...] = ()
    enums: tuple[Enum, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    lost: tuple[Place, ...] = ()  # where a block stands of which not even the name is known
