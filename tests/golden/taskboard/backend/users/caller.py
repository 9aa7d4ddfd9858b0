"""Who is calling, looked up at the start of whatever they do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from backend.core.database import Connection, Database, Statement
from backend.core.errors import Unauthenticated
from backend.users.models import User, UserRow

_THIS = select(User).where(User.id == bindparam("id"))
_FIND = Statement(UserRow, _THIS)
_LOCK = Statement(UserRow, _THIS.with_for_update(key_share=True))


class Caller:
    """A user with a valid token; `now` is the one time of everything in their request."""

    def __init__(self, database: Database, user_id: UUID, now: datetime) -> None:
        self._database = database
        self._user_id = user_id
        self.now = now

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[tuple[Connection, UserRow]]:
        """Statements that each commit by themselves."""
        async with self._database.connection() as connection:
            yield connection, await self._actor(connection, _FIND)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[tuple[Connection, UserRow]]:
        """One transaction, committed when the block ends."""
        async with self._database.transaction() as connection:
            yield connection, await self._actor(connection, _FIND)

    @asynccontextmanager
    async def changing_alone(self) -> AsyncIterator[tuple[Connection, UserRow]]:
        """The same with the caller's row locked, so that what is counted of theirs stands still."""
        async with self._database.transaction() as connection:
            yield connection, await self._actor(connection, _LOCK)

    async def _actor(self, connection: Connection, statement: Statement[UserRow]) -> UserRow:
        actor = await statement.first(connection, id=self._user_id)
        if actor is None:
            raise Unauthenticated("The token names nobody.")
        return actor
