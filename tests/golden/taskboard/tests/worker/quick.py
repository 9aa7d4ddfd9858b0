"""Workers in a hurry: `python -m tests.worker.quick JOBS`, where JOBS is `all` or `traces`."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from backend.core import scheduling
from backend.core.clock import utc_now
from backend.core.database import Database
from backend.core.logs import log_as_json
from backend.core.settings import read_settings
from backend.worker import EVERY, jobs

ROWS = 3


def traces(database: Database) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """One job, which takes its time for each of its rows."""

    async def leave_traces() -> None:
        for number in range(ROWS):
            async with database.transaction() as connection:
                await connection.execute("INSERT INTO traces VALUES ($1, $2)", os.getpid(), number)
                await asyncio.sleep(0.4)

    return {"leaveTraces": leave_traces}


if __name__ == "__main__":
    scheduling.DEAD_AFTER = timedelta(seconds=2)
    log_as_json("INFO")
    work, names = {
        "all": (lambda database: jobs(database, utc_now), list(EVERY)),
        "traces": (traces, ["leaveTraces"]),
    }[sys.argv[1]]
    every = dict.fromkeys(names, timedelta(seconds=3))
    asyncio.run(scheduling.work(read_settings(), every, work))
