"""A backend served on loopback, with a database of its own that is thrown away afterwards."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from specwright.gates.evidence import CouldNotRun
from specwright.gates.workspace import Workspace

HOST = Path(__file__).parent / "host" / "specwright_host.py"
PATIENCE = 20.0  # seconds that it may take to end
LONGEST = 1_000_000  # characters of an answer


@dataclass(frozen=True, slots=True)
class Someone:
    """A user to call it as."""

    role: str
    id: str
    token: str


@dataclass(frozen=True)
class Served:
    """A backend that answers, for as long as somebody holds it."""

    port: int
    people: tuple[Someone, ...]  # one of each role
    process: "subprocess.Popen[str]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fresh(self) -> tuple[Someone, ...]:
        """The same people with new tokens."""
        asks, _ = _pipes(self.process)
        asks.write("people\n")
        asks.flush()
        return _people(_answer(self.process, "people"))

    def wait(self) -> None:
        """Until it ends by itself, which it should not."""
        self.process.wait()


@contextmanager
def serving(workspace: Workspace, scratch: Path, port: int = 0) -> Iterator[Served]:
    """Serve what lies in the workspace; `scratch` holds what it needs meanwhile, and is removed."""
    with tempfile.TemporaryFile("w+") as log:
        process = _started(workspace, scratch, port, log)
        try:
            people = _people(_answer(process, "people", log))
            said = _answer(process, "serving", log)
            yield Served(int(said["port"]), people, process)
        finally:
            _end(process)


def _started(
    workspace: Workspace, scratch: Path, port: int, log: IO[str]
) -> "subprocess.Popen[str]":
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    places = {"PYTHONPATH": str(workspace.root), "TMPDIR": str(scratch)}
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            (str(workspace.python), str(HOST), "serve", str(port), str(scratch)),
            cwd=workspace.root,
            env={**workspace.environment, **quiet, **places},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
    except OSError as error:
        raise CouldNotRun(f"`{workspace.python}` could not be started: {error}.") from error


def _answer(
    process: "subprocess.Popen[str]", kind: str, log: IO[str] | None = None
) -> dict[str, Any]:
    """The next one of this kind; what keeps it from coming is said."""
    _, answers = _pipes(process)
    line = answers.readline(LONGEST)
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        said = {"kind": "failed", "says": _last_line(log) or "it ended"}
    if said["kind"] != kind:
        raise CouldNotRun(f"The backend could not be served: {said.get('says', 'it ended')}")
    return said


def _people(said: dict[str, Any]) -> tuple[Someone, ...]:
    return tuple(Someone(**one) for one in said["people"])


def _last_line(log: IO[str] | None) -> str:
    if log is None:
        return ""
    log.seek(0)
    lines = [line.strip() for line in log.read(LONGEST).splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _end(process: "subprocess.Popen[str]") -> None:
    """Its input ends, which tells it to tidy up; what does not is ended."""
    asks, answers = _pipes(process)
    with suppress(OSError):
        asks.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    finally:
        answers.close()


def _pipes(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("It was started with both.")
    return process.stdin, process.stdout
