import re
from dataclasses import replace
from pathlib import Path

import pytest
from toy import DELIVERY, Git, Ticking, contents

from specwright.tree import Tree
from specwright.workflow import Refusal, Repository, State, Workshop, screen
from specwright.workflow.delivery import Tasks, Todo, from_json, to_json
from specwright.workflow.steps import CHECKS

pytestmark = pytest.mark.slow


def test_a_run_stops_before_the_commit_with_everything_checked(workshop: Workshop) -> None:
    run = replace(workshop, checks=CHECKS).begin(DELIVERY, "r1")
    assert run.findings == ()
    assert run.state is State.WAITING
    assert [event.name for event in run.events] == [
        *("begun", "planned", "tests-written", "red", "sealed", "code-written", "green"),
        *("migrations", "kept", "lint", "types", "layers", "ticked", "waiting"),
    ]


def test_the_persons_work_is_untouched_to_the_byte_until_approval(
    workshop: Workshop, committed: Path, git: Git
) -> None:
    before, status = contents(committed), git("status", "--porcelain")
    workshop.begin(DELIVERY, "r1")
    assert contents(committed) == before
    assert git("status", "--porcelain") == status
    assert git("branch", "--list") == "* main"


def test_approval_commits_exactly_the_files_on_the_branch_that_was_named(
    workshop: Workshop, git: Git
) -> None:
    head = git("rev-parse", "HEAD")
    workshop.begin(DELIVERY, "r1")
    run = workshop.approve("r1")
    assert run.state is State.COMMITTED
    assert git("rev-parse", "HEAD") == head
    assert git("rev-parse", "001-toy^") == head
    assert git("diff", "--name-only", "main", "001-toy").splitlines() == list(DELIVERY.final)
    for path, text in DELIVERY.final.items():
        assert git("show", f"001-toy:{path}") == text.strip()


def test_the_commit_is_conventional_and_the_persons_own(workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    assert git("log", "-1", "--format=%an <%ae>|%cn", "001-toy") == (
        "Ada Example <ada@example.com>|Ada Example"
    )
    subject, _, body = git("log", "-1", "--format=%B", "001-toy").partition("\n\n")
    assert re.fullmatch(r"feat\(toy\): [a-z].{1,60}", subject)
    evidence = workshop.show("r1").told("waiting")["evidence"]
    assert body == (
        f"Two tests.\n\nSpecwright-Run: r1\nSpecwright-Bundle: {'0' * 64}"
        f"\nSpecwright-Evidence: {evidence}"
    )


def test_approval_leaves_no_worktree_behind(workshop: Workshop, committed: Path, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    assert len(git("worktree", "list").splitlines()) == 2
    workshop.approve("r1")
    assert len(git("worktree", "list").splitlines()) == 1
    assert list((committed / ".specwright" / "worktrees").iterdir()) == []


def test_a_branch_that_is_checked_out_moves_with_its_files(
    workshop: Workshop, committed: Path, git: Git
) -> None:
    git("checkout", "-q", "-b", "001-toy")
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    assert (committed / "backend" / "app.py").read_text() == DELIVERY.final["backend/app.py"]
    assert git("status", "--porcelain") == "M README.md\n?? notes.txt"


@pytest.mark.parametrize("ignored", ["", "pyproject.toml\n"])
def test_work_in_the_way_of_a_checkout_is_never_overwritten(
    ignored: str, workshop: Workshop, committed: Path, git: Git
) -> None:
    (committed / ".gitignore").write_text(ignored)
    git("checkout", "-q", "-b", "001-toy")
    workshop.begin(DELIVERY, "r1")
    (committed / "pyproject.toml").write_text("mine\n")
    with pytest.raises(Refusal, match=r"(?s)something is in the way.*pyproject\.toml"):
        workshop.approve("r1")
    assert (committed / "pyproject.toml").read_text() == "mine\n"
    assert workshop.show("r1").state is State.APPROVED
    (committed / "pyproject.toml").unlink()
    assert workshop.resume("r1").state is State.COMMITTED


def test_a_second_run_goes_on_from_the_branch(workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    first = workshop.approve("r1")
    app = DELIVERY.code["backend/app.py"].replace("404", "405")
    second = replace(DELIVERY, code=DELIVERY.code | {"backend/app.py": app})
    run = workshop.begin(second, "r2")
    assert run.state is State.WAITING
    assert run.baseline == first.told("committed")["commit"]
    assert "The run goes on from the branch 001-toy, which holds work that HEAD lacks." in screen(
        run
    )
    workshop.approve("r2")
    assert git("diff", "--name-only", "001-toy^", "001-toy") == "backend/app.py"


def test_files_that_the_bundle_no_longer_asks_for_are_removed(workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    idle = "def test_nothing() -> None:\n    assert True\n"
    less = replace(
        DELIVERY,
        migrations=Tree({}),
        tests=DELIVERY.tests | {"tests/test_migrations.py": idle},
        removed=("migrations/0001_tasks.sql", "never/was.py"),
    )
    workshop.begin(less, "r2")
    workshop.approve("r2")
    assert git("diff", "--name-status", "001-toy^", "001-toy").splitlines() == [
        "D\tmigrations/0001_tasks.sql",
        "M\ttests/test_migrations.py",
    ]


def test_what_is_there_already_is_not_built_again(workshop: Workshop) -> None:
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    with pytest.raises(Refusal, match="nothing to do: 001-toy holds all of it already"):
        workshop.begin(DELIVERY, "r2")


def test_a_repository_is_made_where_there_is_none(
    repo: Path, home: dict[str, str], git: Git
) -> None:
    workshop = Workshop(Repository.made(repo, home), home, clock=Ticking(), checks=())
    workshop.begin(DELIVERY, "r1")
    assert [entry.name for entry in repo.iterdir()] == [".git", ".specwright"]
    assert git("for-each-ref") == ""
    workshop.approve("r1")
    assert git("rev-parse", "--abbrev-ref", "HEAD") == "001-toy"
    assert git("status", "--porcelain") == ""
    assert git("ls-files").splitlines() == list(DELIVERY.final)
    assert git("log", "--format=%s").splitlines() == [
        "feat(toy): build the backend from its specification",
        "chore: begin with nothing",
    ]


def test_the_todo_is_there_before_any_test_with_branch_and_time(workshop: Workshop) -> None:
    todo = Todo(".documents/TODO_001-toy.md", "# Plan\n\n1. Read a task\n")
    run = workshop.begin(replace(DELIVERY, todo=todo), "r1")
    written = workshop.repository.root / ".specwright/worktrees/r1" / todo.path
    assert written.read_text() == (
        f"---\nbranch: 001-toy\ncreated: {run.began.isoformat()}\n---\n\n# Plan\n\n1. Read a task\n"
    )
    assert run.told("planned")["files"] == 1


TASKS = (
    "# Tasks\r\n\r\n- [ ] T001 [P] Read `- [ ] T002`\r\n- [ ] T002 Later \r\n* [ ] **T003** Do\n"
)
TICKED = TASKS.replace("- [ ] T001", "- [X] T001").replace("* [ ] **T003", "* [X] **T003")


def test_tasks_of_a_bundle_elsewhere_are_ticked_after_green(
    workshop: Workshop, tmp_path: Path
) -> None:
    tasks = tmp_path / "tasks.md"
    tasks.write_bytes(TASKS.encode() + b"\xff\x00")
    workshop.begin(replace(DELIVERY, tasks=Tasks(str(tasks), ("T001", "T003"))), "r1")
    assert tasks.read_bytes() == TICKED.encode() + b"\xff\x00"


def test_tasks_committed_in_the_repository_are_ticked_in_the_commit(
    workshop: Workshop, committed: Path, git: Git
) -> None:
    tasks = committed / "specs" / "tasks.md"
    tasks.parent.mkdir()
    tasks.write_bytes(TASKS.encode())
    git("add", "specs")
    git("commit", "-q", "-m", "docs: tasks")
    workshop.begin(replace(DELIVERY, tasks=Tasks(str(tasks), ("T001", "T003"))), "r1")
    assert tasks.read_bytes() == TASKS.encode()
    workshop.approve("r1")
    assert workshop.repository.git.raw("show", "001-toy:specs/tasks.md") == TICKED.encode()


def test_tasks_stay_open_when_a_gate_objects(workshop: Workshop, tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.md"
    tasks.write_bytes(TASKS.encode())
    wrong = DELIVERY.code | {"backend/app.py": "def answer(path): return 404\n"}
    run = workshop.begin(replace(DELIVERY, code=wrong, tasks=Tasks(str(tasks), ("T001",))), "r1")
    assert run.state is State.FAILED
    assert tasks.read_bytes() == TASKS.encode()


def test_a_delivery_survives_the_disk() -> None:
    full = replace(DELIVERY, todo=Todo("TODO.md", "x"), tasks=Tasks("/t", ("T1",)), baseline="abc")
    assert from_json(to_json(full)) == full


def test_the_pause_fits_on_one_screen(workshop: Workshop) -> None:
    run = replace(workshop, checks=CHECKS).begin(DELIVERY, "r1")
    shown = screen(run).replace(run.baseline[:10], "BASELINE")
    shown = shown.replace(str(workshop.repository.root), "REPO")
    assert shown == Path(__file__).with_name("pause.txt").read_text()
