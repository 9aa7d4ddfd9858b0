"""The jobs of all domains."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta

from backend.core.clock import Clock
from backend.core.database import Database
from backend.tasks.jobs import TaskJobs


def jobs(database: Database, clock: Clock) -> Mapping[str, Callable[[], Awaitable[None]]]:
    tasks = TaskJobs(database, clock)
    return {"expireLeases": tasks.expire_leases}


EVERY = {"expireLeases": timedelta(seconds=30)}


async def run_jobs(database: Database, clock: Clock, but: Collection[str] = ()) -> None:
    """Run each job once, now."""
    for name, job in jobs(database, clock).items():
        if name not in but:
            await job()
