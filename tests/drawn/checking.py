"""What must hold of an emitted backend in a folder: clean code, and its own tests pass."""

import subprocess
import sys
from pathlib import Path

from specwright.tree import Tree

BIN = Path(sys.executable).parent


def put(tree: Tree, folder: Path) -> None:
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


def check(folder: Path) -> None:
    run([BIN / "ruff", "check", "--no-cache", "--quiet", "."], folder)
    run([BIN / "ruff", "format", "--no-cache", "--check", "--quiet", "."], folder)
    run([BIN / "lint-imports", "--no-cache"], folder)
    run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"], folder)
