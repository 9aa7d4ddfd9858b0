"""A test before it runs: the same rows and calls, one after the other, in memory.

A test claims only what came out here. What cannot be told beforehand is not claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from specwright.emit.tests.factories import Factories
from specwright.emit.tests.simulation import Beyond, Outcome, Simulation
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import Given, Impossible, Stage

UNTOLD = (Impossible, Beyond, TypeError, KeyError, ArithmeticError, StopIteration)


@dataclass(frozen=True, slots=True)
class Told:
    """A call and what it is answered; `anew`, whatever the version of its row."""

    situation: Situation
    answer: str
    anew: bool = False


Step: TypeAlias = Sequence[Given] | Told


def goes(factories: Factories, *steps: Step) -> bool:
    """Whether the rows can be put there, and the calls are answered so, in this order."""
    return played(factories, *steps) is not None


def played(factories: Factories, *steps: Step) -> Stage | None:
    """The rows as they are after all steps; None where one of them goes otherwise."""
    stage = Stage(factories)
    try:
        is_so = all(_goes(stage, step) for step in steps)
    except UNTOLD:
        return None
    return stage if is_so else None


def second_answer(factories: Factories, situation: Situation) -> str | None:
    """What the same call is answered once more, after it was answered with success."""
    try:
        stage = situation.staged(factories)
        asked = situation.asked(stage)
        first = Simulation(factories.model, stage).answer(asked)
        applied(stage, first)
        return Simulation(factories.model, stage).answer(asked).answer if first.is_success else None
    except UNTOLD:
        return None


def _goes(stage: Stage, step: Step) -> bool:
    if not isinstance(step, Told):
        stage.put(step)
        return True
    asked = step.situation.asked(stage)
    asked = replace(asked, version=None) if step.anew else asked
    outcome = Simulation(stage.factories.model, stage).answer(asked)
    applied(stage, outcome)
    return outcome.answer == step.answer


def applied(stage: Stage, outcome: Outcome) -> Stage:
    """The stage after a call."""
    made = [id(row) for _, row in outcome.changes.created]
    for entity, row, values in outcome.changes.changed.values():
        if id(row) in made:
            row.update(values)
            stage.insert(entity, row)
        else:
            stage.change(entity, row, values)
    for _, row in outcome.changes.deleted:
        stage.remove(row)
    return stage
