"""What the database itself keeps of projects, whoever writes to it."""

import pytest

from tests import given
from tests.world import Row, World


async def test_a_row_has_defaults(world: World) -> None:
    needed = await given.project(world)
    await world.delete("projects", needed)
    project = await world.insert("projects", {"name": needed["name"]})

    assert project["id"] is not None
    assert project["created_at"] is not None
    assert project["updated_at"] is not None


@pytest.mark.parametrize("column", ["id", "created_at", "updated_at", "name"])
async def test_a_row_needs_a_value_in(world: World, column: str) -> None:
    assert await world.broken(given.project(world)) is None
    without: Row = {column: None}
    assert await world.broken(given.project(world, **without)) == column


async def test_uq_projects_name(world: World) -> None:
    project = await given.project(world)
    again = given.project(world, name=project["name"])
    assert await world.broken(again) == "uq_projects_name"
    assert await world.broken(given.project(world)) is None
