"""What the database itself keeps of tasks, whoever writes to it."""

from uuid import UUID

import pytest

from tests import given
from tests.world import Row, World


async def test_a_row_has_defaults(world: World) -> None:
    needed = await given.task(world)
    await world.delete("tasks", needed)
    task = await world.insert(
        "tasks", {"project_id": needed["project_id"], "title": needed["title"]}
    )

    assert task["id"] is not None
    assert task["created_at"] is not None
    assert task["updated_at"] is not None
    assert task["version"] == 1
    assert task["priority"] == 0
    assert task["status"] == "pending"
    assert task["attempts"] == 0


@pytest.mark.parametrize(
    "column",
    [
        "id",
        "created_at",
        "updated_at",
        "version",
        "project_id",
        "title",
        "priority",
        "status",
        "attempts",
    ],
)
async def test_a_row_needs_a_value_in(world: World, column: str) -> None:
    assert await world.broken(given.task(world)) is None
    without: Row = {column: None}
    assert await world.broken(given.task(world, **without)) == column


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ({"status": "none of them"}, "ck_tasks_status"),
        ({"priority": -1}, "ck_tasks_priority"),
        ({"priority": 0}, None),
        ({"priority": 1}, None),
        ({"priority": 8}, None),
        ({"priority": 9}, None),
        ({"priority": 10}, "ck_tasks_priority"),
    ],
)
async def test_a_row_is_checked(world: World, values: Row, broken: str | None) -> None:
    assert await world.broken(given.task(world, **values)) == broken


@pytest.mark.parametrize("status", ["pending", "in_progress", "done", "failed", "cancelled"])
async def test_a_row_can_be_of_every_status(world: World, status: str) -> None:
    assert await world.broken(given.task(world, status)) is None


async def test_ck_tasks_lease(world: World) -> None:
    """`(status = 'in_progress') = (lease_until IS NOT NULL)`"""
    task = await given.task(world)
    change = world.change("tasks", task, lease_until=world.now)
    assert await world.broken(change) == "ck_tasks_lease"
    other_task = await given.task(world, "in_progress")
    change = world.change("tasks", other_task, lease_until=None)
    assert await world.broken(change) == "ck_tasks_lease"


@pytest.mark.parametrize(
    ("column", "nowhere", "broken"),
    [
        ("project_id", UUID(int=1), "fk_tasks_project_id_projects"),
        ("claimed_by", UUID(int=1), "fk_tasks_claimed_by_users"),
    ],
)
async def test_what_a_row_points_at_is_there(
    world: World, column: str, nowhere: object, broken: str
) -> None:
    task = await given.task(world)
    values: Row = {column: nowhere}
    change = world.change("tasks", task, **values)
    assert await world.broken(change) == broken


async def test_a_row_keeps_its_project(world: World) -> None:
    project = await given.project(world)
    await given.task(world, project_id=project["id"])
    assert await world.broken(world.delete("projects", project)) == "fk_tasks_project_id_projects"


async def test_a_row_keeps_its_claimed_by(world: World) -> None:
    user = await given.user(world)
    await given.task(world, claimed_by=user["id"])
    assert await world.broken(world.delete("users", user)) == "fk_tasks_claimed_by_users"
