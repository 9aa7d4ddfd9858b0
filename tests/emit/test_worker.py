"""The worker of emitted backends: what jobs bring with them, and what is absent without them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.emit.backend import emit_backend
from specwright.emit.tests.worker import emit_worker_tests
from specwright.gates.tidy import tidy
from specwright.model import Model, build_model
from specwright.spec import read_bundle
from specwright.tree import Tree

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "taskboard"
BUNDLE = ROOT / "examples" / "taskboard"
JOB = "    every: 30s\n"


def model_of(every: str | None = "30s") -> Model:
    """The task board, with its job as often as this, or without it."""
    files = {
        path.relative_to(BUNDLE).as_posix(): path.read_text()
        for path in sorted(BUNDLE.rglob("*"))
        if path.suffix in {".md", ".yaml"}
    }
    rules = files["rules.md"]
    assert JOB in rules
    if every is None:
        start = rules.index("jobs:\n")
        files["rules.md"] = rules[:start] + rules[rules.index("```", start) :]
    else:
        files["rules.md"] = rules.replace(JOB, f"    every: {every}\n")
    return build_model(read_bundle("taskboard", Tree(files), Report()), Report())


@cache
def emitted(every: str | None = "30s") -> Mapping[str, str]:
    model = model_of(every)
    own = ("tests/database.py", "tests/world.py")  # as imports are sorted by whose they are
    beside = {path: (GOLDEN / path).read_text() for path in own}
    return dict(tidy(emit_backend(model) | beside | dict(emit_worker_tests(model))))


@pytest.mark.parametrize(
    "path",
    [
        "backend/worker.py",
        "backend/core/scheduling.py",
        "backend/core/settings.py",
        "tests/worker/__init__.py",
        "tests/worker/quick.py",
        "tests/worker/test_worker.py",
    ],
)
def test_the_worker_of_the_task_board_is_the_one_written_by_hand(path: str) -> None:
    assert emitted()[path] == (GOLDEN / path).read_text()


@pytest.mark.parametrize(
    ("every", "seconds"),
    [("2s", 2), ("45s", 45), ("90s", 90), ("7m", 420), ("90m", 5400), ("24h", 86400)],
)
def test_an_interval_is_said_to_the_second(every: str, seconds: int) -> None:
    """Cron could not say most of these."""
    worker = emitted(every)["backend/worker.py"]
    assert f'EVERY = {{"expireLeases": timedelta(seconds={seconds})}}' in worker


TRACES_OF_JOBS = {
    "pyproject.toml": '"pgqueuer>=',
    "Makefile": "\nwork: migrate\n",
    "compose.yaml": "\n  worker:\n",
    "README.md": "make work",
    "backend/core/settings.py": "alive_file",
    "backend/worker.py": "scheduling",
}


@pytest.mark.parametrize(("path", "trace"), TRACES_OF_JOBS.items())
def test_only_a_backend_with_jobs_has_what_they_need(path: str, trace: str) -> None:
    assert trace in emitted()[path]
    assert trace not in emitted(None)[path]


def test_without_jobs_nothing_of_the_engine_is_emitted() -> None:
    files = emitted(None)
    assert not [path for path, text in files.items() if "pgqueuer" in text]
    assert not [path for path in files if path.startswith("tests/worker/")]


def test_without_jobs_there_is_still_something_through_which_tests_let_time_pass() -> None:
    worker = emitted(None)["backend/worker.py"]
    assert "async def run_jobs(database: Database, clock: Clock, but:" in worker
    assert worker.count("def ") == 1


@pytest.mark.parametrize("path", ["Makefile", "compose.yaml"])
def test_whoever_migrates_also_makes_the_tables_of_the_engine(path: str) -> None:
    text = emitted()[path]
    install = "python -m backend.worker --install"
    assert text.index("alembic upgrade head") < text.index(install)
    assert install not in emitted(None)[path]
