"""A database to migrate, and what its catalogues say that it holds."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

Held = dict[str, list[tuple[object, ...]]]

_UNCACHED = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
_CATALOGUES = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
        LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relname <> 'alembic_version'
        ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, convalidated, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
          AND conrelid::regclass::text <> 'alembic_version'
        ORDER BY 1, 2""",
    "indexes": """
        SELECT indrelid::regclass::text, indexrelid::regclass::text, indisvalid, indisunique,
               pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace
          AND indrelid::regclass::text <> 'alembic_version'
        ORDER BY 1, 2""",
    "sequences": """
        SELECT relname FROM pg_class
        WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace ORDER BY 1""",
}


@dataclass
class Database:
    engine: AsyncEngine
    runner: asyncio.Runner

    @classmethod
    @contextmanager
    def on(cls, server: str) -> Iterator["Database"]:
        """A new one on the server, dropped at the end."""
        url = make_url(server).set(drivername="postgresql+asyncpg")
        name = f"plan_{token_hex(6)}"
        with asyncio.Runner() as runner:
            admin = cls(create_async_engine(url, poolclass=NullPool), runner)
            admin.run(
                f"CREATE DATABASE {name}", f"ALTER DATABASE {name} SET synchronous_commit = off"
            )
            own = cls(create_async_engine(url.set(database=name), connect_args=_UNCACHED), runner)
            try:
                yield own
            finally:
                runner.run(own.engine.dispose())
                admin.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, *statements: str) -> None:
        """Each by itself, as `psql` does."""
        self.runner.run(self._run(statements))

    async def _run(self, statements: Sequence[str]) -> None:
        async with self.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            try:
                for statement in statements:
                    await raw.execute(statement)
            finally:
                await raw.execute("ROLLBACK; RESET ALL")

    def script(self, text_of_script: str) -> None:
        self.run(*(part for part in text_of_script.split(";\n") if part.strip()))

    def select(self, query: str) -> list[tuple[object, ...]]:
        return self.runner.run(self._select(query))

    async def _select(self, query: str) -> list[tuple[object, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    def empty(self) -> None:
        self.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

    def holds(self) -> Held:
        return {what: self.select(query) for what, query in _CATALOGUES.items()}

    def migrate(self, python: str, way: str) -> None:
        """Run `upgrade` or `downgrade` of a migration as Alembic does."""
        module: dict[str, Any] = {}
        exec(compile(python, "migration.py", "exec"), module)
        self.runner.run(self._migrate(module[way]))

    async def _migrate(self, function: Callable[[], None]) -> None:
        async with self.engine.connect() as connection:
            try:
                await connection.run_sync(_in_context, function)
            finally:
                await connection.rollback()
                await connection.execute(text("RESET ALL"))
                await connection.commit()

    def rows(self, tables: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[object, ...]]]:
        return {
            table: self.select(f"SELECT {', '.join(columns) or '1'} FROM {table}")
            for table, columns in tables.items()
        }


def _in_context(connection: Connection, function: Callable[[], None]) -> None:
    context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
    with Operations.context(context), context.begin_transaction(_per_migration=True):
        function()
