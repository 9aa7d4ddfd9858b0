"""`tests/{domain}/test_lifecycle.py`: every state with every trigger."""

from collections.abc import Iterator
from dataclasses import replace

from specwright.emit.rendering import render
from specwright.emit.tests.bodies import row_of
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.simulation import WRONG_STATUS, Outcome, Simulation
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import Impossible
from specwright.emit.tests.variables import factory_of
from specwright.emit.wording import quoted
from specwright.model.lifecycles import Lifecycle
from specwright.model.operations import ColumnValue, Operation


def emit_lifecycles(plan: Plan, domain: str) -> Iterator[tuple[str, str]]:
    """One module for each lifecycle: the second of a domain is named after its rows."""
    living = [one for one in plan.model.lifecycles if any(_triggers(plan, one, domain))]
    for number, lifecycle in enumerate(living):
        entity = plan.model.entity(lifecycle.entity)
        text = _module(plan, domain, lifecycle)
        if text is not None:
            name = "test_lifecycle" if number == 0 else f"test_{entity.row}_lifecycle"
            yield f"tests/{domain}/{name}.py", text


def _triggers(plan: Plan, lifecycle: Lifecycle, domain: str) -> Iterator[Working]:
    for operation in plan.operations(domain):
        if operation.entity != lifecycle.entity or operation.id not in lifecycle.triggers:
            continue
        working = plan.working(operation)
        if working is not None and working.found.situation.row is not None:
            yield working


def _module(plan: Plan, domain: str, lifecycle: Lifecycle) -> str | None:
    workings = list(_triggers(plan, lifecycle, domain))
    after: list[tuple[str, str, str]] = []
    wrong: list[tuple[str, str]] = []
    for working in workings:
        for state in lifecycle.states:
            outcome = _answered(plan, working, state)
            name = working.operation.id
            if outcome is not None and outcome.is_success and outcome.arrow is not None:
                after.append((state, name, outcome.arrow.target))
            elif outcome is not None and outcome.answer == WRONG_STATUS:
                wrong.append((state, name))
            else:
                said = outcome.answer if outcome else "the tables take no such row"
                plan.leave_out(f"{name} in the status {state}: {said}.")
    if not after:
        return None
    roles = plan.model.roles
    entity = plan.model.entity(lifecycle.entity)
    started = {name for _, name, _ in after}
    has_users = plan.users is not None and all(one.role != ANYONE for one in workings)
    column = roles.column if roles and has_users else None
    return render(
        "tests/domain/test_lifecycle.py",
        package=domain,
        row=entity.row,
        table=entity.table,
        status=lifecycle.column,
        status_words=lifecycle.column.replace("_", " "),
        shown=_shown_as(workings, lifecycle),
        users=factory_of(plan.users) if plan.users and has_users else "",
        said_role=f", {column}=ROLE[trigger]" if column else "",
        roles=[(one.operation.id, one.role) for one in workings] if column else [],
        after=after,
        wrong=[(state, name) for state, name in wrong if name in started],
    )


def _answered(plan: Plan, working: Working, state: str) -> Outcome | None:
    situation = in_state(working.found.situation, state)
    try:
        stage = situation.staged(plan.factories)
    except Impossible:
        return None
    return Simulation(plan.model, stage).answer(situation.asked(stage))


def in_state(situation: Situation, state: str) -> Situation:
    givens = tuple(
        replace(one, status=state) if one.variable == situation.row else one
        for one in situation.givens
    )
    return replace(situation, givens=givens)


def _shown_as(workings: list[Working], lifecycle: Lifecycle) -> str | None:
    """Where the answers show the state, if all of them do in the same place."""
    places = {_place_of_state(one.operation, lifecycle) for one in workings}
    return places.pop() if len(places) == 1 else None


def _place_of_state(operation: Operation, lifecycle: Lifecycle) -> str | None:
    for field in operation.view.fields if operation.view else ():
        if field.source == ColumnValue(lifecycle.column):
            return f"{row_of(operation)}[{quoted(field.name)}]"
    return None
