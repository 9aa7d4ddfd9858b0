"""Rules that count the rows of a row further away hold in a race, and nobody waits in a circle."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def nothing_else(world: Any) -> None:
    await world.execute("TRUNCATE teams, users, projects, tasks CASCADE")


async def _user(world: Any) -> dict[str, Any]:
    team = await world.add("teams")
    return await world.add("users", email=f"{uuid4()}@example.com", team_id=team["id"])


async def _project(world: Any, tasks: int = 0, **values: Any) -> tuple[Any, list[Any]]:
    team = await world.add("teams")
    project = await world.add("projects", team_id=team["id"])
    made = [await world.add("tasks", project_id=project["id"], **values) for _ in range(tasks)]
    return project, made


async def _outcomes(*calls: Any) -> Counter[str]:
    return Counter(answer.outcome for answer in await asyncio.gather(*calls))


async def test_no_more_are_begun_at_once_than_one_by_one(world: Any) -> None:
    actor = await _user(world)
    _, tasks = await _project(world, 6)
    calls = (world.call(actor, "POST", f"/tasks/{task['id']}/start") for task in tasks)
    assert await _outcomes(*calls) == {"200": 2, "409 project-is-full": 4}


async def test_no_more_are_picked_at_once_than_one_by_one(world: Any) -> None:
    actor = await _user(world)
    await _project(world, 6)
    calls = (world.call(actor, "POST", "/tasks/start-next") for _ in range(6))
    assert await _outcomes(*calls) == {"200": 2, "409 project-is-full": 4}


async def test_a_guard_that_counts_holds_in_a_race(world: Any) -> None:
    actor = await _user(world)
    _, tasks = await _project(world, 6, status="doing")
    calls = (world.call(actor, "POST", f"/tasks/{task['id']}/finish") for task in tasks)
    assert await _outcomes(*calls) == {"200": 2, "409 guard-failed": 4}


async def test_jobs_count_as_calls_do(world: Any) -> None:
    await _project(world, 6, is_marked=True)
    await asyncio.gather(world.run_jobs(), world.run_jobs())
    assert Counter(row["status"] for row in await world.rows("tasks")) == {"doing": 2, "todo": 4}


async def test_a_task_that_is_moved_counts_where_it_is(world: Any) -> None:
    actor = await _user(world)
    full, _ = await _project(world, 2, status="doing")
    _, (task,) = await _project(world, 1)
    body = {"project_id": str(full["id"])}
    media = {"Content-Type": "application/merge-patch+json"}
    moved = await world.call(actor, "PATCH", f"/tasks/{task['id']}", body, **media)
    assert moved.outcome == "200"
    answer = await world.call(actor, "POST", f"/tasks/{task['id']}/start")
    assert answer.outcome == "409 project-is-full"


async def test_who_locks_the_project_first_waits_for_nobody_in_a_circle(world: Any) -> None:
    actor = await _user(world)
    project, tasks = await _project(world, 4)
    starts = [world.call(actor, "POST", f"/tasks/{t['id']}/start") for t in tasks for _ in "ab"]
    rests = [world.call(actor, "POST", f"/projects/{project['id']}/rest") for _ in range(8)]
    found = await _outcomes(*(call for pair in zip(starts, rests, strict=True) for call in pair))
    assert found["503 unavailable"] == 0
    assert found["200"] == 10


async def test_a_row_two_relations_away_is_locked_too(world: Any) -> None:
    actor = await _user(world)
    project, (task,) = await _project(world, 1)
    call = ("POST", f"/tasks/{task['id']}/mark")
    assert (await world.call(actor, *call)).outcome == "409 nobody-there"
    email = f"{uuid4()}@example.com"
    await world.add("users", email=email, team_id=project["team_id"])
    answer = await world.call(actor, *call)
    assert (answer.outcome, answer.body["is_marked"]) == ("200", True)
    assert any("FROM teams" in one and "FOR NO KEY UPDATE" in one for one in world.statements)


async def test_a_row_of_the_caller_counts_too(world: Any) -> None:
    actor = await _user(world)
    _, (task,) = await _project(world, 1)
    call = ("POST", f"/tasks/{task['id']}/hurry")
    assert (await world.call(actor, *call)).outcome == "200"
    await world.execute("UPDATE teams SET most = 1 WHERE id = $1", actor["team_id"])
    assert (await world.call(actor, *call)).outcome == "409 team-is-large"
