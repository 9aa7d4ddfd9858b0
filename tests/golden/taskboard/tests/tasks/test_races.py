"""Tasks, when several callers come at the same time."""

import asyncio
from collections import Counter

from tests import given
from tests.tasks.calls import CALLS
from tests.world import World


async def test_claim_next_task_takes_each_row_once(racing_world: World) -> None:
    world = racing_world
    callers = [await given.user(world, role="agent") for _ in range(6)]
    tasks = [await given.task(world) for _ in range(4)]

    answers = await asyncio.gather(
        *(world.call(agent, "POST", "/v1/tasks/claim-next") for agent in callers)
    )

    assert Counter(answer.outcome for answer in answers) == {"200": 4, "204": 2}
    taken = [answer.body["id"] for answer in answers if answer.outcome == "200"]
    assert sorted(taken) == sorted(world.wire(task["id"]) for task in tasks)


async def test_claim_next_task_passes_over_what_others_hold(racing_world: World) -> None:
    world = racing_world
    agent = await given.user(world, role="agent")
    first = await given.task(world)
    second = await given.task(world)

    async with world.holding("tasks", first):
        answer = await world.call(agent, "POST", "/v1/tasks/claim-next")

    assert answer.outcome == "200"
    assert answer.body["id"] == world.wire(second["id"])


async def test_update_task_loses_no_change(racing_world: World) -> None:
    world = racing_world
    member = await given.user(world, role="member")
    call = await CALLS["updateTask"](world, member)

    answers = await asyncio.gather(*(world.send(member, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"200": 1, "412 stale": 3}
    after = await world.again("tasks", call.row)
    assert after["version"] == call.row["version"] + 1


async def test_delete_task_happens_once(racing_world: World) -> None:
    world = racing_world
    admin = await given.user(world, role="admin")
    call = await CALLS["deleteTask"](world, admin)

    answers = await asyncio.gather(*(world.send(admin, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"204": 1, "404 not-found": 3}


async def test_add_blocker_links_once(racing_world: World) -> None:
    world = racing_world
    member = await given.user(world, role="member")
    call = await CALLS["addBlocker"](world, member)

    answers = await asyncio.gather(*(world.send(member, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"204": 4}
    assert len(await world.rows("task_blockers")) == 1


async def test_claim_task_happens_once(racing_world: World) -> None:
    world = racing_world
    agent = await given.user(world, role="agent")
    call = await CALLS["claimTask"](world, agent)

    answers = await asyncio.gather(*(world.send(agent, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"200": 1, "409 wrong-status": 3}


async def test_claim_task_lets_no_more_through_at_once(racing_world: World) -> None:
    """`actor.claims.filter(t, t.status == "in_progress").size() < 3`, or 409 too-many-claims"""
    world = racing_world
    agent = await given.user(world, role="agent")
    calls = [await CALLS["claimTask"](world, agent) for _ in range(6)]

    answers = await asyncio.gather(*(world.send(agent, call) for call in calls))

    assert Counter(answer.outcome for answer in answers) == {"200": 3, "409 too-many-claims": 3}


async def test_give_up_happens_once(racing_world: World) -> None:
    world = racing_world
    agent = await given.user(world, role="agent")
    call = await CALLS["giveUp"](world, agent)

    answers = await asyncio.gather(*(world.send(agent, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"200": 1, "403 forbidden": 3}


async def test_reopen_task_happens_once(racing_world: World) -> None:
    world = racing_world
    member = await given.user(world, role="member")
    call = await CALLS["reopenTask"](world, member)

    answers = await asyncio.gather(*(world.send(member, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"200": 1, "409 wrong-status": 3}


async def test_cancel_task_happens_once(racing_world: World) -> None:
    world = racing_world
    member = await given.user(world, role="member")
    call = await CALLS["cancelTask"](world, member)

    answers = await asyncio.gather(*(world.send(member, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"200": 1, "409 wrong-status": 3}


async def test_complete_task_happens_once(racing_world: World) -> None:
    world = racing_world
    agent = await given.user(world, role="agent")
    call = await CALLS["completeTask"](world, agent)

    answers = await asyncio.gather(*(world.send(agent, call) for _ in range(4)))

    assert Counter(answer.outcome for answer in answers) == {"200": 1, "403 forbidden": 3}
