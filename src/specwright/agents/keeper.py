"""The process between us and an agent: it starts it within its bounds, and ends all of it.

    python -P -m specwright.agents ORDERS REPORT

ORDERS and REPORT are open pipes. The first line of ORDERS is JSON (`Order`); when ORDERS closes,
whoever asked has gone or has had enough, and so has the agent. REPORT gets one line of JSON.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from specwright.agents import landlock
from specwright.agents.bounds import Bounds

LOOK = 0.05  # seconds between two looks
_SUBREAPER = 36  # of prctl: whatever an agent forgets becomes our child
_NOT_STARTED = 127


@dataclass(frozen=True, slots=True)
class Order:
    """What to run, and within what; the first of the places is where it is run."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    places: tuple[str, ...]  # what it may write, and what is counted as written
    bounds: Bounds
    landlock: bool
    devices: tuple[str, ...] = ()

    @classmethod
    def read(cls, line: str) -> "Order":
        told = json.loads(line)
        told["bounds"] = Bounds(**told["bounds"])
        return cls(**told)


@dataclass(frozen=True, slots=True)
class Report:
    """How it ended: by itself with a code, or stopped for a reason."""

    code: int | None
    stopped: str = ""  # "time", "memory", "processes", "output", "disk", "left"
    went_on: int = 0  # processes that outlived it, and were ended


def main(orders: int, report: int) -> None:
    order = Order.read(_first_line(orders))
    for own in (orders, report):
        os.set_inheritable(own, False)  # noqa: FBT003 - it is called so
    _adopt_orphans()
    agent = os.fork()
    if not agent:
        _become(order)
    said = os.dup(2)
    _hush()
    seen = _Watch(order, agent, orders, said).over()
    os.write(report, f"{json.dumps(asdict(seen))}\n".encode())


def _first_line(orders: int) -> str:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(orders, 65_536)
        if not piece:
            sys.exit(0)
        line += piece
    return line.decode()


def _become(order: Order) -> NoReturn:
    """The agent, in the child: nothing here returns."""
    try:
        os.setsid()
        os.chdir(order.places[0])
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.bounds.disk, order.bounds.disk))
        os.closerange(3, 4096)  # a lock, and our pipes
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        if order.landlock:
            landlock.restrict_self(Path(place) for place in (*order.places, *order.devices))
        os.execvpe(order.command[0], order.command, dict(order.environment))  # noqa: S606 - no shell
    except OSError as error:
        with suppress(OSError):
            os.write(2, f"{order.command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(_NOT_STARTED)


def _hush() -> None:
    """The streams are the agent's alone: they end when it ends."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - elsewhere there is nothing to call

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


class _Watch:
    """Looks at an agent until it has ended, or is to end."""

    def __init__(self, order: Order, agent: int, orders: int, said: int) -> None:
        self.order = order
        self.agent = agent
        self.orders = orders
        self.said = said
        self.started = time.monotonic()
        self.at_first = _size(order.places)
        self.next_size = self.started
        self.grown = 0

    def over(self) -> Report:
        while True:
            ended = _reaped(self.agent)
            if ended is not None:
                stopped = "disk" if ended == -signal.SIGXFSZ else self._exceeded(at_last=True)
                return Report(ended, stopped, _end_all(self.agent))
            if stopped := self._exceeded():
                _end_all(self.agent)
                return Report(None, stopped)

    def _exceeded(self, *, at_last: bool = False) -> str:
        """Which bound, if one is."""
        if not at_last and select.select([self.orders], [], [], LOOK)[0]:
            return "left"
        bounds, family = self.order.bounds, _family()
        over = {
            "time": time.monotonic() - self.started > bounds.seconds,
            "output": os.fstat(self.said).st_size > bounds.output,
            "processes": len(family) > bounds.processes,
            "memory": _memory(family, bounds.memory) > bounds.memory,
            "disk": self._grown(at_last=at_last) > bounds.disk,
        }
        return next((name for name, is_over in over.items() if is_over), "")

    def _grown(self, *, at_last: bool) -> int:
        """Bytes that came to the disk; a look waits longer where there is more to look at."""
        now = time.monotonic()
        if at_last or now > self.next_size:
            self.grown = _size(self.order.places) - self.at_first
            self.next_size = now + max(0.2, 10 * (time.monotonic() - now))
        return self.grown


def _reaped(agent: int) -> int | None:
    """The exit code of the agent once it has ended; orphans that ended are let go."""
    with suppress(ChildProcessError):
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == agent:
                return os.waitstatus_to_exitcode(status)
            if not ended:
                return None
    return None


def _end_all(agent: int) -> int:
    """Leave nothing of it; how many went on. Who is frozen starts nobody else meanwhile."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(agent, signal.SIGSTOP)
    found: set[int] = set()
    while new := _family() - found:
        for process in new:
            _signal(process, signal.SIGSTOP)
        found |= new
    while left := _family():
        for process in left:
            _signal(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(agent, signal.SIGKILL)
    return len(found - {agent})


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


# -- What the system tells


def _family() -> set[int]:
    """All that descends from us and lives, where the system tells it."""
    parents = dict(_parents())
    found: set[int] = set()
    layer = {os.getpid()}
    while layer:
        layer = {child for child, parent in parents.items() if parent in layer}
        found |= layer
    return found


def _parents() -> Iterator[tuple[int, int]]:
    """Living processes, each with its parent."""
    proc = Path("/proc")
    for entry in proc.iterdir() if proc.is_dir() else ():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    yield int(entry.name), int(parent)


def _memory(family: set[int], bound: int) -> int:
    """Bytes of all of them; what they share is asked for where it decides, and counted once."""
    resident = sum(_pages(process) for process in family) * resource.getpagesize()
    return resident if resident <= bound else sum(_share(process) for process in family)


def _pages(process: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return 0


def _share(process: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return _pages(process) * resource.getpagesize()


def _size(places: tuple[str, ...]) -> int:
    """Bytes on disk; what cannot be looked into counts as nothing."""
    total = 0
    left = list(places)
    while left:
        with suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
    return total
