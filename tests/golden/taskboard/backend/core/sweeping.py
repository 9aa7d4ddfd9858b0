"""Jobs that go over rows: each row is a transaction of its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.core.database import Connection
from backend.core.errors import Refusal

_log = logging.getLogger("backend.jobs")


@asynccontextmanager
async def by_itself(connection: Connection, job: str, key: object) -> AsyncIterator[None]:
    """All that a job does to a row, or nothing; whatever goes wrong, the next row has its turn."""
    try:
        async with connection.transaction():
            yield
    except Refusal as refusal:
        _log.warning("%s leaves %s as it is: %s", job, key, refusal)
    except Exception:
        _log.exception("%s fails at %s", job, key)
