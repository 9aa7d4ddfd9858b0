"""The golden trees: `python tests/emit/golden.py` writes them anew, for review as code."""

import shutil
from pathlib import Path

from specwright.build import Compiled, compile_bundle
from specwright.cli.folder import read_folder
from specwright.diagnostic import Report
from specwright.gates.tidy import tidy

PROJECT = Path(__file__).parents[2]
GOLDEN = PROJECT / "tests" / "golden"
EXAMPLES = PROJECT / "examples"


def compiled(bundle: Path) -> Compiled:
    report = Report()
    return compile_bundle(bundle.name, read_folder(bundle, report), report, tidy=tidy)


def files_of(bundle: Path) -> dict[str, str]:
    backend = compiled(bundle).backend
    assert backend is not None
    return dict(backend.tree)


def kept(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.parts) & {"__pycache__", ".ruff_cache", ".mypy_cache"}
    }


def write() -> None:
    for folder in sorted(GOLDEN.iterdir()):
        files = files_of(EXAMPLES / folder.name)
        shutil.rmtree(folder)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
