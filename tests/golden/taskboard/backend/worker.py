"""The jobs of all domains. `python -m backend.worker` runs them when they are due."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta

from backend.core.clock import Clock, utc_now
from backend.core.database import Database
from backend.core.logs import log_as_json
from backend.core.scheduling import install, work
from backend.core.settings import read_settings
from backend.tasks.jobs import TaskJobs

EVERY = {"expireLeases": timedelta(seconds=30)}


def jobs(database: Database, clock: Clock) -> Mapping[str, Callable[[], Awaitable[None]]]:
    tasks = TaskJobs(database, clock)
    return {"expireLeases": tasks.expire_leases}


async def run_jobs(database: Database, clock: Clock, but: Collection[str] = ()) -> None:
    """Run each job once, now."""
    for name, job in jobs(database, clock).items():
        if name not in but:
            await job()


def main(arguments: list[str]) -> None:
    settings = read_settings()
    log_as_json(settings.log_level)
    match arguments:
        case []:
            asyncio.run(work(settings, EVERY, lambda database: jobs(database, utc_now)))
        case ["--install"]:
            asyncio.run(install(settings))
        case _:
            sys.exit("usage: python -m backend.worker [--install]")


if __name__ == "__main__":
    main(sys.argv[1:])
