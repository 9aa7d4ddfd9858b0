import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from toy import DELIVERY, Git, contents

from specwright.tree import digest
from specwright.workflow import Repository, Run, State, Workshop
from specwright.workflow.verifying import Outcome, verify

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).with_name("driver.py")
NEVER = 1_000_000

BEGUN = ("begun", "planned", "tests-written", "red", "sealed", "code-written", "green", "ticked")
ALL = (*BEGUN, "waiting", "approved", "committed")


def drive(workshop: Workshop, action: str, kind: str, number: int) -> int | None:
    """The length of the way, or None if the process was killed on it."""
    places = (str(workshop.repository.root), workshop.environment["HOME"])
    done = subprocess.run(
        [sys.executable, str(DRIVER), *places, action, kind, str(number)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return int(done.stdout) if done.returncode == 0 else None


def gone_on(workshop: Workshop) -> Run:
    """The run, taken up again as a person would."""
    if not workshop.runs():
        drive(workshop, "begin", "event", NEVER)
    else:
        drive(workshop, "resume", "event", NEVER)
    return workshop.show("r1")


def expect_waiting(workshop: Workshop) -> None:
    run = gone_on(workshop)
    assert run.state is State.WAITING
    assert [event.name for event in run.events] == [*BEGUN, "waiting"]
    worktree = workshop.repository.root / ".specwright" / "worktrees" / "r1"
    written = {path: text.encode() for path, text in contents_of(worktree).items()}
    assert written == {path: text.encode() for path, text in DELIVERY.final.items()} | {
        "README.md": b"# Ours\n"
    }
    evidence = worktree.parents[1] / "runs" / "r1" / "evidence.json"
    assert digest(evidence.read_text()) == run.told("waiting")["evidence"]


def contents_of(worktree: Path) -> dict[str, str]:
    return {
        str(file.relative_to(worktree)): file.read_text()
        for file in worktree.rglob("*")
        if file.is_file() and file.name != ".git"
    }


def expect_committed(workshop: Workshop, git: Git) -> None:
    if workshop.show("r1").state is State.WAITING:
        drive(workshop, "approve", "event", NEVER)
    run = gone_on(workshop)
    assert [event.name for event in run.events] == list(ALL)
    assert git("rev-list", "--count", "main..001-toy") == "1"
    assert git("diff", "--name-only", "main", "001-toy").splitlines() == list(DELIVERY.final)
    assert git("rev-parse", "001-toy") == run.told("committed")["commit"]


@pytest.mark.parametrize("number", range(1, len(BEGUN) + 2), ids=[*BEGUN, "waiting"])
def test_a_run_killed_after_any_event_goes_on_and_does_nothing_twice(
    number: int, workshop: Workshop, committed: Path
) -> None:
    before = contents(committed)
    assert drive(workshop, "begin", "event", number) is None
    assert len(workshop.show("r1").events) == number
    expect_waiting(workshop)
    assert contents(committed) == before


@pytest.mark.parametrize("number", [1, 2])
def test_an_approval_killed_after_any_event_commits_once(
    number: int, workshop: Workshop, git: Git
) -> None:
    workshop.begin(DELIVERY, "r1")
    assert drive(workshop, "approve", "event", number) is None
    expect_committed(workshop, git)


@pytest.mark.parametrize("number", range(1, len(BEGUN) + 2), ids=[*BEGUN, "waiting"])
def test_a_repository_that_was_moved_after_any_event_goes_on_where_it_is(
    number: int, workshop: Workshop, committed: Path, git: Git
) -> None:
    tasks = committed / "tasks.md"
    tasks.write_text("- [ ] T001 Read\n")
    git("add", "tasks.md")
    git("commit", "-q", "-m", "docs: tasks")
    assert drive(workshop, "begin", "event", number) is None
    moved = Workshop(
        Repository.at(committed.rename(committed.with_name("moved")), workshop.environment),
        workshop.environment,
    )
    drive(moved, "resume", "event", NEVER)
    assert moved.show("r1").state is State.WAITING
    drive(moved, "approve", "event", NEVER)
    run = moved.show("r1")
    assert [event.name for event in run.events] == list(ALL)
    found = moved.repository.git("show", "001-toy:tasks.md")
    assert found == "- [X] T001 Read"
    text = moved.evidence("r1")
    assert {one.outcome for one in verify(text, moved.repository)} == {Outcome.HOLDS}


def test_a_repository_that_was_moved_at_the_pause_can_be_approved(
    workshop: Workshop, committed: Path
) -> None:
    workshop.begin(DELIVERY, "r1")
    moved = committed.rename(committed.with_name("moved"))
    elsewhere = replace(workshop, repository=Repository.at(moved, workshop.environment))
    assert elsewhere.approve("r1").state is State.COMMITTED


def test_a_rejection_killed_after_its_event_is_kept(workshop: Workshop) -> None:
    workshop.begin(DELIVERY, "r1")
    assert drive(workshop, "reject", "event", 1) is None
    assert gone_on(workshop).comment == "Otherwise."
    assert workshop.begin(DELIVERY, "r2").told("begun")["comments"] == ["Otherwise."]
    assert [one.name for one in _worktrees(workshop)] == ["r2"]


@pytest.mark.parametrize("start", range(3))
def test_an_approval_killed_at_any_call_commits_once(
    start: int, workshop: Workshop, git: Git
) -> None:
    workshop.begin(DELIVERY, "r1")
    for number in range(3 + start, NEVER, 17):
        action = "approve" if workshop.show("r1").state is State.WAITING else "resume"
        if drive(workshop, action, "call", number) is not None:
            break
    expect_committed(workshop, git)


def _worktrees(workshop: Workshop) -> list[Path]:
    return sorted((workshop.repository.root / ".specwright/worktrees").iterdir())


def test_a_run_killed_again_and_again_anywhere_ends_as_if_nothing_had_been(
    workshop: Workshop, committed: Path, git: Git
) -> None:
    before = contents(committed)
    for number in range(20, NEVER, 25):
        action = "resume" if workshop.runs() else "begin"
        if drive(workshop, action, "call", number) is not None:
            break
    assert number > 100
    expect_waiting(workshop)
    assert contents(committed) == before
    for number in range(20, NEVER, 25):
        action = "approve" if workshop.show("r1").state is State.WAITING else "resume"
        if drive(workshop, action, "call", number) is not None:
            break
    expect_committed(workshop, git)


@pytest.mark.parametrize("start", range(5))
def test_a_run_killed_at_any_call_ends_as_if_nothing_had_been(
    start: int, workshop: Workshop, committed: Path
) -> None:
    before = contents(committed)
    length = drive(workshop, "begin", "call", NEVER) or NEVER
    for number in range(1 + start, length, 40):
        workshop.reject("r1", "again")
        subprocess.run(["rm", "-r", str(committed / ".specwright" / "runs")], check=True)
        drive(workshop, "begin", "call", number)
        expect_waiting(workshop)
        assert contents(committed) == before
    assert Counter(event.name for event in workshop.show("r1").events).most_common(1)[0][1] == 1
