"""Jobs that fall due every so often: each is run once, however many workers there are.

PgQueuer does it. Its schedules say when, and put the job into its queue unless it is there still;
its queue hands the job to a worker, gives it to another one if that dies, and tries again what
fails. Its tables are in a schema of their own, `jobs`.
"""

import asyncio
import logging
import signal
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pgqueuer
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.domain.settings import DBSettings
from pgqueuer.executors import DatabaseRetryEntrypointExecutor, ScheduleExecutor
from pgqueuer.models import Channel, Schedule

from backend.core.database import Connection, Database, connected
from backend.core.logs import request_id
from backend.core.settings import Settings

Job: TypeAlias = Callable[[], Awaitable[None]]
_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

DEAD_AFTER = timedelta(seconds=30)  # without a sign of life from a worker, others go on
KEPT = timedelta(days=7)  # how long the log of what was run is kept

_TABLES = DBSettings(db_schema="jobs", channel=Channel("jobs"))
_PRUNE = "DELETE FROM {} WHERE created < now() - $1::interval"
_EPOCH = datetime.fromtimestamp(0, UTC)
_log = logging.getLogger("backend.jobs")


class Stopping(pgqueuer.RetryRequested):
    """The worker is to stop: the job goes back into the queue, for another one to go on with."""


class _UntilStopped(Database):
    """The database, on which nothing more is begun once the worker is to stop."""

    def __init__(self, database: Database, stop: asyncio.Event) -> None:
        self._database = database
        self._stop = stop

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        if self._stop.is_set():
            raise Stopping
        async with self._database.connection() as connection:
            yield connection


@dataclass
class _Every(ScheduleExecutor):
    """Due at each multiple of an interval since 1970: cron cannot say 45 seconds or 7 minutes."""

    interval: timedelta

    def get_next(self) -> datetime:
        now = datetime.now(UTC)
        return now + self.interval - (now - _EPOCH) % self.interval


async def install(settings: Settings) -> None:
    """Make the tables that PgQueuer needs, or bring those of an older version up to date."""
    async with _connection(settings, None) as connection:
        await _queries(connection).apply_upgrade()


async def work(
    settings: Settings,
    every: Mapping[str, timedelta],
    jobs: Callable[[Database], Mapping[str, Job]],
) -> None:
    """Run the jobs as they fall due, until a signal says stop.

    What is being done then to one row is finished. A database that is lost is waited for.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    @asynccontextmanager
    async def engine() -> AsyncGenerator[pgqueuer.PgQueuer]:
        async with (
            connected(settings) as database,
            _connection(settings, settings.command_timeout) as connection,
        ):
            yield _engine(_queries(connection), every, jobs(_UntilStopped(database, stop)))

    living = asyncio.create_task(_live(settings.alive_file))
    _log.info("worker starts")
    await pgqueuer.run(
        engine,
        dequeue_timeout=DEAD_AFTER,
        heartbeat_timeout=DEAD_AFTER,
        restart_on_failure=True,
        shutdown=stop,
        shutdown_on_listener_failure=True,
    )
    living.cancel()
    _log.info("worker has stopped")


async def _live(file: Path | None) -> None:
    """Touch the file for as long as this process can do anything."""
    while file is not None:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(5)


@asynccontextmanager
async def _connection(settings: Settings, seconds: float | None) -> AsyncGenerator[_Connection]:
    connection = await asyncpg.connect(settings.database_url, command_timeout=seconds)
    try:
        yield connection
    finally:
        await connection.close()


def _queries(connection: _Connection) -> pgqueuer.Queries:
    return pgqueuer.Queries(
        pgqueuer.AsyncpgDriver(connection),
        QueryBuilderEnvironment(_TABLES),
        QueryQueueBuilder(_TABLES),
        QuerySchedulerBuilder(_TABLES),
    )


def _engine(
    queries: pgqueuer.Queries, every: Mapping[str, timedelta], jobs: Mapping[str, Job]
) -> pgqueuer.PgQueuer:
    engine = pgqueuer.PgQueuer(queries.driver, _TABLES.channel, queries=queries)
    for name, job in jobs.items():
        _add(engine, queries, name, every[name], job)

    # Workers look when something falls due: this has them look every minute, and so they also find
    # what a worker that died was about to put into the queue.
    @engine.schedule("prune", "* * * * *")
    async def prune(_: Schedule) -> None:
        for table in (_TABLES.qualified.queue_table_log, _TABLES.qualified.statistics_table):
            await queries.driver.execute(_PRUNE.format(table), KEPT)

    return engine


def _add(
    engine: pgqueuer.PgQueuer, queries: pgqueuer.Queries, name: str, interval: timedelta, job: Job
) -> None:
    async def fall_due(_: Schedule) -> None:
        await queries.enqueue(name, None, dedupe_key=name, on_conflict="skip")

    async def run(queued: pgqueuer.Job) -> None:
        request_id.set(f"job-{queued.id}")
        started = time.perf_counter()
        await job()
        fields = {"job": name, "milliseconds": round((time.perf_counter() - started) * 1000, 1)}
        _log.info("job", extra={"fields": fields})

    # PgQueuer wants a cron expression, and takes a name with another one for another schedule: so
    # the interval is in the name.
    schedule = f"{name} every {interval}"
    engine.schedule(schedule, "* * * * * *", partial(_Every, interval=interval))(fall_due)
    engine.entrypoint(name, executor_factory=DatabaseRetryEntrypointExecutor)(run)
