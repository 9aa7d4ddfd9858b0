"""A migrated database, and the backend on it: what a test does is rolled back when it ends."""

from collections.abc import AsyncGenerator, Iterator

import pytest

from backend.core.database import Connection, connected
from dev import postgres
from tests.database import connection_to, database_on, upgrade
from tests.world import OneConnection, World, settings_for


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server; every database of the tests is made on it, and dropped again."""
    with postgres.running(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
async def template(server: str) -> AsyncGenerator[str]:
    """A migrated database to which nobody connects: the others are copies of it."""
    async with database_on(server) as url:
        await upgrade(url)
        yield url


@pytest.fixture(scope="session")
async def connection(server: str, template: str) -> AsyncGenerator[Connection]:
    async with database_on(server, template) as url, connection_to(url) as connection:
        yield connection


@pytest.fixture
async def world(connection: Connection) -> AsyncGenerator[World]:
    """Everything in this world happens in one transaction, which is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    settings = settings_for("postgresql://")
    async with World(connection, OneConnection(connection), settings) as world:
        yield world
    await transaction.rollback()


@pytest.fixture
async def racing_world(server: str, template: str) -> AsyncGenerator[World]:
    """In this world calls at the same time have a connection each, and commit."""
    async with database_on(server, template) as url:
        settings = settings_for(url)
        async with (
            connection_to(url) as connection,
            connected(settings) as database,
            World(connection, database, settings) as world,
        ):
            yield world
