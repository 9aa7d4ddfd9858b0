"""Writing tasks: what is taken, what is refused, and what only the backend sets."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests import given
from tests.tasks.calls import CALLS
from tests.world import Row, World

# Columns that no caller can set, with values that they would not have.
OF_THE_SERVER: Row = {
    "id": UUID(int=1),
    "created_at": datetime(2001, 1, 1, tzinfo=UTC),
    "updated_at": datetime(2001, 1, 1, tzinfo=UTC),
    "version": 7,
    "project_id": UUID(int=1),
    "status": "in_progress",
    "claimed_by": UUID(int=1),
    "claimed_at": datetime(2001, 1, 1, tzinfo=UTC),
    "lease_until": datetime(2001, 1, 1, tzinfo=UTC),
    "attempts": 7,
    "result": {"any": "thing"},
}


# -- createTask


async def test_create_task_fills_in_what_is_not_given(world: World) -> None:
    member = await given.user(world, role="member")

    answer = await world.call(member, "POST", "/v1/tasks", {"title": "title"})

    assert answer.outcome == "201"
    (task,) = await world.rows("tasks")
    assert answer.body["id"] == str(task["id"])
    assert answer.headers["etag"] == '"1"'
    assert task == {
        "id": task["id"],
        "created_at": world.now,
        "updated_at": world.now,
        "version": 1,
        "project_id": member["project_id"],
        "title": "title",
        "description": None,
        "priority": 0,
        "status": "pending",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "attempts": 0,
        "result": None,
    }


async def test_create_task_keeps_what_is_given(world: World) -> None:
    member = await given.user(world, role="member")
    body = {"title": "title", "description": "description", "priority": 1}

    answer = await world.call(member, "POST", "/v1/tasks", body)

    assert answer.outcome == "201"
    (task,) = await world.rows("tasks")
    assert {name: task[name] for name in body} == body


async def test_create_task_sets_nothing_that_is_not_the_callers_to_set(world: World) -> None:
    member = await given.user(world, role="member")
    plain = await world.call(member, "POST", "/v1/tasks", {"title": "title"})
    assert plain.outcome == "201"
    (expected,) = await world.rows("tasks")

    body = {"title": "title"} | {name: world.wire(v) for name, v in OF_THE_SERVER.items()}
    answer = await world.call(member, "POST", "/v1/tasks", body)

    assert answer.outcome == "201"
    (task,) = [row for row in await world.rows("tasks") if row["id"] != expected["id"]]
    assert task == expected | {"id": task["id"]}
    assert task["id"] != OF_THE_SERVER["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x"},
        {"title": "x" * 200},
        {"title": "title", "description": None},
        {"title": "title", "priority": 0},
        {"title": "title", "priority": 9},
    ],
)
async def test_create_task_takes_what_is_just_allowed(world: World, body: Row) -> None:
    member = await given.user(world, role="member")

    answer = await world.call(member, "POST", "/v1/tasks", body)

    assert answer.outcome == "201"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/title"),
        ({"title": None}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": "x\0"}, "/title"),
        ({"title": 1}, "/title"),
        ({"title": "title", "description": 1}, "/description"),
        ({"title": "title", "description": "x\0"}, "/description"),
        ({"title": "title", "priority": -1}, "/priority"),
        ({"title": "title", "priority": 10}, "/priority"),
        ({"title": "title", "priority": 2**63}, "/priority"),
        ({"title": "title", "priority": "1"}, "/priority"),
        ({"title": "title", "priority": 1.5}, "/priority"),
        ({"title": "title", "priority": True}, "/priority"),
        ({"title": "title", "priority": None}, "/priority"),
    ],
)
async def test_create_task_refuses_what_is_not(world: World, body: Row, pointer: str) -> None:
    member = await given.user(world, role="member")
    allowed = await world.call(member, "POST", "/v1/tasks", {"title": "title"})
    assert allowed.outcome == "201"

    async with world.nothing_changes():
        refused = await world.call(member, "POST", "/v1/tasks", body)

    assert refused.outcome == "400 invalid"
    assert refused.pointers == [pointer]


# -- updateTask


async def test_update_task_changes_what_is_given_and_keeps_the_rest(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world, description="description", priority=1)

    answer = await world.call(
        member,
        "PATCH",
        f"/v1/tasks/{task['id']}",
        {"title": "another title"},
        {"if-match": '"1"'},
    )

    assert answer.outcome == "200"
    assert answer.headers["etag"] == '"2"'
    assert await world.again("tasks", task) == task | {
        "title": "another title",
        "version": 2,
        "updated_at": world.now,
    }


async def test_update_task_clears_with_null(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world, description="description")

    answer = await world.call(
        member, "PATCH", f"/v1/tasks/{task['id']}", {"description": None}, {"if-match": '"1"'}
    )

    assert answer.outcome == "200"
    after = await world.again("tasks", task)
    assert after["description"] is None


async def test_update_task_sets_nothing_that_is_not_the_callers_to_set(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    body = {"title": "another title"} | {n: world.wire(v) for n, v in OF_THE_SERVER.items()}
    answer = await world.call(member, "PATCH", f"/v1/tasks/{task['id']}", body, {"if-match": '"1"'})

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "title": "another title",
        "version": 2,
        "updated_at": world.now,
    }


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x"},
        {"title": "x" * 200},
        {"description": None},
        {"priority": 0},
        {"priority": 9},
    ],
)
async def test_update_task_takes_what_is_just_allowed(world: World, body: Row) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(member, "PATCH", f"/v1/tasks/{task['id']}", body, {"if-match": '"1"'})

    assert answer.outcome == "200"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"title": None}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": "x\0"}, "/title"),
        ({"title": 1}, "/title"),
        ({"description": 1}, "/description"),
        ({"description": "x\0"}, "/description"),
        ({"priority": -1}, "/priority"),
        ({"priority": 10}, "/priority"),
        ({"priority": 2**63}, "/priority"),
        ({"priority": "1"}, "/priority"),
        ({"priority": 1.5}, "/priority"),
        ({"priority": True}, "/priority"),
        ({"priority": None}, "/priority"),
    ],
)
async def test_update_task_refuses_what_is_not(world: World, body: Row, pointer: str) -> None:
    member = await given.user(world, role="member")
    call = await CALLS["updateTask"](world, member)
    allowed = await world.send(member, call)
    assert allowed.outcome == "200"

    async with world.nothing_changes():
        refused = await world.call(member, "PATCH", call.path, body, {"if-match": "*"})

    assert refused.outcome == "400 invalid"
    assert refused.pointers == [pointer]


# -- If-Match


@pytest.mark.parametrize("operation", ["updateTask", "deleteTask"])
@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({}, "428 precondition-required"),
        ({"if-match": '"0"'}, "412 stale"),
        ({"if-match": "1"}, "412 stale"),
        ({"if-match": 'W/"1"'}, "412 stale"),
        ({"if-match": ""}, "412 stale"),
    ],
)
async def test_a_change_is_refused_without_the_version_that_it_is_based_on(
    world: World, operation: str, headers: dict[str, str], outcome: str
) -> None:
    admin = await given.user(world, role="admin")
    allowed = await world.send(admin, await CALLS[operation](world, admin))
    assert allowed.outcome in {"200", "204"}
    call = await CALLS[operation](world, admin)

    async with world.nothing_changes():
        refused = await world.call(admin, call.method, call.path, call.body, headers)

    assert refused.outcome == outcome


@pytest.mark.parametrize("operation", ["updateTask", "deleteTask"])
@pytest.mark.parametrize("tags", ['"1"', '"7", "1"', "*"])
async def test_a_change_may_name_several_versions_or_any(
    world: World, operation: str, tags: str
) -> None:
    admin = await given.user(world, role="admin")
    call = await CALLS[operation](world, admin)

    answer = await world.call(admin, call.method, call.path, call.body, {"if-match": tags})

    assert answer.outcome in {"200", "204"}


# -- deleteTask


async def test_delete_task_deletes_once(world: World) -> None:
    admin = await given.user(world, role="admin")
    call = await CALLS["deleteTask"](world, admin)

    answer = await world.send(admin, call)

    assert answer.outcome == "204"
    assert await world.rows("tasks", id=call.row["id"]) == []
    again = await world.send(admin, call)
    assert again.outcome == "404 not-found"


async def test_delete_task_takes_its_task_blockers_along(world: World) -> None:
    admin = await given.user(world, role="admin")
    call = await CALLS["deleteTask"](world, admin)
    await given.task_blocker(world, task_id=call.row["id"])

    answer = await world.send(admin, call)

    assert answer.outcome == "204"
    assert await world.rows("task_blockers", task_id=call.row["id"]) == []


async def test_delete_task_is_refused_while_a_task_blocker_needs_it(world: World) -> None:
    admin = await given.user(world, role="admin")
    allowed = await world.send(admin, await CALLS["deleteTask"](world, admin))
    assert allowed.outcome == "204"
    call = await CALLS["deleteTask"](world, admin)
    await given.task_blocker(world, blocker_id=call.row["id"])

    async with world.nothing_changes():
        refused = await world.send(admin, call)

    assert refused.outcome == "409 fk_task_blockers_blocker_id_tasks"


# -- addBlocker, removeBlocker


async def test_add_blocker_links_and_remove_blocker_unlinks_as_often_as_one_likes(
    world: World,
) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    path = f"/v1/tasks/{task['id']}/blockers/{blocker['id']}"

    linked = [await world.call(member, "PUT", path) for _ in range(2)]
    assert [answer.outcome for answer in linked] == ["204", "204"]
    assert await world.rows("task_blockers") == [
        {"task_id": task["id"], "blocker_id": blocker["id"]}
    ]

    unlinked = [await world.call(member, "DELETE", path) for _ in range(2)]
    assert [answer.outcome for answer in unlinked] == ["204", "204"]
    assert await world.rows("task_blockers") == []


@pytest.mark.parametrize("operation", ["addBlocker", "removeBlocker"])
@pytest.mark.parametrize("end", ["id", "blocker_id"])
async def test_both_ends_of_a_link_are_of_ones_own_project(
    world: World, operation: str, end: str
) -> None:
    member = await given.user(world, role="member")
    call = await CALLS[operation](world, member)
    allowed = await world.send(member, call)
    assert allowed.outcome == "204"
    elsewhere = await given.project(world)
    ours = await given.task(world)
    theirs = await given.task(world, project_id=elsewhere["id"])
    ends = {"id": ours["id"], "blocker_id": ours["id"], end: theirs["id"]}

    async with world.nothing_changes():
        refused = await world.call(
            member, call.method, f"/v1/tasks/{ends['id']}/blockers/{ends['blocker_id']}"
        )

    assert refused.outcome == "404 not-found"


async def test_add_blocker_is_refused_if_the_ends_are_one(world: World) -> None:
    """`task_id <> blocker_id`"""
    member = await given.user(world, role="member")
    allowed = await world.send(member, await CALLS["addBlocker"](world, member))
    assert allowed.outcome == "204"
    task = await given.task(world)

    async with world.nothing_changes():
        refused = await world.call(member, "PUT", f"/v1/tasks/{task['id']}/blockers/{task['id']}")

    assert refused.outcome == "409 ck_blockers_self"
