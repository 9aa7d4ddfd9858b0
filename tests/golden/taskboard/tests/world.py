"""What a test can do: put rows into the database, call the backend over HTTP, let time pass."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx2
import jwt
import msgspec

from backend.app import create_app
from backend.core.database import Connection, Database
from backend.core.settings import Settings
from backend.worker import run_jobs

JWT_SECRET = "only for tests, and long enough for HS256"  # noqa: S105

Fields = Mapping[str, object]


class OneConnection(Database):
    """A database of one connection, whose users wait for each other."""

    def __init__(self, connection: Connection) -> None:
        self._only = connection
        self._free = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self._free:
            yield self._only


class Caller:
    """Someone who calls the backend with a token, or without one."""

    def __init__(self, world: "World", user_id: UUID | None) -> None:
        self._world = world
        self.id = user_id

    async def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        media_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        sent = {} if body is None else {"content-type": media_type}
        if self.id is not None:
            sent["authorization"] = f"Bearer {self._world.token(self.id)}"
        content = None if body is None else msgspec.json.encode(body)
        return await self._world.client.request(
            method, path, content=content, headers={**sent, **(headers or {})}
        )


class World:
    """One backend, its database, and its time."""

    def __init__(self, connection: Connection, database: Database, settings: Settings) -> None:
        self._connection = connection
        self._database = database
        self._settings = settings
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        app = create_app(settings, database=database, clock=lambda: self.now)
        self.client = httpx2.AsyncClient(
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
        await self.client.aclose()

    # -- rows -----------------------------------------------------------------------------------

    async def insert(self, table: str, **values: object) -> dict[str, Any]:
        """Put a row straight into the database, and return it."""
        columns = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(f"${number}" for number, _ in enumerate(values, 1))
        sql = f'INSERT INTO "{table}" ({columns}) VALUES ({places}) RETURNING *'
        record = await self._connection.fetchrow(sql, *values.values())
        assert record is not None
        return dict(record)

    async def rows(self, table: str, **where: object) -> list[dict[str, Any]]:
        conditions = [f'"{name}" = ${number}' for number, name in enumerate(where, 1)]
        sql = f'SELECT * FROM "{table}" WHERE {" AND ".join(conditions) or "true"}'
        return [dict(record) for record in await self._connection.fetch(sql, *where.values())]

    async def again(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row as it is now."""
        (now,) = await self.rows(table, id=row["id"])
        return now

    async def change(self, table: str, row: Mapping[str, Any], **values: object) -> None:
        sets = ", ".join(f'"{name}" = ${number}' for number, name in enumerate(values, 2))
        await self._connection.execute(
            f'UPDATE "{table}" SET {sets} WHERE id = $1', row["id"], *values.values()
        )

    # -- calls ----------------------------------------------------------------------------------

    def caller(self, user: Mapping[str, Any] | None) -> Caller:
        return Caller(self, None if user is None else user["id"])

    def token(self, user_id: UUID, **claims: object) -> str:
        return jwt.encode(
            {
                "sub": str(user_id),
                "iat": self.now,
                "exp": self.now + timedelta(minutes=15),
                "iss": self._settings.jwt_issuer,
                "aud": self._settings.jwt_audience,
                **claims,
            },
            JWT_SECRET,
            algorithm="HS256",
        )

    # -- time -----------------------------------------------------------------------------------

    async def pass_time(self, passed: timedelta, *, without_jobs: tuple[str, ...] = ()) -> None:
        """Move the clock, and run the jobs that fall due meanwhile."""
        self.now += passed
        await run_jobs(self._database, lambda: self.now, but=without_jobs)
