import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from stage import delivery

from specwright.agents.bounds import Bounds
from specwright.agents.sandbox import Sandbox
from specwright.workflow import Repository, Run, Workshop

FAKE = Path(__file__).with_name("fake.py")
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
TIGHT = Bounds(seconds=20, memory=400_000_000, processes=60, output=4_000_000, disk=30_000_000)


@dataclass(frozen=True)
class Stage:
    """A person's repository and bundle, and what an agent is let loose on."""

    workshop: Workshop
    bundle: Path

    @property
    def repo(self) -> Path:
        return self.workshop.repository.root

    @property
    def worktree(self) -> Path:
        return self.repo / ".specwright/worktrees/r1"

    def asked(self, agent: str, **changes: object) -> Run:
        order = delivery(agent, self.bundle)
        order = replace(order, commission=replace(order.commission, granted=("BUNDLE",)))
        return self.workshop.begin(replace(order, **changes), "r1")

    def let(self, lie: str, **changes: object) -> Run:
        return self.asked(f"command:{sys.executable} {FAKE} {lie}", **changes)


MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(tmp_path: Path) -> MakeStage:
    home, repo, bundle = tmp_path / "home", tmp_path / "repo", tmp_path / "bundle"
    for folder in (home, repo, bundle):
        folder.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ada Example\nemail = ada@example.com\n")
    (bundle / "spec.md").write_text("# Claims\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "BUNDLE": str(bundle),
        "API_KEY": "not for agents",
        "DATABASE_SECRET": "nor this",
    }

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=repo, env=environment, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (repo / "README.md").write_text("# Ours\n")
    git("add", ".")
    git("commit", "-q", "-m", "chore: begin")
    (repo / "notes.txt").write_text("not committed\n")

    def make(sandbox: Sandbox | None = None, **bounds: float) -> Stage:
        workshop = Workshop(
            Repository.at(repo, environment),
            environment,
            checks=(),
            patience=0.1,
            given=BARE,
            sandbox=sandbox,
            bounds=replace(TIGHT, **bounds),
        )
        return Stage(workshop, bundle)

    return make
