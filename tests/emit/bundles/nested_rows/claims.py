"""Rows that a request brings together with the row that they belong to."""

from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def _shop(world: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    shop = await world.add("shops", name="Corner")
    return shop, await world.add("users", shop_id=shop["id"], email=f"{uuid4()}@example.com")


async def _product(world: Any, shop: dict[str, Any], price: int, **values: Any) -> dict[str, Any]:
    return await world.add(
        "products", shop_id=shop["id"], sku=uuid4().hex, price_cents=price, **values
    )


async def test_an_order_is_made_with_its_lines_at_the_present_price(world: Any) -> None:
    shop, buyer = await _shop(world)
    tea, cup = await _product(world, shop, 250), await _product(world, shop, 900)
    lines = [
        {"product_id": tea["id"], "quantity": 3, "remark": "green"},
        {"product_id": cup["id"]},
    ]
    answer = await world.call(buyer, "POST", "/orders", {"note": "soon", "lines": lines})
    assert (answer.outcome, answer.body["note"]) == ("201", "soon")
    told = {line["product_id"]: line for line in answer.body["lines"]}
    assert [told[str(one["id"])]["unit_price_cents"] for one in (tea, cup)] == [250, 900]
    assert [told[str(one["id"])]["quantity"] for one in (tea, cup)] == [3, 1]
    assert [told[str(one["id"])]["remark"] for one in (tea, cup)] == ["green", None]
    read = await world.call(buyer, "GET", f"/orders/{answer.body['id']}")
    assert read.body == answer.body
    order = await world.row("orders", customer_id=buyer["id"])
    (line, _) = await world.rows("order_lines", order_id=order["id"])
    assert line["created_at"] == order["created_at"]


async def test_the_number_of_statements_is_that_of_one_line(world: Any) -> None:
    shop, buyer = await _shop(world)
    products = [await _product(world, shop, 1) for _ in range(20)]
    lines = [{"product_id": product["id"]} for product in products]
    await world.call(buyer, "POST", "/orders", {"lines": lines[:1]})
    statements = len(world.statements)
    answer = await world.call(buyer, "POST", "/orders", {"lines": lines})
    assert (len(answer.body["lines"]), len(world.statements)) == (20, statements)


async def test_a_product_of_another_shop_does_not_exist(world: Any) -> None:
    shop, buyer = await _shop(world)
    other, _ = await _shop(world)
    lines = [{"product_id": (await _product(world, one, 1))["id"]} for one in (shop, other)]
    answer = await world.call(buyer, "POST", "/orders", {"lines": lines})
    assert answer.outcome == "404 not-found"
    assert await world.rows("orders", customer_id=buyer["id"]) == []
    unknown = await world.call(buyer, "POST", "/orders", {"lines": [{"product_id": uuid4()}]})
    assert unknown.outcome == "404 not-found"


async def test_a_rule_that_one_line_breaks_refuses_all(world: Any) -> None:
    shop, buyer = await _shop(world)
    sold, gone = await _product(world, shop, 1), await _product(world, shop, 1, is_sold=False)
    lines = [{"product_id": one["id"]} for one in (sold, gone)]
    answer = await world.call(buyer, "POST", "/orders", {"lines": lines})
    assert answer.outcome == "409 not-sold"
    assert await world.rows("orders", customer_id=buyer["id"]) == []


async def test_the_same_product_twice_is_a_conflict(world: Any) -> None:
    shop, buyer = await _shop(world)
    line = {"product_id": (await _product(world, shop, 1))["id"]}
    answer = await world.call(buyer, "POST", "/orders", {"lines": [line, line]})
    assert answer.outcome.startswith("409")
    assert await world.rows("orders", customer_id=buyer["id"]) == []


@pytest.mark.parametrize(
    "lines",
    [
        [],
        None,
        [{}],
        [{"product_id": "tea"}],
        [{"product_id": str(uuid4()), "quantity": 0}],
        [{"product_id": str(uuid4()), "quantity": None}],
        [{"product_id": str(uuid4()), "unit_price_cents": 1}],
    ],
)
async def test_lines_are_as_the_contract_has_them(world: Any, lines: Any) -> None:
    _, buyer = await _shop(world)
    answer = await world.call(buyer, "POST", "/orders", {"lines": lines})
    assert answer.outcome == "400 invalid"
