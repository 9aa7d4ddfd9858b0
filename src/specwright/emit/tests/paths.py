"""`tests/{domain}/test_paths.py`: a row is found below its own parent only."""

from collections.abc import Iterator
from dataclasses import replace

from specwright.emit.tests.modules import module
from specwright.emit.tests.plans import Plan, Working
from specwright.emit.tests.printing import Test, ref_with, test_name, used_by
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import Given, Impossible
from specwright.emit.tests.values import Ref
from specwright.model.operations import RowInPath


def emit_paths(plan: Plan, domain: str) -> str | None:
    title = f"Rows of {domain.replace('_', ' ')} are found below their own parents only."
    return module(title, _tests(plan, domain))


def _tests(plan: Plan, domain: str) -> Iterator[Test]:
    for operation in plan.operations(domain):
        row = operation.row if operation.link is None else None
        working = plan.working(operation) if row and row.parent and row.joins else None
        if row is None or row.parent is None or working is None:
            continue
        test = _test(plan, working, row.parent)
        if test is None:
            plan.leave_out(f"{operation.id}: the row below another {row.parent.entity}.")
        else:
            yield test


def _test(plan: Plan, working: Working, parent: RowInPath) -> Test | None:
    situation = working.found.situation
    given = _given_of(situation, parent)
    if given is None:
        return None
    other = replace(given, variable=f"other_{given.variable}")
    try:
        situation.staged(plan.factories).put([other])
    except Impossible:
        return None
    parameters = {key.parameter for key in parent.keys}
    elsewhere = replace(
        situation,
        path=tuple(
            (name, ref_with(ref, {given.variable: other.variable}) if name in parameters else ref)
            for name, ref in situation.path
        ),
    )
    used = used_by(situation) | used_by(elsewhere)
    word = plan.model.entity(parent.entity).word
    return Test(
        test_name(working.operation.id, "is_for_a_row_of_this", word, "only"),
        (
            *plan.printer.givens([*situation.givens, other], used),
            "",
            "async with world.nothing_changes():",
            f"    refused = {plan.printer.call(elsewhere)}",
            'assert refused.outcome == "404 not-found"',
            "",
            f"allowed = {plan.printer.call(situation)}",
            f'assert allowed.outcome == "{working.found.outcome.answer}"',
        ),
    )


def _given_of(situation: Situation, parent: RowInPath) -> Given | None:
    """The row that the path names as the parent."""
    refs = dict(situation.path)
    named = {ref.row for key in parent.keys if isinstance(ref := refs.get(key.parameter), Ref)}
    return next((one for one in situation.givens if {one.variable} == named), None)
