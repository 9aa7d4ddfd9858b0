"""The append-only story of a run: one line per event, on disk before anything goes on."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from specwright.tree import digest
from specwright.workflow.files import settle
from specwright.workflow.refusal import Refusal

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Facts: TypeAlias = Mapping[str, Json]

LIMIT = 64_000_000  # bytes of a ledger that are read


class LedgerDamaged(Refusal):
    """A line that was once on disk is not what was written."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once; a step whose event is missing did not end."""

    number: int
    at: datetime
    name: str
    facts: Facts
    line: str = ""  # as it stands in the ledger


@dataclass(frozen=True)
class Ledger:
    """The events of one run. Each line holds the digest of the line before it."""

    path: Path
    clock: Callable[[], datetime]

    def read(self) -> tuple[Event, ...]:
        """Every event that reached the disk; a line torn by a crash never did."""
        lines = self._whole().decode("utf-8", errors="replace").splitlines()
        return read_lines(lines, str(self.path))

    def append(self, name: str, facts: Facts) -> Event:
        """Write one event and return when it is on disk; only the holder of the lock may."""
        whole = self._whole()
        number = len(self.read()) + 1
        before = digest(whole.decode().splitlines()[-1]) if whole else ""
        at = self.clock()
        line = json.dumps(
            {
                "number": number,
                "at": at.isoformat(),
                "before": before,
                "event": name,
                "facts": dict(facts),
            }
        )
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.ftruncate(file, len(whole))  # drops a torn line
            os.lseek(file, 0, os.SEEK_END)
            _write_all(file, f"{line}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
        if not whole:
            settle(self.path.parent)
        return Event(number, at, name, facts, line)

    def _whole(self) -> bytes:
        """The lines that end: whatever stands behind the last line end is torn."""
        try:
            with self.path.open("rb") as file:
                content = file.read(LIMIT + 1)
        except FileNotFoundError:
            return b""
        if len(content) > LIMIT:
            raise LedgerDamaged(f"{self.path} is too large to be a ledger.")
        return content[: content.rfind(b"\n") + 1]


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def read_lines(lines: Iterable[str], where: str) -> tuple[Event, ...]:
    """The events that the lines tell, if each line holds the digest of the one before it."""
    before = ""
    events: list[Event] = []
    for number, line in enumerate(lines, start=1):
        events.append(_parse(line, number, before, where))
        before = digest(line)
    return tuple(events)


def _parse(line: str, number: int, before: str, where: str) -> Event:
    damaged = LedgerDamaged(
        f"{where}:{number}: this line is not what was written: the run cannot be trusted.",
        "Start again with `specwright implement`; the ledger stays where it is.",
    )
    try:
        content = json.loads(line)
        at = datetime.fromisoformat(content["at"])
        chained = (content["number"], content["before"]) == (number, before)
        name, facts = content["event"], content["facts"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise damaged from error
    if not chained or not isinstance(name, str) or not isinstance(facts, dict):
        raise damaged
    return Event(number, at, name, facts, line)
