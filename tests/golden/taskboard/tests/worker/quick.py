"""A worker in a hurry, with a job more that leaves traces: `python -m tests.worker.quick`."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from backend.core import scheduling
from backend.core.clock import utc_now
from backend.core.database import Database
from backend.core.logs import log_as_json
from backend.core.settings import read_settings
from backend.worker import EVERY, jobs

INTERVAL = timedelta(seconds=3)
ROWS = 3
TRACES = """
    CREATE TABLE traces (worker int, number int, at timestamptz DEFAULT clock_timestamp())
"""


def with_traces(database: Database) -> Mapping[str, Callable[[], Awaitable[None]]]:
    async def leave_traces() -> None:
        for number in range(ROWS):
            async with database.transaction() as connection:
                await connection.execute("INSERT INTO traces VALUES ($1, $2)", os.getpid(), number)
                await asyncio.sleep(0.2)

    return {**jobs(database, utc_now), "leaveTraces": leave_traces}


if __name__ == "__main__":
    log_as_json("INFO")
    scheduling.DEAD_AFTER = timedelta(seconds=1)
    every = dict.fromkeys([*EVERY, "leaveTraces"], INTERVAL)
    asyncio.run(scheduling.work(read_settings(), every, with_traces))
