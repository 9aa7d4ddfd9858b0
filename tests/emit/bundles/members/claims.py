"""Who is a member of a project is asked of the database, by the queries themselves."""

from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def _user(world: Any, role: str = "member") -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com", role=role)


async def _project(world: Any) -> dict[str, Any]:
    return await world.add("projects", name="P", owner_id=(await _user(world))["id"])


async def _member(world: Any, project: dict[str, Any], **said: Any) -> dict[str, Any]:
    user = await _user(world)
    await world.add("memberships", project_id=project["id"], user_id=user["id"], **said)
    return user


async def _task(world: Any, project: dict[str, Any], **said: Any) -> dict[str, Any]:
    return await world.add("tasks", project_id=project["id"], title=uuid4().hex, **said)


async def test_what_is_not_of_a_members_project_does_not_exist(world: Any) -> None:
    ours, theirs = await _project(world), await _project(world)
    member = await _member(world, ours)
    task, other = await _task(world, ours), await _task(world, theirs)
    assert (await world.call(member, "GET", f"/tasks/{task['id']}")).outcome == "200"
    assert (await world.call(member, "GET", f"/tasks/{other['id']}")).outcome == "404 not-found"
    listed = await world.call(member, "GET", "/tasks")
    assert [one["id"] for one in listed.body["items"]] == [str(task["id"])]
    assert (await world.call(member, "GET", f"/projects/{theirs['id']}")).outcome == "404 not-found"


async def test_reading_asks_no_more_statements_for_it(world: Any) -> None:
    project = await _project(world)
    member, task = await _member(world, project), await _task(world, project)
    await world.call(member, "GET", f"/tasks/{task['id']}")
    assert len(world.statements) == 2  # who calls, and the task


async def test_another_operation_asks_more_of_what_is_seen(world: Any) -> None:
    project = await _project(world)
    reader, editor = await _member(world, project), await _member(world, project, is_editor=True)
    task = await _task(world, project)
    path, patch = f"/tasks/{task['id']}", {"title": "New"}
    kind = {"Content-Type": "application/merge-patch+json"}
    refused = await world.call(reader, "PATCH", path, patch, **kind)
    assert refused.outcome == "403 forbidden"
    assert (await world.row("tasks", id=task["id"]))["title"] == task["title"]
    unseen = await world.call(await _user(world), "PATCH", path, patch, **kind)
    assert unseen.outcome == "404 not-found"
    allowed = await world.call(editor, "PATCH", path, patch, **kind)
    assert (allowed.outcome, allowed.body["title"]) == ("200", "New")
    admin = await _user(world, "admin")
    assert (await world.call(admin, "PATCH", path, patch, **kind)).outcome == "200"


async def test_roles_have_conditions_of_their_own(world: Any) -> None:
    project = await _project(world)
    admin, editor = await _user(world, "admin"), await _member(world, project, is_editor=True)
    open_task, done = await _task(world, project), await _task(world, project, is_done=True)
    path = f"/tasks/{open_task['id']}"
    assert (await world.call(admin, "DELETE", path)).outcome == "403 forbidden"
    assert (await world.call(editor, "DELETE", path)).outcome == "403 forbidden"
    assert (await world.call(admin, "DELETE", f"/tasks/{done['id']}")).outcome == "204"
    owner = await _member(world, project)
    await world.execute("UPDATE projects SET owner_id = $1", owner["id"])
    assert (await world.call(owner, "DELETE", path)).outcome == "204"


async def test_what_is_asked_of_the_row_and_of_others_is_asked_together(world: Any) -> None:
    project = await _project(world)
    editor = await _member(world, project, is_editor=True)
    path = f"/tasks/{(await _task(world, project))['id']}:finish"
    assert (await world.call(editor, "POST", path)).outcome == "200"
    assert (await world.call(editor, "POST", path)).outcome == "403 forbidden"


async def test_a_row_that_is_searched_for_is_asked_about_as_well(world: Any) -> None:
    project = await _project(world)
    owner, task = await _member(world, project), await _task(world, project)
    body = {"title": task["title"]}
    assert (await world.call(owner, "POST", "/tasks:take", body)).outcome == "403 forbidden"
    await world.execute("UPDATE projects SET owner_id = $1", owner["id"])
    assert (await world.call(owner, "POST", "/tasks:take", body)).outcome == "200"
    outsider = await _user(world)
    assert (await world.call(outsider, "POST", "/tasks:take", body)).outcome == "404 no-such-title"


async def test_a_row_that_is_made_is_asked_about_as_it_is_requested(world: Any) -> None:
    project = await _project(world)
    reader, editor = await _member(world, project), await _member(world, project, is_editor=True)
    body = {"project_id": project["id"], "title": "T"}
    assert (await world.call(reader, "POST", "/tasks", body)).outcome == "403 forbidden"
    assert await world.rows("tasks", project_id=project["id"]) == []
    unseen = await world.call(await _user(world), "POST", "/tasks", body)
    assert unseen.outcome == "404 not-found"
    assert (await world.call(editor, "POST", "/tasks", body)).outcome == "201"
    assert len(world.statements) == 4  # who calls, the project, who may, the task


async def test_the_row_above_tells_who_may_make_one_below(world: Any) -> None:
    project = await _project(world)
    member = await _member(world, project)
    path = f"/projects/{project['id']}/tasks"
    assert (await world.call(member, "POST", path, {"title": "T"})).outcome == "403 forbidden"
    outsider = await _user(world)
    assert (await world.call(outsider, "POST", path, {"title": "T"})).outcome == "404 not-found"
    await world.execute("UPDATE projects SET owner_id = $1", member["id"])
    assert (await world.call(member, "POST", path, {"title": "T"})).outcome == "201"


async def test_a_link_is_asked_about_as_a_row_that_is_made(world: Any) -> None:
    project, user = await _project(world), await _user(world)
    member = await _member(world, project)
    path = f"/projects/{project['id']}/members/{user['id']}"
    assert (await world.call(member, "PUT", path)).outcome == "403 forbidden"
    assert await world.rows("memberships", user_id=user["id"]) == []
    await world.execute("UPDATE projects SET owner_id = $1", member["id"])
    assert (await world.call(member, "PUT", path)).outcome == "204"
    await world.execute("UPDATE projects SET owner_id = $1", user["id"])
    assert (await world.call(member, "DELETE", path)).outcome == "403 forbidden"
    assert len(await world.rows("memberships", user_id=user["id"])) == 1


async def test_the_request_itself_may_be_asked_about(world: Any) -> None:
    project = await _project(world)
    member, task = await _member(world, project), await _task(world, project)
    path = f"/tasks/{task['id']}:rename"
    assert (await world.call(member, "POST", path, {"title": "forbidden"})).outcome == (
        "403 forbidden"
    )
    assert (await world.call(member, "POST", path, {"title": "T"})).outcome == "200"
