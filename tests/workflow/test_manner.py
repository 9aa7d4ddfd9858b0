"""How a run works: the same delivery under two manners, and what becomes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from toy import DELIVERY, Git

from specwright.roles.choices import CommitMode, OrderOfTests, TasksTick
from specwright.workflow import Refusal, State, Workshop, screen
from specwright.workflow.delivery import Delivery, Manner, Tasks, from_json, to_json

pytestmark = pytest.mark.slow


def under(manner: Manner, delivery: Delivery = DELIVERY) -> Delivery:
    return replace(delivery, manner=manner)


AUTO = Manner(role="tdd", commit=CommitMode.AUTO, commit_said="tdd.md:21")


def test_a_manner_survives_the_disk() -> None:
    manner = replace(AUTO, tests=OrderOfTests.AFTER, told=("a",), later=("b", "c"))
    assert from_json(to_json(under(manner))) == under(manner)


# -- commit.mode


def test_auto_commits_what_is_green_on_a_branch_of_its_own(workshop: Workshop, git: Git) -> None:
    head = git("rev-parse", "HEAD")
    run = workshop.begin(under(AUTO), "r1")
    assert run.state is State.COMMITTED
    assert run.told("approved")["because"] == "commit.mode: auto (tdd.md:21)"
    assert git("rev-parse", "HEAD") == head
    assert git("diff", "--name-only", "main", "001-toy").splitlines() == list(DELIVERY.final)


def test_auto_goes_on_on_a_branch_that_only_runs_committed_to(workshop: Workshop) -> None:
    workshop.begin(under(AUTO), "r1")
    app = DELIVERY.code["backend/app.py"].replace("404", "405")
    second = replace(DELIVERY, code=DELIVERY.code | {"backend/app.py": app})
    assert workshop.begin(under(AUTO, second), "r2").state is State.COMMITTED


def test_auto_commits_nothing_that_a_gate_holds_something_against(
    workshop: Workshop, git: Git
) -> None:
    wrong = DELIVERY.code | {"backend/app.py": "def answer(path): return 404\n"}
    run = workshop.begin(under(AUTO, replace(DELIVERY, code=wrong)), "r1")
    assert run.state is State.FAILED
    assert git("branch", "--list") == "* main"


@pytest.mark.parametrize("checked_out", [True, False])
def test_auto_waits_where_the_branch_is_a_persons(
    checked_out: bool, workshop: Workshop, git: Git
) -> None:
    git("branch", "001-toy")
    if checked_out:
        git("checkout", "-q", "001-toy")
    before = git("rev-parse", "001-toy")
    run = workshop.begin(under(AUTO), "r1")
    assert run.state is State.WAITING
    assert "001-toy is not a branch of runs alone, so it waits for a person." in screen(run)
    assert workshop.resume("r1").state is State.WAITING
    assert git("rev-parse", "001-toy") == before
    assert workshop.approve("r1").state is State.COMMITTED


def test_a_run_that_was_killed_before_it_committed_commits_when_it_goes_on(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("specwright.workflow.work.Work.commit_by_itself", lambda _: None)
        assert workshop.begin(under(AUTO), "r1").state is State.WAITING
    assert workshop.resume("r1").state is State.COMMITTED


def test_never_leaves_the_work_to_a_person(workshop: Workshop, git: Git) -> None:
    never = Manner(commit=CommitMode.NEVER, commit_said="profile.yaml:2")
    run = workshop.begin(under(never), "r1")
    assert run.state is State.WAITING
    assert "take it from .specwright/worktrees/r1: nothing commits it" in screen(run)
    with pytest.raises(Refusal, match=r"Nothing is committed here: .* \(profile\.yaml:2\)"):
        workshop.approve("r1")
    assert git("branch", "--list") == "* main"


# -- tests.order


def test_tests_come_first_or_after_and_are_seen_red_both_times(workshop: Workshop) -> None:
    first = workshop.begin(DELIVERY, "r1")
    workshop.reject("r1", "Once more.")
    after = workshop.begin(under(Manner(tests=OrderOfTests.AFTER)), "r2")
    assert [event.name for event in first.events][2:7] == [
        *("tests-written", "red", "sealed", "code-written", "green"),
    ]
    assert [event.name for event in after.events][2:7] == [
        *("code-written", "tests-written", "sealed", "red", "green"),
    ]
    assert after.state is State.WAITING
    assert after.told("red")["tests"] == first.told("red")["tests"]
    assert after.told("code-written")["files"] == len(DELIVERY.final) - len(DELIVERY.tests)


def test_a_test_after_the_code_that_the_code_does_not_matter_to_is_refused(
    workshop: Workshop,
) -> None:
    idle = "def test_nothing() -> None:\n    assert True\n"
    tests = DELIVERY.tests | {"tests/test_idle.py": idle}
    run = workshop.begin(
        under(Manner(tests=OrderOfTests.AFTER), replace(DELIVERY, tests=tests)), "r1"
    )
    assert run.state is State.FAILED
    assert "it proves nothing" in screen(run)


# -- tasks.tick


@pytest.mark.parametrize("tick", list(TasksTick))
def test_tasks_are_ticked_after_the_gates_or_after_approval(
    tick: TasksTick, workshop: Workshop, tmp_path: Path
) -> None:
    tasks = tmp_path / "tasks.md"
    tasks.write_text("- [ ] T001 Read\n")
    delivery = replace(DELIVERY, tasks=Tasks(str(tasks), ("T001",)))
    workshop.begin(under(Manner(tick=tick), delivery), "r1")
    assert ("[X]" in tasks.read_text()) is (tick is TasksTick.AFTER_GATES)
    workshop.approve("r1")
    assert "[X]" in tasks.read_text()


# -- What is said of it


def test_the_screen_says_the_role_and_what_is_not_obeyed(workshop: Workshop) -> None:
    manner = Manner("tdd", told=("commit.mode: pause (a:1)",), later=("tracker: linear (a:2)",))
    shown = screen(workshop.begin(under(manner), "r1"))
    assert "As          tdd\n" in shown
    assert "How         commit.mode: pause (a:1)\n" in shown
    assert "Not obeyed  tracker: linear (a:2)\n" in shown
