"""Where an agent works: a folder, a scratch beside it, and few variables of the environment."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import specwright
from specwright.agents.bounds import Bounds
from specwright.agents.keeper import Order, Report
from specwright.agents.sandbox import DEVICES, Sandbox, wrapped

TASK, TASK_FILE = "SPECWRIGHT_TASK", "TASK.md"
TAIL = 64_000  # bytes of what an agent says that are kept

# A person's shell may hold keys: only what is named here is passed, and what they grant by name.
PASSED_ON = ("PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TERM")


@dataclass(frozen=True, slots=True)
class Ending:
    """How an agent ended; `stopped` is the bound that it went over."""

    code: int | None
    stopped: str
    went_on: int  # processes that outlived it, and were ended
    seconds: float
    said: str  # the end of what it said: kept, never believed


class KeeperLost(Exception):
    """The process that held the agent is gone: somebody ended it."""


@dataclass
class _Orders:
    """The pipe on which a keeper waits: it ends its agent when this closes."""

    pipe: int
    is_open: bool = True

    def give(self, order: Order) -> None:
        line = f"{json.dumps(asdict(order))}\n".encode()
        while line:
            line = line[os.write(self.pipe, line) :]

    def end(self) -> None:
        if self.is_open:
            os.close(self.pipe)
            self.is_open = False


@dataclass
class Held:
    """An agent that works; `ending` is known when it has been waited for."""

    process: "subprocess.Popen[bytes]"
    said: IO[bytes]
    report: int
    orders: "_Orders"
    started: float = field(default_factory=time.monotonic)

    def wait(self, patience: float | None = None) -> Ending:
        """Until it has ended, or went over a bound, or over our patience."""
        if not select.select([self.report], [], [], patience)[0]:
            self.orders.end()
        line = b""
        while piece := os.read(self.report, 65_536):
            line += piece
        self.process.wait()
        if not line.endswith(b"\n"):
            raise KeeperLost
        told = Report(**json.loads(line))
        seconds = time.monotonic() - self.started
        return Ending(told.code, told.stopped, told.went_on, seconds, _tail(self.said))


@dataclass(frozen=True)
class Room:
    """The worktree of a run, and the walls around it."""

    folder: Path
    environment: Mapping[str, str]  # the person's
    granted: tuple[str, ...] = ()  # variables that the person passes on by name
    sandbox: Sandbox = Sandbox.NONE
    bounds: Bounds = Bounds()  # noqa: RUF009 - it is immutable
    held: tuple[int, ...] = ()  # open files that it keeps open, such as a lock

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder of the agent's own, its home and its place for temporary files; thrown away."""
        place = Path(tempfile.mkdtemp(prefix="specwright-agent-")).resolve()
        try:
            for name in ("home", "tmp"):
                (place / name).mkdir()
            yield place
        finally:
            remove(place)

    @contextmanager
    def holding(
        self, command: tuple[str, ...], scratch: Path, *, stdin: int, stdout: int | None = None
    ) -> Iterator[Held]:
        """The command at work; whatever happens here, nothing of it is left behind."""
        given, pipe = os.pipe()
        told, report = os.pipe()
        orders = _Orders(pipe)
        with tempfile.TemporaryFile() as said:
            try:
                process = subprocess.Popen(  # noqa: S603 - a list, never a shell
                    (
                        sys.executable,
                        "-P",
                        "-m",
                        "specwright.agents",
                        f"{given}",
                        f"{report}",
                    ),
                    cwd=scratch,
                    env={"PYTHONPATH": str(Path(specwright.__file__).parents[1])},
                    stdin=stdin,
                    stdout=said if stdout is None else stdout,
                    stderr=said,
                    start_new_session=True,
                    pass_fds=(given, report, *self.held),
                )
            finally:
                os.close(given)
                os.close(report)
            try:
                orders.give(self._order(command, scratch))
                yield Held(process, said, told, orders)
            finally:
                orders.end()
                if process.wait():  # whoever ended it has no keeper any more
                    _end_all_that_know(f"{TASK}={scratch / TASK_FILE}")
                os.close(told)

    def _order(self, command: tuple[str, ...], scratch: Path) -> Order:
        places = (self.folder, scratch)
        if self.sandbox is Sandbox.BUBBLEWRAP:
            program = shutil.which("bwrap", path=self.environment.get("PATH")) or "bwrap"
            command = wrapped(command, program, places)
        return Order(
            command=command,
            environment=self._seen(scratch),
            places=tuple(map(str, places)),
            bounds=self.bounds,
            landlock=self.sandbox is Sandbox.LANDLOCK,
            devices=tuple(map(str, DEVICES)),
        )

    def _seen(self, scratch: Path) -> dict[str, str]:
        """What it sees of the environment."""
        own = {
            "HOME": str(scratch / "home"),
            "TMPDIR": str(scratch / "tmp"),
            "GIT_CEILING_DIRECTORIES": str(self.folder.parent),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",  # to look is not to change
            "PYTHONDONTWRITEBYTECODE": "1",
            TASK: str(scratch / TASK_FILE),
        }
        names = (*PASSED_ON, *self.granted)
        return own | {name: self.environment[name] for name in names if name in self.environment}


def _end_all_that_know(variable: str) -> None:
    """By their environment, where the system tells it."""
    proc = Path("/proc")
    found = {0}
    while found:
        found = set()
        for entry in proc.iterdir() if proc.is_dir() else ():
            with suppress(OSError):
                if entry.name.isdigit() and variable.encode() in _environment(entry):
                    found.add(int(entry.name))
        for process in found:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)


def _environment(process: Path) -> list[bytes]:
    """Of one that lives."""
    if (process / "stat").read_text().rpartition(")")[2].split()[0] in "ZX":
        return []
    return (process / "environ").read_bytes().split(b"\0")


def remove(folder: Path) -> None:
    """All of it, however deep, and whatever modes somebody gave to it."""
    command = ("rm", "-rf", "--", str(folder))
    for before in ((), ("chmod", "-R", "u+rwx", "--", str(folder))):
        if not os.path.lexists(folder):
            return
        for one in (before, command):
            if one:
                subprocess.run(one, check=False, capture_output=True)  # noqa: S603 - as above


def _tail(said: IO[bytes]) -> str:
    size = os.fstat(said.fileno()).st_size
    said.seek(max(0, size - TAIL))
    return said.read(TAIL).decode("utf-8", errors="replace")
