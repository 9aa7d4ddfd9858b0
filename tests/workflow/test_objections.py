import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy import APP, DELIVERY, TESTS, Git, contents, with_test

from specwright.tree import Tree
from specwright.workflow import Delivery, Refusal, State, Workshop, screen
from specwright.workflow.delivery import Message
from specwright.workflow.ledger import Facts
from specwright.workflow.steps import CHECKS, Site, Step

pytestmark = pytest.mark.slow

VACUOUS = "def test_x() -> None:\n    assert True\n"

USES_UP = "def test_x(up):\n    assert 0\n"

NOT_RED = {
    "a test that passes": (VACUOUS, "passes although nothing is built"),
    "a skip": (
        "import pytest\n\n@pytest.mark.skip(reason='later')\ndef test_x() -> None:\n    assert 0\n",
        r"was skipped \(Skipped: later|was skipped",
    ),
    "an expected failure": (
        "import pytest\n\n@pytest.mark.xfail\ndef test_x() -> None:\n    assert 0\n",
        "was expected to fail",
    ),
    "a collection error": ("def test_x(:\n", "could not be collected"),
    "an import error at the top": ("import nowhere\n\ndef test_x():\n    assert 0\n", "nowhere"),
    "an import error in the body": (
        "def test_x():\n    import nowhere\n    assert 0\n",
        "wrong reason, not by an assertion: ModuleNotFoundError: No module named 'nowhere'",
    ),
    "another exception": ("def test_x():\n    raise KeyError('id')\n", "KeyError: 'id'"),
    "pytest.fail": ("import pytest\n\ndef test_x():\n    pytest.fail('no')\n", "Failed: no"),
    "an assertion in the setup": (
        "import pytest\n\n@pytest.fixture\ndef up():\n    assert 0, 'no'\n\n" + USES_UP,
        "broke in its setup, before it could fail by itself: AssertionError: no",
    ),
    "an error in the teardown": (
        "import pytest\n\n@pytest.fixture\ndef up():\n    yield\n    raise OSError\n\n" + USES_UP,
        "broke in its teardown",
    ),
    "an assertion of the app": (
        "from backend.core import KNOWN\n\n\ndef test_x():\n    KNOWN.check()\n",
        "failed by an assertion that is not its own, in .*backend/core.py",
    ),
    "a file without tests": ("def helper():\n    pass\n", "holds no test that ran"),
    "an end of the process": (
        "import os\n\ndef test_x():\n    os._exit(0)\n",
        "pytest was ended, with code 0",
    ),
    "a group with another exception in it": (
        "def test_x():\n    raise ExceptionGroup('', [AssertionError('a'), KeyError('b')])\n",
        "wrong reason.*AssertionError, KeyError",
    ),
}


ASSERTING_CORE = """\
class Known(dict):
    def check(self):
        assert 0


KNOWN = Known()
"""


@pytest.mark.parametrize(("text", "problem"), NOT_RED.values(), ids=NOT_RED)
def test_a_run_ends_at_red_for(text: str, problem: str, workshop: Workshop, git: Git) -> None:
    core = DELIVERY.core | {"backend/core.py": ASSERTING_CORE}
    run = workshop.begin(replace(with_test(text), core=core), "r1")
    assert (run.state, run.told("failed")["at"]) == (State.FAILED, "red")
    assert len(run.findings) == 1
    assert re.search(problem, str(run.findings[0]))
    assert git("branch", "--list") == "* main"


def test_a_group_of_assertions_is_an_assertion(workshop: Workshop) -> None:
    text = """\
        from backend.app import answer


        def test_a_race():
            if answer("/tasks") != 200:
                raise ExceptionGroup("two tasks", [AssertionError("a"), AssertionError("b")])
    """
    run = workshop.begin(with_test(re.sub("(?m)^ {8}", "", text)), "r1")
    assert run.state is State.WAITING


def test_tests_of_the_schema_alone_need_not_be_red_but_must_run(workshop: Workshop) -> None:
    skipped = "import pytest\n\n\ndef test_up():\n    pytest.skip('no database')\n"
    tests = DELIVERY.tests | {"tests/test_migrations.py": skipped}
    run = workshop.begin(replace(DELIVERY, tests=tests), "r1")
    assert "skipped (no database)" in str(run.findings[0]) or "no database" in str(run.findings[0])


def test_an_exemption_that_names_no_test_is_refused(workshop: Workshop) -> None:
    run = workshop.begin(replace(DELIVERY, exempt=(*DELIVERY.exempt, "tests/test_gone.py")), "r1")
    assert [str(found) for found in run.findings] == [
        "tests/test_gone.py: is listed as exempt, but is no test."
    ]


NOT_GREEN = {
    "a test that still fails": ("    return 501 if path else 500\n", "fails in its call"),
    "an app that breaks": ("    raise KeyError(path)\n", "KeyError"),
    "an app that cannot be imported": ("    return 1\n\n\nraise ImportError\n", "collected"),
    "an app that skips its tests": (
        '    import pytest\n\n    pytest.skip("later")\n',
        "was skipped",
    ),
}


@pytest.mark.parametrize(("body", "problem"), NOT_GREEN.values(), ids=NOT_GREEN)
def test_a_run_ends_at_green_for(body: str, problem: str, workshop: Workshop) -> None:
    app = DELIVERY.code | {"backend/app.py": f"def answer(path):\n{body}"}
    run = workshop.begin(replace(DELIVERY, code=app), "r1")
    assert (run.state, run.told("failed")["at"]) == (State.FAILED, "green")
    assert any(problem in str(found) for found in run.findings)


def test_tests_that_come_and_go_between_red_and_green_are_named(workshop: Workshop) -> None:
    text = """\
import pytest
from backend.app import answer


@pytest.mark.parametrize("case", [answer("/tasks")])
def test_case(case: int) -> None:
    assert answer("/tasks") == 200
"""
    run = workshop.begin(with_test(text), "r1")
    assert [str(found) for found in run.findings] == [
        "tests/test_more.py::test_case[501]: was seen red, and is gone.",
        "tests/test_more.py::test_case[200]: was never seen red.",
    ]


UNCLEAN = {
    "lint": (APP.replace("KNOWN.get(path, 404)", "KNOWN.get( path,404 )"), "reformat"),
    "types": (APP.replace("-> int", "-> str"), "Incompatible return value"),
    "layers": (APP, "backend.core"),
}


@pytest.mark.parametrize("gate", UNCLEAN)
def test_the_static_gates_object(gate: str, workshop: Workshop) -> None:
    app, problem = UNCLEAN[gate]
    core = DELIVERY.core | {
        "backend/core.py": DELIVERY.core["backend/core.py"].replace(
            "KNOWN", "import backend.app as app\n\n__all__ = ['app']\nKNOWN"
        )
    }
    wrong = replace(
        DELIVERY,
        code=Tree({"backend/app.py": app}),
        core=core if gate == "layers" else DELIVERY.core,
    )
    only = tuple(step for step in CHECKS if step.name == gate)
    run = replace(workshop, checks=only).begin(wrong, "r1")
    assert run.told("failed")["at"] == gate
    assert any(problem in str(found) for found in run.findings), run.findings


def test_lint_sees_the_worktree_although_git_ignores_where_it_lies(
    workshop: Workshop, committed: Path
) -> None:
    (committed / ".gitignore").write_text(".specwright/\n*.py\n")
    lint = tuple(step for step in CHECKS if step.name == "lint")
    app = Tree({"backend/app.py": APP + "import os\n"})
    run = replace(workshop, checks=lint).begin(replace(DELIVERY, code=app), "r1")
    assert run.told("failed")["at"] == "lint"


NO_ROUND_TRIP = {
    "missing": replace(DELIVERY, round_trip=("tests/test_round.py",)),
    "not named": replace(DELIVERY, round_trip=()),
    "elsewhere": replace(DELIVERY, round_trip=("backend/core.py",)),
}


@pytest.mark.parametrize("delivery", NO_ROUND_TRIP.values(), ids=NO_ROUND_TRIP)
def test_migrations_without_a_round_trip_are_refused(
    delivery: Delivery, workshop: Workshop
) -> None:
    only = tuple(step for step in CHECKS if step.name == "migrations")
    run = replace(workshop, checks=only).begin(delivery, "r1")
    assert [found.problem for found in run.findings] == [
        "no test here took the migrations up, down and up."
    ]


def test_tests_that_were_there_before_must_still_pass(
    workshop: Workshop, committed: Path, git: Git
) -> None:
    (committed / "tests").mkdir()
    (committed / "tests" / "test_old.py").write_text(
        "from backend.app import answer\n\n\ndef test_old():\n    assert answer('/old') == 200\n"
    )
    git("add", "tests")
    git("commit", "-q", "-m", "test: old")
    only = tuple(step for step in CHECKS if step.name == "kept")
    run = replace(workshop, checks=only).begin(DELIVERY, "r1")
    assert run.told("failed")["at"] == "kept"
    assert "tests/test_old.py::test_old" in str(run.findings[0])


def editing(path: str, text: str) -> Step:
    """A check that edits what it should judge."""

    def work(site: Site) -> Facts:
        (site.bench.folder / path).write_text(text)
        return {}

    return Step("edits", CHECKS[0].stage, work)


@pytest.mark.parametrize("path", ["tests/test_tasks.py", "backend/app.py"])
def test_whatever_is_edited_while_a_step_runs_is_named(path: str, workshop: Workshop) -> None:
    run = replace(workshop, checks=(editing(path, "# loosened\n"),)).begin(DELIVERY, "r1")
    assert run.state is State.FAILED
    assert str(run.findings[0]) == f"{path}: was changed by something else while `edits` ran."


def test_a_test_that_rewrites_a_sealed_test_is_caught(workshop: Workshop) -> None:
    text = """\
from pathlib import Path
from typing import Any


def test_x() -> None:
    Path("tests/test_tasks.py").write_text("def test_a() -> None: ...")
    assert False
"""
    run = workshop.begin(with_test(text), "r1")
    assert [found.where for found in run.findings] == ["tests/test_tasks.py"]


def test_what_the_checks_leave_behind_is_said_and_not_committed(
    workshop: Workshop, git: Git
) -> None:
    run = replace(workshop, checks=(editing("coverage.xml", "<x/>"),)).begin(DELIVERY, "r1")
    assert "left by the checks, not committed: coverage.xml" in screen(run)
    workshop.approve("r1")
    assert "coverage.xml" not in git("ls-tree", "-r", "--name-only", "001-toy")


def test_what_a_test_says_does_not_reach_the_terminal_raw(workshop: Workshop) -> None:
    text = 'def test_x():\n    raise KeyError("\\x1b[2J" + "x" * 10_000)\n'
    shown = screen(workshop.begin(with_test(text), "r1"))
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) < 220


UNSOUND = {
    "no tests": {"tests": Tree({"tests/conftest.py": ""})},
    "a test that code replaces": {"code": Tree({"tests/test_tasks.py": TESTS})},
    "a hook of git": {"code": Tree({".git/hooks/pre-commit": "#!/bin/sh"})},
    "a hook of git in capitals": {"code": Tree({".GIT/config": ""})},
    "a ledger": {"code": Tree({".specwright/runs/r0/ledger.jsonl": ""})},
    "written and removed": {"removed": ("backend/app.py",)},
}


@pytest.mark.parametrize("changes", UNSOUND.values(), ids=UNSOUND)
def test_a_delivery_is_sound_or_is_not_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"without a test|sealed|not a place|both"):
        replace(DELIVERY, **changes)


def test_a_commit_message_is_conventional_or_is_not_made() -> None:
    assert Message("feat", "toy", "x" * 100).subject == "feat(toy):…"
    assert Message("fix", "", "drop the field", breaking=True).subject == "fix!: drop the field"
    with pytest.raises(ValueError, match="conventional"):
        Message("feature", "toy", "x")


def test_a_link_out_of_the_worktree_is_not_written_through(
    workshop: Workshop, committed: Path, tmp_path: Path, git: Git
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (committed / "backend").symlink_to(outside)
    git("add", "backend")
    git("commit", "-q", "-m", "chore: link")
    with pytest.raises(Refusal, match="backend is a link"):
        workshop.begin(DELIVERY, "r1")
    assert contents(outside) == {}
