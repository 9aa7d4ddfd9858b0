import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from talk import Run, edit

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def person(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody whom git knows."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\nname = Ada Example\nemail = ada@example.com\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return tmp_path / "repo"


@pytest.fixture
def git(repo: Path) -> Git:
    def running(*words: str) -> str:
        command = ("git", *words)
        done = subprocess.run(command, cwd=repo, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return running


HERE = ("--python", sys.executable)


# -- What stops it before it begins


def test_errors_in_the_bundle_are_shown_before_anything_is_made(
    run: Run, bundle: Path, repo: Path
) -> None:
    edit(bundle / "data-model.md", "varchar(200)", "varchr(200)")
    said = run("implement", "notes", "--into", "repo", *HERE)
    assert (said.code, said.err) == (1, "")
    assert said.out.endswith("1 error\n")
    assert not repo.exists()


@pytest.mark.usefixtures("bundle")
def test_nobody_without_a_name_can_begin(run: Run, person: Path, repo: Path) -> None:
    (person / ".gitconfig").unlink()
    said = run("implement", "notes", "--into", "repo", *HERE)
    assert said.code == 1
    assert said.err.startswith("Git does not know who you are")
    assert not repo.exists()


@pytest.mark.usefixtures("bundle")
def test_files_that_are_in_no_repository_are_left_alone(run: Run, repo: Path) -> None:
    repo.mkdir()
    (repo / "mine.txt").write_text("mine")
    said = run("implement", "notes", "--into", "repo", *HERE)
    assert said.code == 1
    assert "holds files, but is not a git repository" in said.err
    assert [entry.name for entry in repo.iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("bundle")
def test_a_committed_file_that_is_in_the_way_is_refused(run: Run, repo: Path, git: Git) -> None:
    repo.mkdir()
    (repo / "Makefile").write_text("mine:\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "chore: begin")
    said = run("implement", "notes", "--into", "repo", *HERE)
    assert said.code == 1
    assert "  Makefile is there already, and no build wrote it.\n" in said.err
    assert git("worktree", "list").count("\n") == 0


@pytest.mark.usefixtures("bundle")
def test_a_repository_in_the_bundle_is_refused(run: Run) -> None:
    said = run("implement", "notes", "--into", "notes/backend", *HERE)
    assert said.code == 1
    assert "lies in the bundle" in said.err
    assert not Path("notes/backend").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--python", "/nowhere/python"), "/nowhere/python is no program."),
        (("--todo", "../TODO.md"), "`../TODO.md` (--todo) is not in the repository."),
        (("--todo", ".git/hooks/x"), "`.git/hooks/x` (--todo) is no place for a plan."),
        (("--todo", "README.md"), "`README.md` (--todo) is a file of the backend."),
    ],
)
@pytest.mark.usefixtures("bundle")
def test_a_misuse_is_said_before_a_run_begins(run: Run, words: tuple[str, ...], said: str) -> None:
    answer = run("implement", "notes", "--into", "repo", *HERE, *words)
    assert answer.code == 2
    assert answer.err.startswith(f"specwright: {said}\n")
    assert run("runs", "repo").out.startswith("There are no runs here yet")


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("name", ["a..b", "HEAD"])
def test_a_branch_that_git_would_not_take_is_refused(run: Run, name: str) -> None:
    said = run("implement", "notes", "--into", "repo", *HERE, "--branch", name)
    assert said.code == 1
    assert said.err.startswith(f"`{name}` cannot be the name of a branch.")


@pytest.mark.parametrize("command", ["show", "resume", "approve", "try", "evidence"])
def test_a_run_that_is_not_there_is_said_in_a_sentence(
    run: Run, repo: Path, git: Git, command: str
) -> None:
    repo.mkdir()
    git("init", "-q")
    said = run(command, "r1", "--repo", "repo")
    assert said.code == 1
    assert said.err == f"There is no run `r1` in {repo}.\n    `specwright runs` lists them.\n"


def test_where_there_is_no_repository_there_are_no_runs(run: Run, tmp_path: Path) -> None:
    said = run("runs")
    assert said.code == 1
    assert said.err.startswith(". is not a git repository")
    assert list(tmp_path.iterdir()) == []


# -- The whole job


def _killed_once_it_says(step: str, command: list[str], ledger: Path) -> None:
    process = subprocess.Popen(command, start_new_session=True)
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        if ledger.exists() and f'"{step}"' in ledger.read_text():
            break
        time.sleep(0.05)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _expect_served_and_nothing_left(repo: Path) -> None:
    """Ended by a signal that asks and by one that does not, it is gone with all that it made."""
    before = _made()
    for end in (signal.SIGTERM, signal.SIGKILL):
        command = [sys.executable, "-m", "specwright", "try", "notes-1", "--json", *HERE]
        trial = subprocess.Popen(
            command, cwd=repo, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert trial.stdout is not None
        told = json.loads("".join(iter(trial.stdout.readline, "}\n")) + "}")
        token = told["people"][0]["token"]
        request = Request(
            f"{told['url']}/v1/documents", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urlopen(request, timeout=10) as answer:
                assert answer.status == 200
        finally:
            trial.send_signal(end)
            trial.communicate(timeout=30)
        assert trial.returncode == (0 if end is signal.SIGTERM else -signal.SIGKILL)
        until = time.monotonic() + 20
        while _made() != before and time.monotonic() < until:
            time.sleep(0.1)
        assert _made() == before
        with pytest.raises(URLError):
            urlopen(request, timeout=1)


def _made() -> set[Path]:
    places = (Path(tempfile.gettempdir()), Path("/var/lib"))
    return {one for place in places for one in place.glob("specwright-try-*")}


@pytest.mark.slow
def test_a_bundle_is_implemented_approved_changed_and_implemented_again(
    run: Run, bundle: Path, repo: Path, git: Git
) -> None:
    begin = ["implement", bundle.name, "--into", "repo", *HERE, "--todo", "TODO.md"]
    ledger = repo / ".specwright/runs/notes-1/ledger.jsonl"
    _killed_once_it_says("tests-written", [sys.executable, "-m", "specwright", *begin], ledger)
    assert "notes-1  unfinished" in run("runs", "repo").out
    again = run(*begin)
    assert again.code == 1
    assert "notes-1 for the branch notes is unfinished" in again.err

    resumed = run("resume", "notes-1", "--repo", "repo")
    assert resumed.code == 0, resumed.out
    assert resumed.out.startswith("notes waits for you  (notes-1)\n")
    assert git("for-each-ref") == ""
    assert run("show", "notes-1", "--repo", "repo").out == resumed.out

    _expect_served_and_nothing_left(repo)
    proven = run("evidence", "notes-1", "--repo", "repo")
    assert proven.out.startswith("What notes-1 has proven of notes\n"), proven
    assert re.search(r"red-green +\d+ tests  listDocuments\n", proven.out)
    file = repo / ".specwright/runs/notes-1/evidence.json"
    assert run("evidence", "notes-1", "--repo", "repo", "--json").out == file.read_text()

    approved = run("approve", "notes-1", "--repo", "repo")
    assert approved.code == 0
    assert "notes is committed" in approved.out
    assert git("status", "--porcelain") == ""
    verified = run("evidence", "verify", file)
    assert (verified.code, verified.out.count("✓")) == (0, 5), verified.out
    (repo / "TODO.md").write_text("mine\n")
    assert run("evidence", "verify", file).code == 0  # what was committed is what counts
    git("checkout", "-q", "TODO.md")
    assert (repo / "TODO.md").read_text().startswith("---\nbranch: notes\ncreated: 20")
    assert "1 file" not in run("build", "notes", "--into", "repo").out

    edit(bundle / "data-model.md", "  title     v", "  due_on date\n  title v")
    begin[-1] = "TODO-2.md"
    second = run(*begin)
    assert second.code == 0, second.out
    assert "✓ kept" not in second.out
    rejected = run("reject", "notes-2", "--repo", "repo", "--comment", "Call it due.")
    assert rejected.code == 0
    assert run("runs", "repo").out.splitlines()[1].startswith("notes-2  rejected")
    assert git("log", "--format=%s").splitlines() == [
        "feat(notes): build the backend from its specification",
        "chore: begin with nothing",
    ]
