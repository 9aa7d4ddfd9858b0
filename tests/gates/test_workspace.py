import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from specwright.gates import Workspace
from specwright.gates.evidence import CouldNotRun
from specwright.gates.workspace import plain


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Path(sys.executable), {"PATH": os.environ["PATH"]})


def python(workspace: Workspace, program: str, **variables: str) -> str:
    return workspace.run((sys.executable, "-c", program), **variables).output


def test_a_command_ends_with_its_code_its_words_and_the_line_to_type_again(
    workspace: Workspace,
) -> None:
    outcome = workspace.run(("sh", "-c", "echo out; echo err >&2; exit 3"))
    assert (outcome.code, outcome.output) == (3, "out\nerr\n")
    assert outcome.again == "sh -c 'echo out; echo err >&2; exit 3'"


def test_a_command_that_never_ends_is_stopped_and_decides_nothing(workspace: Workspace) -> None:
    with pytest.raises(CouldNotRun, match=r"`sleep 60` was stopped: no end after 0\.3 s"):
        replace(workspace, patience=0.3).run(("sleep", "60"))


def test_what_a_command_started_and_forgot_ends_with_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.run(("sh", "-c", "(sleep 1; touch late) & echo started"))
    time.sleep(1.3)
    assert list(tmp_path.iterdir()) == []


def test_a_flood_of_words_is_stopped(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specwright.gates.workspace.FLOOD", 100_000)
    with pytest.raises(CouldNotRun, match="was stopped: it printed"):
        workspace.run(("yes",))


def test_only_the_last_words_are_kept(workspace: Workspace) -> None:
    output = python(workspace, "print('x' * 1_000_000); print('\\N{SNOWMAN}')")
    assert len(output) < 65_000
    assert output.endswith("x\n\N{SNOWMAN}\n")


def test_a_command_reads_nothing_and_asks_nothing(workspace: Workspace) -> None:
    assert python(workspace, "import sys; print(repr(sys.stdin.read()))") == "''\n"


def test_only_named_variables_reach_a_command(workspace: Workspace) -> None:
    shell = {"PATH": "/bin", "DATABASE_URL": "x", "PYTEST_ADDOPTS": "-k no", "PGHOST": "prod"}
    assert plain(shell) == {"PATH": "/bin"}
    seen = python(workspace, "import os; print(sorted(os.environ))", GIVEN="1")
    assert "'GIVEN'" in seen
    assert "HOME" not in seen


@pytest.mark.parametrize("command", ["nowhere", "/etc/passwd"])
def test_a_command_that_is_none_decides_nothing(command: str, workspace: Workspace) -> None:
    with pytest.raises(CouldNotRun, match="could not be started"):
        workspace.run((command,))


def test_a_command_keeps_the_files_that_it_should_hold(
    workspace: Workspace, tmp_path: Path
) -> None:
    with (tmp_path / "lock").open("w") as lock:
        asking = f"import os; print(os.fstat({lock.fileno()}).st_ino)"
        inode = f"{os.fstat(lock.fileno()).st_ino}\n"
        assert python(replace(workspace, held=(lock.fileno(),)), asking) == inode
        assert "OSError" in python(workspace, asking)
