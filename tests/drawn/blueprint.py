"""What is drawn, before anybody writes it down."""

from dataclasses import dataclass, field
from typing import Any

from tests.drawn.words import Noun

INTS = ("smallint", "int", "bigint")
MOMENTS = ("timestamptz", "date")
TEXTS = ("text", "varchar", "citext")


@dataclass(frozen=True)
class Enum:
    name: str
    values: tuple[str, ...]


@dataclass(eq=False)
class Column:
    """`kind` is its type without sizes; `low` and `high` are what its CHECK allows."""

    name: str
    kind: str
    sizes: str = ""
    nullable: bool = False
    default: str | None = None  # as DBML has it
    enum: Enum | None = None
    low: int | None = None
    high: int | None = None
    length: int | None = None
    unique: bool = False
    target: "Table | None" = None
    on_delete: str | None = None
    reverse: str | None = None  # what the target calls the rows that point at it

    @property
    def is_int(self) -> bool:
        return self.kind in INTS and self.target is None

    @property
    def is_text(self) -> bool:
        return self.kind in TEXTS

    @property
    def relation(self) -> str:
        assert self.target is not None
        short = self.name.removesuffix("_id")
        return short if short != self.name else f"{self.name}_{self.target.noun.singular}"


@dataclass(frozen=True)
class Arrow:
    source: str
    target: str
    trigger: str
    guard: str | None = None
    effect: str | None = None


@dataclass(eq=False)
class Lifecycle:
    column: Column
    states: tuple[str, ...]
    arrows: list[Arrow] = field(default_factory=list)
    final: list[str] = field(default_factory=list)

    @property
    def triggers(self) -> list[str]:
        return list(dict.fromkeys(arrow.trigger for arrow in self.arrows))


@dataclass(eq=False)
class Table:
    """A table; a link table has two references and nothing else."""

    noun: Noun
    key: Column
    columns: list[Column] = field(default_factory=list)
    versioned: bool = False
    is_link: bool = False
    checks: list[str] = field(default_factory=list)
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    lifecycle: Lifecycle | None = None
    derived: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)  # CEL, schema

    reverses: set[str] = field(default_factory=set)

    @property
    def row(self) -> str:
        return self.noun.singular

    @property
    def key_kind(self) -> str:
        """Of what points at it."""
        return {"serial": "int", "bigserial": "bigint"}.get(self.key.kind, self.key.kind)

    @property
    def names(self) -> set[str]:
        """What a column or a relation can no longer be called."""
        own = {self.key.name, "created_at", "updated_at", "version"}
        own |= {column.name for column in self.columns}
        return own | {column.relation for column in self.references} | self.reverses

    @property
    def references(self) -> list[Column]:
        return [column for column in self.columns if column.target is not None]

    @property
    def plain(self) -> list[Column]:
        state = self.lifecycle.column if self.lifecycle else None
        return [column for column in self.columns if column.target is None and column is not state]

    def of(self, *kinds: str) -> list[Column]:
        return [column for column in self.plain if column.kind in kinds]


@dataclass(eq=False)
class Operation:
    """A call as the contract writes it, who may make it, and what the rule block says of it."""

    id: str
    kind: str
    table: Table
    method: str
    path: str
    contract: dict[str, Any]
    cells: dict[str, str] = field(default_factory=dict)
    block: dict[str, Any] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        return "anyone" in self.cells


@dataclass
class Plan:
    """A whole bundle."""

    name: str
    title: str
    enums: list[Enum] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    users: Table | None = None
    roles: tuple[str, ...] = ()
    tenant: Column | None = None  # of the users
    operations: list[Operation] = field(default_factory=list)
    schemas: dict[str, Any] = field(default_factory=dict)
    effects: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    @property
    def entities(self) -> list[Table]:
        return [table for table in self.tables if not table.is_link]

    def rows_of(self, table: Table) -> list[tuple[Column, Table]]:
        """The references that give rows of the table a list of rows of another."""
        return [
            (column, other)
            for other in self.tables
            for column in other.references
            if column.target is table and column.reverse is not None
        ]

    def operation(self, kind: str, table: Table) -> Operation | None:
        found = (one for one in self.operations if one.kind == kind and one.table is table)
        return next(found, None)
