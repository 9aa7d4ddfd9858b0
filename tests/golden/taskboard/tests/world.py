"""What a test can do: put rows into the database, call the backend over HTTP, let time pass."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeAlias

import asyncpg
import httpx2
import jwt
import msgspec

from backend.app import create_app
from backend.core.database import Connection, Database
from backend.core.settings import Settings
from backend.worker import run_jobs

JWT_SECRET = "only for tests, and long enough for HS256"

Row: TypeAlias = dict[str, Any]
Json: TypeAlias = Any

KEYS = {"task_blockers": ("task_id", "blocker_id")}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def _key(table: str, row: Row) -> Row:
    return {name: row[name] for name in KEYS.get(table, ("id",))}


def _where(values: Row, first: int = 1) -> str:
    """`"id" = $1`, and so on for each column."""
    conditions = [f'"{name}" = ${number}' for number, name in enumerate(values, first)]
    return " AND ".join(conditions) or "true"


def if_match(row: Row) -> dict[str, str]:
    """The header that says on which version of the row a change is based."""
    return {"if-match": f'"{row["version"]}"'}


def settings_for(database_url: str) -> Settings:
    return Settings.model_validate({"database_url": database_url, "jwt_secret": JWT_SECRET})


class OneConnection(Database):
    """A database of one connection, whose users wait for each other."""

    def __init__(self, connection: Connection) -> None:
        self._only = connection
        self._free = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self._free:
            yield self._only


@dataclass(frozen=True)
class Call:
    """A request that somebody can make, and the row that it is about."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    row: Row = field(default_factory=dict)


class Answer:
    """What came back; its `outcome` is the status, and the type of the problem if it is one."""

    def __init__(self, response: httpx2.Response) -> None:
        self.headers = response.headers
        self.media_type = response.headers.get("content-type", "")
        self.body: Any = None
        if "json" in self.media_type:
            self.body = msgspec.json.decode(response.content)
        self.outcome = str(response.status_code)
        if self.media_type == "application/problem+json":
            self.outcome += f" {self.body['type']}"

    @property
    def pointers(self) -> list[str]:
        """Where in the body the errors are."""
        return [error["pointer"] for error in self.body["errors"]]


class World:
    """One backend, its database, and its time."""

    def __init__(self, connection: Connection, database: Database, settings: Settings) -> None:
        self._connection = connection
        self._database = database
        self._numbers = itertools.count(1)
        self.settings = settings
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.home: Row | None = None
        app = create_app(settings, database=database, clock=lambda: self.now)
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://backend",
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    # -- rows -----------------------------------------------------------------------------------

    def number(self) -> int:
        """Another one each time, for what must be unique."""
        return next(self._numbers)

    async def insert(self, table: str, values: Row) -> Row:
        """Put a row straight into the database, and return it."""
        columns = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(f"${number}" for number, _ in enumerate(values, 1))
        said = f"({columns}) VALUES ({places})" if values else "DEFAULT VALUES"
        sql = f'INSERT INTO "{table}" {said} RETURNING *'
        record = await self._connection.fetchrow(sql, *values.values())
        assert record is not None
        return dict(record)

    async def rows(self, table: str, **where: object) -> list[Row]:
        sql = f'SELECT * FROM "{table}" WHERE {_where(where)}'
        return [dict(record) for record in await self._connection.fetch(sql, *where.values())]

    async def again(self, table: str, row: Row) -> Row:
        """The row as it is now."""
        found = await self.rows(table, **_key(table, row))
        assert found, f"This row of {table} is gone."
        return found[0]

    async def only(self, table: str, but: Collection[Row] = ()) -> Row:
        """The only row there is, beside these."""
        (row,) = [row for row in await self.rows(table) if row not in but]
        return row

    async def change(self, table: str, row: Row, **values: object) -> Row:
        """Change a row behind the backend's back, and return it."""
        key = _key(table, row)
        sets = ", ".join(f'"{name}" = ${number}' for number, name in enumerate(values, 1))
        where = _where(key, len(values) + 1)
        sql = f'UPDATE "{table}" SET {sets} WHERE {where} RETURNING *'
        record = await self._connection.fetchrow(sql, *values.values(), *key.values())
        assert record is not None
        return dict(record)

    async def delete(self, table: str, row: Row) -> None:
        key = _key(table, row)
        sql = f'DELETE FROM "{table}" WHERE {_where(key)}'
        await self._connection.execute(sql, *key.values())

    @asynccontextmanager
    async def holding(self, table: str, row: Row) -> AsyncIterator[None]:
        """During the block somebody else has the row locked."""
        key = _key(table, row)
        sql = f'SELECT 1 FROM "{table}" WHERE {_where(key)} FOR UPDATE'
        async with self._connection.transaction():
            await self._connection.execute(sql, *key.values())
            yield

    async def broken(self, change: Awaitable[object]) -> str | None:
        """The constraint, or the column that is not null, which keeps a change from being made."""
        try:
            async with self._connection.transaction():
                await change
        except asyncpg.IntegrityConstraintViolationError as error:
            return error.constraint_name or error.column_name
        return None

    @asynccontextmanager
    async def nothing_changes(self) -> AsyncIterator[None]:
        """Every row of every table is the same after the block as before it."""
        before = await self._everything()
        yield
        assert await self._everything() == before

    async def _everything(self) -> dict[str, list[str]]:
        tables = [record["tablename"] for record in await self._connection.fetch(_TABLES)]
        return {
            table: [
                record["row"]
                for record in await self._connection.fetch(
                    f'SELECT to_jsonb(t)::text AS row FROM "{table}" t ORDER BY 1'
                )
            ]
            for table in tables
        }

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[list[str]]:
        """The statements that are run during the block."""
        seen: list[str] = []

        def note(query: asyncpg.connection.LoggedQuery) -> None:
            seen.append(query.query)

        self._connection.add_query_logger(note)
        yield seen
        await asyncio.sleep(0)  # loggers are called once the statement is over
        self._connection.remove_query_logger(note)

    @staticmethod
    def wire(value: object) -> Json:
        """A value of a row as JSON has it."""
        return msgspec.to_builtins(value)

    # -- calls ----------------------------------------------------------------------------------

    async def call(
        self,
        user: Row | None,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the backend as this user, or as nobody."""
        sent: dict[str, str] = {}
        if body is not None:
            sent["content-type"] = "application/json"
        if body is not None and method == "PATCH":
            sent["content-type"] = "application/merge-patch+json"
        if user is not None:
            sent["authorization"] = f"Bearer {self.token(user['id'])}"
        content = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        response = await self._client.request(
            method, path, content=content, headers={**sent, **(headers or {})}
        )
        return Answer(response)

    async def send(self, user: Row | None, call: Call) -> Answer:
        return await self.call(user, call.method, call.path, call.body, call.headers)

    def claims(self, user_id: object) -> Row:
        """What a token says that the identity provider gives this user now."""
        return {
            "sub": str(user_id),
            "iat": self.now,
            "exp": self.now + timedelta(minutes=15),
            "iss": self.settings.jwt_issuer,
            "aud": self.settings.jwt_audience,
        }

    def token(self, user_id: object, key: str = JWT_SECRET, **claims: object) -> str:
        """A token of this user, in which these claims are others; None leaves one out."""
        said = {**self.claims(user_id), **claims}
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(kept, key, algorithm="HS256")

    # -- time -----------------------------------------------------------------------------------

    def just_now(self) -> datetime:
        """A moment before now; each is later than the one before."""
        return self.now - timedelta(seconds=1) + timedelta(microseconds=self.number())

    async def pass_time(self, passed: timedelta, *, without_jobs: Collection[str] = ()) -> None:
        """Move the clock, and run the jobs that fall due meanwhile."""
        self.now += passed
        await self.run_jobs(without=without_jobs)

    async def run_jobs(self, *, without: Collection[str] = ()) -> None:
        await run_jobs(self._database, lambda: self.now, but=without)
