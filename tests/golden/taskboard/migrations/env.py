"""How Alembic reaches the database: by the same `DATABASE_URL` as the backend."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from backend.core.database import Base
from backend.projects import models as _projects
from backend.tasks import models as _tasks
from backend.users import models as _users

TABLES = (_projects, _tasks, _users)  # importing them registers their tables


def migrate(connection: Connection) -> None:
    context.configure(
        connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,  # to build an index concurrently, one needs none around it
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate(database_url: str) -> None:
    url = make_url(database_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(connect_and_migrate(os.environ["DATABASE_URL"]))
