"""What happens to tasks by itself."""

import logging
from datetime import datetime
from uuid import UUID

from backend.core.clock import Clock
from backend.core.database import Database
from backend.core.errors import Refusal
from backend.tasks import operations
from backend.tasks.repository import EveryTask

_log = logging.getLogger(__name__)


class TaskJobs:
    """The system's own dealings with tasks; each row is a transaction of its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def expire_leases(self) -> None:
        now = self._clock()
        done: UUID | None = UUID(int=0)
        while done is not None:
            done = await self._expire_leases_after(done, now)

    async def _expire_leases_after(self, done: UUID, now: datetime) -> UUID | None:
        async with self._database.transaction() as connection:
            tasks = EveryTask(connection)
            task = await tasks.pick_for_expire_leases(done, now)
            if task is None:
                return None
            try:
                async with connection.transaction():
                    await operations.give_up(tasks, task, now)
            except Refusal as refusal:
                _log.warning("%s leaves %s as it is: %s", "expireLeases", task.id, refusal)
            return task.id
