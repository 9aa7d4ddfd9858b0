"""A migrated database, and the backend on it: what a test does is rolled back when it ends."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from secrets import token_hex

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from anyio import to_thread
from sqlalchemy import make_url

from backend.core.database import Connection, connected, prepare
from backend.core.settings import Settings
from dev import postgres
from tests.world import JWT_SECRET, OneConnection, World


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
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DATABASE_URL", url)
            await to_thread.run_sync(command.upgrade, Config("alembic.ini"), "head")
        yield url


@pytest.fixture(scope="session")
async def connection(server: str, template: str) -> AsyncGenerator[Connection]:
    async with database_on(server, template) as url:
        connection = await asyncpg.connect(url)
        await prepare(connection)
        yield connection
        await connection.close()


@pytest.fixture
async def world(connection: Connection) -> AsyncGenerator[World]:
    """Everything in this world happens in one transaction, which is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    async with World(connection, OneConnection(connection), settings_for("postgresql://")) as world:
        yield world
    await transaction.rollback()


@pytest.fixture
async def racing_world(server: str, template: str) -> AsyncGenerator[World]:
    """In this world calls at the same time have a connection each, and commit."""
    async with database_on(server, template) as url:
        settings = settings_for(url)
        connection = await asyncpg.connect(url)
        await prepare(connection)
        async with connected(settings) as database, World(connection, database, settings) as world:
            yield world
        await connection.close()


def settings_for(database_url: str) -> Settings:
    return Settings.model_validate({"database_url": database_url, "jwt_secret": JWT_SECRET})


@asynccontextmanager
async def database_on(server: str, template: str | None = None) -> AsyncGenerator[str]:
    """A new database, a copy of `template` if that is given, until the end of the block."""
    name = f"test_{token_hex(8)}"
    copy = "" if template is None else f" TEMPLATE {make_url(template).database}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}{copy}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
