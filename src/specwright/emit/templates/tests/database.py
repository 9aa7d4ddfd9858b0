"""Databases for tests: made, migrated, looked at, and dropped again."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from secrets import token_hex

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from anyio import to_thread
from sqlalchemy import make_url

from backend.core.database import Connection, prepare


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


@asynccontextmanager
async def connection_to(url: str) -> AsyncGenerator[Connection]:
    connection = await asyncpg.connect(url)
    await prepare(connection)
    try:
        yield connection
    finally:
        await connection.close()


async def upgrade(url: str, revision: str = "head") -> None:
    await _migrate(url, command.upgrade, revision)


async def downgrade(url: str, revision: str) -> None:
    await _migrate(url, command.downgrade, revision)


async def _migrate(url: str, step: Callable[[Config, str], None], revision: str) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        await to_thread.run_sync(step, Config("alembic.ini"), revision)
