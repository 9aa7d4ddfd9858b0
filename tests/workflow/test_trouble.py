import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from toy import DELIVERY, Git, Ticking, contents

from specwright.workflow import Refusal, Repository, State, Workshop, screen
from specwright.workflow.ledger import Facts
from specwright.workflow.steps import CHECKS, Site, Step

pytestmark = pytest.mark.slow


def test_a_comment_is_kept_for_the_next_run_and_for_none_after_its_commit(
    workshop: Workshop, git: Git
) -> None:
    workshop.begin(DELIVERY, "r1")
    assert workshop.reject("r1", " Titles may be 200 long. ").state is State.REJECTED
    assert git("branch", "--list") == "* main"
    assert "Titles may be 200 long." in screen(workshop.show("r1"))
    assert "You said    Titles may be 200 long." in screen(workshop.begin(DELIVERY, "r2"))
    workshop.approve("r2")
    more = DELIVERY.code | {"backend/more.py": '"""More."""\n'}
    assert "You said" not in screen(workshop.begin(replace(DELIVERY, code=more), "r3"))
    assert [run.name for run in workshop.runs()] == ["r1", "r2", "r3"]


@pytest.mark.parametrize("decide", ["approve", "reject", "resume"])
def test_what_is_decided_stays_decided(decide: str, workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    tip = git("rev-parse", "001-toy")
    if decide == "resume":
        workshop.resume("r1")
    else:
        with pytest.raises(
            Refusal,
            match=r"r1 is committed \(approved by Ada Example, .*\): there is nothing to decide",
        ):
            workshop.approve("r1") if decide == "approve" else workshop.reject("r1", "no")
    assert git("rev-parse", "001-toy") == tip
    assert len(workshop.show("r1").events) == 11


def test_a_rejection_without_a_comment_is_refused(workshop: Workshop) -> None:
    workshop.begin(DELIVERY, "r1")
    with pytest.raises(Refusal, match="says what should be different"):
        workshop.reject("r1", "  ")
    assert workshop.show("r1").state is State.WAITING


@pytest.mark.parametrize("path", ["backend/app.py", "tests/test_tasks.py"])
def test_only_what_the_checks_saw_is_committed(path: str, workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    worktree = workshop.repository.root / ".specwright" / "worktrees" / "r1"
    (worktree / path).write_text("# better\n")
    with pytest.raises(Refusal, match=f"{path} was changed after it was checked"):
        workshop.approve("r1")
    (worktree / path).write_text(DELIVERY.final[path])
    (worktree / "more.py").write_text("# not asked for\n")
    workshop.approve("r1")
    assert "more.py" not in git("ls-tree", "-r", "--name-only", "001-toy")


def test_commits_made_in_the_worktree_are_not_taken_for_the_runs(
    workshop: Workshop, home: dict[str, str]
) -> None:
    workshop.begin(DELIVERY, "r1")
    worktree = workshop.repository.root / ".specwright" / "worktrees" / "r1"
    for command in (["add", "-A"], ["commit", "-q", "-m", "mine"]):
        subprocess.run(["git", *command], cwd=worktree, env=home, check=True)
    with pytest.raises(Refusal, match="was changed after it was checked"):
        workshop.approve("r1")


def test_a_worktree_that_was_deleted_is_made_again(workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    workshop.repository.git("worktree", "remove", "--force", ".specwright/worktrees/r1")
    workshop.approve("r1")
    assert git("ls-tree", "-r", "--name-only", "001-toy").splitlines() == [
        "README.md",
        *DELIVERY.final,
    ]


def test_a_lost_git_file_of_the_worktree_does_not_lead_to_the_persons_work(
    workshop: Workshop, committed: Path
) -> None:
    interrupted(workshop, after="sealed")
    (committed / ".specwright" / "worktrees" / "r1" / ".git").unlink()
    before = contents(committed)
    assert workshop.resume("r1").state is State.WAITING
    assert contents(committed) == before


class Interrupted(BaseException):
    pass


def interrupted(workshop: Workshop, after: str) -> None:
    """A run whose process ended after this event."""

    class Stopping(Ticking):
        """Ends the run when the next event wants its time."""

        def __call__(self):  # type: ignore[no-untyped-def]
            names = [event.name for run in workshop.runs() for event in run.events]
            if after in names:
                raise Interrupted
            return super().__call__()

    with pytest.raises(Interrupted):
        replace(workshop, clock=Stopping()).begin(DELIVERY, "r1")


def test_a_sealed_test_that_was_edited_meanwhile_ends_the_run(workshop: Workshop) -> None:
    interrupted(workshop, after="sealed")
    worktree = workshop.repository.root / ".specwright" / "worktrees" / "r1"
    (worktree / "tests" / "test_tasks.py").write_text("def test_x() -> None: ...\n")
    run = workshop.resume("r1")
    assert run.state is State.FAILED
    assert [str(found) for found in run.findings] == [
        "tests/test_tasks.py: was changed by something else while the run was interrupted."
    ]


def test_other_files_that_were_edited_meanwhile_are_put_back(workshop: Workshop) -> None:
    interrupted(workshop, after="green")
    worktree = workshop.repository.root / ".specwright" / "worktrees" / "r1"
    (worktree / "backend" / "app.py").write_text("# mine\n")
    (worktree / "stray.py").write_text("# mine\n")
    assert workshop.resume("r1").state is State.WAITING
    assert (worktree / "backend" / "app.py").read_text() == DELIVERY.code["backend/app.py"]
    assert not (worktree / "stray.py").exists()


def test_a_delivery_that_was_edited_meanwhile_is_not_gone_on_with(workshop: Workshop) -> None:
    interrupted(workshop, after="red")
    stored = workshop.repository.root / ".specwright" / "runs" / "r1" / "delivery.json"
    stored.write_text(stored.read_text().replace("404", "200"))
    with pytest.raises(Refusal, match="is not what the run began with"):
        workshop.resume("r1")


def test_an_unfinished_run_can_be_given_up(workshop: Workshop) -> None:
    interrupted(workshop, after="red")
    with pytest.raises(Refusal, match="The run r1 for the branch 001-toy is unfinished"):
        workshop.begin(DELIVERY, "r2")
    workshop.reject("r1", "Not now.")
    assert workshop.begin(DELIVERY, "r2").state is State.WAITING


def test_a_branch_that_moved_meanwhile_is_not_overwritten(workshop: Workshop, git: Git) -> None:
    workshop.begin(DELIVERY, "r1")
    git("branch", "001-toy")
    with pytest.raises(Refusal, match="001-toy has moved since the run began, from nothing to"):
        workshop.approve("r1")
    assert git("rev-parse", "001-toy") == git("rev-parse", "main")
    assert workshop.reject("r1", "The branch moved.").state is State.REJECTED


def test_a_delivery_made_for_another_commit_is_refused(workshop: Workshop, git: Git) -> None:
    made_for = replace(DELIVERY, baseline=workshop.baseline("001-toy").commit)
    git("commit", "-q", "--allow-empty", "-m", "chore: nothing")
    assert workshop.begin(made_for, "r1").state is State.WAITING
    workshop.reject("r1", "Once more.")
    git("commit", "-q", "-a", "-m", "docs: reword")
    with pytest.raises(Refusal, match="The repository has moved since this was compiled"):
        workshop.begin(made_for, "r2")


def test_two_runs_at_once_on_one_repository_are_refused(workshop: Workshop) -> None:
    other: list[str] = []

    def begins_another(_: Site) -> Facts:
        with pytest.raises(Refusal) as refused:
            workshop.begin(replace(DELIVERY, branch="002-other"), "r2")
        other.append(str(refused.value))
        return {}

    step = Step("meanwhile", CHECKS[0].stage, begins_another)
    assert replace(workshop, checks=(step,)).begin(DELIVERY, "r1").state is State.WAITING
    assert f"Another run is at work on this repository (process {os.getpid()})." in other[0]
    assert workshop.begin(replace(DELIVERY, branch="002-other"), "r2").state is State.WAITING


def test_what_a_killed_run_started_keeps_the_lock(workshop: Workshop) -> None:
    path = workshop.repository.private / "specwright.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        orphan = subprocess.Popen(["sleep", "30"], pass_fds=(file.fileno(),))
    try:
        with pytest.raises(Refusal, match="Another run is at work"):
            workshop.begin(DELIVERY, "r1")
    finally:
        orphan.kill()
        orphan.wait()
    assert workshop.begin(DELIVERY, "r1").state is State.WAITING


def test_without_an_identity_nothing_begins_and_nothing_is_made(
    committed: Path, home: dict[str, str], tmp_path: Path
) -> None:
    (Path(home["HOME"]) / ".gitconfig").unlink()
    before = contents(committed)
    with pytest.raises(Refusal, match=r"(?s)does not know who you are.*user\.email"):
        Workshop(Repository.at(committed, home), home).begin(DELIVERY, "r1")
    assert contents(committed) == before
    assert not (committed / ".specwright").exists()
    with pytest.raises(Refusal, match="does not know who you are"):
        Repository.made(tmp_path / "new", home)
    assert not (tmp_path / "new").exists()


def test_an_identity_may_come_from_the_environment_and_nothing_else_of_git(
    committed: Path, home: dict[str, str], tmp_path: Path
) -> None:
    (Path(home["HOME"]) / ".gitconfig").unlink()
    home |= {"GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "eve@example.com"}
    home |= {"GIT_DIR": str(tmp_path), "GIT_INDEX_FILE": str(tmp_path / "index")}
    workshop = Workshop(Repository.at(committed, home), home, checks=(), clock=Ticking())
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    assert workshop.repository.git("log", "-1", "--format=%cn", "001-toy") == "Eve"


def _file(path: Path, _: Git) -> str:
    path.write_text("x")
    return "is a file, not a folder"


def _full_folder(path: Path, _: Git) -> str:
    path.mkdir()
    (path / "main.py").write_text("x")
    return "holds files, but is not a git repository"


def _subfolder(path: Path, _: Git) -> str:
    path.mkdir()
    subprocess.run(["git", "init", "-q", str(path.parent)], check=True)
    (path / "main.py").write_text("x")
    return "is a folder inside the repository"


def _bare(path: Path, _: Git) -> str:
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    return "is a bare repository"


@pytest.mark.parametrize("make", [_file, _full_folder, _subfolder, _bare])
def test_a_place_that_is_no_repository_is_refused_untouched(
    make: Callable[[Path, Git], str], repo: Path, home: dict[str, str], git: Git, tmp_path: Path
) -> None:
    sentence = make(repo, git)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Refusal, match=sentence):
        Repository.made(repo, home)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_repository_that_git_did_not_finish_making_is_finished(
    repo: Path, home: dict[str, str]
) -> None:
    (repo / ".git").mkdir(parents=True)
    assert Repository.made(repo, home).head is None


def test_a_detached_head_stays_where_it_is(workshop: Workshop, git: Git) -> None:
    git("checkout", "-q", "--detach")
    head = git("rev-parse", "HEAD")
    run = workshop.begin(DELIVERY, "r1")
    assert "HEAD is detached at" in screen(run)
    workshop.approve("r1")
    assert git("rev-parse", "HEAD") == head
    assert git("rev-parse", "001-toy^") == head


BRANCHES = {"-d": "cannot be the name", "a..b": "cannot be the name", "main/toy": "beside"}


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_branch_that_git_cannot_have_is_refused_before_any_work(
    branch: str, workshop: Workshop
) -> None:
    with pytest.raises(Refusal, match=BRANCHES[branch]):
        workshop.begin(replace(DELIVERY, branch=branch), "r1")
    assert workshop.runs() == ()


@pytest.mark.parametrize("name", ["", "../r1", "R1", "-r", "a/b", "a" * 81])
def test_a_run_is_found_by_its_name_alone(name: str, workshop: Workshop) -> None:
    with pytest.raises(Refusal, match="is not the name of a run"):
        workshop.show(name)


def test_a_person_may_stand_in_the_worktree(workshop: Workshop, home: dict[str, str]) -> None:
    workshop.begin(DELIVERY, "r1")
    inside = workshop.repository.root / ".specwright" / "worktrees" / "r1" / "backend"
    assert Repository.at(inside, home).root == workshop.repository.root


def test_hooks_of_the_repository_do_not_run(
    workshop: Workshop, committed: Path, tmp_path: Path
) -> None:
    for hook in ("post-checkout", "pre-commit", "reference-transaction", "post-merge"):
        file = committed / ".git" / "hooks" / hook
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{hook}\nexit 1\n")
        file.chmod(0o755)
    workshop.begin(DELIVERY, "r1")
    workshop.approve("r1")
    assert list(tmp_path.glob("ran-*")) == []


def test_the_checks_do_not_see_the_secrets_of_the_persons_shell(workshop: Workshop) -> None:
    asking = "import os\n\n\ndef test_x():\n    assert not os.environ.get('DATABASE_URL')\n"
    shell = {**workshop.environment, "DATABASE_URL": "postgresql://production"}
    delivery = replace(DELIVERY, tests=DELIVERY.tests | {"tests/test_env.py": asking})
    run = replace(workshop, environment=shell).begin(delivery, "r1")
    assert "test_env.py::test_x: passes although" in str(run.findings[0])


def test_a_missing_tool_ends_no_run(workshop: Workshop, tmp_path: Path) -> None:
    nowhere = replace(workshop, python=tmp_path / "nowhere" / "python")
    with pytest.raises(Refusal, match=r"(?s)could not be started.*specwright resume r1"):
        nowhere.begin(DELIVERY, "r1")
    assert workshop.show("r1").state is State.UNFINISHED
    assert workshop.resume("r1").state is State.WAITING


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where the machine lets us have one."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(
    small_disk: Path, home: dict[str, str]
) -> None:
    repository = Repository.made(small_disk / "repo", home)
    workshop = Workshop(repository, home, checks=(), clock=Ticking(), patience=0.1)
    ballast = small_disk / "ballast"
    said: list[str] = []
    for room in range(0, 400, 12):  # kilobytes
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(b"x" * max(0, free - 1024 * room))
        try:
            run = workshop.resume("r1") if _is_there(workshop) else workshop.begin(DELIVERY, "r1")
        except Refusal as refused:
            said.append(str(refused))
        else:
            break
        finally:
            ballast.unlink()
    assert run.state is State.WAITING
    assert len(said) > 3
    assert all("No space left" in words or "no space left" in words for words in said)
    assert [event.number for event in run.events] == list(range(1, len(run.events) + 1))


def _is_there(workshop: Workshop) -> bool:
    return any(run.name == "r1" for run in workshop.runs())


def test_a_file_that_may_not_grow_is_said_too(workshop: Workshop) -> None:
    script = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from toy import DELIVERY, Ticking
from specwright.workflow import Refusal, Repository, Workshop
home = {dict(workshop.environment)!r}
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    workshop = Workshop(Repository.at(Path({str(workshop.repository.root)!r}), home), home)
    workshop.begin(DELIVERY, "r1")
except Refusal as refused:
    print(refused)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "There is no space left to write" in done.stdout
    assert workshop.begin(DELIVERY, "r1").state is State.WAITING
