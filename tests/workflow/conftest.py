import os
import subprocess
from pathlib import Path

import pytest
from toy import BARE, Git, Ticking

from specwright.workflow import Repository, Workshop


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a person whom git knows."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".gitconfig").write_text("[user]\nname = Ada Example\nemail = ada@example.com\n")
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return tmp_path / "repo"


@pytest.fixture
def git(repo: Path, home: dict[str, str]) -> Git:
    def run(*arguments: str) -> str:
        command = ("git", *arguments)
        done = subprocess.run(
            command, cwd=repo, env=home, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def committed(repo: Path, git: Git) -> Path:
    """A repository with one commit, and work in it that is not committed."""
    repo.mkdir()
    git("init", "-q", "-b", "main")
    (repo / "README.md").write_text("# Ours\n")
    git("add", ".")
    git("commit", "-q", "-m", "chore: begin")
    (repo / "README.md").write_text("# Ours, reworded\n")
    (repo / "notes.txt").write_text("not committed\n")
    return repo


@pytest.fixture
def workshop(committed: Path, home: dict[str, str]) -> Workshop:
    """Without the slow checks: they have tests of their own."""
    repository = Repository.at(committed, home)
    return Workshop(repository, home, clock=Ticking(), checks=(), patience=0.1, given=BARE)
