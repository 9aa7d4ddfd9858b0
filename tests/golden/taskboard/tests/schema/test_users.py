"""What the database itself keeps of users, whoever writes to it."""

from uuid import UUID

import pytest

from tests import given
from tests.world import Row, World


async def test_a_row_has_defaults(world: World) -> None:
    needed = await given.user(world)
    await world.delete("users", needed)
    user = await world.insert(
        "users", {"project_id": needed["project_id"], "email": needed["email"]}
    )

    assert user["id"] is not None
    assert user["created_at"] is not None
    assert user["updated_at"] is not None
    assert user["role"] == "member"


@pytest.mark.parametrize(
    "column", ["id", "created_at", "updated_at", "project_id", "email", "role"]
)
async def test_a_row_needs_a_value_in(world: World, column: str) -> None:
    assert await world.broken(given.user(world)) is None
    without: Row = {column: None}
    assert await world.broken(given.user(world, **without)) == column


@pytest.mark.parametrize(("values", "broken"), [({"role": "none of them"}, "ck_users_role")])
async def test_a_row_is_checked(world: World, values: Row, broken: str | None) -> None:
    assert await world.broken(given.user(world, **values)) == broken


async def test_uq_users_email(world: World) -> None:
    user = await given.user(world)
    again = given.user(world, email=user["email"])
    assert await world.broken(again) == "uq_users_email"
    louder = given.user(world, email=user["email"].upper())
    assert await world.broken(louder) == "uq_users_email"
    assert await world.broken(given.user(world)) is None


@pytest.mark.parametrize(
    ("column", "nowhere", "broken"), [("project_id", UUID(int=1), "fk_users_project_id_projects")]
)
async def test_what_a_row_points_at_is_there(
    world: World, column: str, nowhere: object, broken: str
) -> None:
    user = await given.user(world)
    values: Row = {column: nowhere}
    change = world.change("users", user, **values)
    assert await world.broken(change) == broken


async def test_a_row_keeps_its_project(world: World) -> None:
    project = await given.project(world)
    await given.user(world, project_id=project["id"])
    assert await world.broken(world.delete("projects", project)) == "fk_users_project_id_projects"
