"""Tests of `If-Match`: a change needs the version that it is based on."""

from collections.abc import Iterator

from specwright.emit.tests.plans import ANYONE, Plan
from specwright.emit.tests.printing import (
    Test,
    test_name,
)
from specwright.emit.wording import quoted

_STALE = (
    ("{}", "428 precondition-required"),
    ("{'if-match': '\"0\"'}", "412 stale"),
    ("{'if-match': '1'}", "412 stale"),
    ("{'if-match': 'W/\"1\"'}", "412 stale"),
    ("{'if-match': ''}", "412 stale"),
)


def versions(plan: Plan, domain: str) -> Iterator[Test]:
    for operation in plan.operations(domain):
        working = plan.working(operation)
        if not operation.needs_if_match or working is None:
            continue
        known = working.role != ANYONE
        made = f"actor = {plan.given_user(working.role)}" if known else "actor: Row = {}"
        sender = "actor" if known else "None"
        answer = working.found.outcome.answer
        call = f'await CALLS["{operation.id}"](world, actor)'
        stale = ", ".join(f"({headers}, {quoted(outcome)})" for headers, outcome in _STALE)
        yield Test(
            test_name(operation.id, "needs_the_version_that_it_is_based_on"),
            (
                made,
                f"allowed = await world.send({sender}, {call})",
                f'assert allowed.outcome == "{answer}"',
                f"call = {call}",
                "",
                "async with world.nothing_changes():",
                f"    refused = await world.call({sender}, call.method, call.path, call.body, "
                "headers)",
                "",
                "assert refused.outcome == outcome",
            ),
            decorators=(f'@pytest.mark.parametrize(("headers", "outcome"), [{stale}])',),
            arguments="world: World, headers: dict[str, str], outcome: str",
        )
        yield Test(
            test_name(operation.id, "may_name_several_versions_or_any"),
            (
                made,
                f"call = {call}",
                'headers = {"if-match": tags}',
                "",
                f"answer = await world.call({sender}, call.method, call.path, call.body, headers)",
                "",
                f'assert answer.outcome == "{answer}"',
            ),
            decorators=('@pytest.mark.parametrize("tags", [\'"1"\', \'"7", "1"\', "*"])',),
            arguments="world: World, tags: str",
        )
