"""Whether this process lives, and whether it can serve."""

import asyncpg
from fastapi import APIRouter, Request, Response

from backend.core.database import Database
from backend.core.errors import Unavailable
from backend.core.http import no_content

router = APIRouter()


@router.get("/health/live")
async def live() -> Response:
    """It runs: restart it only when this fails."""
    return no_content()


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """It can reach its database: send it no requests while this fails."""
    database: Database = request.app.state.database
    try:
        async with database.connection() as connection:
            await connection.execute("SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable("The database does not answer.") from error
    return no_content()
