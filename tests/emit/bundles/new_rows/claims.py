"""Rules read a row that is made as it is requested, and hold in a race."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def _user(world: Any) -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com")


async def _product(world: Any, **said: Any) -> dict[str, Any]:
    return await world.add("products", name="P", **{"price": 10, "stock": 5, **said})


async def _create(world: Any, user: dict[str, Any], *quantities: int, **said: Any) -> Any:
    product = await _product(world)
    items = [{"product_id": product["id"], "quantity": one} for one in quantities]
    return await world.call(user, "POST", "/baskets", {"items": items, **said})


async def _add(world: Any, user: dict[str, Any], basket: Any, product: Any, **said: Any) -> Any:
    body = {"product_id": product["id"], **said}
    return await world.call(user, "POST", f"/baskets/{basket['id']}/items", body)


@pytest.mark.parametrize(
    ("quantities", "said", "outcome"),
    [
        ((1, 2, 3), {}, "201"),
        ((1, 1, 1, 1), {}, "409 too-many-items"),
        ((5, 5), {}, "201"),
        ((5, 6), {}, "409 too-much"),
        ((1,), {"urgency": 3}, "201"),
        ((1,), {"urgency": 4}, "409 too-urgent"),
        ((1,), {"kind": "gift", "note": "For you"}, "201"),
        ((1,), {"kind": "gift"}, "403 forbidden"),
    ],
)
async def test_what_comes_with_a_row_and_what_is_left_out_is_read(
    world: Any, quantities: tuple[int, ...], said: dict[str, Any], outcome: str
) -> None:
    user = await _user(world)
    assert (await _create(world, user, *quantities, **said)).outcome == outcome
    baskets = await world.rows("baskets", owner_id=user["id"])
    assert len(baskets) == (1 if outcome == "201" else 0)


async def test_a_quantity_that_is_left_out_counts_by_its_default(world: Any) -> None:
    user, product = await _user(world), await _product(world, stock=1)
    basket = await world.add("baskets", owner_id=user["id"])
    assert (await _add(world, user, basket, product)).outcome == "201"
    assert (await world.row("products", id=product["id"]))["stock"] == 0
    assert (await _add(world, user, basket, product)).outcome == "409 sold-out"
    assert len(await world.rows("items", basket_id=basket["id"])) == 1


async def test_the_row_above_is_at_hand(world: Any) -> None:
    user, product = await _user(world), await _product(world)
    basket = await world.add("baskets", owner_id=user["id"], is_open=False)
    assert (await _add(world, user, basket, product)).outcome == "409 closed"
    stranger = await _user(world)
    assert (await _add(world, stranger, basket, product)).outcome == "404 not-found"


async def test_what_a_rule_sets_is_read_where_nothing_else_says_it(world: Any) -> None:
    user, product = await _user(world), await _product(world, price=200)
    basket = await world.add("baskets", owner_id=user["id"])
    allowed = await _add(world, user, basket, product, quantity=2)
    assert (allowed.outcome, allowed.body["price"]) == ("201", 400)
    assert (await _add(world, user, basket, product, quantity=3)).outcome == "409 too-dear"
    dear = await _product(world, price=900)
    assert (await _add(world, user, basket, dear)).outcome == "403 forbidden"
    nothing = {"id": uuid4()}
    assert (await _add(world, user, basket, nothing)).outcome == "404 not-found"


async def test_two_at_once_do_not_take_the_last_one_twice(world: Any) -> None:
    user, product = await _user(world), await _product(world, stock=2, price=1)
    baskets = [await world.add("baskets", owner_id=user["id"]) for _ in range(5)]
    answers = await asyncio.gather(*(_add(world, user, one, product) for one in baskets))
    assert sorted(answer.outcome for answer in answers) == ["201"] * 2 + ["409 sold-out"] * 3
    assert (await world.row("products", id=product["id"]))["stock"] == 0


async def test_two_at_once_do_not_fill_a_basket_beyond_its_size(world: Any) -> None:
    user, product = await _user(world), await _product(world, stock=50, price=1)
    basket = await world.add("baskets", owner_id=user["id"])
    answers = await asyncio.gather(*(_add(world, user, basket, product) for _ in range(7)))
    assert sorted(answer.outcome for answer in answers) == ["201"] * 4 + ["409 full"] * 3
    assert len(await world.rows("items", basket_id=basket["id"])) == 4
