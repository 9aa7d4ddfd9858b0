"""What the claims about an emitted backend can do; it is copied there as their `conftest.py`."""

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx2
import jwt
import msgspec
import pytest
from backend.app import create_app
from backend.core import database as core
from backend.core.settings import Settings
from backend.worker import run_jobs
from dev import postgres
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

SECRET = "only for tests, and long enough for HS256"
MODELS = sorted(Path("backend").glob("*/models.py"))


class Answer:
    """`outcome` is the status, and the type of the problem if it is one; `media_type` is bare."""

    def __init__(self, response: httpx2.Response) -> None:
        self.media_type = response.headers.get("content-type", "")
        is_json = "json" in self.media_type
        self.body: Any = msgspec.json.decode(response.content) if is_json else None
        self.outcome = str(response.status_code)
        if response.status_code >= 400 and "type" in self.body:
            self.outcome += f" {self.body['type']}"
        self.headers = response.headers


class World:
    """One backend and its database; `statements` are those of the last call."""

    def __init__(self, connection: Any, database: Any, settings: Settings, app: Any) -> None:
        self._connection = connection
        self._database = database
        self._settings = settings
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://test"
        )
        self.statements: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def add(self, table: str, **values: Any) -> dict[str, Any]:
        names = ", ".join(values)
        marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        inserted = f"({names}) VALUES ({marks})" if values else "DEFAULT VALUES"
        statement = f"INSERT INTO {table} {inserted} RETURNING *"
        return dict(await self._connection.fetchrow(statement, *values.values()))

    async def rows(self, table: str, order: str = "id", **values: Any) -> list[dict[str, Any]]:
        conditions = [f"{name} = ${number}" for number, name in enumerate(values, start=1)]
        where = f" WHERE {' AND '.join(conditions)}" if values else ""
        found = await self._connection.fetch(
            f"SELECT * FROM {table}{where} ORDER BY {order}", *values.values()
        )
        return [dict(row) for row in found]

    async def row(self, table: str, **values: Any) -> dict[str, Any]:
        (found,) = await self.rows(table, **values)
        return found

    async def execute(self, statement: str, *values: Any) -> None:
        await self._connection.execute(statement, *values)

    async def call(
        self,
        actor: dict[str, Any] | None,
        method: str,
        path: str,
        body: object = None,
        **headers: str,
    ) -> Answer:
        if actor is not None:
            headers["Authorization"] = f"Bearer {_token(actor['id'])}"
        content = None if body is None else json.dumps(body, default=str)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        self.statements.clear()
        with _counted(self.statements):
            response = await self._client.request(method, path, content=content, headers=headers)
        return Answer(response)

    async def run_jobs(self, at: datetime | None = None) -> None:
        now = at or datetime.now(UTC)
        await run_jobs(self._database, lambda: now)


def _token(user: UUID) -> str:
    now = datetime.now(UTC)
    claims = {"sub": str(user), "iat": now, "exp": now + timedelta(minutes=5)}
    settings = _settings("postgresql://")
    claims |= {"iss": settings.jwt_issuer, "aud": settings.jwt_audience}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def _settings(url: str) -> Settings:
    return Settings.model_validate({"database_url": url, "jwt_secret": SECRET})


@contextmanager
def _counted(found: list[str]) -> Iterator[None]:
    """Writes down the statements that run within the block."""
    statement, name = core.Statement, "_arguments"
    before = getattr(statement, name)

    def arguments(self: Any, values: dict[str, object]) -> list[object]:
        found.append(self.sql)
        return before(self, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statement, name, arguments)
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres.running(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
async def url(server: str) -> AsyncGenerator[str]:
    """A database with the tables of the emitted models."""
    async with _database_on(server) as url:
        for models in MODELS:
            import_module(f"backend.{models.parent.name}.models")
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
        async with engine.begin() as connection:
            await connection.run_sync(core.Base.metadata.create_all)
        await engine.dispose()
        yield url


@asynccontextmanager
async def _database_on(server: str) -> AsyncGenerator[str]:
    name = f"test_{token_hex(8)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture
async def world(url: str) -> AsyncGenerator[World]:
    settings = _settings(url)
    connection = await asyncpg.connect(url)
    await core.prepare(connection)
    async with core.connected(settings) as database:
        app = create_app(settings, database=database)
        async with World(connection, database, settings, app) as world:
            yield world
    await connection.close()
