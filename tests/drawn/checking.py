"""What must hold of an emitted backend in a folder: clean code, and its own tests pass."""

import os
import subprocess
import sys
from pathlib import Path

from specwright.tree import Tree

BIN = Path(sys.executable).parent


def put(tree: Tree, folder: Path) -> None:
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def run(command: list[str | Path], folder: Path, server: str | None = None) -> None:
    named = {"DATABASE_URL": server} if server is not None else {}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


def check(folder: Path, server: str | None = None) -> None:
    """On the server that is named, or on one that the emitted tests start for themselves."""
    run([BIN / "ruff", "check", "--no-cache", "--quiet", "."], folder)
    run([BIN / "ruff", "format", "--no-cache", "--check", "--quiet", "."], folder)
    run([BIN / "lint-imports", "--no-cache"], folder)
    run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"], folder, server)
