"""Emitted Python as ruff leaves it: imports that are used, sorted, and one format."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from ruff import find_ruff_bin

from specwright.tree import Tree

# Templates end every list with a comma; what fits on a line goes on a line all the same.
_COMPACT_IMPORTS = ("--config", "lint.isort.split-on-trailing-comma=false")
_COMPACT = ("--config", "format.skip-magic-trailing-comma=true")


def tidy(tree: Tree) -> Tree:
    """The same files, those in Python tidied by the rules of the tree's own `pyproject.toml`."""
    with TemporaryDirectory(prefix="specwright-") as folder:
        home = Path(folder)
        for path, text in tree.items():
            if path.endswith(".py") or path == "pyproject.toml":
                (home / path).parent.mkdir(parents=True, exist_ok=True)
                (home / path).write_text(text, "utf-8")
        _ruff("check", "--select=F401,I", "--fix-only", "--quiet", *_COMPACT_IMPORTS, home)
        _ruff("format", "--quiet", *_COMPACT, home)
        return tree | {
            path: (home / path).read_text("utf-8") for path in tree if path.endswith(".py")
        }


def _ruff(command: str, *arguments: str | Path) -> None:
    subprocess.run(  # noqa: S603 - our own arguments
        [find_ruff_bin(), command, "--no-cache", *arguments], check=True, capture_output=True
    )
