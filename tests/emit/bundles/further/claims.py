"""Rows further away are set where they are locked; rounds over one relation keep out of each
other's columns."""

import asyncio
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def _pet(world: Any, owner: dict[str, Any], *shots: bool) -> dict[str, Any]:
    pet = await world.add("pets", owner_id=owner["id"])
    for number, is_due in enumerate(shots):
        await world.add("shots", pet_id=pet["id"], number=number, is_due=is_due)
    return pet


async def _owner(world: Any) -> dict[str, Any]:
    clinic = await world.add("clinics")
    return await world.add("owners", clinic_id=clinic["id"])


async def _see(world: Any, pet: dict[str, Any]) -> str:
    return (await world.call(None, "POST", f"/pets/{pet['id']}/see")).outcome


async def test_a_row_two_relations_away_is_set(world: Any) -> None:
    owner = await _owner(world)
    pet = await _pet(world, owner, True, False, False)
    assert await _see(world, pet) == "200"
    assert (await world.row("pets", id=pet["id"]))["visits"] == 1
    clinic = await world.row("clinics", id=owner["clinic_id"])
    assert clinic["visits"] == 1
    assert (await world.row("owners", id=owner["id"])) == owner


async def test_rounds_over_one_relation_are_all_done(world: Any) -> None:
    pet = await _pet(world, await _owner(world), True, False)
    assert await _see(world, pet) == "200"
    due, other = await world.rows("shots", order="number", pet_id=pet["id"])
    assert (due["is_given"], due["words"]) == (True, None)
    assert (other["is_given"], other["words"]) == (False, "later")


async def test_no_count_is_lost_in_a_race(world: Any) -> None:
    owner = await _owner(world)
    pets = [await _pet(world, owner, True) for _ in range(8)]
    assert await asyncio.gather(*(_see(world, pet) for pet in pets)) == ["200"] * 8
    assert (await world.row("clinics", id=owner["clinic_id"]))["visits"] == 8
