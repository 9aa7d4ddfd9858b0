"""A pytest plugin that writes down how each test ended, and with what kind of exception.

It runs in the interpreter of the project under test: it imports nothing of Specwright.
"""

import json
import os
import signal
import threading
import time
import traceback
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest

SAYS = 300  # characters kept of what an exception says


def _write(**line: object) -> None:
    with Path(os.environ["SPECWRIGHT_WITNESS"]).open("a", encoding="utf-8") as book:
        book.write(json.dumps(line) + "\n")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions that were meant: a task group wraps what its tasks raised."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _raised_in(error: BaseException | None) -> str:
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return frames[-1].filename if frames else ""


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:SAYS]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    raised = call.excinfo.value if call.excinfo else None
    leaves = list(_leaves(raised)) if raised else []
    _write(
        kind="test",
        id=report.nodeid,
        phase=report.when,
        outcome="xfail" if hasattr(report, "wasxfail") else report.outcome,
        raised=[type(leaf).__name__ for leaf in leaves],
        asserted=all(isinstance(leaf, AssertionError) for leaf in leaves),
        files=[_raised_in(leaf) or _raised_in(raised) for leaf in leaves],
        says=_first_line(leaves[0]) if leaves else "",
    )
    return report


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.outcome != "passed":
        text = report.longreprtext.strip().splitlines() or [report.outcome]
        _write(kind="collection", id=report.nodeid, outcome=report.outcome, says=text[-1][:SAYS])


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        _write(kind="deselected", id=item.nodeid)


def pytest_sessionfinish(exitstatus: int) -> None:
    _write(kind="end", code=int(exitstatus))


def _end_with(parent: int) -> None:
    """An orphan must not go on writing where its run is being resumed."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.killpg(0, signal.SIGKILL)


def pytest_configure() -> None:
    parent = int(os.environ["SPECWRIGHT_PARENT"])
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
