"""Tests of what a list shows to a role whose rows are told by rows that hang on them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from specwright.emit.tests.modules import doc
from specwright.emit.tests.plans import ANYONE, Plan
from specwright.emit.tests.printing import Test, renamed, test_name, used_by
from specwright.emit.tests.simulation import Simulation
from specwright.emit.tests.situations import Found, Situation
from specwright.emit.tests.stage import Given, Impossible, Stage
from specwright.emit.tests.values import Ref
from specwright.emit.tests.variables import variable_of
from specwright.model.access import Permission
from specwright.model.operations import Operation


def conditional_cells(plan: Plan, operation: Operation) -> Iterator[Permission]:
    """Of the list and of what exists, one for each role."""
    visibility = plan.model.visibility_of(operation.entity or "")
    access = plan.model.access_to(operation.id)
    cells = [*(access.permissions if access else ())]
    cells += visibility.permissions if visibility else ()
    done: set[str] = set()
    for cell in cells:
        known = cell.role in plan.permitted(operation) and cell.role != ANYONE
        if cell.condition is not None and known and cell.role not in done:
            done.add(cell.role)
            yield cell


def has_rows_below(situation: Situation, variable: str) -> bool:
    """Whether other rows belong to the row, which have to be made after it."""
    return any(
        isinstance(value, Ref) and value.row == variable
        for given in situation.givens
        for _, value in given.says
    )


@dataclass(frozen=True)
class Sight:
    """What a caller of the role sees of a list: a row with all that hangs on it, and no other."""

    plan: Plan
    operation: Operation
    cell: Permission

    def test(self, call: str, ids: str, only: str) -> Test | None:
        """`call` reads the list, `ids` are those of its rows, `only` that of the row alone."""
        for seen in self._found(is_listed=True):
            for unseen in self._found(is_listed=False):
                other = self._beside(seen.situation, unseen.situation)
                if other is not None:
                    return self._told(seen.situation, other, (call, ids, only))
        return None

    @property
    def situation(self) -> Situation | None:
        return next((found.situation for found in self._found(is_listed=True)), None)

    @property
    def _row(self) -> str:
        return variable_of(self.plan.model.entity(self.operation.entity or ""))

    def _found(self, *, is_listed: bool) -> list[Found]:
        def fits(_outcome: object, stage: Stage, situation: Situation) -> bool:
            return self._is_listed(stage, situation) is is_listed

        situations = self.plan.situations(self.operation, self.cell.role)
        found = situations.find(fits) if situations else None
        return [found] if found is not None else []

    def _is_listed(self, stage: Stage, situation: Situation, row: str | None = None) -> bool:
        actor, listed = situation.asked(stage).actor, stage.variables.get(row or self._row)
        simulation = Simulation(self.plan.model, stage)
        return listed is not None and simulation.is_listed(self.operation, actor, listed)

    def _beside(self, seen: Situation, unseen: Situation) -> tuple[Given, ...] | None:
        """The rows of the second beside those of the first, of which the list shows one."""
        kept = {ref.row for _, ref in seen.path} | {seen.actor or ""}
        first = {given.variable: given for given in seen.givens}
        second = {given.variable: given for given in unseen.givens}
        if any(first.get(name) != second.get(name) for name in kept):
            return None
        taken = {given.variable for one in seen.givens for given in (one, *one.first)}
        others = renamed(unseen, taken, keep=tuple(kept)).givens
        givens = tuple(one for one in others if one.variable not in kept)
        try:
            stage = Stage(self.plan.factories).put((*seen.givens, *givens))
        except Impossible:
            return None
        listed = [
            given.variable
            for given in (*seen.givens, *givens)
            if given.entity == self.operation.entity
            and self._is_listed(stage, seen, given.variable)
        ]
        return givens if listed == [self._row] else None

    def _told(
        self, seen: Situation, others: tuple[Given, ...], words: tuple[str, str, str]
    ) -> Test:
        call, ids, only = words
        both = replace(seen, givens=(*seen.givens, *others))
        return Test(
            test_name(self.operation.id, "shows", self.cell.role, "only_some"),
            (
                *self.plan.printer.givens(both.givens, used_by(seen) | {self._row}),
                "",
                f"answer = {call}",
                "",
                'assert answer.outcome == "200"',
                f"assert {ids} == {only}",
            ),
            doc(f"`{' '.join((self.cell.words or '').split())}`"),
        )
