"""A Python that has what a backend needs, made once for each set of dependencies."""

import fcntl
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from specwright.build.manifest import FOLDER
from specwright.tree import digest
from specwright.workflow import Refusal

READY = "ready"


def dependencies(pyproject: str) -> tuple[str, ...]:
    """What the project and its development need, sorted."""
    content = tomllib.loads(pyproject)
    return tuple(
        sorted({*content["project"]["dependencies"], *content["dependency-groups"]["dev"]})
    )


def interpreter(
    root: Path, pyproject: str, environment: Mapping[str, str], tell: Callable[[str], None]
) -> Path:
    """The Python of a virtual environment in `root`, which is made if there is none yet."""
    needed = dependencies(pyproject)
    about = "\n".join([sys.version, *needed])
    folder = root / FOLDER / f"venv-{digest(about)[:12]}"
    python = folder / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder):
        if not (folder / READY).exists():
            tell("Installing what the backend needs, once …")
            (folder / ".gitignore").write_text("*\n", "utf-8")
            _run((sys.executable, "-m", "venv", str(folder)), environment)
            quiet = ("--quiet", "--disable-pip-version-check")
            _run((str(python), "-m", "pip", "install", *quiet, *needed), environment)
            (folder / READY).touch()
    return python


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Whoever comes second waits."""
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _run(command: tuple[str, ...], environment: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - a list, never a shell
        command, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise Refusal(
            f"What the backend needs could not be installed: {last}",
            "Name a Python that has it with `--python`, or try again.",
        )
