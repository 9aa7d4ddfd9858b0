"""Entities: what the tables of a data model mean, every reference resolved."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from specwright.diagnostic import Place
from specwright.model import naming
from specwright.model.sql_checks import Shape
from specwright.model.sql_types import SqlType

OnDelete = Literal["no action", "restrict", "cascade", "set null", "set default"]


@dataclass(frozen=True, slots=True)
class LiteralDefault:
    value: str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class SqlDefault:
    sql: str


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: SqlType
    nullable: bool
    place: Place
    default: LiteralDefault | SqlDefault | None = None
    note: str | None = None
    personal: bool = False
    encrypted: bool = False
    was: str | None = None  # what it was called before

    @property
    def attribute(self) -> str:
        """Its name on a Python class."""
        return naming.attribute(self.name)

    @property
    def is_filled(self) -> bool:
        """Whether a row can be inserted without saying what stands here."""
        return self.nullable or self.default is not None or self.type.identity


@dataclass(frozen=True, slots=True)
class EnumType:
    name: str
    class_name: str
    values: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """At most one row for each value of `columns`, of which `folded` compare in lower case.

    With folded columns it is a unique index over `lower(…)`; without, a constraint.
    """

    name: str
    columns: tuple[str, ...]
    folded: tuple[str, ...] = ()
    reason: str = ""  # why it is there although nobody wrote it

    @property
    def derived(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Check:
    """`sql`, verbatim; `shapes` is what it says as far as that is simple, `whole` if that is all.

    `enum_column` is the column whose enum it holds.
    """

    name: str
    sql: str
    columns: tuple[str, ...]
    shapes: tuple[Shape, ...] = ()
    whole: bool = False
    enum_column: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    columns: tuple[str, ...]
    target: str  # the entity
    target_table: str
    target_columns: tuple[str, ...]
    on_delete: OnDelete
    on_update: OnDelete
    place: Place


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    columns: tuple[str, ...]
    reason: str = ""  # why it is there although nobody wrote it

    @property
    def derived(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Relation:
    """From a row to the `target` row or rows whose `target_columns` equal its own `columns`."""

    name: str
    kind: Literal["one", "many"]
    target: str  # the entity
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    nullable: bool  # whether there may be no row; of a `one`
    foreign_key: str
    is_reverse: bool  # whether the foreign key is the target's
    inverse: str | None  # the relation back, if it has a name


@dataclass(frozen=True, slots=True)
class TenantPath:
    """How a row tells its tenant: `column` of the row that `relations` lead to."""

    relations: tuple[str, ...]
    column: str
    is_root: bool = False  # the row is the tenant

    @property
    def is_direct(self) -> bool:
        return not self.relations


@dataclass(frozen=True)
class Entity:
    """One table as the domain sees it: `Task`, whose row is a `task` of `tasks`.

    `row` is its name in rules and in Python; `word`, what people call it: a `class` is a
    `class_row` where a language keeps the word for itself.
    """

    name: str
    row: str
    table: str
    place: Place
    columns: tuple[Column, ...]
    primary_key: Key
    uniques: tuple[Unique, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    relations: tuple[Relation, ...] = ()
    note: str | None = None
    domain: str = ""  # the folder
    tenant: TenantPath | None = None
    audited: bool = False
    soft_deleted: bool = False
    was: str | None = None  # what its table was called before

    @property
    def word(self) -> str:
        return naming.singular(self.table)

    @cached_property
    def columns_by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _relations(self) -> dict[str, Relation]:
        return {relation.name: relation for relation in self.relations}

    def column(self, name: str) -> Column | None:
        return self.columns_by_name.get(name)

    def relation(self, name: str) -> Relation | None:
        return self._relations.get(name)

    def foreign_key_of(self, column: str) -> ForeignKey | None:
        """The foreign key that is this column alone."""
        return next((key for key in self.foreign_keys if key.columns == (column,)), None)

    def only_joins(self, columns: Collection[str]) -> bool:
        """Whether a row with these columns tells which rows it joins and no more: there is one."""
        is_unique = any(set(unique) <= set(columns) for _, unique in self.uniqueness())
        return is_unique and all(self.foreign_key_of(column) is not None for column in columns)

    @property
    def versioned(self) -> bool:
        """Whether changes need `If-Match`: a `version` that counts them."""
        version = self.column("version")
        return version is not None and version.type.bounds is not None and not version.nullable

    def uniqueness(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What at most one row can have: the primary key and the uniques, by their names."""
        yield self.primary_key.name, self.primary_key.columns
        for unique in self.uniques:
            yield unique.name, unique.columns
