"""Tests of two situations in one world: in the first a call is allowed, in the second it is not."""

from dataclasses import dataclass, replace

from specwright.emit.tests.plans import Plan
from specwright.emit.tests.printing import renamed, used_by
from specwright.emit.tests.rehearsal import UNTOLD, applied
from specwright.emit.tests.simulation import Simulation
from specwright.emit.tests.situations import Found, Pair, Situation
from specwright.emit.tests.stage import Given
from specwright.emit.tests.values import Ref


@dataclass(frozen=True)
class Shown:
    """The two situations as they stand in one test: the second has variables of its own."""

    allowed: Found
    refused: Situation
    lines: tuple[str, ...]


def shown(plan: Plan, pair: Pair) -> Shown | None:
    """The lines of the test, if the second situation is refused for its reason after the first.

    The caller is the same where that does no harm, and another of the same role where it does.
    """
    for keep in ((pair.refused.situation.actor or "",), ()):
        second = renamed(pair.refused.situation, _variables(pair.allowed.situation), keep=keep)
        if _differs_in_kept(pair, keep):
            continue
        second = replace(second, givens=tuple(g for g in second.givens if g.variable not in keep))
        if _still_refused(plan, pair, second):
            return Shown(pair.allowed, second, tuple(_lines(plan, pair, second)))
    return None


def _differs_in_kept(pair: Pair, keep: tuple[str, ...]) -> bool:
    first = {given.variable: given for given in pair.allowed.situation.givens}
    second = {given.variable: given for given in pair.refused.situation.givens}
    return any(first.get(name) != second.get(name) for name in keep if name)


def _variables(situation: Situation) -> set[str]:
    return {given.variable for one in situation.givens for given in (one, *one.first)}


def _still_refused(plan: Plan, pair: Pair, second: Situation) -> bool:
    try:
        stage = pair.allowed.situation.staged(plan.factories)
        first = Simulation(plan.model, stage).answer(pair.allowed.situation.asked(stage))
        if not first.is_success:
            return False
        applied(stage, first)
        stage.put(second.givens)
        after = Simulation(plan.model, stage).answer(second.asked(stage))
    except UNTOLD:
        return False
    wanted = pair.refused.outcome
    return (after.answer, after.failed) == (wanted.answer, wanted.failed)


def _lines(plan: Plan, pair: Pair, second: Situation) -> list[str]:
    first = pair.allowed.situation
    answer = pair.refused.outcome.answer
    used = used_by(first) | (set() if second.actor is None else {second.actor})
    return [
        *plan.printer.givens(first.givens, used | _needed(second.givens)),
        f"allowed = {plan.printer.call(first)}",
        f'assert allowed.outcome == "{pair.allowed.outcome.answer}"',
        "",
        *plan.printer.givens(second.givens, used_by(second)),
        "async with world.nothing_changes():",
        f"    refused = {plan.printer.call(second)}",
        f'assert refused.outcome == "{answer}"',
    ]


def _needed(givens: tuple[Given, ...]) -> set[str]:
    own = {given.variable for given in givens}
    return {
        value.row
        for given in givens
        for _, value in given.says
        if isinstance(value, Ref) and value.row not in own
    }
