import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specwright.gates import Verdict, Workspace, red_green, static
from specwright.gates.evidence import CouldNotRun

QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # pytest starts in half the time

FAILS = "def test_a():\n    assert 501 == 200\n\n\ndef test_b():\n    assert 501 == 403\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(FAILS)
    return Workspace(tmp_path, Path(sys.executable), {"PATH": os.environ["PATH"], **QUICK})


def red(workspace: Workspace) -> list[str]:
    return [str(found) for found in red_green.red(workspace, ["tests/test_a.py"]).findings]


def test_red_says_how_many_failed_and_gives_an_example(workspace: Workspace) -> None:
    evidence = red_green.red(workspace, ["tests/test_a.py"], ["tests/test_a.py::test_b"])
    assert evidence.verdict is Verdict.PASSED
    assert evidence.tried == "2 tests on an app that answers 501 to every operation"
    assert evidence.saw == (
        "1 failed, such as `assert 501 == 200`; exempt as tests of the schema alone: 1"
    )
    assert evidence.tests == ("tests/test_a.py::test_a", "tests/test_a.py::test_b")


def green(workspace: Workspace, text: str, *waiting: str) -> tuple[str, list[str]]:
    (workspace.root / "tests" / "test_a.py").write_text(text)
    expected = ["tests/test_a.py::test_a", "tests/test_a.py::test_b"]
    evidence = red_green.green(workspace, ["tests/test_a.py"], expected, waiting)
    return evidence.saw, [found.where for found in evidence.findings]


NOT_WRITTEN = "    assert '501 hook-not-written' == '200'\n"


def test_a_test_may_wait_for_hand_written_code_if_it_is_said_to(workspace: Workspace) -> None:
    text = f"def test_a():\n{NOT_WRITTEN}\n\ndef test_b():\n    pass\n"
    a, b = "tests/test_a.py::test_a", "tests/test_a.py::test_b"
    saw = "1 of 2 passed; waiting for hand-written code: 1"
    assert green(workspace, text, a, b) == (saw, [])
    assert green(workspace, text, b) == ("1 of 2 passed", [a])


@pytest.mark.parametrize(
    "body",
    [
        "    assert '500 internal' == '200'\n",
        "    raise RuntimeError('501')\n",
        "    import pytest\n    pytest.skip('501')\n",
    ],
)
def test_what_fails_otherwise_does_not_wait(workspace: Workspace, body: str) -> None:
    text = f"def test_a():\n{body}\n\ndef test_b():\n    pass\n"
    _, findings = green(workspace, text, "tests/test_a.py::test_a")
    assert findings == ["tests/test_a.py::test_a"]


WAYS_OUT = {
    "options of the project": ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-k a"\n'),
    "options that stop early": ("pytest.ini", "[pytest]\naddopts = -x --maxfail=1\n"),
    "options of another plugin": ("tox.ini", "[pytest]\naddopts = -n 2 --dist=load\n"),
}


@pytest.mark.parametrize(("file", "text"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_no_test_is_left_out_by(file: str, text: str, workspace: Workspace) -> None:
    (workspace.root / file).write_text(text)
    assert len(red_green.red(workspace, ["tests/test_a.py"]).tests) == 2


DESELECTING = """\
def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=[items.pop()])
"""

TEARING = """\
import os

def pytest_runtest_call(item):
    open(os.environ["SPECWRIGHT_WITNESS"], "a").write("{torn")
"""

CONFTESTS = {
    "deselected": (
        DESELECTING,
        "tests/test_a.py::test_b: was deselected: every test takes part.",
    ),
    "ended early": (
        "import pytest\n\ndef pytest_runtest_call(item):\n    pytest.exit('enough', 0)\n",
        "tests/test_a.py::test_a: pytest was ended, with code 0",
    ),
    "killed": (
        "import os, signal\n\ndef pytest_runtest_call(item):\n    os.kill(os.getpid(), 9)\n",
        "tests/test_a.py::test_a: pytest was ended, with code -9",
    ),
    "broken": ("raise KeyError('no')\n", "the test run: pytest was ended, with code 4"),
    "torn": (
        TEARING,
        "tests/test_a.py::test_a: pytest was ended",
    ),
}


@pytest.mark.parametrize(("conftest", "problem"), CONFTESTS.values(), ids=CONFTESTS)
def test_a_run_of_pytest_counts_only_as_a_whole(
    conftest: str, problem: str, workspace: Workspace
) -> None:
    (workspace.root / "tests" / "conftest.py").write_text(conftest)
    assert red(workspace)[0].startswith(problem)


def test_green_wants_the_same_tests_and_all_of_them(workspace: Workspace) -> None:
    file = workspace.root / "tests" / "test_a.py"
    seen = red_green.red(workspace, ["tests/test_a.py"]).tests
    file.write_text("def test_a():\n    assert True\n\n\ndef test_c():\n    assert True\n")
    evidence = red_green.green(workspace, ["tests/test_a.py"], seen)
    assert [str(found) for found in evidence.findings] == [
        "tests/test_a.py::test_b: was seen red, and is gone.",
        "tests/test_a.py::test_c: was never seen red.",
    ]
    file.write_text(FAILS.replace("501", "200").replace("403", "200"))
    assert red_green.green(workspace, ["tests/test_a.py"], seen).saw == "2 of 2 passed"


def test_an_orphan_of_a_killed_run_ends_soon(workspace: Workspace) -> None:
    slow = "import pathlib, time\n\ndef test_a():\n    pathlib.Path('on').touch()\n"
    slow += "    time.sleep(3)\n    pathlib.Path('late').touch()\n"
    (workspace.root / "tests" / "test_a.py").write_text(slow)
    program = f"""
import os, sys
from pathlib import Path
from specwright.gates import Workspace, red_green
workspace = Workspace(Path({str(workspace.root)!r}), Path(sys.executable), dict(os.environ))
red_green.red(workspace, ["tests/test_a.py"])
"""
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        while not (workspace.root / "on").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    time.sleep(3.2)
    assert not (workspace.root / "late").exists()


BARE = "import sys\nraise SystemExit(f'{sys.executable}: No module named {sys.argv[2]}')\n"


@pytest.mark.parametrize("tool", ["pytest", "ruff", "mypy"])
def test_a_missing_tool_decides_nothing(tool: str, workspace: Workspace, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{BARE}")
    python.chmod(0o755)
    bare = Workspace(workspace.root, python, workspace.environment)
    gates = {
        "pytest": lambda: red_green.red(bare, ["tests/test_a.py"]),
        "ruff": lambda: static.lint(bare),
        "mypy": lambda: static.types(bare, ("tests",)),
    }
    with pytest.raises(CouldNotRun):
        gates[tool]()
