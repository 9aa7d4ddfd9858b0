"""Whoever calls: nobody signs in here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from backend.core.database import Connection, Database


class Caller:
    """Somebody; `now` is the one time of everything in their request."""

    def __init__(self, database: Database, _: UUID | None, now: datetime) -> None:
        self._database = database
        self.now = now

    @asynccontextmanager
    async def visiting(self) -> AsyncIterator[tuple[Connection, None]]:
        """Statements that each commit by themselves."""
        async with self._database.connection() as connection:
            yield connection, None

    @asynccontextmanager
    async def visiting_to_change(self) -> AsyncIterator[tuple[Connection, None]]:
        """One transaction, committed when the block ends."""
        async with self._database.transaction() as connection:
            yield connection, None
