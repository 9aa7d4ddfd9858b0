"""The first case that holds is done, and no other; on the row that is found."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def _agent(world: Any) -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com")


async def _reply(world: Any, ticket: dict[str, Any], kind: str, words: str = "Hello") -> Any:
    body = {"code": ticket["code"], "kind": kind, "words": words}
    return await world.call(await _agent(world), "POST", "/tickets:reply", body)


async def _ticket(world: Any, **values: Any) -> dict[str, Any]:
    return await world.add("tickets", code=uuid4().hex, **values)


async def test_a_case_does_another_operation(world: Any) -> None:
    ticket = await _ticket(world, status="closed")
    answer = await _reply(world, ticket, "question")
    assert (answer.outcome, answer.body["status"]) == ("200", "open")
    assert (await world.row("tickets", id=ticket["id"]))["urgency"] == 0


async def test_a_later_case_is_done_where_no_earlier_one_holds(world: Any) -> None:
    ticket = await _ticket(world, urgency=4)
    answer = await _reply(world, ticket, "question")
    assert (answer.outcome, answer.body["urgency"]) == ("200", 5)
    assert (await world.row("tickets", id=ticket["id"]))["last_kind"] == "question"
    assert await world.rows("notes", ticket_id=ticket["id"]) == []


async def test_a_case_can_go_by_other_rows_and_do_rounds(world: Any) -> None:
    ticket = await _ticket(world)
    for is_read in (True, False, False):
        await world.add("notes", ticket_id=ticket["id"], words="Old", is_read=is_read)
    assert (await _reply(world, ticket, "answer")).outcome == "200"
    notes = await world.rows("notes", ticket_id=ticket["id"])
    assert [note["is_read"] for note in notes] == [True] * 3


async def test_without_a_condition_it_is_what_is_done_otherwise(world: Any) -> None:
    ticket = await _ticket(world)
    await _reply(world, ticket, "answer", "Try again")
    assert (await world.row("notes", ticket_id=ticket["id"]))["words"] == "Try again"


async def test_the_row_that_is_found_may_be_forbidden(world: Any) -> None:
    ticket = await _ticket(world, urgency=-1)
    assert (await _reply(world, ticket, "note")).outcome == "403 forbidden"
    assert await world.rows("notes", ticket_id=ticket["id"]) == []


async def test_what_all_cases_require_is_asked_first(world: Any) -> None:
    ticket = await _ticket(world)
    assert (await _reply(world, ticket, "spam")).outcome == "409 spam"
    assert await world.rows("notes", ticket_id=ticket["id"]) == []


async def test_nothing_is_found_by_another_code(world: Any) -> None:
    answer = await _reply(world, {"code": "none"}, "note")
    assert answer.outcome == "404 no-such-code"


async def test_where_no_case_holds_nothing_is_done(world: Any) -> None:
    ticket = await _ticket(world, urgency=9)
    answer = await world.call(await _agent(world), "POST", f"/tickets/{ticket['id']}:weigh")
    assert (answer.outcome, answer.body["urgency"], answer.body["status"]) == ("200", 9, "open")


async def test_a_case_has_requirements_of_its_own_and_sets_before_it_does(world: Any) -> None:
    agent, ticket, urgent = (
        await _agent(world),
        await _ticket(world),
        await _ticket(world, urgency=9),
    )
    for one in (ticket, urgent):
        for _ in range(3):
            await world.add("notes", ticket_id=one["id"], words="Old")
    answer = await world.call(agent, "POST", f"/tickets/{ticket['id']}:weigh")
    assert (answer.body["urgency"], answer.body["status"]) == (3, "closed")
    refused = await world.call(agent, "POST", f"/tickets/{urgent['id']}:weigh")
    assert refused.outcome == "409 urgent-already"


async def test_the_row_that_is_found_is_locked(world: Any) -> None:
    agent, ticket = await _agent(world), await _ticket(world)
    body = {"code": ticket["code"], "kind": "question", "words": "Hello"}
    calls = (world.call(agent, "POST", "/tickets:reply", body) for _ in range(5))
    answers = await asyncio.gather(*calls)
    assert [answer.outcome for answer in answers] == ["200"] * 5
    assert (await world.row("tickets", id=ticket["id"]))["urgency"] == 5
