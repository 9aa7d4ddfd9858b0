"""Someone of each role to try the backend as: prints a bearer token for each."""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from backend.core.settings import read_settings
from dev.token import token

ROLES = ("admin", "member", "agent")


async def put(
    connection: "asyncpg.Connection[asyncpg.Record]", table: str, /, **values: object
) -> UUID:
    """Insert a row, and return its id."""
    columns = ", ".join(values)
    places = ", ".join(f"${number}" for number, _ in enumerate(values, 1))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id"
    return UUID(str(await connection.fetchval(sql, *values.values())))


async def people(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, UUID]:
    """The id of someone of each role; they are made where there are none."""
    found = await connection.fetch(
        "SELECT DISTINCT ON (role) role, id FROM users ORDER BY role, id"
    )
    if found:
        return {record["role"]: record["id"] for record in found}
    project = await put(connection, "projects", name="name")
    return {
        role: await put(
            connection, "users", project_id=project, email=f"{role}@example.com", role=role
        )
        for role in ROLES
    }


async def seed() -> None:
    settings = read_settings()
    connection = await asyncpg.connect(settings.database_url)
    try:
        for role, user_id in (await people(connection)).items():
            bearer = token(str(user_id), settings, datetime.now(UTC))
            sys.stdout.write(f"{role:12} {user_id}  {bearer}\n")
    finally:
        await connection.close()


asyncio.run(seed())
