"""The main job on `examples/taskboard`, and a few calls to what came out of it: `make demo`.

Everything happens in a folder of its own, which is removed at the end. Nobody approves.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from specwright.workflow import Repository, Workshop

BUNDLE = Path(__file__).parent / "taskboard"
PYTHON = sys.executable
PATIENCE = 30.0  # seconds


def main() -> None:
    with TemporaryDirectory(prefix="specwright-demo-") as folder:
        repository = Path(folder) / "taskboard"
        implement(repository)
        say("What is waiting for a decision, served and called")
        here = Repository.at(repository, os.environ)
        workshop = Workshop(here, os.environ, python=Path(PYTHON))
        (run,) = workshop.runs()
        with workshop.trial(run.name) as served:
            calls(served.port, {one.role: one.token for one in served.people})
        say("Nobody approved: the repository is as it was before")


def implement(repository: Path) -> None:
    command = ["implement", str(BUNDLE), "--into", str(repository), "--python", PYTHON]
    subprocess.run([PYTHON, "-m", "specwright", *command], env=with_identity(), check=True)


def with_identity() -> dict[str, str]:
    """Git asks who is working; where nobody is known, the demo works."""
    named = {"GIT_AUTHOR_NAME": "demo", "GIT_AUTHOR_EMAIL": "demo@localhost"}
    named |= {"GIT_COMMITTER_NAME": "demo", "GIT_COMMITTER_EMAIL": "demo@localhost"}
    return {**named, **os.environ}


def calls(port: int, tokens: Mapping[str, str]) -> None:
    made = call(port, tokens["member"], "POST", "/v1/tasks", {"title": "Release", "priority": 9})
    task = made["id"]
    call(port, tokens["agent"], "POST", "/v1/tasks/claim-next")
    call(port, tokens["agent"], "POST", "/v1/tasks/claim-next")
    call(port, tokens["member"], "POST", f"/v1/tasks/{task}/complete", {"result": {}})
    call(port, tokens["agent"], "POST", f"/v1/tasks/{task}/complete", {"result": {"ok": True}})
    call(port, tokens["agent"], "POST", f"/v1/tasks/{task}/give-up")
    call(port, tokens["member"], "GET", "/v1/tasks?status=done")


def call(port: int, token: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
    """Calls, prints what was asked and answered, and gives the body back."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = Request(f"http://127.0.0.1:{port}{path}", content, headers, method=method)
    try:
        with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 - loopback
            status, text = response.status, response.read().decode()
    except HTTPError as refusal:
        status, text = refusal.code, refusal.read().decode()
    print(f"  {method:5} {path}\n    {status} {text[:180]}")
    return json.loads(text) if text else None


def say(sentence: str) -> None:
    print(f"\n{sentence}\n", flush=True)


if __name__ == "__main__":
    main()
