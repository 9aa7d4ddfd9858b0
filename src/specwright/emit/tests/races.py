"""`tests/{domain}/test_races.py`: several callers at the same time, on connections of their own."""

from collections.abc import Iterator
from dataclasses import replace

from specwright.emit.lookups import operation_rule
from specwright.emit.tests.bodies import row_of
from specwright.emit.tests.counting_races import counted
from specwright.emit.tests.modules import doc, module
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import Test, test_name
from specwright.emit.tests.refusals import counter_of
from specwright.emit.tests.rehearsal import UNTOLD, Told, goes, second_answer
from specwright.emit.tests.requests import fields_of
from specwright.emit.tests.simulation import Simulation
from specwright.emit.tests.stage import Given, Stage
from specwright.emit.tests.values import Ref
from specwright.emit.tests.variables import rows_of, variable_of
from specwright.emit.wording import quoted
from specwright.model.entities import Entity
from specwright.model.operations import ColumnValue, Operation, OperationKind

_AT_ONCE = 4
_COUNTED = "assert Counter(answer.outcome for answer in answers)"


def emit_races(plan: Plan, domain: str) -> str | None:
    tests = [
        test
        for operation in plan.operations(domain)
        if (working := plan.working(operation)) is not None
        for test in _of_operation(plan, operation, working)
    ]
    title = domain.replace("_", " ").capitalize()
    return module(
        f"{title}, when several callers come at the same time.",
        tests,
        imports=[f"from tests.{domain}.calls import CALLS"],
    )


def _of_operation(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    match operation.kind:
        case OperationKind.CREATE:
            yield from _unique(plan, operation, working)
        case OperationKind.UPDATE | OperationKind.REPLACE if operation.needs_if_match:
            yield from _same_version(plan, operation, working)
        case OperationKind.DELETE:
            yield from _once(plan, operation, working, "happens_once")
        case OperationKind.LINK:
            answers = {working.found.outcome.answer: _AT_ONCE}
            yield _at_once(plan, operation, working, answers, "links_once", _links(plan, working))
        case OperationKind.PICK:
            yield from _picks(plan, operation, working)
        case OperationKind.TRANSITION | OperationKind.ACTION:
            yield from _transition(plan, operation, working)
        case _:
            pass
    yield from counted(plan, operation, working)


def _links(plan: Plan, working: Working) -> tuple[str, ...]:
    """One more link than there was before."""
    link = working.operation.link
    assert link is not None
    before = [one for one in working.found.situation.givens if one.entity == link.entity]
    table = plan.model.entity(link.entity).table
    return (f"assert len(await world.rows({quoted(table)})) == {len(before) + 1}",)


def _actor(plan: Plan, working: Working) -> tuple[str, str, str]:
    """The line that makes the caller, the caller's variable, and who sends the call."""
    if working.role == ANYONE:
        return "actor: Row = {}", "actor", "None"
    variable = working.found.situation.actor or "actor"
    return f"{variable} = {plan.given_user(working.role)}", variable, variable


def _at_once(
    plan: Plan,
    operation: Operation,
    working: Working,
    answers: dict[str, int],
    words: str,
    more: tuple[str, ...] = (),
) -> Test:
    made, variable, sender = _actor(plan, working)
    return Test(
        test_name(operation.id, words),
        (
            "world = racing_world",
            made,
            f'call = await CALLS["{operation.id}"](world, {variable})',
            "",
            f"answers = await asyncio.gather(*(world.send({sender}, call) "
            f"for _ in range({_AT_ONCE})))",
            "",
            f"{_COUNTED} == {counter_of(plan.model, answers)}",
            *more,
        ),
        arguments="racing_world: World",
    )


def _once(
    plan: Plan, operation: Operation, working: Working, words: str, more: tuple[str, ...] = ()
) -> Iterator[Test]:
    """What was done once cannot be done again, even at the same time."""
    second = second_answer(plan.factories, working.found.situation)
    if second is None or second.startswith("2"):
        plan.leave_out(f"{operation.id}: the same call several times at once.")
        return
    answers = {working.found.outcome.answer: 1, second: _AT_ONCE - 1}
    yield _at_once(plan, operation, working, answers, words, more)


def _same_version(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    entity = plan.model.entity(operation.entity or "")
    more = (
        f"after = await world.again({quoted(entity.table)}, call.row)",
        'assert after["version"] == call.row["version"] + 1',
    )
    yield from _once(plan, operation, working, "loses_no_change", more)


def _transition(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    arrow = working.found.outcome.arrow
    if arrow is None or arrow.source == arrow.target:
        return
    yield from _once(plan, operation, working, "happens_once")


def _unique(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    entity = plan.model.entity(operation.entity or "")
    said = {
        one.field.column
        for one in fields_of(plan.model, operation)
        if one.field.name in (working.found.situation.body or {})
    }
    for unique in entity.uniques:
        if unique.name in operation.conflicts and set(unique.columns) <= said:
            if second_answer(plan.factories, working.found.situation) != f"409 {unique.name}":
                plan.leave_out(f"{operation.id}: the same call several times at once.")
                continue
            answers = {working.found.outcome.answer: 1, f"409 {unique.name}": _AT_ONCE - 1}
            more = (f"await world.only({quoted(entity.table)})",)
            yield replace(
                _at_once(plan, operation, working, answers, "makes_one_row_of_a_kind", more),
                says=doc(f"`{', '.join(unique.columns)}` is unique"),
            )


def _picks(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    rule = operation_rule(plan.model, operation.id)
    if rule is None or rule.block.search is None or not rule.block.search.locks:
        return
    search = rule.block.search
    entity = plan.model.entity(search.entity)
    key = entity.primary_key.columns[0]
    fields = operation.view.fields if operation.view else ()
    shown = next((f.name for f in fields if f.source == ColumnValue(key)), None)
    situation = working.found.situation
    base = [g for g in situation.givens if g.variable != situation.actor]
    if shown is None or len(base) != 1 or working.role == ANYONE or _refers(base[0].said):
        return
    none = f"{search.none_status} {search.none_error}" if search.none_error else None
    none = none or str(search.none_status)
    if none == working.found.outcome.answer:
        return
    if _one_each(plan, working, none):
        yield _each_once(plan, working, base[0], none, shown)
    else:
        plan.leave_out(f"{operation.id}: several callers at once.")
    yield from _passes_over(plan, working, entity, shown)


def _each_once(plan: Plan, working: Working, base: Given, none: str, shown: str) -> Test:
    situation, entity = working.found.situation, plan.model.entity(base.entity)
    key = entity.primary_key.columns[0]
    answers = {working.found.outcome.answer: 4, none: 2}
    caller = situation.actor or "actor"
    row = variable_of(entity)
    call = plan.printer.request(situation)
    return Test(
        test_name(working.operation.id, "takes_each_row_once"),
        (
            "world = racing_world",
            f"callers = [{plan.given_user(working.role)} for _ in range(6)]",
            f"{rows_of(entity)} = [{plan.printer.made(base)} for _ in range(4)]",
            "",
            f"answers = await asyncio.gather(*(world.call({caller}, {call}) "
            f"for {caller} in callers))",
            "",
            f"{_COUNTED} == {counter_of(plan.model, answers)}",
            f"taken = [{row_of(working.operation)}[{quoted(shown)}] for answer in answers "
            f'if answer.outcome == "{working.found.outcome.answer}"]',
            f"assert sorted(taken) == "
            f"sorted(world.wire({row}[{quoted(key)}]) for {row} in {rows_of(entity)})",
        ),
        arguments="racing_world: World",
    )


def _one_each(plan: Plan, working: Working, none: str) -> bool:
    """Whether of five callers the first four find a row."""
    situation = working.found.situation
    caller = next(one for one in situation.givens if one.variable == situation.actor)
    base = next(one for one in situation.givens if one.variable != situation.actor)
    callers = [replace(caller, variable=f"{caller.variable}_{number}") for number in range(5)]
    rows = [replace(base, variable=f"{base.variable}_{number}") for number in range(4)]
    answers = [*(working.found.outcome.answer for _ in rows), none]
    calls = (replace(situation, givens=(), actor=one.variable) for one in callers)
    told = [Told(call, answer) for call, answer in zip(calls, answers, strict=True)]
    return goes(plan.factories, [*callers, *rows], *told)


def _passes_over(plan: Plan, working: Working, entity: Entity, shown: str) -> Iterator[Test]:
    """A row that somebody else holds is not waited for."""
    situation = working.found.situation
    base = next(one for one in situation.givens if one.variable != situation.actor)
    rows = [replace(base, variable=name) for name in ("first", "second")]
    caller = [one for one in situation.givens if one.variable == situation.actor]
    alone = replace(situation, givens=())
    try:
        stage = Stage(plan.factories).put([*caller, *rows])
        picked = Simulation(plan.model, stage).answer(alone.asked(stage)).picked
    except UNTOLD:
        return
    held, free = ("first", "second") if picked is stage.variables["first"] else ("second", "first")
    key = quoted(entity.primary_key.columns[0])
    yield Test(
        test_name(working.operation.id, "passes_over_what_others_hold"),
        (
            "world = racing_world",
            *plan.printer.givens([*caller, *rows], {"first", "second", situation.actor or ""}),
            "",
            f"async with world.holding({quoted(entity.table)}, {held}):",
            f"    answer = {plan.printer.call(alone)}",
            "",
            f'assert answer.outcome == "{working.found.outcome.answer}"',
            f"assert {row_of(working.operation)}[{quoted(shown)}] == world.wire({free}[{key}])",
        ),
        arguments="racing_world: World",
    )


def _refers(said: dict[str, object]) -> bool:
    return any(isinstance(value, Ref) for value in said.values())
