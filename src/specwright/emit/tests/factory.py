"""How a test makes a valid row of one table: what each column holds, unless a test says more."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal, TypeAlias
from uuid import UUID

from specwright.emit.tests.constraints import uniqueness
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.values import NOW
from specwright.model.entities import Column, Entity, ForeignKey
from specwright.model.lifecycles import Lifecycle
from specwright.model.sql_types import Kind

Row: TypeAlias = dict[str, Any]
Numbered: TypeAlias = Callable[[int], Any]
Way = Literal["default", "null", "moment", "sample", "unique", "parent", "home"]


@dataclass(frozen=True, slots=True)
class Fill:
    """How a column gets its value when a test does not say one."""

    column: Column
    way: Way
    value: Any = None  # of a sample, or a default as far as it is known
    form: str = ""  # of a unique value, as Python
    key: ForeignKey | None = None

    @property
    def varies(self) -> bool:
        """Whether rows have it from a counter."""
        return self.way in ("unique", "moment") or (
            self.way == "default"
            and (
                (self.value is None and self.column.type.kind is Kind.UUID)
                or self.column.type.identity
            )
        )

    @property
    def is_constant(self) -> bool:
        return not self.varies and self.way not in ("home", "parent")

    @property
    def is_numbered(self) -> bool:
        """Whether no two rows have the same."""
        wraps = (Kind.DATE, Kind.TIMESTAMPTZ)
        return self.varies and self.way != "moment" and self.column.type.kind not in wraps


@dataclass(frozen=True, slots=True)
class Status:
    """What a row of one status holds beside what it began with; `held` is its holder's id."""

    name: str
    values: Mapping[str, Any]
    held: str | None = None  # the column
    role: str | None = None  # of the holder


@dataclass(frozen=True)
class Factory:
    entity: Entity
    fills: tuple[Fill, ...]
    lifecycle: Lifecycle | None = None
    statuses: tuple[Status, ...] = ()

    @property
    def name(self) -> str:
        return self.entity.row

    def status(self, name: str | None) -> Status | None:
        return self._statuses.get(name)

    def of(self, *ways: Way) -> tuple[Fill, ...]:
        return tuple(fill for fill in self.fills if fill.way in ways)

    # -- What every row needs, worked out once for all of them ----------------------------------

    @cached_property
    def _statuses(self) -> Mapping[str | None, Status]:
        return {status.name: status for status in self.statuses}

    @cached_property
    def homes(self) -> tuple[Fill, ...]:
        return self.of("home")

    @cached_property
    def parents(self) -> tuple[tuple[str, ForeignKey, str], ...]:
        """Columns that point at a row that is made for them: key and column of that row."""
        return tuple(
            (fill.column.name, key, key.target_columns[key.columns.index(fill.column.name)])
            for fill in self.of("parent")
            if (key := fill.key) is not None
        )

    @cached_property
    def alike(self) -> Row:
        """The columns, with the values of those that are the same in every row."""
        return {fill.column.name: None if fill.varies else fill.value for fill in self.fills}

    @cached_property
    def varying(self) -> tuple[tuple[str, Numbered], ...]:
        return tuple((fill.column.name, _numbered(fill)) for fill in self.fills if fill.varies)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns that are never null, and that a row does not have by itself."""
        own = {one.column.name for one in self.fills if one.varies or one.value is not None}
        columns = (column for column in self.entity.columns if not column.nullable)
        return tuple(column.name for column in columns if column.name not in own)

    @cached_property
    def filled(self) -> frozenset[str]:
        """The columns that are never null, and that a row has unless a test takes it away."""
        columns = (column.name for column in self.entity.columns if not column.nullable)
        return frozenset(columns).difference(self.needed)

    @cached_property
    def unique(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...], frozenset[str]], ...]:
        """What at most one row has, as it compares, and what of it is numbered anew in each row."""
        numbered = frozenset(fill.column.name for fill in self.fills if fill.is_numbered)
        return tuple(
            (columns, folded, numbered.intersection(columns))
            for _, columns, folded in uniqueness(self.entity)
        )

    def doubtful(self, status: str | None, written: Collection[str]) -> Iterator[str]:
        """The checks that a row may break in which these columns are not what they always are."""
        for check in self.entity.checks:
            settled = self._settled.get((status, check.name))
            if settled is None or not settled.isdisjoint(written):
                yield check.sql

    @cached_property
    def _settled(self) -> Mapping[tuple[str | None, str], frozenset[str]]:
        """The checks that hold in each row of a status in which their columns are as always."""
        return {
            (status, check.name): frozenset(check.columns)
            for status in (None, *(self.lifecycle.states if self.lifecycle else ()))
            for always in [self._always(status)]
            for check in self.entity.checks
            if always.keys() >= set(check.columns) and violates(check.sql, always) is False
        }

    def _always(self, name: str | None) -> Row:
        """The columns that are the same in each row of a status, unless a test says others."""
        row = {fill.column.name: fill.value for fill in self.fills if fill.is_constant}
        status = self.status(name)
        if self.lifecycle is not None and name is not None:
            row[self.lifecycle.column] = name
        if status is not None:
            row |= status.values
            row.pop(status.held or "", None)
        return row


def _numbered(fill: Fill) -> Numbered:
    """The value of a column by the number that its row is given for it."""
    kind = fill.column.type.kind
    if fill.way == "moment":
        return lambda number: NOW + timedelta(seconds=-1, microseconds=number % 100_000)
    if kind is Kind.UUID:
        return lambda number: UUID(int=number)
    if fill.way == "default":
        return lambda number: number
    return numbered_form(kind, fill.form)


def numbered_form(kind: Kind, form: str) -> Numbered:
    """The value of a form that differs by a number."""
    match kind:
        case Kind.TEXT | Kind.VARCHAR:
            before, _, after = form[2:-1].partition("{world.number()}")
            return lambda number: f"{before}{number}{after}"
        case Kind.TIMESTAMPTZ:
            return lambda number: NOW + timedelta(microseconds=number)
        case Kind.DATE:
            return lambda number: NOW.date() + timedelta(days=number % 10_000)
        case _:
            return lambda number: number
