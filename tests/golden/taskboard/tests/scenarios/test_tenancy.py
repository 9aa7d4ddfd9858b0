"""Tenancy (US3)."""

from tests import given
from tests.world import World


async def test_another_project_s_task_does_not_exist(world: World) -> None:
    # Given project "acme" with task "t1"
    acme = await given.project(world, name="acme")
    t1 = await given.task(world, project_id=acme["id"])
    # And project "other" with member "eve"
    other = await given.project(world, name="other")
    eve = await given.user(world, project_id=other["id"], role="member")
    # When eve calls getTask on task "t1"
    answer = await world.call(eve, "GET", f"/v1/tasks/{t1['id']}")
    # Then the response is 404 "not-found"
    assert answer.outcome == "404 not-found"


async def test_another_project_s_task_cannot_become_a_blocker(world: World) -> None:
    # Given project "acme" with member "ann" and task "t1"
    acme = await given.project(world, name="acme")
    ann = await given.user(world, project_id=acme["id"], role="member")
    t1 = await given.task(world, project_id=acme["id"])
    # And project "other" with task "x1"
    other = await given.project(world, name="other")
    x1 = await given.task(world, project_id=other["id"])
    # When ann calls addBlocker on task "t1" with blocker "x1"
    answer = await world.call(ann, "PUT", f"/v1/tasks/{t1['id']}/blockers/{x1['id']}")
    # Then the response is 404 "not-found"
    assert answer.outcome == "404 not-found"
