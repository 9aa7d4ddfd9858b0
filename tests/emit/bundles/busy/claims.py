"""A database that is busy or lost: nobody waits for ever, and everybody is told to come again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from backend.app import create_app
from backend.core import database as core
from conftest import World, _settings

pytestmark = pytest.mark.anyio

COUNT = ("POST", "/counters/a/up")


@asynccontextmanager
async def _world(url: str, **settings: float) -> AsyncGenerator[tuple[World, Any, Any]]:
    """A world with these settings, its pool, and a connection of somebody else."""
    given = _settings(url).model_copy(update=settings)
    connection = await asyncpg.connect(url)
    await connection.execute("TRUNCATE counters; INSERT INTO counters VALUES ('a')")
    async with core.connected(given) as database:
        app = create_app(given, database=database)
        async with World(connection, database, given, app) as world:
            assert (await world.call(None, *COUNT)).outcome == "200"
            yield world, database, connection
    await connection.close()


def _is_told_to_come_again(answer: Any) -> bool:
    return answer.outcome == "503 unavailable" and int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("limit", ["statement_timeout", "command_timeout"])
async def test_a_row_that_somebody_holds_is_not_waited_for_long(url: str, limit: str) -> None:
    async with _world(url, **{limit: 0.3}) as (world, _, connection):
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM counters FOR UPDATE")
            assert _is_told_to_come_again(await world.call(None, *COUNT))
        answer = await world.call(None, *COUNT)
        assert (answer.outcome, answer.body["hits"]) == ("200", 2)


async def test_a_free_connection_is_not_waited_for_long(url: str) -> None:
    async with _world(url, pool_size=1, pool_timeout=0.3) as (world, database, _):
        async with database.connection():
            assert _is_told_to_come_again(await world.call(None, *COUNT))
        assert (await world.call(None, *COUNT)).outcome == "200"


async def test_a_connection_that_is_lost_is_made_anew(url: str) -> None:
    async with _world(url) as (world, _, connection):
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM counters FOR UPDATE")
            waiting = asyncio.create_task(world.call(None, *COUNT))
            ended = False
            while not ended:
                await asyncio.sleep(0.05)
                ended = await connection.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity "
                    "WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
            assert _is_told_to_come_again(await waiting)
        answer = await world.call(None, *COUNT)
        assert (answer.outcome, answer.body["hits"]) == ("200", 2)
