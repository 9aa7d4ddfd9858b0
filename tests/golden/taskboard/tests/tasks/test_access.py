"""Who may do what with tasks: the access table, a cell at a time."""

import pytest

from tests import given
from tests.tasks.calls import CALLS
from tests.world import Row, World

ROLES = ("member", "agent", "admin")
ANSWERS = {
    "listTasks": ("200", "200", "200"),
    "getTask": ("200", "200", "200"),
    "createTask": ("201", "403 forbidden", "201"),
    "updateTask": ("200", "403 forbidden", "200"),
    "addBlocker": ("204", "403 forbidden", "204"),
    "removeBlocker": ("204", "403 forbidden", "204"),
    "cancelTask": ("200", "403 forbidden", "200"),
    "reopenTask": ("200", "403 forbidden", "200"),
    "deleteTask": ("403 forbidden", "403 forbidden", "204"),
    "claimTask": ("403 forbidden", "200", "403 forbidden"),
    "claimNextTask": ("403 forbidden", "200", "403 forbidden"),
    "heartbeat": ("403 forbidden", "200", "403 forbidden"),
    "completeTask": ("403 forbidden", "200", "403 forbidden"),
    "giveUp": ("403 forbidden", "200", "403 forbidden"),
}
CELLS = [
    (operation, role, answer)
    for operation, answers in ANSWERS.items()
    for role, answer in zip(ROLES, answers, strict=True)
]
ALLOWED = [cell for cell in CELLS if cell[2].startswith("2")]
REFUSED = [cell for cell in CELLS if not cell[2].startswith("2")]
SIGNED_IN = [
    "listTasks",
    "getTask",
    "createTask",
    "updateTask",
    "addBlocker",
    "removeBlocker",
    "cancelTask",
    "reopenTask",
    "deleteTask",
    "claimTask",
    "claimNextTask",
    "heartbeat",
    "completeTask",
    "giveUp",
]
NAMES_A_ROW = [
    "getTask",
    "updateTask",
    "addBlocker",
    "removeBlocker",
    "cancelTask",
    "reopenTask",
    "deleteTask",
    "claimTask",
    "heartbeat",
    "completeTask",
    "giveUp",
]


async def allowed_actor(world: World, operation: str) -> Row:
    """Someone who may do this, and has just done it."""
    role, answer = next((role, answer) for name, role, answer in ALLOWED if name == operation)
    actor = await given.user(world, role=role)
    allowed = await world.send(actor, await CALLS[operation](world, actor))
    assert allowed.outcome == answer
    return actor


@pytest.mark.parametrize(("operation", "role", "answer"), ALLOWED)
async def test_what_a_role_may_do_it_can(
    world: World, operation: str, role: str, answer: str
) -> None:
    actor = await given.user(world, role=role)

    allowed = await world.send(actor, await CALLS[operation](world, actor))

    assert allowed.outcome == answer


@pytest.mark.parametrize(("operation", "role", "answer"), REFUSED)
async def test_what_a_role_may_not_do_is_refused(
    world: World, operation: str, role: str, answer: str
) -> None:
    await allowed_actor(world, operation)
    actor = await given.user(world, role=role)
    call = await CALLS[operation](world, actor)

    async with world.nothing_changes():
        refused = await world.send(actor, call)

    assert refused.outcome == answer


@pytest.mark.parametrize("operation", SIGNED_IN)
async def test_nobody_does_this_without_a_token(world: World, operation: str) -> None:
    actor = await allowed_actor(world, operation)
    call = await CALLS[operation](world, actor)

    async with world.nothing_changes():
        refused = await world.send(None, call)

    assert refused.outcome == "401 unauthenticated"
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", SIGNED_IN)
async def test_a_user_who_is_gone_does_nothing(world: World, operation: str) -> None:
    actor = await allowed_actor(world, operation)
    call = await CALLS[operation](world, actor)
    gone = await given.user(world, role=actor["role"])
    await world.delete("users", gone)

    async with world.nothing_changes():
        refused = await world.send(gone, call)

    assert refused.outcome == "401 unauthenticated"


@pytest.mark.parametrize("operation", NAMES_A_ROW)
async def test_what_belongs_to_another_project_does_not_exist(world: World, operation: str) -> None:
    actor = await allowed_actor(world, operation)
    call = await CALLS[operation](world, actor)
    elsewhere = await given.project(world)
    outsider = await given.user(world, project_id=elsewhere["id"], role=actor["role"])

    async with world.nothing_changes():
        refused = await world.send(outsider, call)

    assert refused.outcome == "404 not-found"


async def test_agent_may_heartbeat_only_if_its_condition_holds(world: World) -> None:
    """`task.claimed_by == actor.id`, or 403 forbidden"""
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"])
    allowed = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/heartbeat")
    assert allowed.outcome == "200"

    other_task = await given.task(world, "in_progress")
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", f"/v1/tasks/{other_task['id']}/heartbeat")
    assert refused.outcome == "403 forbidden"


async def test_agent_may_complete_task_only_if_its_condition_holds(world: World) -> None:
    """`task.claimed_by == actor.id`, or 403 forbidden"""
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"])
    allowed = await world.call(
        agent, "POST", f"/v1/tasks/{task['id']}/complete", {"result": {"any": "thing"}}
    )
    assert allowed.outcome == "200"

    other_task = await given.task(world, "in_progress")
    async with world.nothing_changes():
        refused = await world.call(
            agent, "POST", f"/v1/tasks/{other_task['id']}/complete", {"result": {"any": "thing"}}
        )
    assert refused.outcome == "403 forbidden"


async def test_agent_may_give_up_only_if_its_condition_holds(world: World) -> None:
    """`task.claimed_by == actor.id`, or 403 forbidden"""
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"])
    allowed = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/give-up")
    assert allowed.outcome == "200"

    other_task = await given.task(world, "in_progress")
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", f"/v1/tasks/{other_task['id']}/give-up")
    assert refused.outcome == "403 forbidden"
