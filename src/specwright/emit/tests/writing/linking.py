"""Tests of links: made and removed as often as one likes, between rows that one may see."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from specwright.emit.tests.modules import doc
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import (
    Test,
    path_text,
    success_status,
    test_name,
    used_by,
)
from specwright.emit.tests.simulation import Simulation
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.values import Ref
from specwright.emit.tests.variables import factory_of
from specwright.emit.wording import quoted
from specwright.model.operations import Operation, OperationKind


def _is_allowed_as_well(plan: Plan, situation: Situation, other: Operation) -> bool:
    """Whether the same caller may do the other on the same rows."""
    same = replace(situation, operation=other)
    stage = same.staged(plan.factories)
    return Simulation(plan.model, stage).answer(same.asked(stage)).is_success


def links(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    link = operation.link
    assert link is not None
    unlink = next(
        (
            one
            for one in plan.model.operations
            if one.kind is OperationKind.UNLINK and one.path == operation.path
        ),
        None,
    )
    situation = working.found.situation
    entity = plan.model.entity(link.entity)
    path = path_text(operation.path, dict(situation.path))
    caller = situation.actor or "None"
    answer = working.found.outcome.answer
    refs = dict(situation.path)
    columns = ", ".join(f"{quoted(end.column)}: {refs[end.parameter]}" for end in link.ends)
    before = [given.variable for given in situation.givens if given.entity == entity.name]
    but = f", but=[{', '.join(before)}]" if before else ""
    lines = [
        *plan.printer.givens(situation.givens, used_by(situation) | set(before)),
        f"path = {path}",
        "",
        f'linked = [await world.call({caller}, "{operation.method.upper()}", path) '
        "for _ in range(2)]",
        f'assert [answer.outcome for answer in linked] == ["{answer}", "{answer}"]',
        f"link = await world.only({quoted(entity.table)}{but})",
        f"assert link == link | {{{columns}}}",
    ]
    can_unlink = unlink is not None and _is_allowed_as_well(plan, situation, unlink)
    if unlink is not None and can_unlink:
        after = success_status(unlink)
        lines += [
            "",
            f'unlinked = [await world.call({caller}, "{unlink.method.upper()}", path) '
            "for _ in range(2)]",
            f'assert [answer.outcome for answer in unlinked] == ["{after}", "{after}"]',
            f"assert await world.rows({quoted(entity.table)}) == [{', '.join(before)}]",
        ]
    name = "links_as_often_as_one_likes"
    if unlink is not None and can_unlink:
        name = f"links_and_{unlink.name}_unlinks_as_often_as_one_likes"
    yield Test(test_name(operation.id, name), tuple(lines))
    for one in (operation, unlink):
        if one is not None:
            yield from _foreign_ends(plan, one)
    yield from _same_ends(plan, operation, situation, answer)


def _foreign_ends(plan: Plan, operation: Operation) -> Iterator[Test]:
    """Both ends are of one's own tenant."""
    home, tenancy, working = plan.factories.home, plan.model.tenancy, plan.working(operation)
    assert operation.link is not None
    if working is None or working.role == ANYONE or home is None or tenancy is None:
        return
    situation = working.found.situation
    for number, end in enumerate(operation.link.ends):
        target = plan.model.entity(end.target)
        tenant = target.tenant
        if tenant is None or not tenant.is_direct or tenant.is_root:
            continue
        refs = {**dict(situation.path), end.parameter: Ref("theirs", end.key)}
        path = path_text(operation.path, refs)
        method = operation.method.upper()
        where = "first" if number == 0 else "second"
        yield Test(
            test_name(operation.id, "needs_its", where, "end_in_ones_own", home.row),
            (
                *plan.printer.givens(situation.givens, used_by(situation)),
                f"allowed = {plan.printer.call(situation)}",
                f'assert allowed.outcome == "{working.found.outcome.answer}"',
                f"elsewhere = await given.{factory_of(home)}(world)",
                f"theirs = await given.{factory_of(target)}"
                f"(world, {tenant.column}=elsewhere[{quoted(tenancy.root_column)}])",
                "",
                "async with world.nothing_changes():",
                f'    refused = await world.call({situation.actor}, "{method}", {path})',
                "",
                'assert refused.outcome == "404 not-found"',
            ),
        )


def _same_ends(
    plan: Plan, operation: Operation, situation: Situation, answer: str
) -> Iterator[Test]:
    """A row that is linked to itself, if a check forbids that."""
    link = operation.link
    assert link is not None
    one, other = link.ends
    if one.target != other.target:
        return
    entity = plan.model.entity(link.entity)
    same = {one.column: UUID(int=1), other.column: UUID(int=1)}
    check = next((c for c in entity.checks if violates(c.sql, same)), None)
    if check is None or check.name not in operation.conflicts:
        return
    target = plan.model.entity(one.target)
    refs: dict[str, Ref | str] = dict(situation.path)
    for end in link.ends:
        refs[end.parameter] = Ref(f"other_{target.row}", end.key)
    path = path_text(operation.path, refs)
    yield Test(
        test_name(operation.id, "is_refused_if_both_ends_are_one"),
        (
            *plan.printer.givens(situation.givens, used_by(situation)),
            f"allowed = {plan.printer.call(situation)}",
            f'assert allowed.outcome == "{answer}"',
            "",
            f"other_{target.row} = await given.{factory_of(target)}(world)",
            "async with world.nothing_changes():",
            f"    refused = await world.call({situation.actor or 'None'}, "
            f'"{operation.method.upper()}", {path})',
            "",
            f'assert refused.outcome == "409 {check.name}"',
        ),
        doc(f"`{' '.join(check.sql.split())}`"),
    )
