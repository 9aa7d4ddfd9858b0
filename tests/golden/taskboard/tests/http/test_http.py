"""What every answer has in common, whatever was asked for."""

import pytest

from tests import given
from tests.tasks.calls import CALLS
from tests.world import World


async def test_it_lives_and_is_ready_to_serve(world: World) -> None:
    live = await world.call(None, "GET", "/health/live")
    ready = await world.call(None, "GET", "/health/ready")
    assert [live.outcome, ready.outcome] == ["204", "204"]

    actor = await given.user(world, role="member")
    served = await world.send(actor, await CALLS["listTasks"](world, actor))
    assert served.outcome == "200"


async def test_it_serves_its_contract(world: World) -> None:
    answer = await world.call(None, "GET", "/openapi.json")
    assert answer.outcome == "200"
    assert answer.media_type == "application/json"
    operations = {
        operation["operationId"]
        for path in answer.body["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    }
    assert operations == {
        "addBlocker",
        "cancelTask",
        "claimNextTask",
        "claimTask",
        "completeTask",
        "createTask",
        "deleteTask",
        "getTask",
        "giveUp",
        "heartbeat",
        "listTasks",
        "removeBlocker",
        "reopenTask",
        "updateTask",
    }

    actor = await given.user(world, role="member")
    served = await world.send(actor, await CALLS["listTasks"](world, actor))
    assert served.outcome == "200"


async def test_a_path_that_is_not_in_the_contract_is_not_found(world: World) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["listTasks"](world, actor)
    served = await world.send(actor, call)
    assert served.outcome == "200"

    answer = await world.call(actor, call.method, "/a-path-that-nobody-knows")

    assert answer.outcome == "404 not-found"


async def test_a_method_that_is_not_in_the_contract_is_not_allowed(world: World) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["listTasks"](world, actor)
    served = await world.send(actor, call)
    assert served.outcome == "200"

    answer = await world.call(actor, "DELETE", call.path)

    assert answer.outcome == "405 method-not-allowed"
    assert call.method in answer.headers["allow"]


async def test_a_problem_says_what_is_wrong_in_words(world: World) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["listTasks"](world, actor)
    served = await world.send(actor, call)
    assert served.outcome == "200"

    answer = await world.send(None, call)

    assert answer.outcome == "401 unauthenticated"
    assert answer.body["status"] == 401
    assert answer.body["title"] == "Unauthorized"
    assert answer.body["detail"]


@pytest.mark.parametrize(
    ("given_id", "is_kept"),
    [
        ("caller-1.A_b", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("two words", False),
        ("", False),
        (None, False),
    ],
)
async def test_every_answer_names_its_request(
    world: World, given_id: str | None, *, is_kept: bool
) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["listTasks"](world, actor)
    said = {} if given_id is None else {"x-request-id": given_id}
    headers = {**call.headers, **said}

    answer = await world.call(actor, call.method, call.path, call.body, headers)

    assert answer.outcome == "200"
    assert (answer.headers["x-request-id"] == given_id) is is_kept
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


# -- bodies


async def test_a_body_of_another_type_is_not_read(world: World) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["createTask"](world, actor)
    taken = await world.send(actor, call)
    assert taken.outcome == "201"
    call = await CALLS["createTask"](world, actor)

    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        async with world.nothing_changes():
            refused = await world.call(
                actor,
                call.method,
                call.path,
                call.body,
                {**call.headers, "content-type": media_type},
            )
        assert refused.outcome == "415 unsupported-media-type"


async def test_a_body_is_read_up_to_a_size(world: World) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["createTask"](world, actor)
    taken = await world.send(actor, call)
    assert taken.outcome == "201"
    call = await CALLS["createTask"](world, actor)

    body = b" " * (world.settings.max_body_bytes + 1)
    async with world.nothing_changes():
        refused = await world.call(actor, call.method, call.path, body, call.headers)

    assert refused.outcome == "413 too-large"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"\xff": 1}', b"{} {}", b"[" * 9999])
async def test_a_body_that_is_no_object_is_refused(world: World, body: bytes) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["createTask"](world, actor)
    taken = await world.send(actor, call)
    assert taken.outcome == "201"
    call = await CALLS["createTask"](world, actor)

    async with world.nothing_changes():
        refused = await world.call(actor, call.method, call.path, body, call.headers)

    assert refused.outcome == "400 invalid"
