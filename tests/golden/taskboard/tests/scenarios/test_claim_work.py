"""Claim work (US1)."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

from tests import given
from tests.world import Row, World


class Cast(NamedTuple):
    """Who and what is there when a scenario begins."""

    acme: Row
    a1: Row
    a2: Row
    t1: Row
    t2: Row
    t3: Row
    t4: Row


async def background(world: World) -> Cast:
    # Given project "acme" with agents "a1" and "a2"
    acme = await given.project(world, name="acme")
    a1 = await given.user(world, project_id=acme["id"], role="agent")
    a2 = await given.user(world, project_id=acme["id"], role="agent")
    # And these tasks exist in "acme":
    t1 = await given.task(world, project_id=acme["id"], title="Low", priority=1)
    t2 = await given.task(world, project_id=acme["id"], title="Urgent", priority=9)
    t3 = await given.task(world, project_id=acme["id"], title="Release", priority=9)
    t4 = await given.task(world, project_id=acme["id"], title="Next", priority=0)
    # And task "t3" is blocked by task "t1"
    await given.task_blocker(world, task_id=t3["id"], blocker_id=t1["id"])
    return Cast(acme, a1, a2, t1, t2, t3, t4)


async def test_the_most_urgent_task_that_is_not_blocked_comes_first(world: World) -> None:
    cast = await background(world)

    # When a1 calls claimNextTask
    answer = await world.call(cast.a1, "POST", "/v1/tasks/claim-next")
    # Then the response is 200 with task "t2"
    assert answer.outcome == "200"
    assert answer.body["id"] == world.wire(cast.t2["id"])
    # And task "t2" has status "in_progress", attempts 1 and claimed_by "a1"
    t2 = await world.again("tasks", cast.t2)
    assert t2["status"] == "in_progress"
    assert t2["attempts"] == 1
    assert t2["claimed_by"] == cast.a1["id"]


async def test_two_agents_never_get_the_same_task(racing_world: World) -> None:
    world = racing_world
    cast = await background(world)

    # When a1 calls claimNextTask and a2 calls claimNextTask at the same time
    answers = await asyncio.gather(
        world.call(cast.a1, "POST", "/v1/tasks/claim-next"),
        world.call(cast.a2, "POST", "/v1/tasks/claim-next"),
    )
    # Then both responses are 200 with different tasks
    assert [answer.outcome for answer in answers] == ["200"] * 2
    assert len({answer.body["id"] for answer in answers}) == len(answers)


async def test_a_task_is_claimed_once(racing_world: World) -> None:
    world = racing_world
    cast = await background(world)

    # When a1 calls claimTask on task "t4" and a2 calls claimTask on task "t4" at the same time
    answers = await asyncio.gather(
        world.call(cast.a1, "POST", f"/v1/tasks/{cast.t4['id']}/claim"),
        world.call(cast.a2, "POST", f"/v1/tasks/{cast.t4['id']}/claim"),
    )
    # Then one response is 200 and the other is 409 "wrong-status"
    assert sorted(answer.outcome for answer in answers) == ["200", "409 wrong-status"]


async def test_nothing_to_do(world: World) -> None:
    cast = await background(world)

    # Given every task in "acme" has status "done"
    for task in await world.rows("tasks", project_id=cast.acme["id"]):
        await world.change(
            "tasks",
            task,
            status="done",
            claimed_by=None,
            claimed_at=None,
            lease_until=None,
            attempts=1,
            result={"any": "thing"},
        )
    # When a1 calls claimNextTask
    answer = await world.call(cast.a1, "POST", "/v1/tasks/claim-next")
    # Then the response is 204
    assert answer.outcome == "204"


async def test_at_most_three_claims_at_a_time_even_when_they_race(racing_world: World) -> None:
    world = racing_world
    cast = await background(world)

    # Given task "t5" exists in "acme"
    t5 = await given.task(world, project_id=cast.acme["id"])
    # And a1 holds claims on tasks "t1" and "t2"
    for task in (cast.t1, cast.t2):
        await world.change(
            "tasks",
            task,
            status="in_progress",
            claimed_by=cast.a1["id"],
            claimed_at=world.now,
            lease_until=world.now + timedelta(minutes=5),
            attempts=1,
            result=None,
        )
    # When a1 calls claimTask on task "t4" and a1 calls claimTask on task "t5" at the same time
    answers = await asyncio.gather(
        world.call(cast.a1, "POST", f"/v1/tasks/{cast.t4['id']}/claim"),
        world.call(cast.a1, "POST", f"/v1/tasks/{t5['id']}/claim"),
    )
    # Then one response is 200 and the other is 409 "too-many-claims"
    assert sorted(answer.outcome for answer in answers) == ["200", "409 too-many-claims"]
