"""Draws lifecycles, and the effects of their transitions."""

from dataclasses import dataclass

from tests.drawn import words
from tests.drawn.blueprint import Arrow, Column, Enum, Lifecycle, Plan, Table
from tests.drawn.conditions import Conditions
from tests.drawn.dice import Dice

STATE_COLUMNS = ("status", "status", "status", "state", "stage")


@dataclass
class Lifecycles:
    dice: Dice
    plan: Plan

    def draw(self) -> None:
        for table in self.plan.entities:
            tenant = self.plan.tenant.target if self.plan.tenant else None
            if table not in (self.plan.users, tenant) and self.dice.has("lifecycle"):
                self._state(table)
        for table in self.plan.entities:
            if table.lifecycle is not None:
                self._arrows(table, table.lifecycle)

    def _state(self, table: Table) -> None:
        column = Column(self.dice.pick(STATE_COLUMNS), "enum")
        if column.name in table.names:
            return
        states = self.dice.pick(words.STATES)
        column.enum = Enum(f"{table.row}_{column.name}", states)
        column.default = f"'{states[0]}'"
        self.plan.enums.append(column.enum)
        table.columns.append(column)
        table.lifecycle = Lifecycle(column, states)

    def _arrows(self, table: Table, lifecycle: Lifecycle) -> None:
        verbs = self.dice.shuffled(words.VERBS)
        states = lifecycle.states
        for number, target in enumerate(states[1:], start=1):
            source = (
                states[number - 1] if self.dice.chance(0.7) else self.dice.pick(states[:number])
            )
            self._arrow(table, source, target, verbs[number])
            if number > 1 and self.dice.chance(0.3):
                another = self.dice.pick([one for one in states if one not in (source, target)])
                self._arrow(table, another, target, verbs[number])
        if self.dice.has("self_loop"):
            state = self.dice.pick(states)
            self._arrow(table, state, state, verbs[0])
        going = {arrow.source for arrow in lifecycle.arrows}
        if self.dice.has("final_state"):
            lifecycle.final = [state for state in states if state not in going]

    def _arrow(self, table: Table, source: str, target: str, verb: str) -> None:
        assert table.lifecycle is not None
        trigger = _camel(verb, table)
        arrows = table.lifecycle.arrows
        if any(one.source == source and one.trigger == trigger for one in arrows):
            return
        conditions = Conditions(self.dice, self.plan, table)
        guard = conditions.of_row(with_actor=False) if self.dice.has("guard") else None
        arrows.append(Arrow(source, target, trigger, guard, self._effect(table)))
        if guard is not None and self.dice.has("else"):
            elsewhere = self.dice.pick(table.lifecycle.states)
            arrows.append(Arrow(source, elsewhere, trigger, "else", self._effect(table)))

    def _effect(self, table: Table) -> str | None:
        if not self.dice.has("effect"):
            return None
        name = f"{self.dice.pick(words.EFFECTS)}{table.noun.entity}"
        if name not in self.plan.effects:
            sets = Conditions(self.dice, self.plan, table).sets(with_actor=False)
            if not sets:
                return None
            self.plan.effects[name] = {"set": sets}
        return name


def _camel(verb: str, table: Table) -> str:
    return f"{verb}{table.noun.entity}"
