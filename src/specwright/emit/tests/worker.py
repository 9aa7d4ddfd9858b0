"""`tests/worker/`: workers as processes, for backends with jobs."""

from collections.abc import Iterator

from specwright.emit.rendering import render, verbatim
from specwright.model import Model


def emit_worker_tests(model: Model) -> Iterator[tuple[str, str]]:
    if not model.jobs:
        return
    for name in ("__init__", "quick"):
        yield f"tests/worker/{name}.py", verbatim(f"tests/worker/{name}.py")
    yield (
        "tests/worker/test_worker.py",
        render("tests/worker/test_worker.py", jobs=[job.name for job in model.jobs]),
    )
