"""Races of rules that count, or read what they change: as many get through as one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from specwright.emit.behaviour import Behaviour
from specwright.emit.owners import Owner, owner_of
from specwright.emit.tests.factory import Row
from specwright.emit.tests.modules import claim
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import Test, test_name, used_by
from specwright.emit.tests.refusals import counter_of
from specwright.emit.tests.rehearsal import UNTOLD, applied
from specwright.emit.tests.simulation import GUARD_FAILED, Simulation
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import Given, Stage
from specwright.emit.tests.values import Ref
from specwright.emit.tests.variables import rows_of, variable_of
from specwright.model.counting import owners_counted
from specwright.model.operations import Operation, OperationKind
from specwright.model.typed import Typed, path

_MOST = 9
_MORE = 3
_SEARCHES = (OperationKind.PICK, OperationKind.FIND)


@dataclass(frozen=True, slots=True)
class _Rule:
    words: str
    answer: str
    locks: tuple[Typed, ...]


def counted(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    """Of rules about the rows of the caller, or about a row that the operation's own belongs to."""
    behaviour = plan.factories.behaviour(operation.id)
    if behaviour is None or working.found.situation.row is None or working.role == ANYONE:
        return
    for rule in _rules(behaviour):
        if any(path(lock) == ("actor",) for lock in rule.locks):
            yield from _of_caller(plan, operation, working, rule)
            continue
        found = (owner_of(plan.model, lock) for lock in rule.locks)
        owner = next((one for one in found if one and one.start == behaviour.row), None)
        if owner is not None and operation.kind not in _SEARCHES:
            yield from _of_owner(plan, working, rule, owner)


def _rules(behaviour: Behaviour) -> Iterator[_Rule]:
    for require in behaviour.requires:
        answer = f"{require.status} {require.error}"
        both = behaviour.read_and_set(require.condition)
        yield _Rule(require.words, answer, (*require.locks, *both))
    for arrow in behaviour.arrows:
        if arrow.guard is not None and arrow.words is not None:
            both = behaviour.read_and_set(arrow.guard)
            yield _Rule(arrow.words, GUARD_FAILED, (*owners_counted(arrow.guard), *both))


def _of_caller(plan: Plan, operation: Operation, working: Working, rule: _Rule) -> Iterator[Test]:
    situation = working.found.situation
    actor = [one for one in situation.givens if one.variable == situation.actor]
    others = [one for one in situation.givens if one.variable != situation.actor]
    passed = _passed(plan, working, rule.answer, actor, others)
    if passed is None:
        plan.leave_out(_left_out(working, rule))
        return
    caller = situation.actor or "actor"
    calls = f'[await CALLS["{operation.id}"](world, {caller}) for _ in range({passed + _MORE})]'
    lines = [
        *plan.printer.givens(actor, used_by(situation)),
        f"calls = {calls}",
        "",
        f"answers = await asyncio.gather(*(world.send({caller}, call) for call in calls))",
    ]
    yield _test(plan, working, rule, passed, lines)


def _of_owner(plan: Plan, working: Working, rule: _Rule, owner: Owner) -> Iterator[Test]:
    """Several rows that belong to the same one."""
    situation = working.found.situation
    own = next(one for one in situation.givens if one.variable == situation.row)
    beside = [one for one in situation.givens if one is not own]
    is_named = {ref.row for _, ref in situation.path} == {own.variable}
    is_needed = any(own.variable in _spoken_of(one) for one in beside)
    if len(owner.hops) > 1 or own.times > 1 or is_needed or not is_named:
        plan.leave_out(_left_out(working, rule))
        return
    shared, own = _belonging(owner, beside, own)
    passed = _passed_of(plan, working, rule, shared, own)
    if passed is None:
        plan.leave_out(_left_out(working, rule))
        return
    caller, row = situation.actor or "actor", own.variable
    rows = rows_of(plan.model.entity(own.entity))
    sent = f"world.call({caller}, {plan.printer.request(situation)})"
    lines = [
        *plan.printer.givens(shared, {*used_by(situation), *_spoken_of(own)}),
        f"{rows} = [{plan.printer.made(own)} for _ in range({passed + _MORE})]",
        "",
        f"answers = await asyncio.gather(*({sent} for {row} in {rows}))",
    ]
    yield _test(plan, working, rule, passed, lines)


def _belonging(owner: Owner, beside: Sequence[Given], own: Given) -> tuple[list[Given], Given]:
    """The rows that are there once, and the one that is there often, all of one owner."""
    (hop,) = owner.hops
    ((column, far),) = hop.relation.columns
    if isinstance(own.said.get(column), Ref):
        return list(beside), own
    shared = Given(variable_of(owner.entity), owner.entity.name)
    if any(one.variable == shared.variable for one in beside):
        shared = replace(shared, variable=f"its_{owner.entity.row}")
    says = (*own.says, (column, Ref(shared.variable, far)))
    return [*beside, shared], replace(own, says=says)


def _spoken_of(given: Given) -> set[str]:
    own = {value.row for value in given.said.values() if isinstance(value, Ref)}
    return own.union(*(_spoken_of(one) for one in given.first))


def _test(plan: Plan, working: Working, rule: _Rule, passed: int, lines: Sequence[str]) -> Test:
    answers = {working.found.outcome.answer: passed, rule.answer: _MORE}
    asserted = (
        f"assert Counter(answer.outcome for answer in answers) == {counter_of(plan.model, answers)}"
    )
    return Test(
        test_name(working.operation.id, "lets_no_more_through_at_once"),
        ("world = racing_world", *lines, "", asserted),
        says=claim(rule.words, rule.answer),
        arguments="racing_world: World",
    )


def _left_out(working: Working, rule: _Rule) -> str:
    words = " ".join(rule.words.split())
    return f"{working.operation.id}: several at once against `{words}`."


def _passed(
    plan: Plan, working: Working, answer: str, once: Sequence[Given], often: Sequence[Given]
) -> int | None:
    """How many calls are let through; None where that takes what is put there before each."""
    situation = working.found.situation
    try:
        stage = Stage(plan.factories).put(once)
        for number in range(_MOST):
            stage.put(often)
            outcome = Simulation(plan.model, stage).answer(situation.asked(stage))
            if outcome.answer == answer:
                wanted = [working.found.outcome.answer] * number + [answer] * _MORE
                is_so = _answers_to_all(plan, situation, once, often, len(wanted)) == wanted
                return number if number and is_so else None
            if not outcome.is_success:
                return None
            applied(stage, outcome)
    except UNTOLD:
        return None
    return None


def _answers_to_all(
    plan: Plan, situation: Situation, once: Sequence[Given], often: Sequence[Given], calls: int
) -> list[str]:
    """What is answered where the rows of all calls are there before the first is made."""
    stage = Stage(plan.factories).put(once)
    prepared = [stage.put(often).variables.copy() for _ in range(calls)]
    return list(_answered(plan, situation, stage, prepared))


def _passed_of(
    plan: Plan, working: Working, rule: _Rule, once: Sequence[Given], own: Given
) -> int | None:
    """The same where all the rows are there from the start: all but the last are let through."""
    success = working.found.outcome.answer
    for passed in range(1, _MOST):
        wanted = [success] * passed + [rule.answer] * _MORE
        try:
            if list(_answers(plan, working, once, [own] * len(wanted))) == wanted:
                return passed
        except UNTOLD:
            return None
    return None


def _answers(
    plan: Plan, working: Working, once: Sequence[Given], rows: Sequence[Given]
) -> Iterator[str]:
    stage = Stage(plan.factories).put(once)
    prepared = [stage.put([given]).variables.copy() for given in rows]
    return _answered(plan, working.found.situation, stage, prepared)


def _answered(
    plan: Plan, situation: Situation, stage: Stage, prepared: Sequence[dict[str, Row]]
) -> Iterator[str]:
    """One call after the other, each with its own rows under the variables."""
    for variables in prepared:
        stage.variables = variables
        outcome = Simulation(plan.model, stage).answer(situation.asked(stage))
        yield outcome.answer
        if outcome.is_success:
            applied(stage, outcome)
