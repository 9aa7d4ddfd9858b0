"""Small bundles, each built and asked over HTTP whether it does what its rules say."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.emit.backend import emit_backend
from specwright.emit.limits import within_limits
from specwright.gates.tidy import tidy
from specwright.model import build_model
from specwright.spec import read_bundle
from specwright.tree import Tree

BUNDLES = Path(__file__).parent / "bundles"
NAMES = sorted(folder.name for folder in BUNDLES.iterdir() if (folder / "claims.py").exists())

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=NAMES)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the emitted backend, with the claims about it as its tests."""
    bundle = BUNDLES / request.param
    home = tmp_path_factory.mktemp(request.param)
    for path, text in tidy(_emitted(bundle)).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, "utf-8")
    (home / "tests").mkdir()
    shutil.copy(BUNDLES / "world.py", home / "tests" / "conftest.py")
    shutil.copy(bundle / "claims.py", home / "tests" / "test_claims.py")
    for hand_written in bundle.glob("backend/**/*.py"):
        shutil.copy(hand_written, home / hand_written.relative_to(bundle))
    return home


def _emitted(bundle: Path) -> Tree:
    report = Report()
    files = {
        file.relative_to(bundle).as_posix(): file.read_text("utf-8")
        for ending in ("md", "yaml")
        for file in sorted(bundle.rglob(f"*.{ending}"))
    }
    model = within_limits(
        build_model(read_bundle(bundle.name, Tree(files), report), report), report
    )
    assert [str(found) for found in report] == []
    return emit_backend(model)


def test_the_claims_hold(built: Path) -> None:
    command = ("pytest", "-q", "-p", "no:cacheprovider", "-p", "anyio", "tests")
    _run(built, sys.executable, "-m", *command)


def test_the_code_is_clean(built: Path) -> None:
    _run(built, "ruff", "check", "--no-cache", "backend")
    _run(built, sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".cache", "-p", "backend")


def _run(folder: Path, *command: str) -> None:
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": binaries, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
