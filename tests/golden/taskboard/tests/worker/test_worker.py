"""Workers are processes: who lives runs what is due, once; who is told to stop ends well."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from backend.core.database import Connection
from backend.core.scheduling import ALIVE, install
from backend.worker import EVERY
from tests.database import connection_to, database_on
from tests.worker.quick import ROWS
from tests.world import JWT_SECRET, settings_for

TRACES = "SELECT number FROM traces WHERE worker = $1 ORDER BY number"


@pytest.fixture
async def url(server: str, template: str) -> AsyncGenerator[str]:
    """A database of their own for workers, with the tables that they need."""
    async with database_on(server, template) as url:
        await install(settings_for(url))
        yield url


@asynccontextmanager
async def worker(url: str, jobs: str, temporary: Path) -> AsyncGenerator[Process]:
    given = {"DATABASE_URL": url, "JWT_SECRET": JWT_SECRET, "TMPDIR": str(temporary)}
    program = (sys.executable, "-m", "tests.worker.quick", jobs)
    process = await asyncio.create_subprocess_exec(*program, env=os.environ | given)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await done():  # noqa: ASYNC110 - what is waited for happens in a process
            await asyncio.sleep(0.05)


async def numbers(connection: Connection, worker: Process) -> list[int]:
    """Of the rows for which a worker left traces."""
    return [record["number"] for record in await connection.fetch(TRACES, worker.pid)]


async def test_every_job_is_run_until_the_worker_is_told_to_stop(url: str, tmp_path: Path) -> None:
    async with connection_to(url) as connection, worker(url, "all", tmp_path) as process:

        async def all_jobs_were_run() -> bool:
            done = "SELECT entrypoint FROM jobs.pgqueuer_log WHERE status = 'successful'"
            return {record["entrypoint"] for record in await connection.fetch(done)} == set(EVERY)

        await until(all_jobs_were_run)
        process.terminate()
        assert await process.wait() == 0
        assert (tmp_path / ALIVE.name).exists()


async def test_one_worker_runs_what_is_due_and_another_one_if_it_is_killed(
    url: str, tmp_path: Path
) -> None:
    async with (
        connection_to(url) as connection,
        worker(url, "traces", tmp_path) as one,
        worker(url, "traces", tmp_path) as two,
    ):
        ...
