"""What the database itself keeps of task blockers, whoever writes to it."""

from uuid import UUID

import pytest

from tests import given
from tests.world import Row, World


@pytest.mark.parametrize("column", ["task_id", "blocker_id"])
async def test_a_row_needs_a_value_in(world: World, column: str) -> None:
    assert await world.broken(given.task_blocker(world)) is None
    without: Row = {column: None}
    assert await world.broken(given.task_blocker(world, **without)) == column


async def test_ck_blockers_self(world: World) -> None:
    """`task_id <> blocker_id`"""
    task_blocker = await given.task_blocker(world)
    change = world.change("task_blockers", task_blocker, task_id=task_blocker["blocker_id"])
    assert await world.broken(change) == "ck_blockers_self"


@pytest.mark.parametrize(
    ("column", "nowhere", "broken"),
    [
        ("task_id", UUID(int=1), "fk_task_blockers_task_id_tasks"),
        ("blocker_id", UUID(int=1), "fk_task_blockers_blocker_id_tasks"),
    ],
)
async def test_what_a_row_points_at_is_there(
    world: World, column: str, nowhere: object, broken: str
) -> None:
    task_blocker = await given.task_blocker(world)
    values: Row = {column: nowhere}
    change = world.change("task_blockers", task_blocker, **values)
    assert await world.broken(change) == broken


async def test_a_row_goes_with_its_task(world: World) -> None:
    task = await given.task(world)
    task_blocker = await given.task_blocker(world, task_id=task["id"])
    assert await world.broken(world.delete("tasks", task)) is None
    assert task_blocker not in await world.rows("task_blockers")


async def test_a_row_keeps_its_blocker(world: World) -> None:
    task = await given.task(world)
    await given.task_blocker(world, blocker_id=task["id"])
    assert await world.broken(world.delete("tasks", task)) == "fk_task_blockers_blocker_id_tasks"
