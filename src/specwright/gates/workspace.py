"""The folder that gates judge, and the only way they run something in it."""

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from specwright.gates.evidence import CouldNotRun

TAIL = 64_000  # bytes of output that are kept: the end says what went wrong
FLOOD = 64_000_000  # bytes of output after which a check is stopped

# A person's shell may hold the address of a production database: only what is named here is passed.
PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "TZ")


def plain(environment: Mapping[str, str]) -> dict[str, str]:
    """The few variables that a check may know of the shell it was started from."""
    return {name: environment[name] for name in PASSED_ON if name in environment}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended; `code` is negative when a signal ended it."""

    command: tuple[str, ...]
    code: int
    output: str
    seconds: float

    @property
    def again(self) -> str:
        """The line to type to see it again."""
        return shlex.join(self.command)


@dataclass(frozen=True)
class Workspace:
    """A backend on disk, with the interpreter that has its dependencies."""

    root: Path
    python: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 1800.0  # seconds that one command may take
    held: tuple[int, ...] = ()  # open files that commands keep open, such as a lock
    stopwatch: Callable[[], float] = time.monotonic

    def module(self, *arguments: str, **variables: str) -> Outcome:
        """Run `python -m …`."""
        return self.run((str(self.python), "-m", *arguments), **variables)

    def run(self, command: tuple[str, ...], **variables: str) -> Outcome:
        """Run a command in the workspace to its end, and whatever it started with it."""
        started = self.stopwatch()
        quiet = {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(  # noqa: S603 - a list, never a shell
                    command,
                    cwd=self.root,
                    env={**self.environment, **quiet, **variables},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=self.held,
                )
            except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
                raise CouldNotRun(f"`{command[0]}` could not be started: {error}.") from error
            try:
                code = self._wait(process, shlex.join(command), output, started)
            finally:
                _end(process)
            return Outcome(command, code, _tail(output), self.stopwatch() - started)

    def _wait(
        self, process: "subprocess.Popen[bytes]", name: str, output: IO[bytes], started: float
    ) -> int:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=0.25)
            if self.stopwatch() - started > self.patience:
                raise CouldNotRun(f"`{name}` was stopped: no end after {self.patience:g} s.")
            if os.fstat(output.fileno()).st_size > FLOOD:
                raise CouldNotRun(f"`{name}` was stopped: it printed {FLOOD // 1_000_000} MB.")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Leave nothing of a command behind, not even what it started and forgot."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # all ended already
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(output: IO[bytes]) -> str:
    size = os.fstat(output.fileno()).st_size
    output.seek(max(0, size - TAIL))
    return output.read(TAIL).decode("utf-8", errors="replace")
