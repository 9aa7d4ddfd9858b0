"""A worker in a hurry, with a job more that leaves traces: `python -m tests.worker.quick`."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from backend import worker
from backend.core import scheduling
from backend.core.clock import utc_now
from backend.core.database import Database
from backend.core.logs import log_as_json
from backend.core.settings import read_settings

INTERVAL = timedelta(seconds=3)
TRACES = "CREATE TABLE traces (worker int, says text, at timestamptz DEFAULT clock_timestamp())"


def jobs(database: Database) -> Mapping[str, Callable[[], Awaitable[None]]]:
    async def leave_traces() -> None:
        for says in ("begun", "going on", "ended"):
            async with database.transaction() as connection:
                await connection.execute("INSERT INTO traces VALUES ($1, $2)", os.getpid(), says)
                await asyncio.sleep(0.2)

    return {**worker.jobs(database, utc_now), "leaveTraces": leave_traces}


if __name__ == "__main__":
    log_as_json("INFO")
    scheduling.DEAD_AFTER = timedelta(seconds=1)
    every = dict.fromkeys([*worker.EVERY, "leaveTraces"], INTERVAL)
    asyncio.run(scheduling.work(read_settings(), every, jobs))
