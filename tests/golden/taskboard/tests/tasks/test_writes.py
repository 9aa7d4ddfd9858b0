"""Writing tasks: what is taken, and what only the backend sets."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests import given
from tests.tasks.calls import CALLS
from tests.world import Row, World, if_match

# Columns of tasks that no caller sets, with values that they would not have.
TASK_OF_THE_SERVER: Row = {
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


async def test_create_task_fills_in_what_is_not_given(world: World) -> None:
    member = await given.user(world, role="member")

    answer = await world.call(member, "POST", "/v1/tasks", {"title": "title"})

    assert answer.outcome == "201"
    task = await world.only("tasks")
    assert answer.body["id"] == world.wire(task["id"])
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

    answer = await world.call(
        member, "POST", "/v1/tasks", {"title": "title", "description": "description", "priority": 1}
    )

    assert answer.outcome == "201"
    task = await world.only("tasks")
    assert task["title"] == "title"
    assert task["description"] == "description"
    assert task["priority"] == 1


async def test_create_task_sets_nothing_that_is_not_the_callers_to_set(world: World) -> None:
    member = await given.user(world, role="member")

    answer = await world.call(
        member,
        "POST",
        "/v1/tasks",
        {"title": "title"}
        | {name: world.wire(value) for name, value in TASK_OF_THE_SERVER.items()},
    )

    assert answer.outcome == "201"
    task = await world.only("tasks")
    assert {name: task[name] for name in TASK_OF_THE_SERVER} == {
        "id": task["id"],
        "created_at": world.now,
        "updated_at": world.now,
        "version": 1,
        "project_id": member["project_id"],
        "status": "pending",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "attempts": 0,
        "result": None,
    }
    assert task["id"] != TASK_OF_THE_SERVER["id"]


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
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": "x\x00"}, "/title"),
        ({"title": 1}, "/title"),
        ({"title": None}, "/title"),
        ({"title": "title", "description": "x\x00"}, "/description"),
        ({"title": "title", "description": 1}, "/description"),
        ({"title": "title", "priority": -1}, "/priority"),
        ({"title": "title", "priority": 10}, "/priority"),
        ({"title": "title", "priority": 9223372036854775808}, "/priority"),
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


async def test_update_task_changes_what_is_given_and_keeps_the_rest(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(
        member, "PATCH", f"/v1/tasks/{task['id']}", {"title": "another title"}, if_match(task)
    )

    assert answer.outcome == "200"
    assert answer.headers["etag"] == '"2"'
    assert await world.again("tasks", task) == task | {
        "title": "another title",
        "version": 2,
        "updated_at": world.now,
    }


async def test_update_task_clears_description_with_null(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world, description="description")

    answer = await world.call(
        member, "PATCH", f"/v1/tasks/{task['id']}", {"description": None}, if_match(task)
    )

    assert answer.outcome == "200"
    after = await world.again("tasks", task)
    assert after["description"] is None


async def test_update_task_sets_nothing_that_is_not_the_callers_to_set(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(
        member,
        "PATCH",
        f"/v1/tasks/{task['id']}",
        {"title": "another title"}
        | {name: world.wire(value) for name, value in TASK_OF_THE_SERVER.items()},
        if_match(task),
    )

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "title": "another title",
        "version": 2,
        "updated_at": world.now,
    }


@pytest.mark.parametrize(
    "body",
    [{"title": "x"}, {"title": "x" * 200}, {"description": None}, {"priority": 0}, {"priority": 9}],
)
async def test_update_task_takes_what_is_just_allowed(world: World, body: Row) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(member, "PATCH", f"/v1/tasks/{task['id']}", body, if_match(task))

    assert answer.outcome == "200"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": "x\x00"}, "/title"),
        ({"title": 1}, "/title"),
        ({"title": None}, "/title"),
        ({"description": "x\x00"}, "/description"),
        ({"description": 1}, "/description"),
        ({"priority": -1}, "/priority"),
        ({"priority": 10}, "/priority"),
        ({"priority": 9223372036854775808}, "/priority"),
        ({"priority": "1"}, "/priority"),
        ({"priority": 1.5}, "/priority"),
        ({"priority": True}, "/priority"),
        ({"priority": None}, "/priority"),
    ],
)
async def test_update_task_refuses_what_is_not(world: World, body: Row, pointer: str) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    allowed = await world.call(
        member, "PATCH", f"/v1/tasks/{task['id']}", {"title": "another title"}, if_match(task)
    )
    assert allowed.outcome == "200"

    async with world.nothing_changes():
        refused = await world.call(
            member, "PATCH", f"/v1/tasks/{task['id']}", body, {"if-match": "*"}
        )

    assert refused.outcome == "400 invalid"
    assert refused.pointers == [pointer]


async def test_delete_task_deletes_once(world: World) -> None:
    admin = await given.user(world, role="admin")
    task = await given.task(world)

    answer = await world.call(admin, "DELETE", f"/v1/tasks/{task['id']}", headers=if_match(task))

    assert answer.outcome == "204"
    assert await world.rows("tasks", id=task["id"]) == []
    again = await world.call(admin, "DELETE", f"/v1/tasks/{task['id']}", headers=if_match(task))
    assert again.outcome == "404 not-found"


async def test_delete_task_takes_along_its_task_blockers(world: World) -> None:
    admin = await given.user(world, role="admin")
    task = await given.task(world)
    gone_with_it = await given.task_blocker(world, task_id=task["id"])

    answer = await world.call(admin, "DELETE", f"/v1/tasks/{task['id']}", headers=if_match(task))

    assert answer.outcome == "204"
    assert gone_with_it not in await world.rows("task_blockers")


async def test_delete_task_is_refused_while_task_blocker_needs_it(world: World) -> None:
    admin = await given.user(world, role="admin")
    task = await given.task(world)
    allowed = await world.call(admin, "DELETE", f"/v1/tasks/{task['id']}", headers=if_match(task))
    assert allowed.outcome == "204"

    other_task = await given.task(world)
    await given.task_blocker(world, blocker_id=other_task["id"])
    async with world.nothing_changes():
        refused = await world.call(
            admin, "DELETE", f"/v1/tasks/{other_task['id']}", headers=if_match(other_task)
        )
    assert refused.outcome == "409 fk_task_blockers_blocker_id_tasks"


async def test_add_blocker_links_and_remove_blocker_unlinks_as_often_as_one_likes(
    world: World,
) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    path = f"/v1/tasks/{task['id']}/blockers/{blocker['id']}"

    linked = [await world.call(member, "PUT", path) for _ in range(2)]
    assert [answer.outcome for answer in linked] == ["204", "204"]
    link = await world.only("task_blockers")
    assert link == link | {"task_id": task["id"], "blocker_id": blocker["id"]}

    unlinked = [await world.call(member, "DELETE", path) for _ in range(2)]
    assert [answer.outcome for answer in unlinked] == ["204", "204"]
    assert await world.rows("task_blockers") == []


async def test_add_blocker_needs_its_first_end_in_ones_own_project(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    allowed = await world.call(member, "PUT", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}")
    assert allowed.outcome == "204"
    elsewhere = await given.project(world)
    theirs = await given.task(world, project_id=elsewhere["id"])

    async with world.nothing_changes():
        refused = await world.call(
            member, "PUT", f"/v1/tasks/{theirs['id']}/blockers/{blocker['id']}"
        )

    assert refused.outcome == "404 not-found"


async def test_add_blocker_needs_its_second_end_in_ones_own_project(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    allowed = await world.call(member, "PUT", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}")
    assert allowed.outcome == "204"
    elsewhere = await given.project(world)
    theirs = await given.task(world, project_id=elsewhere["id"])

    async with world.nothing_changes():
        refused = await world.call(member, "PUT", f"/v1/tasks/{task['id']}/blockers/{theirs['id']}")

    assert refused.outcome == "404 not-found"


async def test_remove_blocker_needs_its_first_end_in_ones_own_project(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    await given.task_blocker(world, task_id=task["id"], blocker_id=blocker["id"])
    allowed = await world.call(member, "DELETE", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}")
    assert allowed.outcome == "204"
    elsewhere = await given.project(world)
    theirs = await given.task(world, project_id=elsewhere["id"])

    async with world.nothing_changes():
        refused = await world.call(
            member, "DELETE", f"/v1/tasks/{theirs['id']}/blockers/{blocker['id']}"
        )

    assert refused.outcome == "404 not-found"


async def test_remove_blocker_needs_its_second_end_in_ones_own_project(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    await given.task_blocker(world, task_id=task["id"], blocker_id=blocker["id"])
    allowed = await world.call(member, "DELETE", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}")
    assert allowed.outcome == "204"
    elsewhere = await given.project(world)
    theirs = await given.task(world, project_id=elsewhere["id"])

    async with world.nothing_changes():
        refused = await world.call(
            member, "DELETE", f"/v1/tasks/{task['id']}/blockers/{theirs['id']}"
        )

    assert refused.outcome == "404 not-found"


async def test_add_blocker_is_refused_if_both_ends_are_one(world: World) -> None:
    """`task_id <> blocker_id`"""
    member = await given.user(world, role="member")
    task = await given.task(world)
    blocker = await given.task(world)
    allowed = await world.call(member, "PUT", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}")
    assert allowed.outcome == "204"

    other_task = await given.task(world)
    async with world.nothing_changes():
        refused = await world.call(
            member, "PUT", f"/v1/tasks/{other_task['id']}/blockers/{other_task['id']}"
        )

    assert refused.outcome == "409 ck_blockers_self"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/result"),
        ({"result": "x"}, "/result"),
        ({"result": []}, "/result"),
        ({"result": None}, "/result"),
    ],
)
async def test_complete_task_refuses_what_is_not(world: World, body: Row, pointer: str) -> None:
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"])
    allowed = await world.call(
        agent, "POST", f"/v1/tasks/{task['id']}/complete", {"result": {"any": "thing"}}
    )
    assert allowed.outcome == "200"

    async with world.nothing_changes():
        refused = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/complete", body)

    assert refused.outcome == "400 invalid"
    assert refused.pointers == [pointer]


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
async def test_update_task_needs_the_version_that_it_is_based_on(
    world: World, headers: dict[str, str], outcome: str
) -> None:
    actor = await given.user(world, role="member")
    allowed = await world.send(actor, await CALLS["updateTask"](world, actor))
    assert allowed.outcome == "200"
    call = await CALLS["updateTask"](world, actor)

    async with world.nothing_changes():
        refused = await world.call(actor, call.method, call.path, call.body, headers)

    assert refused.outcome == outcome


@pytest.mark.parametrize("tags", ['"1"', '"7", "1"', "*"])
async def test_update_task_may_name_several_versions_or_any(world: World, tags: str) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["updateTask"](world, actor)
    headers = {"if-match": tags}

    answer = await world.call(actor, call.method, call.path, call.body, headers)

    assert answer.outcome == "200"


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
async def test_delete_task_needs_the_version_that_it_is_based_on(
    world: World, headers: dict[str, str], outcome: str
) -> None:
    actor = await given.user(world, role="admin")
    allowed = await world.send(actor, await CALLS["deleteTask"](world, actor))
    assert allowed.outcome == "204"
    call = await CALLS["deleteTask"](world, actor)

    async with world.nothing_changes():
        refused = await world.call(actor, call.method, call.path, call.body, headers)

    assert refused.outcome == outcome


@pytest.mark.parametrize("tags", ['"1"', '"7", "1"', "*"])
async def test_delete_task_may_name_several_versions_or_any(world: World, tags: str) -> None:
    actor = await given.user(world, role="admin")
    call = await CALLS["deleteTask"](world, actor)
    headers = {"if-match": tags}

    answer = await world.call(actor, call.method, call.path, call.body, headers)

    assert answer.outcome == "204"
