"""What a database holds: tables, columns, keys, constraints and indexes, as values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from specwright.model import entities
from specwright.model.entities import Entity, LiteralDefault, OnDelete, SqlDefault
from specwright.model.sql_types import Kind, SqlType


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is one of PostgreSQL's own: an enum is `text`. `default` is SQL."""

    name: str
    type: SqlType
    nullable: bool = True
    default: str | None = None
    was: str | None = field(default=None, compare=False)  # its name before; never kept


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """A constraint, or, where columns are `folded`, a unique index over their `lower(…)`."""

    name: str
    columns: tuple[str, ...]
    folded: tuple[str, ...] = ()
    reason: str = field(default="", compare=False)  # why, although nobody wrote it; never kept


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    columns: tuple[str, ...]
    target: str  # the table
    target_columns: tuple[str, ...]
    on_delete: OnDelete = "no action"
    on_update: OnDelete = "no action"


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    columns: tuple[str, ...]
    reason: str = field(default="", compare=False)  # as that of a unique


Constraint: TypeAlias = PrimaryKey | Unique | Check | ForeignKey
AnyIndex: TypeAlias = Index | Unique


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    primary_key: PrimaryKey
    uniques: tuple[Unique, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    was: str | None = field(default=None, compare=False)  # its name before; never kept

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def constraints(self) -> tuple[Constraint, ...]:
        plain = tuple(unique for unique in self.uniques if not unique.folded)
        return (*self.checks, *self.foreign_keys, self.primary_key, *plain)

    def own_indexes(self) -> tuple[AnyIndex, ...]:
        """Those that are no part of a constraint."""
        return (*(unique for unique in self.uniques if unique.folded), *self.indexes)

    def relation_names(self) -> Iterator[str]:
        """The names that no other table or index of the database may have."""
        yield from (self.name, self.primary_key.name)
        yield from (unique.name for unique in self.uniques)
        yield from (index.name for index in self.indexes)


@dataclass(frozen=True)
class Schema:
    """All tables, in the order in which the data model writes them; kept as JSON (`stored`)."""

    tables: tuple[Table, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Table]:
        return {table.name: table for table in self.tables}


def schema_of(found: Iterable[Entity]) -> Schema:
    """What the database holds once it has the tables of all entities."""
    return Schema(tuple(_table(entity) for entity in found))


def _table(entity: Entity) -> Table:
    return Table(
        entity.table,
        tuple(_column(column) for column in entity.columns),
        PrimaryKey(entity.primary_key.name, entity.primary_key.columns),
        tuple(Unique(u.name, u.columns, u.folded, u.reason) for u in entity.uniques),
        tuple(Check(check.name, check.sql, check.columns) for check in entity.checks),
        tuple(_foreign_key(key) for key in entity.foreign_keys),
        tuple(Index(index.name, index.columns, index.reason) for index in entity.indexes),
        entity.was,
    )


def _column(column: entities.Column) -> Column:
    plain, default = _plain(column.type), _default(column.default)
    return Column(column.name, plain, column.nullable, default, column.was)


def _plain(kind: SqlType) -> SqlType:
    return SqlType(Kind.TEXT) if kind.kind is Kind.ENUM else replace(kind, folded=False)


def _default(default: LiteralDefault | SqlDefault | None) -> str | None:
    match default:
        case SqlDefault(sql):
            return sql
        case LiteralDefault(bool() as truth):
            return str(truth).lower()
        case LiteralDefault(str() as text):
            return "'" + text.replace("'", "''") + "'"
        case None | LiteralDefault(None):
            return None
        case LiteralDefault(number):
            return str(number)


def _foreign_key(key: entities.ForeignKey) -> ForeignKey:
    return ForeignKey(
        key.name, key.columns, key.target_table, key.target_columns, key.on_delete, key.on_update
    )
