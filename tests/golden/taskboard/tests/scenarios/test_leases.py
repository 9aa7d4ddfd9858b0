"""Leases (US2)."""

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


async def background(world: World) -> Cast:
    # Given project "acme" with agents "a1" and "a2"
    acme = await given.project(world, name="acme")
    a1 = await given.user(world, project_id=acme["id"], role="agent")
    a2 = await given.user(world, project_id=acme["id"], role="agent")
    # And task "t1" exists in "acme"
    t1 = await given.task(world, project_id=acme["id"])
    # And a1 called claimTask on task "t1"
    answer = await world.call(a1, "POST", f"/v1/tasks/{t1['id']}/claim")
    assert answer.outcome == "200"
    return Cast(acme, a1, a2, t1)


async def test_a_heartbeat_keeps_the_claim(world: World) -> None:
    cast = await background(world)

    # When 4 minutes pass
    await world.pass_time(timedelta(minutes=4))
    # And a1 calls heartbeat on task "t1"
    answer = await world.call(cast.a1, "POST", f"/v1/tasks/{cast.t1['id']}/heartbeat")
    assert answer.outcome < "5"
    # And 4 minutes pass
    await world.pass_time(timedelta(minutes=4))
    # Then task "t1" has status "in_progress"
    t1 = await world.again("tasks", cast.t1)
    assert t1["status"] == "in_progress"


async def test_a_silent_agent_loses_the_task(world: World) -> None:
    cast = await background(world)

    # When 6 minutes pass
    await world.pass_time(timedelta(minutes=6))
    # Then task "t1" has status "pending" and no claimed_by
    t1 = await world.again("tasks", cast.t1)
    assert t1["status"] == "pending"
    assert t1["claimed_by"] is None


async def test_a_lease_that_ran_out_cannot_be_renewed(world: World) -> None:
    cast = await background(world)

    # Given the job expireLeases does not run
    # When 6 minutes pass
    await world.pass_time(timedelta(minutes=6), without_jobs=["expireLeases"])
    # And a1 calls heartbeat on task "t1"
    answer = await world.call(cast.a1, "POST", f"/v1/tasks/{cast.t1['id']}/heartbeat")
    # Then the response is 409 "lease-expired"
    assert answer.outcome == "409 lease-expired"


async def test_the_third_silence_fails_the_task(world: World) -> None:
    cast = await background(world)

    # Given task "t1" has attempts 3
    await world.change("tasks", cast.t1, attempts=3)
    # When 6 minutes pass
    await world.pass_time(timedelta(minutes=6))
    # Then task "t1" has status "failed"
    t1 = await world.again("tasks", cast.t1)
    assert t1["status"] == "failed"


async def test_only_the_claimer_completes(world: World) -> None:
    cast = await background(world)

    # When a2 calls completeTask on task "t1" with:
    answer = await world.call(
        cast.a2, "POST", f"/v1/tasks/{cast.t1['id']}/complete", {"result": {"ok": True}}
    )
    # Then the response is 403 "forbidden"
    assert answer.outcome == "403 forbidden"
