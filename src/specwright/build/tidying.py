"""Tidying where the machine may not help."""

import subprocess
from tempfile import gettempdir

from specwright.gates.tidy import tidy
from specwright.tree import Tree
from specwright.workflow import Refusal


def tidied(tree: Tree) -> Tree:
    """The tree as ruff leaves it; a ruff that was stopped from outside says so."""
    try:
        return tidy(tree)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        if error.returncode < 0 or "os error" in said:
            why = said.splitlines()[-1] if said else f"signal {-error.returncode}"
            raise Refusal(f"ruff, which lays out the code, was stopped: {why}.") from error
        error.add_note(said)  # it was given no Python: our own fault
        raise
    except OSError as error:
        raise Refusal(
            f"The code could not be laid out in {gettempdir()}: {error.strerror}.",
            "Make room there, or name another place in TMPDIR.",
        ) from error
