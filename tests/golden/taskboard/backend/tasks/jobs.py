"""What happens to tasks by itself."""

from datetime import datetime

from backend.core.clock import Clock
from backend.core.database import Database
from backend.core.sweeping import by_itself
from backend.tasks import operations
from backend.tasks.models import TaskRow
from backend.tasks.repository import EveryTask


class TaskJobs:
    """The system's own dealings with tasks; each row is a transaction of its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def expire_leases(self) -> None:
        now = self._clock()
        task = await self._expire_leases_after(None, now)
        while task is not None:
            task = await self._expire_leases_after(task, now)

    async def _expire_leases_after(self, last: TaskRow | None, now: datetime) -> TaskRow | None:
        async with self._database.transaction() as connection:
            tasks = EveryTask(connection)
            task = await tasks.pick_for_expire_leases(last, now)
            if task is not None:
                async with by_itself(connection, "expireLeases", task.id):
                    await operations.give_up(tasks, task, now)
            return task
