"""An operation in a round is done to all rows or to none, with the guards and rules of its own."""

import asyncio
from collections import Counter
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def _order(world: Any, *lines: dict[str, Any], status: str = "open") -> dict[str, Any]:
    order = await world.add("orders", status=status)
    for number, line in enumerate(lines):
        product = line.pop("product", None) or await world.add("products")
        values = {"order_id": order["id"], "product_id": product["id"], "number": number}
        await world.add("order_lines", **values, status=status, **line)
    return order


async def _lines(world: Any, order: dict[str, Any]) -> list[dict[str, Any]]:
    return await world.rows("order_lines", order="number", order_id=order["id"])


async def _send(world: Any, order: dict[str, Any], verb: str) -> str:
    return (await world.call(None, "POST", f"/orders/{order['id']}/{verb}")).outcome


async def test_every_row_is_done(world: Any) -> None:
    order = await _order(world, {}, {}, {})
    assert await _send(world, order, "pack") == "200"
    lines = await _lines(world, order)
    assert [line["status"] for line in lines] == ["packed"] * 3
    assert [line["version"] for line in lines] == [2] * 3
    assert len({line["packed_at"] for line in lines}) == 1
    assert {line["updated_at"] for line in lines} == {line["packed_at"] for line in lines}


@pytest.mark.parametrize(("quantity", "refused"), [(0, "409 guard-failed"), (100, "409 too-heavy")])
async def test_one_row_that_is_refused_stops_all(world: Any, quantity: int, refused: str) -> None:
    order = await _order(world, {}, {"quantity": quantity}, {})
    assert await _send(world, order, "pack") == refused
    assert [line["status"] for line in await _lines(world, order)] == ["open"] * 3
    assert (await world.row("orders", id=order["id"]))["status"] == "open"


async def test_a_row_in_another_state_stops_all(world: Any) -> None:
    order = await _order(world, {}, {})
    await world.execute("UPDATE order_lines SET status = 'packed' WHERE number = 1")
    assert await _send(world, order, "pack") == "409 wrong-status"


async def test_there_are_as_many_statements_for_many_rows_as_for_one(world: Any) -> None:
    counts = []
    for number in (1, 7):
        order = await _order(world, *({} for _ in range(number)))
        assert await _send(world, order, "pack") == "200"
        counts.append(len(world.statements))
    assert counts[0] == counts[1]


async def test_what_an_operation_does_to_further_rows_adds_up(world: Any) -> None:
    product = await world.add("products", on_hand=5)
    lines = ({"product": product, "quantity": 2} for _ in range(2))
    order = await _order(world, *lines, status="packed")
    assert await _send(world, order, "ship") == "200"
    assert (await world.row("products", id=product["id"]))["on_hand"] == 1
    assert [line["status"] for line in await _lines(world, order)] == ["shipped"] * 2


async def test_further_rows_are_as_they_were_where_one_is_refused(world: Any) -> None:
    product = await world.add("products", on_hand=3)
    lines = ({"product": product, "quantity": 2} for _ in range(2))
    order = await _order(world, *lines, status="packed")
    assert await _send(world, order, "ship") == "409 out-of-stock"
    assert (await world.row("products", id=product["id"]))["on_hand"] == 3
    assert [line["status"] for line in await _lines(world, order)] == ["packed"] * 2


async def test_only_those_that_are_meant_are_done(world: Any) -> None:
    gone = await world.add("products", on_hand=0)
    order = await _order(world, {"product": gone}, {}, status="packed")
    assert await _send(world, order, "ship") == "200"
    assert [line["status"] for line in await _lines(world, order)] == ["packed", "shipped"]


async def test_in_a_race_everything_happens_once(world: Any) -> None:
    product = await world.add("products", on_hand=10)
    lines = ({"product": product, "quantity": 2} for _ in range(2))
    order = await _order(world, *lines, status="packed")
    outcomes = await asyncio.gather(*(_send(world, order, "ship") for _ in range(4)))
    assert Counter(outcomes) == {"200": 1, "409 wrong-status": 3}
    assert (await world.row("products", id=product["id"]))["on_hand"] == 6
