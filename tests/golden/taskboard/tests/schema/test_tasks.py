"""What the database itself keeps of tasks, whoever writes to it."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests import given
from tests.world import Row, World


async def test_a_row_has_defaults(world: World) -> None:
    task = await world.insert(
        "tasks", {"project_id": (await given.home(world))["id"], "title": "title"}
    )

    assert task["id"]
    assert task["created_at"]
    assert task["updated_at"]
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
        ({"priority": -1}, "ck_tasks_priority"),
        ({"priority": 0}, None),
        ({"priority": 9}, None),
        ({"priority": 10}, "ck_tasks_priority"),
        ({"status": "none of them"}, "ck_tasks_status"),
    ],
)
async def test_a_row_is_checked(world: World, values: Row, broken: str | None) -> None:
    assert await world.broken(given.task(world, **values)) == broken


@pytest.mark.parametrize("status", ["pending", "in_progress", "done", "failed", "cancelled"])
async def test_a_row_can_be_of_every_status(world: World, status: str) -> None:
    assert await world.broken(given.task(world, status)) is None


async def test_ck_tasks_lease(world: World) -> None:
    """`(status = 'in_progress') = (lease_until IS NOT NULL)`"""
    held, free = await given.task(world, "in_progress"), await given.task(world)

    assert await world.broken(world.change("tasks", held, lease_until=None)) == "ck_tasks_lease"
    later = world.now + timedelta(minutes=5)
    assert await world.broken(world.change("tasks", free, lease_until=later)) == "ck_tasks_lease"


@pytest.mark.parametrize(
    ("column", "broken"),
    [
        ("project_id", "fk_tasks_project_id_projects"),
        ("claimed_by", "fk_tasks_claimed_by_users"),
    ],
)
async def test_what_a_row_points_at_is_there(world: World, column: str, broken: str) -> None:
    nowhere: Row = {column: UUID(int=1)}
    assert await world.broken(given.task(world, **nowhere)) == broken
