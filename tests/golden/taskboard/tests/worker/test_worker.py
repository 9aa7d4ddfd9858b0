"""Workers, as processes: whoever lives runs what is due, once; who is told to stop ends well."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.core.database import Connection
from backend.core.scheduling import install
from tests.database import connection_to, database_on
from tests.worker.quick import TRACES
from tests.world import JWT_SECRET, settings_for

JOBS = ["expireLeases"]

WHO = "SELECT worker FROM traces WHERE says = $1 AND worker = ANY($2) ORDER BY at"
TWICE = """
    SELECT worker
    FROM (SELECT worker, says, lag(says) OVER (ORDER BY at) AS before FROM traces) AS t
    WHERE says = 'begun' AND before <> 'ended'
"""
SUCCEEDED = "SELECT DISTINCT entrypoint FROM jobs.pgqueuer_log WHERE status = 'successful'"
HELD = "SELECT entrypoint FROM jobs.pgqueuer WHERE status = 'picked'"


@dataclass(frozen=True)
class Workplace:
    """What workers work on, and where they leave their traces."""

    url: str
    alive: Path
    connection: Connection

    @asynccontextmanager
    async def worker(self) -> AsyncGenerator[Process]:
        given = {"DATABASE_URL": self.url, "JWT_SECRET": JWT_SECRET, "ALIVE_FILE": str(self.alive)}
        program = (sys.executable, "-m", "tests.worker.quick")
        process = await asyncio.create_subprocess_exec(*program, env=os.environ | given)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def read(self, query: str, *values: object) -> list[object]:
        return [record[0] for record in await self.connection.fetch(query, *values)]

    async def next(self, says: str, *workers: Process) -> object:
        """Which of these workers says so next, while all of them live."""
        pids = [worker.pid for worker in workers]
        before = await self.read(WHO, says, pids)
        async with asyncio.timeout(20):
            while (now := await self.read(WHO, says, pids)) == before:
                assert all(worker.returncode is None for worker in workers), "A worker has ended."
                await asyncio.sleep(0.05)
        return now[-1]


@pytest.fixture
async def workplace(server: str, template: str, tmp_path: Path) -> AsyncGenerator[Workplace]:
    async with database_on(server, template) as url, connection_to(url) as connection:
        await install(settings_for(url))
        await connection.execute(TRACES)
        yield Workplace(url, tmp_path / "alive", connection)


async def test_what_is_due_is_run_once_by_whoever_lives(workplace: Workplace) -> None:
    async with workplace.worker() as one, workplace.worker() as two:
        await workplace.next("ended", one, two)
        busy = await workplace.next("begun", one, two)
        assert not await workplace.read(TWICE)

        killed, other = (one, two) if busy == one.pid else (two, one)
        killed.kill()
        await workplace.next("ended", other)

        await workplace.next("begun", other)
        assert workplace.alive.exists()
        other.terminate()
        assert await other.wait() == 0
    assert not await workplace.read(HELD)
    assert set(await workplace.read(SUCCEEDED)) == {*JOBS, "leaveTraces"}
