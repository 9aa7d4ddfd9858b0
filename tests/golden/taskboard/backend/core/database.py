"""The database: connections from a pool, and statements that are compiled once."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import GenericAlias
from typing import Generic, TypeAlias, TypeVar

import asyncpg
import msgspec
from sqlalchemy import ClauseElement, DateTime, MetaData, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler

from backend.core.errors import Unavailable
from backend.core.settings import Settings

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
R = TypeVar("R")

Timestamp = DateTime(timezone=True)

_DIALECT = make_url("postgresql+asyncpg://").get_dialect()()


class Base(DeclarativeBase):
    """The tables; every constraint has a name, so that migrations and answers can use it."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "%(constraint_name)s",
        }
    )


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row as it was read; its fields are the columns of its table, in their order."""


class Statement(Generic[R]):
    """A Core statement whose SQL is made once, when its module is imported.

    Each of its records becomes an `R`: a `Row`, or the value of the only column.
    """

    def __init__(self, result: type[R], statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(statement)
        self.sql = str(compiled)
        self._result = result
        self._results = GenericAlias(list, (result,))
        self._is_row = issubclass(result, Row)
        self._names = tuple(compiled.positiontup or ())
        self._constants = {k: v for k, v in compiled.params.items() if v is not None}

    async def all(self, connection: Connection, **values: object) -> list[R]:
        records = await connection.fetch(self.sql, *self._arguments(values))
        rows: list[R] = msgspec.convert([self._plain(record) for record in records], self._results)
        return rows

    async def first(self, connection: Connection, **values: object) -> R | None:
        record = await connection.fetchrow(self.sql, *self._arguments(values))
        return None if record is None else msgspec.convert(self._plain(record), self._result)

    async def one(self, connection: Connection, **values: object) -> R:
        """The only record; there being none is a fault of ours, not of the caller."""
        found = await self.first(connection, **values)
        if found is None:
            raise LookupError(self.sql)
        return found

    async def run(self, connection: Connection, **values: object) -> None:
        await connection.execute(self.sql, *self._arguments(values))

    def _arguments(self, values: dict[str, object]) -> list[object]:
        bound = {**self._constants, **values}
        return [bound[name] for name in self._names]

    def _plain(self, record: asyncpg.Record) -> object:
        return tuple(record) if self._is_row else record[0]


class Database:
    """Where connections come from."""

    def __init__(self, pool: Pool, pool_timeout: float) -> None:
        self._pool = pool
        self._pool_timeout = pool_timeout

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection on which every statement commits by itself: enough for reading."""
        try:
            connection = await self._pool.acquire(timeout=self._pool_timeout)
        except (TimeoutError, OSError, asyncpg.CannotConnectNowError) as error:
            raise Unavailable("The database cannot be reached in time.") from error
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back if that is an error."""
        try:
            async with self.connection() as connection, connection.transaction():
                yield connection
        except asyncpg.InterfaceError as error:  # there is no more to end: say why
            if isinstance(error.__context__, asyncpg.PostgresConnectionError):
                raise Unavailable("The connection to the database was lost.") from error
            raise


@asynccontextmanager
async def connected(settings: Settings) -> AsyncGenerator[Database]:
    """The database that the settings name, until the end of the block."""
    async with asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=settings.pool_size,
        command_timeout=settings.command_timeout,
        init=prepare,
        reset=_keep,
        server_settings={"statement_timeout": f"{settings.statement_timeout * 1000:.0f}"},
    ) as pool:
        yield Database(pool, settings.pool_timeout)


async def prepare(connection: Connection) -> None:
    """Read and write `jsonb` as Python values."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_to_json, decoder=msgspec.json.decode
    )


async def _keep(_: Connection) -> None:
    """Nothing ever changes the state of a session, so there is nothing to reset."""


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
