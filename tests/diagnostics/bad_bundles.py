"""Each folder here is a bad bundle: the good one in `_base`, but for one slip.

The slip is an `edit.txt`, files that stand in place of the bundle's own, or a `make.sh` for what
git cannot keep. Beside it, `expected.txt` is what `specwright check` prints of it in a pipe. After
a change of messages, `python tests/diagnostics/bad_bundles.py` rewrites them all for review.
"""

import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from specwright.cli import main

HERE = Path(__file__).parent
BASE = HERE / "_base"
FOLDERS = sorted(path.parent for path in HERE.glob("*/expected.txt"))
OWN = ("edit.txt", "make.sh", "expected.txt")


def said(of: Path, workshop: Path) -> str:
    """What `specwright check` says from within the bad bundle in the folder `of`."""
    bundle = workshop / "notes"
    shutil.copytree(BASE, bundle)
    slip(of, bundle)
    return checked(bundle)


def checked(bundle: Path) -> str:
    printed = io.StringIO()
    with contextlib.chdir(bundle), contextlib.redirect_stdout(printed):
        assert main(["check", "."]) in (0, 1)
    return printed.getvalue()


def slip(folder: Path, bundle: Path) -> None:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder)
        if str(name) not in OWN:
            (bundle / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, bundle / name)
    if (edits := folder / "edit.txt").exists():
        for edit in edits.read_text("utf-8").strip("\n").split("\n\n"):
            _edit(bundle, *edit.split("\n"))
    if (script := folder / "make.sh").exists():
        subprocess.run(["sh", "-eu", script], cwd=bundle, check=True)


def _edit(bundle: Path, header: str, *lines: str) -> None:
    """One edit: a file and, as in a diff, lines that go (`-`), come (`+`) and stay (two spaces).

    Where none goes or stays, the others come at the end. `plan.md is missing` and `plan.md is
    empty` are edits as well.
    """
    name, _, fate = header.partition(" is ")
    file = bundle / name
    if fate == "missing":
        return file.unlink()
    old = "" if fate == "empty" or not file.exists() else file.read_text("utf-8")
    return _write(file, "" if fate == "empty" else _edited(old, lines))


def _edited(text: str, lines: Sequence[str]) -> str:
    assert all(line[:2] in ("+ ", "- ", "  ", "+", "-", "") for line in lines), lines
    before, after = _lines(lines, "-"), _lines(lines, "+")
    if not before:
        return text + after
    assert f"\n{text}".count(f"\n{before}") == 1, f"These do not stand there once:\n{before}"
    return f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:]


def _lines(lines: Sequence[str], sign: str) -> str:
    return "".join(f"{line[2:]}\n" for line in lines if line[:1] in (sign, " "))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def rewrite() -> None:
    for folder in sorted(path for path in HERE.iterdir() if path.is_dir()):
        if not folder.name.startswith(("_", ".")):
            with tempfile.TemporaryDirectory() as workshop:
                (folder / "expected.txt").write_text(said(folder, Path(workshop)), "utf-8")


if __name__ == "__main__":
    sys.exit(rewrite())
