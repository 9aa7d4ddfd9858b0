"""Workers, as processes: whoever lives runs what is due, once; who is told to stop ends well."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from backend.core.database import Connection
from backend.core.scheduling import ALIVE, install
from backend.worker import EVERY
from tests.database import connection_to, database_on
from tests.worker.quick import ROWS, TRACES
from tests.world import JWT_SECRET, settings_for

RUNS = "SELECT count(*) FROM traces WHERE number = $1 AND worker = ANY($2)"
BUSY = "SELECT worker FROM traces ORDER BY at DESC LIMIT 1"
DOUBLE = "SELECT floor(extract(epoch FROM at)), number FROM traces GROUP BY 1, 2 HAVING count(*) > 1"
DONE = "SELECT DISTINCT entrypoint FROM jobs.pgqueuer_log WHERE status = 'successful'"
HELD = "SELECT count(*) FROM jobs.pgqueuer WHERE status = 'picked'"


class Workers:
    """Some workers on a database of their own."""

    def __init__(self, connection: Connection, processes: list[Process]) -> None:
        self.connection = connection
        self.processes = processes

    async def run(self, times: int, *processes: Process) -> None:
        """Wait until these workers have left all their traces so many times more."""
        workers = [process.pid for process in processes]
        ...
