"""Rounds over related rows, rows that are made and removed, other rows that are set."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def _clerk(world: Any) -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com")


async def _manager(world: Any) -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com", role="manager")


async def _product(world: Any, **values: Any) -> dict[str, Any]:
    return await world.add("products", sku=uuid4().hex[:12], **values)


async def _order(world: Any, *lines: tuple[dict[str, Any], int]) -> dict[str, Any]:
    customer = await world.add("customers", name="Ada")
    order = await world.add("orders", customer_id=customer["id"])
    for product, quantity in lines:
        await world.add(
            "order_lines", order_id=order["id"], product_id=product["id"], quantity=quantity
        )
    return order


async def test_every_line_is_reserved_and_versions_go_up_by_one(world: Any) -> None:
    clerk = await _clerk(world)
    bolts, nuts = await _product(world, on_hand=9), await _product(world, on_hand=5, reserved=2)
    order = await _order(world, (bolts, 4), (nuts, 3))
    answer = await world.call(clerk, "POST", f"/orders/{order['id']}:place")
    assert answer.outcome == "200"
    assert (answer.body["status"], answer.body["pieces"]) == ("placed", 7)
    for product, reserved in ((bolts, 4), (nuts, 5)):
        after = await world.row("products", id=product["id"])
        assert (after["reserved"], after["version"]) == (reserved, 2)
        assert after["updated_at"] > product["updated_at"]
        assert after["on_hand"] == product["on_hand"]


async def test_one_line_too_many_and_nothing_is_reserved(world: Any) -> None:
    clerk = await _clerk(world)
    bolts, nuts = await _product(world, on_hand=9), await _product(world, on_hand=2)
    order = await _order(world, (bolts, 4), (nuts, 3))
    answer = await world.call(clerk, "POST", f"/orders/{order['id']}:place")
    assert answer.outcome == "409 insufficient-stock"
    assert (await world.row("products", id=bolts["id"]))["reserved"] == 0
    assert (await world.row("orders", id=order["id"]))["status"] == "draft"
    assert await world.rows("entries", order_id=order["id"]) == []
    assert (await world.row("users", id=clerk["id"]))["placed"] == 0


async def test_an_order_without_lines_is_not_placed(world: Any) -> None:
    order = await _order(world)
    answer = await world.call(await _clerk(world), "POST", f"/orders/{order['id']}:place")
    assert answer.outcome == "409 guard-failed"


async def test_rows_are_made_for_the_operation_and_for_each_round(world: Any) -> None:
    clerk = await _clerk(world)
    bolts, nuts = await _product(world, on_hand=9), await _product(world, on_hand=5)
    order = await _order(world, (bolts, 4), (nuts, 3))
    await world.call(clerk, "POST", f"/orders/{order['id']}:place")
    entries = await world.rows("entries", order="words, pieces", order_id=order["id"])
    told = [(entry["words"], entry["pieces"], entry["product_id"]) for entry in entries]
    assert told == [
        ("placed", 2, None),
        ("reserved", 3, nuts["id"]),
        ("reserved", 4, bolts["id"]),
    ]
    assert all(entry["created_at"] is not None for entry in entries)


async def test_the_rows_that_relations_lead_to_are_set(world: Any) -> None:
    clerk = await _clerk(world)
    order = await _order(world, (await _product(world, on_hand=9), 1))
    await world.call(clerk, "POST", f"/orders/{order['id']}:place")
    customer = await world.row("customers", id=order["customer_id"])
    assert (customer["placed"], customer["last_order_at"] is not None) == (1, True)
    assert (await world.row("users", id=clerk["id"]))["placed"] == 1


async def test_the_number_of_statements_is_that_of_one_line(world: Any) -> None:
    clerk = await _clerk(world)
    few = await _order(world, (await _product(world, on_hand=9), 1))
    many = await _order(world, *[(await _product(world, on_hand=9), 1) for _ in range(20)])
    await world.call(clerk, "POST", f"/orders/{few['id']}:place")
    statements = len(world.statements)
    answer = await world.call(clerk, "POST", f"/orders/{many['id']}:place")
    assert (answer.outcome, len(world.statements)) == ("200", statements)


async def test_calls_at_once_share_the_stock_and_never_deadlock(world: Any) -> None:
    clerks = [await _clerk(world) for _ in range(8)]
    bolts, nuts = await _product(world, on_hand=5), await _product(world, on_hand=5)
    orders = [
        await _order(world, (bolts, 1), (nuts, 1))
        if number % 2
        else await _order(world, (nuts, 1), (bolts, 1))
        for number in range(8)
    ]
    calls = (
        world.call(clerk, "POST", f"/orders/{order['id']}:place")
        for clerk, order in zip(clerks, orders, strict=True)
    )
    outcomes = sorted(answer.outcome for answer in await asyncio.gather(*calls))
    assert outcomes == ["200"] * 5 + ["409 insufficient-stock"] * 3
    assert (await world.row("products", id=bolts["id"]))["reserved"] == 5
    assert (await world.row("products", id=nuts["id"]))["reserved"] == 5


async def test_the_effect_is_that_of_the_arrow_taken(world: Any) -> None:
    clerk = await _clerk(world)
    bolts = await _product(world, on_hand=9, reserved=1)
    order = await _order(world, (bolts, 4))
    draft = await _order(world, (bolts, 2))
    await world.call(clerk, "POST", f"/orders/{order['id']}:place")
    assert (await world.row("products", id=bolts["id"]))["reserved"] == 5
    await world.call(clerk, "POST", f"/orders/{draft['id']}:cancel")
    assert (await world.row("products", id=bolts["id"]))["reserved"] == 5
    assert len(await world.rows("order_lines", order_id=draft["id"])) == 1
    answer = await world.call(clerk, "POST", f"/orders/{order['id']}:cancel")
    assert (answer.body["status"], answer.body["lines"]) == ("cancelled", [])
    assert (await world.row("products", id=bolts["id"]))["reserved"] == 1
    again = await world.call(clerk, "POST", f"/orders/{order['id']}:cancel")
    assert again.outcome == "409 wrong-status"


async def test_rounds_leave_out_the_rows_that_are_not_meant(world: Any) -> None:
    anvil = await _product(world, on_hand=3, reserved=1, family="heavy")
    feather, safe = await _product(world), await _product(world, family="heavy")
    order = await _order(world, (anvil, 7), (feather, 7), (safe, 1))
    answer = await world.call(await _clerk(world), "POST", f"/orders/{order['id']}:mark")
    lines = {line["product_id"]: line for line in answer.body["lines"]}
    marked = lines[str(anvil["id"])]
    assert (marked["note"], marked["missing"]) == (anvil["sku"], 5)
    for product in (feather, safe):
        line = lines[str(product["id"])]
        assert (line["note"], line["missing"]) == (None, 0)


async def test_the_rows_of_a_relation_are_removed(world: Any) -> None:
    clerk = await _clerk(world)
    bolts = await _product(world, on_hand=9)
    order, other = await _order(world, (bolts, 4)), await _order(world, (bolts, 1))
    answer = await world.call(clerk, "POST", f"/orders/{order['id']}:empty")
    assert (answer.outcome, answer.body["lines"]) == ("200", [])
    assert len(await world.rows("order_lines", order_id=other["id"])) == 1
    await world.call(clerk, "POST", f"/orders/{other['id']}:place")
    refused = await world.call(clerk, "POST", f"/orders/{other['id']}:empty")
    assert refused.outcome == "409 not-a-draft"
    assert len(await world.rows("order_lines", order_id=other["id"])) == 1


async def test_rounds_go_over_a_whole_table(world: Any) -> None:
    heavy, held = (
        await _product(world, family="heavy"),
        await _product(world, on_hand=1, reserved=1),
    )
    idle = await _product(world)
    order = await _order(world)
    refused = await world.call(await _clerk(world), "POST", f"/orders/{order['id']}:count")
    assert refused.outcome == "403 forbidden"
    answer = await world.call(await _manager(world), "POST", f"/orders/{order['id']}:count")
    assert answer.outcome == "200"
    assert (await world.row("products", id=heavy["id"]))["counted_at"] is not None
    assert (await world.row("products", id=held["id"]))["counted_at"] is not None
    assert (await world.row("products", id=idle["id"]))["counted_at"] is None


async def test_a_job_does_to_each_row_all_or_none(world: Any) -> None:
    bolts = await _product(world, on_hand=9)
    old, kept = await _order(world, (bolts, 4), (await _product(world), 1)), await _order(world)
    await world.execute("UPDATE customers SET name = 'VIP' WHERE id = $1", kept["customer_id"])
    await world.run_jobs(datetime.now(UTC) + timedelta(hours=25))
    after = await world.row("orders", id=old["id"])
    assert after["status"] == "cancelled"
    assert await world.rows("order_lines", order_id=old["id"]) == []
    assert (await world.row("customers", id=old["customer_id"]))["dropped"] == 1
    entry = await world.row("entries", order_id=old["id"])
    assert (entry["words"], entry["pieces"]) == ("dropped", 2)
    assert (await world.row("orders", id=kept["id"]))["status"] == "draft"
    assert (await world.row("customers", id=kept["customer_id"]))["dropped"] == 0
    assert await world.rows("entries", order_id=kept["id"]) == []
