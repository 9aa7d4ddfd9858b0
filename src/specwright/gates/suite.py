"""One run of pytest, as a witness inside it saw it."""

import json
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specwright.gates.evidence import CouldNotRun, Finding
from specwright.gates.workspace import Outcome, Workspace

WITNESS = Path(__file__).parent / "witness"
BOOK_LIMIT = 256_000_000  # bytes that the witness may write down

ENDED_WELL = (0, 1, 5)  # pytest ran all there was: it passed, some failed, there was none


@dataclass(frozen=True, slots=True)
class Phase:
    """One of a test's three phases (setup, call, teardown) and how it ended."""

    name: str
    outcome: str
    raised: tuple[str, ...]
    asserted: bool
    files: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Suite:
    """What the witness saw of one run of pytest."""

    outcome: Outcome
    tests: dict[str, tuple[Phase, ...]]
    uncollected: tuple[tuple[str, str], ...]
    deselected: tuple[str, ...]
    cut_short: tuple[str, ...]  # tests during which pytest ended
    ended: bool

    def again(self, test: str = "") -> str:
        """The line to type to see it again."""
        return shlex.join([self.outcome.command[0], "-m", "pytest", *filter(None, [test])])

    @property
    def whole(self) -> bool:
        """Whether pytest came to its end, so that what it did not run is not there."""
        return self.ended and not self.cut_short and self.outcome.code in ENDED_WELL

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the run as a whole, whatever the tests said."""
        for where, says in self.uncollected:
            yield Finding(where, f"could not be collected: {says}", self.again(where))
        for test in self.deselected:
            yield Finding(test, "was deselected: every test takes part.", self.again(test))
        if not self.whole:
            where = self.cut_short[0] if self.cut_short else "the test run"
            last = (self.outcome.output.strip().splitlines() or ["it printed nothing"])[-1]
            problem = f"pytest was ended, with code {self.outcome.code}; it last said `{last}`"
            yield Finding(where, problem, self.again())


def run(workspace: Workspace, files: Sequence[str]) -> Suite:
    """Run these test files, all of each, whatever options the project likes by itself."""
    with tempfile.TemporaryDirectory(prefix="specwright-") as scratch:
        book = Path(scratch) / "book.jsonl"
        book.touch()
        outcome = workspace.module(
            "pytest",
            *("-p", "specwright_witness", "-p", "no:cacheprovider", "-o", "addopts="),
            *("--rootdir", str(workspace.root), "--color=no", "--tb=short", "-q"),
            "--continue-on-collection-errors",
            *files,
            PYTHONPATH=str(WITNESS),
            SPECWRIGHT_WITNESS=str(book),
            SPECWRIGHT_PARENT=str(os.getpid()),
        )
        if "No module named pytest" in outcome.output:
            raise CouldNotRun(f"`{workspace.python}` has no pytest: give one that has.")
        return _read(book, outcome)


def _lines(book: Path) -> Iterator[dict[str, Any]]:
    """Up to the first that is torn: then the end is missing, and the run is not whole."""
    with book.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                return


def _read(book: Path, outcome: Outcome) -> Suite:
    if book.stat().st_size > BOOK_LIMIT:
        raise CouldNotRun("The tests were stopped: they reported more than can be read.")
    lines = list(_lines(book))
    tests: dict[str, tuple[Phase, ...]] = {}
    for line in (line for line in lines if line["kind"] == "test"):
        phase = Phase(
            name=line["phase"],
            outcome=line["outcome"],
            raised=tuple(line["raised"]),
            asserted=line["asserted"],
            files=tuple(line["files"]),
            says=line["says"],
        )
        tests[line["id"]] = (*tests.get(line["id"], ()), phase)
    return Suite(
        outcome=outcome,
        tests={test: phases for test, phases in tests.items() if phases[-1].name == "teardown"},
        cut_short=tuple(test for test, phases in tests.items() if phases[-1].name != "teardown"),
        uncollected=tuple((x["id"], x["says"]) for x in lines if x["kind"] == "collection"),
        deselected=tuple(x["id"] for x in lines if x["kind"] == "deselected"),
        ended=any(x["kind"] == "end" for x in lines),
    )
