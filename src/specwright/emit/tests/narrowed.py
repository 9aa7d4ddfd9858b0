"""Situations for a condition of rules that a list is narrowed by where a caller asks for it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specwright.emit.lists import asked_parameters
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.requests import NoSample, can_be_said
from specwright.emit.tests.simulation import Outcome, Simulation
from specwright.emit.tests.situations import Situation, Situations
from specwright.emit.tests.stage import Stage
from specwright.emit.tests.values import NOW
from specwright.emit.tests.variables import variable_of
from specwright.model import types
from specwright.model.entities import Entity
from specwright.model.evaluation import holds
from specwright.model.operations import Operation
from specwright.model.rules import Narrowing
from specwright.model.typed import Constant, Get, Member, Typed, path, rewritten
from specwright.model.types import Kind, OneOf
from specwright.model.wire import flattened

_TEXTS = ("wanted", "Wanted", "a", "b", "none-of-them")
_NUMBERS = (1, 2, 3, 0, 10)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Narrowed:
    """One row that the list keeps for what `kept` asks, and not for what `others` asks."""

    situation: Situation
    kept: str
    others: str

    @classmethod
    def of(
        cls, plan: Plan, operation: Operation, role: str, narrowing: Narrowing
    ) -> "Narrowed | None":
        """None where no such situation is found within the bounds of the search."""
        choices = list(_choices(plan, operation, narrowing))
        for wanted, other in itertools.permutations(choices, 2):
            told = _Told(plan, operation, narrowing.condition, wanted, other)
            situation = told.situation(role)
            if situation is not None:
                asked = (_query(plan, operation, one) for one in (wanted, other))
                return cls(situation, *asked)
        return None


@dataclass(frozen=True)
class _Told:
    plan: Plan
    operation: Operation
    condition: Typed
    wanted: Values
    other: Values

    def situation(self, role: str) -> Situation | None:
        also = (_with(self.condition, self.wanted),)
        try:
            situations = Situations(self.plan.factories, self.operation, role, also=also)
        except (NoSample, StopIteration, KeyError):
            return None
        found = situations.find(self._shows)
        return found.situation if found is not None else None

    def _shows(self, outcome: Outcome, stage: Stage, situation: Situation) -> bool:
        """The row, and no other, is kept for the one; nothing is for the other."""
        row = stage.variables.get(variable_of(self._entity))
        if not outcome.is_success or row is None:
            return False
        actor = situation.asked(stage).actor
        kept = list(self._kept(stage, actor, self.wanted))
        return len(kept) == 1 and kept[0] is row and not list(self._kept(stage, actor, self.other))

    @property
    def _entity(self) -> Entity:
        return self.plan.model.entity(self.operation.entity or "")

    def _kept(self, stage: Stage, actor: Any, values: Values) -> Iterator[Any]:
        simulation = Simulation(self.plan.model, stage)
        condition = _with(self.condition, values)
        for row in stage.all(self._entity.name):
            names = {"now": NOW, "actor": actor, self._entity.row: row}
            is_listed = simulation.is_listed(self.operation, actor, row)
            if is_listed and holds(condition, names, stage.all):
                yield row


def _choices(plan: Plan, operation: Operation, narrowing: Narrowing) -> Iterator[Values]:
    """What can be asked for: values of the parameters, the same step for all of them."""
    asked = asked_parameters(plan.model, operation)
    by_name = [
        [
            (name, value)
            for value in _values(asked[name][1].type)
            if can_be_said(flattened(asked[name][0].schema), value)
        ]
        for name in narrowing.asks
    ]
    yield from (dict(one) for one in zip(*by_name, strict=False))


def _values(found: types.Type) -> tuple[Any, ...]:
    if isinstance(found, OneOf):
        return found.values
    if types.is_kind(found, Kind.TEXT):
        return _TEXTS
    if types.is_kind(found, Kind.INT):
        return _NUMBERS
    return (True, False) if types.is_kind(found, Kind.BOOL) else ()


def _with(condition: Typed, values: Values) -> Typed:
    """The condition with these values in place of the request's."""

    def constant(typed: Typed) -> Typed | None:
        if not isinstance(typed, Get) or path(typed.row) != ("request",):
            return None
        value = values[typed.name]
        if isinstance(typed.type, OneOf):
            return Member(type=typed.type, source=typed.source, enum=typed.type, value=value)
        return Constant(type=typed.type, source=typed.source, value=value)

    return rewritten(condition, constant)


def _query(plan: Plan, operation: Operation, values: Values) -> str:
    asked = asked_parameters(plan.model, operation)
    return "&".join(f"{asked[name][0].name}={_said(value)}" for name, value in values.items())


def _said(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
