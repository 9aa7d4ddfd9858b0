"""How a test makes a valid row of each table, and what a row of each status holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from specwright.emit.behaviour import Behaviour
from specwright.emit.tests import samples
from specwright.emit.tests.constraints import broken_check
from specwright.emit.tests.factory import Factory, Fill, Row, Status
from specwright.emit.tests.passwords import HASH
from specwright.emit.tests.requests import sample_record
from specwright.emit.tests.values import NOW
from specwright.model import Model
from specwright.model.entities import Column, Entity, EnumType, ForeignKey, LiteralDefault
from specwright.model.evaluation import evaluate
from specwright.model.lifecycles import Lifecycle, Transition
from specwright.model.sql_types import Kind

HOLDER = UUID(int=0xFFFF)  # stands for whoever brought a row into its status


@dataclass(frozen=True)
class Factories:
    """The factories of a model, by entity; without those of rows that need one another."""

    model: Model
    _behaviours: dict[str, Behaviour | None] = field(default_factory=dict)

    @cached_property
    def all(self) -> Mapping[str, Factory]:
        return {
            entity.name: self._factory(entity)
            for entity in self.model.entities
            if self._can_begin(entity, ())
        }

    def behaviour(self, name: str) -> Behaviour | None:
        """What an operation or a trigger does; gathered once."""
        if name not in self._behaviours:
            self._behaviours[name] = Behaviour.named(self.model, name)
        return self._behaviours[name]

    def __getitem__(self, entity: str) -> Factory:
        return self.all[entity]

    def __contains__(self, entity: object) -> bool:
        return entity in self.all

    @cached_property
    def home(self) -> Entity | None:
        """The entity of the tenants."""
        return self.model.entity(self.model.tenancy.root) if self.model.tenancy else None

    def _can_begin(self, entity: Entity, above: tuple[str, ...]) -> bool:
        """Whether a row can be made after those that it needs: none of them needs it."""
        if entity.name in above:
            return False
        return all(
            self._can_begin(self.model.entity(key.target), (*above, entity.name))
            for key in needed_keys(entity)
        )

    def _factory(self, entity: Entity) -> Factory:
        fills = tuple(self._fills(entity))
        lifecycle = self.model.lifecycle_of(entity.name)
        bare = Factory(entity, fills, lifecycle)
        if lifecycle is None:
            return bare
        statuses = _Statuses(self.model, bare, lifecycle).all()
        return Factory(entity, fills, lifecycle, tuple(statuses))

    # -- What is filled in --------------------------------------------------------------------

    def _fills(self, entity: Entity) -> Iterator[Fill]:
        found = {fill.column.name: fill for fill in self._first_fills(entity)}
        self._make_unique(entity, found)
        row = {name: fill.value for name, fill in found.items()}
        free = [fill.column for fill in found.values() if fill.way in ("sample", "default", "null")]
        for name, value in samples.repaired(entity, row, free, self._enums).items():
            found[name] = Fill(found[name].column, "sample", value)
        yield from found.values()

    def _make_unique(self, entity: Entity, found: dict[str, Fill]) -> None:
        """Of the columns that are unique together, one has another value each time, or null."""
        for _, columns in entity.uniqueness():
            fills = [found[name] for name in columns]
            if any(_differs(fill) for fill in fills):
                continue
            for fill in fills:
                form = samples.unique_form(entity, fill.column, self._enums)
                if fill.way in ("sample", "default", "moment") and form is not None:
                    found[fill.column.name] = Fill(fill.column, "unique", form=form)
                    break

    @cached_property
    def _enums(self) -> Mapping[str, EnumType]:
        return {enum.name: enum for enum in self.model.enums}

    def _first_fills(self, entity: Entity) -> Iterator[Fill]:
        keys = {name: key for key in needed_keys(entity) for name in key.columns}
        tenant = entity.tenant
        lifecycle = self.model.lifecycle_of(entity.name)
        for column in entity.columns:
            if tenant and tenant.is_direct and not tenant.is_root and column.name == tenant.column:
                yield Fill(column, "home", key=keys.get(column.name))
            elif column.name in keys:
                yield Fill(column, "parent", key=keys[column.name])
            elif lifecycle is not None and column.name == lifecycle.column:
                yield Fill(column, "default", lifecycle.initial)
            else:
                yield self._fill(entity, column)

    def _fill(self, entity: Entity, column: Column) -> Fill:
        default, accounts = column.default, self.model.accounts
        if accounts and (entity.name, column.name) == (accounts.entity, accounts.password):
            return Fill(column, "sample", HASH)
        if isinstance(default, LiteralDefault):
            return Fill(column, "default", default_value(column))
        if default is not None:
            return _filled_by_sql(column)
        if column.type.identity:
            return Fill(column, "default")
        if column.nullable:
            return Fill(column, "null")
        if column.type.kind is Kind.UUID or _is_unique(entity, column):
            form = samples.unique_form(entity, column, self._enums)
            if form is not None:
                return Fill(column, "unique", form=form)
        return Fill(column, "sample", samples.sample(entity, column, self._enums))


def needed_keys(entity: Entity) -> tuple[ForeignKey, ...]:
    """The foreign keys without which a row cannot be."""
    return tuple(
        key
        for key in entity.foreign_keys
        if any(not column.is_filled for name in key.columns if (column := entity.column(name)))
    )


def default_value(column: Column) -> Any:
    """The default of a column as its rows have it, where it is a literal."""
    if not isinstance(column.default, LiteralDefault):
        return None
    value = column.default.value
    if column.type.kind is Kind.JSONB and isinstance(value, str):
        return json.loads(value)
    if column.type.kind is Kind.NUMERIC and value is not None:
        return Decimal(value)
    return value


def _differs(fill: Fill) -> bool:
    """Whether the column has another value in each row, or none."""
    if fill.way in ("unique", "parent", "null"):
        return True
    return fill.way == "default" and fill.value is None


def _filled_by_sql(column: Column) -> Fill:
    is_moment = column.type.kind is Kind.TIMESTAMPTZ
    return Fill(column, "moment" if is_moment else "default")


def _is_unique(entity: Entity, column: Column) -> bool:
    return any(_varying(entity, columns) == column.name for _, columns in entity.uniqueness())


def _varying(entity: Entity, columns: Sequence[str]) -> str | None:
    """The column by which rows of a factory differ: the last that needs a value of its own."""
    found = (column for name in reversed(columns) if (column := entity.column(name)))
    return next((column.name for column in found if not column.is_filled), None)


# -- What a status leaves -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Statuses:
    model: Model
    factory: Factory
    lifecycle: Lifecycle

    def all(self) -> Iterator[Status]:
        for name in self.lifecycle.states:
            way = _way(self.lifecycle, name)
            if way is not None:
                yield self._status(name, way)

    def _status(self, name: str, way: tuple[Transition, ...]) -> Status:
        first = self._first_row()
        row = dict(first)
        holder_role: str | None = None
        for arrow in way:
            changes = self._changes(arrow, row)
            if any(value == HOLDER for value in changes.values()):
                holder_role = _role_for(self.model, arrow.trigger)
            row |= changes
        row = self._allowed(first, row, name)
        ours = {self.lifecycle.column, "version", "updated_at"}
        values = {k: v for k, v in row.items() if v != first[k] and k not in ours}
        held = next((column for column, value in values.items() if value == HOLDER), None)
        values.pop(held or "", None)
        return Status(name, values, held, holder_role)

    def _allowed(self, first: Row, row: Row, status: str) -> Row:
        """The row without the changes by which it would break a check."""
        kept, state = dict(row), {self.lifecycle.column: status}
        for _ in self.factory.entity.checks:
            broken = broken_check(self.factory.entity, kept | state)
            kept |= {name: first[name] for name in broken.columns} if broken else {}
        return kept

    def _first_row(self) -> Row:
        row: Row = {}
        for fill in self.factory.fills:
            row[fill.column.name] = NOW if fill.way == "moment" else fill.value
        return row

    def _changes(self, arrow: Transition, row: Row) -> Row:
        behaviour = Behaviour.named(self.model, arrow.trigger)
        if behaviour is None:
            return {}
        names = {behaviour.row: row, "now": NOW, **self._others(arrow.trigger)}
        blocks = [behaviour.own_block]
        blocks += [one.block for one in behaviour.effects if one.name == arrow.effect]
        changes: Row = {}
        for one in (one for block in blocks for one in behaviour.sets_on_row(block)):
            try:
                value = evaluate(one.value, names, lambda _entity: ())
            except (KeyError, ArithmeticError, TypeError):
                continue
            column = self.factory.entity.column(one.target.column)
            if column is not None and (value is not None or column.nullable):
                changes[one.target.column] = value
        return changes

    def _others(self, trigger: str) -> Row:
        operation = self.model.operation(trigger)
        others: Row = {"request": sample_record(self.model, operation)} if operation else {}
        if self.model.roles is not None:
            users = self.model.entity(self.model.roles.entity)
            others["actor"] = dict.fromkeys((c.name for c in users.columns), None)
            others["actor"] |= dict.fromkeys(users.primary_key.columns, HOLDER)
        return others


def _way(lifecycle: Lifecycle, target: str) -> tuple[Transition, ...] | None:
    """The shortest way from the first status to the target, by the arrows as written."""
    ways: dict[str, tuple[Transition, ...]] = {lifecycle.initial: ()}
    waiting = [lifecycle.initial]
    for state in waiting:
        for arrow in lifecycle.transitions:
            if arrow.source == state and arrow.target not in ways:
                ways[arrow.target] = (*ways[state], arrow)
                waiting.append(arrow.target)
    return ways.get(target)


def _role_for(model: Model, operation: str) -> str | None:
    access = model.access_to(operation)
    roles = model.roles.values if model.roles else ()
    permitted = [one.role for one in access.permissions] if access else []
    return next((role for role in permitted if role in roles), None)
