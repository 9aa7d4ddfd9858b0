"""What can vary in a situation: the rows that conditions speak of, and their columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from specwright.emit.tests import samples
from specwright.emit.tests.factories import Factories
from specwright.emit.tests.hooks import values_of
from specwright.emit.tests.stage import HOOKS
from specwright.emit.tests.values import NOW, Ref
from specwright.emit.tests.variables import apart, variable_of
from specwright.model.entities import Column, Entity
from specwright.model.sql_types import Kind
from specwright.model.typed import (
    Aggregate,
    Apply,
    Compare,
    Constant,
    Each,
    Follow,
    Get,
    Member,
    Name,
    Typed,
    children,
    walk,
)
from specwright.model.types import Relation

_SECOND = timedelta(seconds=1)
MOST_ROWS = 4


@dataclass(eq=False)
class Slot:
    """A place for a row, or for several alike, and the rows that hang on it by relations."""

    variable: str
    entity: str
    relation: Relation | None = None
    above: "Slot | None" = None
    below: dict[str, "Slot"] = field(default_factory=dict)
    asked: dict[str, list[Any]] = field(default_factory=dict)  # constants beside each column
    counts: list[int] = field(default_factory=list)
    is_asked_about: bool = False

    def all(self) -> Iterator["Slot"]:
        yield self
        for slot in self.below.values():
            yield from slot.all()


@dataclass(frozen=True, eq=False)
class Knob:
    """A choice: a column of the row in a slot, its status, or how many rows there are."""

    slot: Slot
    column: str | None  # None is the number of rows
    choices: tuple[Any, ...]
    is_status: bool = False


def _is_own_key(entity: Entity, column: str) -> bool:
    """A key of the row's own is made by the tables; one that is another row's can be chosen."""
    return column in entity.primary_key.columns and entity.foreign_key_of(column) is None


@dataclass
class Slots:
    """The slots of one operation: `names` are the rows that its conditions can name."""

    factories: Factories
    names: dict[str, Slot]
    request: Slot = field(default_factory=lambda: Slot("request", ""))
    hooks: tuple[str, ...] = ()  # of which a test can say what they give
    hook_slot: Slot = field(default_factory=lambda: Slot("hooks", HOOKS))
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._taken |= {slot.variable for slot in self.names.values()}

    def read(self, conditions: Sequence[Typed], also: Mapping[str, Slot] | None = None) -> "Slots":
        """Note what conditions ask about; `also` are rows that only these name."""
        for condition in conditions:
            self._visit(condition, {**self.names, **(also or {})}, ())
        return self

    # -- what conditions speak of ---------------------------------------------------------------

    def _slot(self, typed: Typed, env: Mapping[str, Slot]) -> Slot | None:
        match typed:
            case Name():
                return env.get(typed.name)
            case Follow():
                above = self._slot(typed.row, env)
                return None if above is None else self._below(above, typed)
            case Each(macro="filter"):
                return self._slot(typed.collection, env)
            case _:
                return None

    def _below(self, above: Slot, follow: Follow) -> Slot | None:
        if follow.name not in above.below:
            if follow.relation.entity not in self.factories:
                return None
            variable = self._variable(follow)
            above.below[follow.name] = Slot(
                variable, follow.relation.entity, follow.relation, above
            )
        return above.below[follow.name]

    def _variable(self, follow: Follow) -> str:
        row = variable_of(self.factories.model.entity(follow.relation.entity))
        name = apart(follow.name)
        wanted = [row, name] if follow.relation.many else [name, row]
        free = [name for name in wanted if name not in self._taken]
        number = 2
        while not free:
            free = [f"{row}_{number}"] if f"{row}_{number}" not in self._taken else []
            number += 1
        self._taken.add(free[0])
        return free[0]

    def _visit(self, typed: Typed, env: Mapping[str, Slot], beside: Sequence[Any]) -> None:
        match typed:
            case Compare():
                beside = _constants(typed)
            case Apply():
                beside = [*beside, *_constants(typed)]
            case Get(row=Name(name="request")):
                self.request.asked.setdefault(typed.name, []).extend(beside)
            case Get():
                slot = self._slot(typed.row, env)
                if slot is not None:
                    slot.is_asked_about = True
                    slot.asked.setdefault(typed.name, []).extend(beside)
            case Aggregate() | Follow():
                collection = typed.collection if isinstance(typed, Aggregate) else typed
                slot = self._slot(collection, env)
                if slot is not None:
                    slot.is_asked_about = True
                    slot.counts.extend(one for one in beside if isinstance(one, int))
            case Each():
                slot = self._slot(typed.collection, env)
                self._visit(typed.collection, env, beside)
                inner = {**env, typed.variable: slot} if slot is not None else env
                self._visit(typed.body, inner, ())
                return
            case _:
                pass
        for child in children(typed):
            self._visit(child, env, beside)

    def bind(self, name: str, collection: Typed | None) -> None:
        """A round's row is one of the collection's."""
        slot = self._slot(collection, self.names) if collection is not None else None
        if slot is not None:
            slot.is_asked_about = True
            self.names[name] = slot

    def touched(self, condition: Typed) -> set[tuple[int, str | None]]:
        """The choices that a condition, already read, asks about."""
        return set(self._touched(condition, {**self.names, "request": self.request}))

    def _touched(self, typed: Typed, env: Mapping[str, Slot]) -> Iterator[tuple[int, str | None]]:
        if isinstance(typed, Name) and typed.name in self.hooks:
            yield id(self.hook_slot), typed.name
        if isinstance(typed, Get):
            slot = self._slot(typed.row, env)
            if slot is not None:
                yield id(slot), typed.name
        if isinstance(typed, Follow):
            slot = self._slot(typed, env)
            if slot is not None:
                yield id(slot), None
        inner = env
        if isinstance(typed, Each):
            slot = self._slot(typed.collection, env)
            inner = {**env, typed.variable: slot} if slot is not None else env
        for child in children(typed):
            yield from self._touched(child, inner)

    # -- what can be chosen ---------------------------------------------------------------------

    def knobs(self, actor: str | None) -> list[Knob]:
        tops = dict.fromkeys(self.names.values())
        found = [knob for top in tops for slot in top.all() for knob in self._of(slot, actor)]
        model = self.factories.model
        found += [Knob(self.hook_slot, name, tuple(values_of(model, name))) for name in self.hooks]
        return list({(id(k.slot), k.column): k for k in found}.values())

    def _of(self, slot: Slot, actor: str | None) -> Iterator[Knob]:
        entity = self.factories.model.entity(slot.entity)
        if slot.relation is not None and slot.relation.many:
            near = {n + d for n in slot.counts for d in (-1, 0, 1)} | {1, 2}
            choices = tuple(sorted(n for n in near if 0 < n <= MOST_ROWS))
            yield Knob(slot, None, choices)
        factory = self.factories[slot.entity]
        for name, beside in slot.asked.items():
            column = entity.column(name)
            if column is None or _is_own_key(entity, name) or self._is_role(slot, name):
                continue
            is_status = factory.lifecycle is not None and factory.lifecycle.column == name
            choices = tuple(self._choices(entity, column, beside, actor))
            if choices:
                yield Knob(slot, name, choices, is_status)

    def _is_role(self, slot: Slot, column: str) -> bool:
        """The caller's role is what the situation is for: it is no choice."""
        roles = self.factories.model.roles
        return roles is not None and slot is self.names.get("actor") and column == roles.column

    def _choices(
        self, entity: Entity, column: Column, beside: Sequence[Any], actor: str | None
    ) -> Iterator[Any]:
        found = [*_near(column, beside), *self._plain(entity, column)]
        found = [value for value in found if samples.fits(column, value)]
        if column.type.kind is Kind.UUID and actor is not None:
            roles = self.factories.model.roles
            users = self.factories.model.entity(roles.entity) if roles else None
            if users is not None and len(users.primary_key.columns) == 1:
                yield Ref(actor, users.primary_key.columns[0])
        seen: list[Any] = []
        for value in found:
            if not any(value == one and type(value) is type(one) for one in seen):
                seen.append(value)
                yield value
        if column.nullable:
            yield None

    def _plain(self, entity: Entity, column: Column) -> Iterator[Any]:
        if column.type.kind is Kind.UUID or entity.foreign_key_of(column.name) is not None:
            return
        enums = {enum.name: enum for enum in self.factories.model.enums}
        most = len(enums[column.type.enum].values) if column.type.enum else 4
        yield from samples.samples(entity, column, enums)[:most]


def _constants(typed: Typed) -> list[Any]:
    return [node.value for node in walk(typed) if isinstance(node, Constant | Member)]


def _near(column: Column, beside: Sequence[Any]) -> Iterator[Any]:
    """Values at the edge of what the constants beside a column say."""
    match column.type.kind:
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            for number in beside:
                if isinstance(number, int) and not isinstance(number, bool):
                    yield from (number, number - 1, number + 1)
        case Kind.NUMERIC:
            for number in beside:
                if isinstance(number, int | Decimal) and not isinstance(number, bool):
                    yield from (Decimal(number), Decimal(number) - 1, Decimal(number) + 1)
        case Kind.DOUBLE:
            for number in beside:
                if isinstance(number, int | float) and not isinstance(number, bool):
                    yield from (float(number), float(number) - 1, float(number) + 1)
        case Kind.TIMESTAMPTZ:
            yield from _moments([one for one in beside if isinstance(one, timedelta)])
        case Kind.DATE:
            for days in (0, 1, -1):
                yield NOW.date() + timedelta(days=days)
        case Kind.TEXT | Kind.VARCHAR | Kind.ENUM:
            yield from (text for text in beside if isinstance(text, str))
        case _:
            pass


def _moments(durations: Sequence[timedelta]) -> Iterator[datetime]:
    for duration in (*durations, *(-one for one in durations), timedelta()):
        yield from (NOW + duration, NOW + duration + _SECOND, NOW + duration - _SECOND)
