"""One run at a time works on a repository, its orphans included."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specwright.workflow.refusal import Refusal

PAUSE = 0.1  # seconds between two tries


class AnotherRunWorks(Refusal):
    """Somebody else holds the repository."""


@contextmanager
def held(path: Path, patience: float) -> Iterator[int]:
    """Hold the lock; yields the open file, for the commands that must keep it after a crash."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(file, path, patience)
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield file
    finally:
        os.close(file)


def _take(file: int, path: Path, patience: float) -> None:
    """Try for a while: what a killed run started takes a moment to end."""
    for _ in range(max(1, round(patience / PAUSE))):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE)
        else:
            return
    holder = os.pread(file, 20, 0).decode("ascii", errors="replace") or "unknown"
    raise AnotherRunWorks(
        f"Another run is at work on this repository (process {holder}).",
        f"Wait until it ends, or end it; the lock is {path}.",
    )
