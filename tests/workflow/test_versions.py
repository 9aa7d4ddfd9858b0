"""Ledgers that an earlier Specwright wrote, byte for byte; and those of a later one."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from toy import BARE, Git, Ticking

from specwright.tree import digest
from specwright.workflow import Refusal, Repository, State, Workshop, screen
from specwright.workflow.verifying import Outcome, verify

FORMATS = sorted((Path(__file__).parent / "ledgers").iterdir())
BASELINE = "854df8249500d00613f59b398f5562d50d7bb331"


@pytest.fixture(params=FORMATS, ids=lambda folder: folder.name)
def earlier(request: pytest.FixtureRequest, repo: Path, git: Git, home: dict[str, str]) -> Workshop:
    """A repository at the very commit that the run began from, and the run at its pause."""
    repo.mkdir()
    date = "2026-11-20T12:00:00Z"
    home |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git("init", "-q", "-b", "main")
    (repo / "README.md").write_text("# Ours\n")
    git("add", ".")
    git("commit", "-q", "-m", "chore: begin")
    assert git("rev-parse", "HEAD") == BASELINE
    shutil.copytree(request.param, repo / ".specwright/runs/r1")
    return Workshop(Repository.at(repo, home), home, clock=Ticking(), given=BARE)


def ledger_of(workshop: Workshop) -> Path:
    return workshop.repository.root / ".specwright/runs/r1/ledger.jsonl"


def cut(workshop: Workshop, count: int) -> None:
    lines = ledger_of(workshop).read_text().splitlines(keepends=True)
    ledger_of(workshop).write_text("".join(lines[:count]))


def test_an_earlier_run_is_shown(earlier: Workshop) -> None:
    (run,) = earlier.runs()
    assert run.state is State.WAITING
    assert "✓ green      3 of 3 passed" in screen(run)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3, 5, 8, 13])
def test_an_earlier_run_is_gone_on_with_wherever_it_was(earlier: Workshop, count: int) -> None:
    cut(earlier, count)
    run = replace(earlier, checks=()).resume("r1")
    assert run.state is State.WAITING
    told = json.loads(earlier.evidence("r1"))
    assert len(told["tests"]) == 3
    assert {one.outcome for one in verify(earlier.evidence("r1"), earlier.repository)} == {
        Outcome.HOLDS,
        Outcome.NOT_CHECKED,  # the commit
    }


def test_an_earlier_run_is_approved_with_the_evidence_that_it_has(
    earlier: Workshop, git: Git
) -> None:
    assert earlier.approve("r1").state is State.COMMITTED
    text = earlier.evidence("r1")
    told = json.loads(text)
    assert told["doubts"] == [
        "An earlier Specwright began this run: it did not keep which test shows what."
    ]
    assert {one["red"] for one in told["tests"]} == {"unknown"}
    assert f"Specwright-Evidence: {digest(text)}" in git("log", "-1", "--format=%B", "001-toy")
    assert {one.outcome for one in verify(text, earlier.repository)} == {Outcome.HOLDS}


def test_an_earlier_run_is_rejected(earlier: Workshop) -> None:
    earlier.reject("r1", "Otherwise.")
    assert earlier.show("r1").comment == "Otherwise."


@pytest.mark.parametrize("action", ["show", "resume", "approve"])
def test_the_ledger_of_a_later_version_is_left_alone(earlier: Workshop, action: str) -> None:
    before, lines = "", []
    for line in ledger_of(earlier).read_text().splitlines():
        event = json.loads(line)
        if event["event"] == "begun":
            event["facts"]["format"] = 99
        lines.append(json.dumps({**event, "before": before}) + "\n")
        before = digest(lines[-1][:-1])
    ledger_of(earlier).write_text("".join(lines))
    with pytest.raises(Refusal, match=r"A newer Specwright wrote the ledger of r1 \(format 99\)"):
        getattr(earlier, action)("r1")
    assert ledger_of(earlier).read_text() == "".join(lines)
