"""Jobs over rows of any key, in several rounds; what cannot be done with one row stops no other."""

from datetime import date
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
MOST = 2**31 - 1


@pytest.fixture(autouse=True)
async def nothing_else(world: Any) -> None:
    await world.execute("TRUNCATE readings, counters, visits RESTART IDENTITY")


async def _totals(world: Any) -> dict[tuple[str, date], int]:
    rows = await world.rows("readings", order="sensor, day")
    return {(row["sensor"], row["day"]): row["total"] for row in rows}


async def test_every_row_has_its_turn_whatever_its_key(world: Any) -> None:
    for sensor in ("", "a", "b"):
        for day in DAYS:
            await world.add("readings", sensor=sensor, day=day, value=day.day)
    await world.run_jobs()
    assert await _totals(world) == {(s, day): day.day for s in ("", "a", "b") for day in DAYS}


async def test_one_row_that_cannot_be_done_stops_no_other(
    world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for sensor, total in (("a", 0), ("b", MOST), ("c", 0)):
        await world.add("readings", sensor=sensor, day=DAYS[0], value=5, total=total)
    await world.run_jobs()
    assert list((await _totals(world)).values()) == [5, MOST, 5]
    (said,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert said.getMessage() == f"addUp fails at {('b', DAYS[0])}"
    assert said.exc_info


async def test_what_a_row_breaks_in_the_database_stops_no_other(world: Any) -> None:
    for code in ("a", "b", "c"):
        await world.add("counters", code=code)
    await world.add("visits", code="b", is_seen=True)
    await world.run_jobs()
    assert [row["code"] for row in await world.rows("counters", order="code")] == ["b"]


async def test_the_rounds_of_a_job_are_done_in_their_order(world: Any) -> None:
    await world.add("counters", code="a", hits=1)
    for _ in range(3):
        await world.add("visits", code="a")
    await world.run_jobs()
    assert [row["hits"] for row in await world.rows("counters", order="code")] == [4]
    assert [row["is_seen"] for row in await world.rows("visits", order="id")] == [True] * 3
