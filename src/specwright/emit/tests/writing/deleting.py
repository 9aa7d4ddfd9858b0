"""Tests of deleting: once, with what goes along, and not while it is needed."""

from collections.abc import Iterator
from dataclasses import replace

from specwright.emit.tests.plans import Plan, Working
from specwright.emit.tests.printing import (
    Test,
    renamed,
    test_name,
    used_by,
    with_names,
)
from specwright.emit.tests.rehearsal import Told, goes
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import Given
from specwright.emit.tests.values import Ref
from specwright.emit.wording import quoted
from specwright.model.entities import Entity, ForeignKey
from specwright.model.operations import Operation


def deletes(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    situation = working.found.situation
    row = situation.row
    if row is None:
        return
    entity = plan.model.entity(operation.entity or "")
    answer = working.found.outcome.answer
    givens = plan.printer.givens(situation.givens, used_by(situation) | {row})
    call = plan.printer.call(situation)
    key = ", ".join(f"{k}={row}[{quoted(k)}]" for k in entity.primary_key.columns)
    gone = f"assert await world.rows({quoted(entity.table)}, {key}) == []"
    yield Test(
        test_name(operation.id, "deletes_once"),
        (
            *givens,
            "",
            f"answer = {call}",
            "",
            f'assert answer.outcome == "{answer}"',
            gone,
            f"again = {call}",
            'assert again.outcome == "404 not-found"',
        ),
    )
    for other, foreign in _pointing_at(plan, entity):
        own, theirs = foreign.columns[0], foreign.target_columns[0]
        child = Given("gone_with_it", other.name, says=((own, Ref(row, theirs)),))
        if foreign.name in operation.conflicts:
            yield from _needed(plan, operation, situation, answer, foreign.name, child)
        elif foreign.on_delete == "cascade":
            yield from _taken_along(plan, operation, situation, answer, child)


def _pointing_at(plan: Plan, entity: Entity) -> Iterator[tuple[Entity, ForeignKey]]:
    for other in plan.model.entities:
        for foreign in other.foreign_keys if other.name in plan.factories else ():
            if foreign.target == entity.name and len(foreign.columns) == 1:
                yield other, foreign


def _taken_along(
    plan: Plan, operation: Operation, situation: Situation, answer: str, child: Given
) -> Iterator[Test]:
    table = plan.model.entity(child.entity).table
    if not goes(plan.factories, [*situation.givens, child], Told(situation, answer)):
        plan.leave_out(f"{operation.id}: {table} that go with their row.")
        return
    used = used_by(situation) | {situation.row or "", child.variable}
    yield Test(
        test_name(operation.id, "takes_along_its", table),
        (
            *plan.printer.givens([*situation.givens, child], used),
            "",
            f"answer = {plan.printer.call(situation)}",
            "",
            f'assert answer.outcome == "{answer}"',
            f"assert {child.variable} not in await world.rows({quoted(table)})",
        ),
    )


def _needed(
    plan: Plan,
    operation: Operation,
    situation: Situation,
    answer: str,
    constraint: str,
    child: Given,
) -> Iterator[Test]:
    row = plan.model.entity(child.entity).row
    second = _beside(situation)
    needing = with_names(child, {situation.row or "": second.row or ""})
    refused = Told(second, f"409 {constraint}")
    allowed = Told(situation, answer)
    if not goes(plan.factories, situation.givens, allowed, [*second.givens, needing], refused):
        plan.leave_out(f"{operation.id}: a row that {row} needs.")
        return
    yield Test(
        test_name(operation.id, "is_refused_while", row, "needs_it"),
        (
            *plan.printer.givens(situation.givens, used_by(situation)),
            f"allowed = {plan.printer.call(situation)}",
            f'assert allowed.outcome == "{answer}"',
            "",
            *plan.printer.givens([*second.givens, needing], used_by(second)),
            "async with world.nothing_changes():",
            f"    refused = {plan.printer.call(second)}",
            f'assert refused.outcome == "409 {constraint}"',
        ),
    )


def _beside(situation: Situation) -> Situation:
    """The same once more, with rows of its own but for the caller."""
    variables = {given.variable for given in situation.givens}
    second = renamed(situation, variables, keep=(situation.actor or "",))
    return replace(second, givens=tuple(g for g in second.givens if g.variable != situation.actor))
