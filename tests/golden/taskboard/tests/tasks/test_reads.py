"""Reading tasks: one, and many a page at a time."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests import given
from tests.world import Row, World

TASK = (
    "id",
    "project_id",
    "title",
    "description",
    "priority",
    "status",
    "claimed_by",
    "claimed_at",
    "lease_until",
    "attempts",
    "result",
    "created_at",
)


async def pages(world: World, user: Row | None, path: str) -> list[list[str]]:
    """The keys on each page, from the first to the last."""
    found: list[list[str]] = []
    position = ""
    while len(found) <= 10:
        answer = await world.call(user, "GET", path + position)
        assert answer.outcome == "200"
        found.append([item["id"] for item in answer.body["items"]])
        if answer.body.get("next_page_token") is None:
            break
        position = f"&page_token={answer.body['next_page_token']}"
    return found


async def test_list_tasks_shows_the_rows(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(member, "GET", "/v1/tasks")

    assert answer.outcome == "200"
    assert answer.body["items"] == [{name: world.wire(task[name]) for name in TASK}]


async def test_list_tasks_shows_every_row_once_newest_first(world: World) -> None:
    member = await given.user(world, role="member")
    tasks = [
        await given.task(world, created_at=world.now + timedelta(minutes=number))
        for number in range(5)
    ]

    found = await pages(world, member, "/v1/tasks?page_size=2")

    expected = [world.wire(task["id"]) for task in reversed(tasks)]
    assert found == [expected[:2], expected[2:4], expected[4:]]


async def test_list_tasks_shows_every_row_once_if_all_are_alike(world: World) -> None:
    member = await given.user(world, role="member")
    tasks = [await given.task(world, created_at=world.now) for _ in range(5)]

    found = await pages(world, member, "/v1/tasks?page_size=2")

    assert [len(page) for page in found] == [2, 2, 1]
    expected = [world.wire(task["id"]) for task in tasks]
    assert sorted(key for page in found for key in page) == sorted(expected)
    assert found == await pages(world, member, "/v1/tasks?page_size=2")


async def test_list_tasks_ends_with_a_full_page(world: World) -> None:
    member = await given.user(world, role="member")
    for _ in range(4):
        await given.task(world)

    found = await pages(world, member, "/v1/tasks?page_size=2")

    assert [len(page) for page in found] == [2, 2]


@pytest.mark.parametrize("token", ["x", "AAAA", "bnVsbA", "W10", "%00", "é"])
async def test_list_tasks_takes_only_tokens_that_it_gave(world: World, token: str) -> None:
    member = await given.user(world, role="member")
    for _ in range(2):
        await given.task(world)
    first = await world.call(member, "GET", "/v1/tasks?page_size=1")
    assert first.outcome == "200"
    given_token = first.body["next_page_token"]
    second = await world.call(member, "GET", f"/v1/tasks?page_token={given_token}")
    assert second.outcome == "200"

    refused = await world.call(member, "GET", f"/v1/tasks?page_token={token}")

    assert refused.outcome == "400 invalid"


@pytest.mark.parametrize(
    ("size", "outcome"), [(0, "400 invalid"), (1, "200"), (100, "200"), (101, "400 invalid")]
)
async def test_list_tasks_has_bounds_for_a_page(world: World, size: int, outcome: str) -> None:
    member = await given.user(world, role="member")
    whole = await world.call(member, "GET", "/v1/tasks")
    assert whole.outcome == "200"

    answer = await world.call(member, "GET", f"/v1/tasks?page_size={size}")

    assert answer.outcome == outcome


async def test_list_tasks_has_20_rows_on_a_page_unless_asked(world: World) -> None:
    member = await given.user(world, role="member")
    for _ in range(21):
        await given.task(world)

    answer = await world.call(member, "GET", "/v1/tasks")

    assert answer.outcome == "200"
    assert len(answer.body["items"]) == 20


async def test_list_tasks_keeps_those_by_status(world: World) -> None:
    member = await given.user(world, role="member")
    await given.task(world)
    wanted = await given.task(world, "in_progress")

    answer = await world.call(member, "GET", "/v1/tasks?status=in_progress")

    assert answer.outcome == "200"
    assert [item["id"] for item in answer.body["items"]] == [world.wire(wanted["id"])]


async def test_list_tasks_knows_every_status(world: World) -> None:
    member = await given.user(world, role="member")
    for status in ("pending", "in_progress", "done", "failed", "cancelled"):
        answer = await world.call(member, "GET", f"/v1/tasks?status={status}")
        assert answer.outcome == "200"

    refused = await world.call(member, "GET", "/v1/tasks?status=none-of-them")

    assert refused.outcome == "400 invalid"


async def test_list_tasks_shows_nothing_of_another_project(world: World) -> None:
    member = await given.user(world, role="member")
    ours = await given.task(world)
    elsewhere = await given.project(world)
    await given.task(world, project_id=elsewhere["id"])

    answer = await world.call(member, "GET", "/v1/tasks")

    assert answer.outcome == "200"
    assert [item["id"] for item in answer.body["items"]] == [world.wire(ours["id"])]


async def test_list_tasks_takes_as_many_statements_for_many_rows_as_for_one(world: World) -> None:
    member = await given.user(world, role="member")
    await given.task(world)
    async with world.statements() as for_one:
        one = await world.call(member, "GET", "/v1/tasks?page_size=50")
    assert one.outcome == "200"

    for _ in range(10):
        await given.task(world)
    async with world.statements() as for_many:
        many = await world.call(member, "GET", "/v1/tasks?page_size=50")
    assert many.outcome == "200"

    assert len(many.body["items"]) > 1
    assert len(for_many) == len(for_one)


async def test_get_task_shows_the_row(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(member, "GET", f"/v1/tasks/{task['id']}")

    assert answer.outcome == "200"
    assert answer.body == {name: world.wire(task[name]) for name in TASK}


async def test_get_task_tells_the_version_as_its_entity_tag(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world, version=7)

    answer = await world.call(member, "GET", f"/v1/tasks/{task['id']}")

    assert answer.outcome == "200"
    assert answer.headers["etag"] == '"7"'


async def test_get_task_finds_only_what_is_there(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)
    found = await world.call(member, "GET", f"/v1/tasks/{task['id']}")
    assert found.outcome == "200"

    missing = await world.call(member, "GET", f"/v1/tasks/{UUID(int=1)}")
    assert missing.outcome == "404 not-found"
    malformed = await world.call(member, "GET", "/v1/tasks/1")
    assert malformed.outcome == "400 invalid"
