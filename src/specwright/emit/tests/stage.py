"""The rows of a test before it runs, as its factories will make them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from specwright.emit.tests.constraints import compared
from specwright.emit.tests.factories import Factories, default_value
from specwright.emit.tests.factory import Factory, Row, numbered_form
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.values import NOW, Another, Ref
from specwright.model.entities import Column, SqlDefault
from specwright.model.sql_types import Kind


class Impossible(Exception):
    """A row that the tables do not take."""


HOOKS = ""  # in the place of the entity: what hand-written code gives, by the names of hooks


@dataclass(frozen=True, slots=True)
class Given:
    """A row that a test puts there under a variable; what it does not say, its factory says.

    `times` makes several alike, for which `first` makes the rows that each needs for itself.
    """

    variable: str
    entity: str
    status: str | None = None
    says: tuple[tuple[str, Any], ...] = ()
    times: int = 1
    first: tuple["Given", ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        return dict(self.says)


@dataclass
class Stage:
    """Rows by entity, and those that have a variable."""

    factories: Factories
    rows: dict[str, list[Row]] = field(default_factory=dict)
    variables: dict[str, Row] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)  # of the variables
    versions: dict[str, int | None] = field(default_factory=dict)  # that a test has at hand
    hooks: dict[str, Any] = field(default_factory=dict)  # what they give, where that is said
    _count: int = 1_000_000
    _home: Row | None = None

    def all(self, entity: str) -> Sequence[Row]:
        return self.rows.get(entity, ())

    def put(self, givens: Sequence[Given]) -> "Stage":
        for given in givens:
            if given.entity == HOOKS:
                self.hooks |= given.said
                continue
            for _ in range(given.times):
                self.put(given.first)
                row = self.add(given.entity, given.status, **self.resolved(given.said))
                self.variables[given.variable] = row
                self.entities[given.variable] = given.entity
                self.versions[given.variable] = row.get("version")
        return self

    def resolved(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """The values, each Ref as the value that it stands for."""
        return {name: self._resolved(value) for name, value in said.items()}

    def _resolved(self, value: Any) -> Any:
        match value:
            case Ref():
                return self.variables[value.row][value.column]
            case dict():
                return self.resolved(value)
            case Another():
                return numbered_form(value.kind, value)(self.number())
            case _:
                return value

    def add(self, entity: str, status: str | None = None, /, **said: Any) -> Row:
        if entity not in self.factories:
            raise Impossible(entity)
        factory = self.factories[entity]
        row = factory.alike.copy()
        for column, numbered in factory.varying:
            row[column] = numbered(self.number())
        if factory.lifecycle is not None and status is not None:
            row[factory.lifecycle.column] = status
        row |= said
        self._fill_needed(factory, row, said)
        self._fill_status(factory, row, said, status)
        self._check(factory, row, said, status)
        self.rows.setdefault(entity, []).append(row)
        return row

    def new(self, entity: str, written: Mapping[str, Any]) -> Row:
        """A row as a create makes it, not there yet: the tables' defaults, and what is written."""
        factory = self.factories[entity]
        row = {fill.column.name: self._default(fill.column) for fill in factory.fills}
        if factory.lifecycle is not None:
            row[factory.lifecycle.column] = factory.lifecycle.initial
        return row | self.resolved(written)

    def _default(self, column: Column) -> Any:
        if column.type.identity:
            return self.number()
        if isinstance(column.default, SqlDefault):
            return UUID(int=self.number()) if column.type.kind is Kind.UUID else NOW
        return default_value(column)

    def home(self) -> Row:
        if self._home is None:
            assert self.factories.home is not None
            self._home = self.add(self.factories.home.name)
        return self._home

    def change(self, entity: str, row: Row, values: Mapping[str, Any]) -> None:
        row.update(values)
        if self.factories.model.entity(entity).versioned:
            row["version"] += 1

    def insert(self, entity: str, row: Row) -> None:
        self.rows.setdefault(entity, []).append(row)

    def remove(self, row: Row) -> None:
        for rows in self.rows.values():
            rows[:] = [one for one in rows if one is not row]

    # -- How a factory fills in -----------------------------------------------------------------

    def number(self) -> int:
        self._count += 1
        return self._count

    def _fill_needed(self, factory: Factory, row: Row, said: Mapping[str, Any]) -> None:
        for fill in factory.homes:
            if fill.column.name not in said:
                row[fill.column.name] = self.home()[self._home_column]
        for column, key, target_column in factory.parents:
            if column not in said:
                parent = self.add(key.target, **self.of_same_tenant(factory, key.target, row))
                row[column] = parent[target_column]

    @property
    def _home_column(self) -> str:
        tenancy = self.factories.model.tenancy
        assert tenancy is not None
        return tenancy.root_column

    def of_same_tenant(self, factory: Factory, target: str, row: Row) -> dict[str, Any]:
        """The tenant of a row, for another that it needs."""
        own, other = factory.entity.tenant, self.factories.model.entity(target).tenant
        if own is None or other is None or not own.is_direct or not other.is_direct:
            return {}
        if own.is_root or other.is_root:
            return {}
        return {other.column: row[own.column]}

    def _fill_status(
        self, factory: Factory, row: Row, said: Mapping[str, Any], name: str | None
    ) -> None:
        status = factory.status(name)
        if status is None:
            return
        row |= {column: value for column, value in status.values.items() if column not in said}
        if status.held is not None and status.held not in said:
            row[status.held] = self.holder(factory, row, status.role)

    def holder(self, factory: Factory, row: Row, role: str | None) -> Any:
        roles = self.factories.model.roles
        assert roles is not None
        said = self.of_same_tenant(factory, roles.entity, row)
        if roles.column is not None and role is not None:
            said[roles.column] = role
        users = self.add(roles.entity, **said)
        (key,) = self.factories.model.entity(roles.entity).primary_key.columns
        return users[key]

    def _check(self, factory: Factory, row: Row, said: Mapping[str, Any], name: str | None) -> None:
        entity, status = factory.entity.name, factory.status(name)
        written = {*said, *status.values} if status is not None else said.keys()
        if any(row[one] is None for one in (*factory.needed, *factory.filled & written)):
            raise Impossible(f"{entity}: null")
        if any(violates(sql, row) for sql in factory.doubtful(name, said)):
            raise Impossible(f"{entity}: check")
        for columns, folded, numbered in factory.unique:
            values = compared(row, columns, folded)
            if None in values or not written >= numbered:
                continue
            if any(compared(one, columns, folded) == values for one in self.all(entity)):
                raise Impossible(f"{entity}: unique")
