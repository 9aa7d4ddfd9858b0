"""A backend of one function and no database: small, but complete enough for every gate."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from specwright.tree import Tree
from specwright.workflow.delivery import Delivery, Message
from specwright.workflow.promises import Promises, Requirement, Scenario

BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # a test run starts in half the time
Git = Callable[..., str]  # runs git in the person's repository

PROJECT = """\
[tool.pytest.ini_options]
pythonpath = ["."]
testpaths = ["tests"]

[tool.mypy]
strict = true

[tool.ruff]
line-length = 100

[tool.importlinter]
root_package = "backend"

[[tool.importlinter.contracts]]
name = "The app knows the core"
type = "layers"
layers = ["backend.app", "backend.core"]
"""

NOTHING_YET = '''\
"""Answers 501 to every operation."""


def answer(path: str) -> int:
    """The status of an answer to a request."""
    return 501 if path else 500
'''

APP = '''\
"""Answers as the specification says."""

from backend.core import KNOWN


def answer(path: str) -> int:
    """The status of an answer to a request."""
    return KNOWN.get(path, 404)
'''

TESTS = '''\
"""Tasks."""

from backend.app import answer


def test_a_task_can_be_read() -> None:
    assert answer("/tasks") == 200


def test_a_stranger_is_refused() -> None:
    assert answer("/tasks") == 200
    assert answer("/secrets") == 403
'''

MIGRATIONS = '''\
"""The schema, and nothing else."""

from pathlib import Path


def test_up_down_and_up_again_keeps_the_rows() -> None:
    assert "create table" in Path("migrations/0001_tasks.sql").read_text()
'''

DELIVERY = Delivery(
    bundle="toy",
    bundle_digest="0" * 64,
    branch="001-toy",
    message=Message("feat", "toy", "build the backend from its specification", "Two tests."),
    core=Tree(
        {
            "pyproject.toml": PROJECT,
            "backend/__init__.py": '"""A toy."""\n',
            "backend/core.py": '"""What is known."""\n\nKNOWN = {"/tasks": 200, "/secrets": 403}\n',
            "backend/app.py": NOTHING_YET,
        }
    ),
    tests=Tree({"tests/test_tasks.py": TESTS, "tests/test_migrations.py": MIGRATIONS}),
    migrations=Tree({"migrations/0001_tasks.sql": "create table tasks (id int);\n"}),
    code=Tree({"backend/app.py": APP}),
    exempt=("tests/test_migrations.py",),
    open_questions=("spec.md:12:3: how long may a title be?",),
    try_it=("make serve",),
)


PROMISES = Promises(
    requirements=(
        Requirement("FR-001", "A task MUST be readable.", "spec.md:3:1", ("readTask",)),
        Requirement("FR-002", "Rows are kept.", "spec.md:4:1", ("data-model.md#migrations",)),
        Requirement("SC-001", "It is fast.", "spec.md:5:1", ("plan.md#limits",)),
    ),
    scenarios=(
        Scenario("Tasks", "Reading", "spec.md:7:3", "tests/test_tasks.py::test_a_task_can_be_read"),
        Scenario("Tasks", "Nobody writes", "spec.md:8:3"),
    ),
    operations=("readTask",),
    calls={
        "tests/test_tasks.py::test_a_task_can_be_read": ("readTask",),
        "tests/test_tasks.py::test_a_stranger_is_refused": ("readTask",),
        "tests/test_migrations.py::test_up_down_and_up_again_keeps_the_rows": (
            "data-model.md#migrations",
        ),
    },
    not_shown=("Nothing shows that two readers do not meet.",),
)


def with_test(text: str, delivery: Delivery = DELIVERY) -> Delivery:
    """The delivery with one more test file."""
    return replace(delivery, tests=delivery.tests | {"tests/test_more.py": text})


class Ticking:
    """A clock that is a second later each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def contents(folder: Path) -> dict[str, bytes]:
    """Every byte of a person's working tree and of where git stands; not the runs."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not _ours(file.relative_to(folder).parts)
    }


def _ours(parts: tuple[str, ...]) -> bool:
    inside_git = parts[0] == ".git" and parts[1] not in ("HEAD", "index", "refs", "config")
    return parts[0] == ".specwright" or inside_git
