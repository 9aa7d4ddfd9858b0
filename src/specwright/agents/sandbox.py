"""What the system has to keep an agent in its folder."""

import shutil
import subprocess
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from specwright.agents import landlock

# What a program may need to write although it is outside: nothing of it is kept.
DEVICES = tuple(
    Path("/dev", name)
    for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
)
_PROBE = 10  # seconds


class Sandbox(StrEnum):
    """A wall of the kernel, the best first."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "Landlock"
    NONE = "none"

    @property
    def sentence(self) -> str:
        match self:
            case Sandbox.BUBBLEWRAP:
                return "in bubblewrap: it could write in its worktree, and nowhere else"
            case Sandbox.LANDLOCK:
                return "under Landlock: it could write in its worktree, and nowhere else"
            case Sandbox.NONE:
                return (
                    "without a sandbox, since this system has neither bubblewrap nor Landlock: "
                    "it could write wherever you can"
                )


def sandbox_of(environment: Mapping[str, str]) -> Sandbox:
    """The best that works here."""
    program = shutil.which("bwrap", path=environment.get("PATH"))
    if program and _works(program):
        return Sandbox.BUBBLEWRAP
    return Sandbox.LANDLOCK if landlock.version() else Sandbox.NONE


def wrapped(command: tuple[str, ...], program: str, writable: tuple[Path, ...]) -> tuple[str, ...]:
    """The command in bubblewrap: all of the disk to read, `writable` to write."""
    places = [word for place in writable for word in ("--bind", str(place), str(place))]
    return (
        *(program, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        *places,
        *("--unshare-pid", "--unshare-ipc", "--die-with-parent", "--chdir", str(writable[0])),
        *("--", *command),
    )


@cache
def _works(program: str) -> bool:
    """It is there on systems too that do not let it make namespaces."""
    try:
        done = subprocess.run(  # noqa: S603 - a list, never a shell
            wrapped(("true",), program, (Path("/tmp"),)),  # noqa: S108 - bound, and nothing written
            capture_output=True,
            timeout=_PROBE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
