"""What judges a run: an interpreter and the packages that it has, by version and digest."""

import json
from importlib.metadata import version
from typing import Any

from specwright.gates import Workspace
from specwright.gates.evidence import CouldNotRun
from specwright.workflow.ledger import Facts, Json

# Runs in the interpreter of the backend: it imports nothing of Specwright.
ASK = """\
import hashlib, json, platform, sys
from importlib.metadata import distributions
from pathlib import Path

def sha256(content):
    return hashlib.sha256(content).hexdigest()

packages = {}
for one in distributions():
    record = one.read_text("RECORD") or ""
    packages.setdefault(one.metadata["Name"], {
        "version": one.version, "record": sha256(record.encode()),
    })
print(json.dumps({
    "python": {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "sha256": sha256(Path(sys.executable).resolve().read_bytes()),
    },
    "system": f"{platform.system()} {platform.machine()}",
    "packages": packages,
}))
"""


def tools_of(workspace: Workspace) -> Facts:
    """The interpreter, its packages by the digest of their lists of files, and Specwright."""
    outcome = workspace.run((str(workspace.python), "-c", ASK))
    last = (outcome.output.strip().splitlines() or [""])[-1]
    try:
        said = _read(json.loads(last))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CouldNotRun(f"`{workspace.python}` does not say what it has: {last[:200]}") from error
    return {"specwright": version("specwright"), **said}


def _read(said: Any) -> dict[str, Json]:  # noqa: ANN401 - what came out of another process
    packages: dict[str, Json] = {
        str(name): {"version": str(one["version"]), "record": str(one["record"])}
        for name, one in sorted(said["packages"].items())
    }
    python: dict[str, Json] = {
        name: str(said["python"][name]) for name in ("version", "implementation", "sha256")
    }
    return {"python": python, "system": str(said["system"]), "packages": packages}
