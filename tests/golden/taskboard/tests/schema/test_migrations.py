"""Migrations: up, down and up again, and what is in the tables meanwhile."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from backend.core.database import Base, Connection
from tests import given
from tests.database import connection_to, database_on, downgrade, upgrade
from tests.world import OneConnection, World, settings_for

# Newest first.
SCRIPTS = list(ScriptDirectory.from_config(Config("alembic.ini")).walk_revisions())

CATALOGUE = """
    SELECT c.relname || '.' || a.attname AS name,
        format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        || CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY' END
        || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS says
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2
"""
VERSIONS = "SELECT version_num FROM alembic_version ORDER BY 1"
TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1
"""

Rows = dict[str, list[dict[str, object]]]


async def catalogue(connection: Connection) -> list[tuple[str, str]]:
    """Every column, constraint and index, and what it says."""
    return [(record["name"], record["says"]) for record in await connection.fetch(CATALOGUE)]


async def rows(connection: Connection) -> Rows:
    """The rows of every table."""
    return {
        table: [
            dict(record) for record in await connection.fetch(f'SELECT * FROM "{table}" ORDER BY 1')
        ]
        for (table,) in await connection.fetch(TABLES)
    }


def common(rows: Rows, others: Rows) -> Rows:
    """Of these rows, the tables and columns that the others have too."""
    return {
        table: [{name: row[name] for name in row if name in others[table][0]} for row in found]
        for table, found in rows.items()
        if others.get(table)
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.revision)
async def test_a_migration_goes_back_and_forth_and_loses_nothing_else(
    server: str, template: str, script: Script
) -> None:
    async with database_on(server, template) as url:
        async with connection_to(url) as connection:
            settings = settings_for(url)
            async with World(connection, OneConnection(connection), settings) as world:
                await given.one_of_each(world)
        await downgrade(url, script.revision)
        async with connection_to(url) as connection:
            there, full = await catalogue(connection), await rows(connection)

        await downgrade(url, f"{script.revision}-1")
        async with connection_to(url) as connection:
            rest = await rows(connection)
        assert common(rest, full) == common(full, rest)

        await upgrade(url, script.revision)
        async with connection_to(url) as connection:
            assert await catalogue(connection) == there
            again = await rows(connection)
        assert common(again, rest) == common(full, rest)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.revision)
async def test_the_sql_beside_a_migration_takes_it_back(
    server: str, template: str, script: Script
) -> None:
    path = Path(script.path)
    (beside,) = path.parent.glob(f"{path.stem}*.sql")

    async with database_on(server, template) as url:
        await downgrade(url, f"{script.revision}-1")
        async with connection_to(url) as connection:
            expected = await catalogue(connection), await connection.fetch(VERSIONS)

        await upgrade(url, script.revision)
        async with connection_to(url) as connection:
            await connection.execute(beside.read_text())
            assert (await catalogue(connection), await connection.fetch(VERSIONS)) == expected


async def test_the_models_say_what_the_migrations_make(server: str, template: str) -> None:
    async with database_on(server, template) as url, connection_to(url) as connection:
        migrated = await catalogue(connection)

    async with database_on(server) as url:
        engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
        async with engine.begin() as transaction:
            await transaction.run_sync(Base.metadata.create_all)
        await engine.dispose()
        async with connection_to(url) as connection:
            modelled = await catalogue(connection)

    assert modelled == [entry for entry in migrated if not entry[0].startswith("alembic_version")]
