"""A coding agent that lies is caught, named and undone; its honest twin passes."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from liars import HELD, LIES, Lie, at_work, evidence, left_over, theirs
from stage import APP, BARE, FAKE, HOOK, HOOKS, SEALED, TESTS, Stage, delivery

from specwright.agents import landlock
from specwright.agents.sandbox import Sandbox
from specwright.roles.choices import CommitMode
from specwright.workflow import State, screen
from specwright.workflow.delivery import Manner
from specwright.workflow.steps import CHECKS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.deed)
def test_a_lie_is_caught_named_and_undone(lie: Lie, tmp_path: Path) -> None:
    stage = Stage.made(tmp_path, bounds=lie.bounds)
    stage.workshop.repository.hide_runs()
    before = theirs(stage)
    run = stage.let(lie.deed)
    assert lie.named in evidence(run)
    assert run.state is (State.FAILED if lie.is_stopped else State.WAITING)
    assert left_over(stage, before, lie) == ()


def test_what_is_taken_away_from_others_places_is_kept_aside(stage: Stage) -> None:
    run = stage.let("changes_the_bundle")
    (aside,) = (stage.repo / ".specwright/runs/r1/put-aside").iterdir()
    assert aside.read_text() == "# Nothing\n"
    assert str(aside) in str(run.undone[0])


# -- The honest twin


@pytest.mark.parametrize("deed", ["honest", "leaves_caches"])
def test_an_honest_one_writes_the_body_and_a_person_commits_it(stage: Stage, deed: str) -> None:
    run = stage.let(deed)
    assert (run.state, run.undone, run.written["moved"]) == (State.WAITING, (), [])
    assert "✓ green      2 of 2 passed\n" in screen(run)
    assert f"Hooks       {HOOK}: score_risk, written by the agent\n" in screen(run)
    assert "Stays open" not in screen(run)
    run = stage.workshop.approve("r1")
    assert run.state is State.COMMITTED
    expected = HOOKS.replace('raise HookNotWritten("scoreRisk")', "return amount + 1")
    expected = expected.replace("import ClaimHooks, HookNotWritten", "import ClaimHooks")
    assert stage.git("show", f"001-claims:{HOOK}") == expected.strip()
    assert SEALED in stage.git("ls-tree", "-r", "--name-only", "001-claims")


def test_a_run_without_an_agent_is_what_it_was(stage: Stage) -> None:
    run = stage.workshop.begin(replace(delivery("", stage.bundle), commission=None), "r1")
    assert "agent" not in run.begun
    assert "hooks-written" not in run.done
    told = (stage.repo / ".specwright/runs/r1/delivery.json").read_text()
    assert "commission" not in json.loads(told)


def test_one_that_left_its_scope_is_not_committed_without_a_person(stage: Stage) -> None:
    auto = Manner(commit=CommitMode.AUTO)
    assert stage.let("adds_a_file", manner=auto).state is State.WAITING


def test_an_honest_one_is_committed_where_that_was_asked_for(stage: Stage) -> None:
    assert stage.let("honest", manner=Manner(commit=CommitMode.AUTO)).state is State.COMMITTED


def test_the_other_gates_judge_what_it_wrote(stage: Stage) -> None:
    lint = tuple(step for step in CHECKS if step.name == "lint")
    stage = replace(stage, workshop=replace(stage.workshop, checks=lint))
    run = stage.let("honest")
    assert run.state is State.WAITING, run.findings
    assert "✓ lint" in screen(run)


def test_it_sees_no_secrets(stage: Stage) -> None:
    run = stage.let("looks_for_secrets")
    assert str(run.written["said"]).startswith("found [] ")
    assert str(stage.repo.parent / "home") not in str(run.written["said"])


# -- Tests that cannot fail


QUIET = '''\
"""Answers what it likes."""

from _pytest.runner import CallInfo

real = CallInfo.from_call.__func__


@classmethod
def from_call(cls, func, when, reraise=None):
    def quiet():
        try:
            func()
        except AssertionError:
            pass

    return real(cls, quiet, when, reraise)


CallInfo.from_call = from_call


def answer(amount):
    return 0
'''


def test_where_nothing_can_fail_a_test_that_must_fail_says_so(stage: Stage) -> None:
    code = delivery("", stage.bundle).code | {"backend/app.py": QUIET}
    run = stage.let("honest", code=code)
    assert run.state is State.FAILED
    assert "keeps tests from failing" in str(run.findings)


# -- The sandbox


HELD_BY = [Sandbox.LANDLOCK] if landlock.version() else []


@pytest.mark.parametrize("sandbox", HELD_BY)
@pytest.mark.parametrize("deed", HELD)
def test_a_sandbox_keeps_it_from_what_is_none_of_its_business(
    deed: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    stage = Stage.made(tmp_path, sandbox)
    stage.workshop.repository.hide_runs()
    before = theirs(stage)
    run = stage.let(deed)
    assert run.state is State.FAILED
    assert "Permission denied" in str(run.findings)
    assert theirs(stage) == before


@pytest.mark.parametrize("sandbox", HELD_BY)
@pytest.mark.parametrize("deed", ["honest", "ends_its_keeper"])
def test_under_it_an_agent_works_and_cannot_end_its_keeper(
    deed: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    stage = Stage.made(tmp_path, sandbox)
    run = stage.let(deed)
    if deed == "honest":
        assert "under Landlock: it could write in its worktree, and nowhere else" in screen(run)
    assert run.state is (State.WAITING if deed == "honest" else State.FAILED)
    assert "ended the process that held it" not in str(run.findings)


def test_where_there_is_no_sandbox_it_is_said(stage: Stage) -> None:
    assert "without a sandbox" in screen(stage.let("honest"))


# -- Crashes


def test_a_run_that_is_killed_meanwhile_asks_again(stage: Stage) -> None:
    """And of the agent that was at work nothing is left, neither a process nor a byte."""
    begin = (
        "from pathlib import Path; from stage import *; import sys\n"
        "from specwright.workflow import Repository, Workshop\n"
        f"environment = {dict(stage.workshop.environment)!r}\n"
        f"repository = Repository.at(Path({str(stage.repo)!r}), environment)\n"
        f"workshop = Workshop(repository, environment, checks=(), given={BARE!r},\n"
        "    sandbox=Sandbox.NONE, bounds=TIGHT)\n"
        f"Stage(workshop, Path({str(stage.bundle)!r})).let('waits_the_first_time')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", begin], cwd=FAKE.parent)
    sign = stage.bundle / "at-work"
    end = time.monotonic() + 30
    while not sign.exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    while list(at_work(stage.repo)) and time.monotonic() < end:
        time.sleep(0.05)
    assert list(at_work(stage.repo)) == []
    run = replace(stage.workshop, patience=5.0).resume("r1")
    assert (run.state, run.undone) == (State.WAITING, ())
    assert (stage.worktree / SEALED).read_text() == TESTS
    assert (stage.worktree / "backend/app.py").read_text() == APP
