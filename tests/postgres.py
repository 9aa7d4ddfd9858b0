"""PostgreSQL for Specwright's own tests, as emitted backends start it for theirs."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import specwright.emit

LAUNCHER = Path(specwright.emit.__file__).parent / "templates" / "dev" / "postgres.py"


@contextmanager
def running() -> Iterator[str]:
    """The server that `DATABASE_URL` names, or an empty one, thrown away afterwards."""
    spec = importlib.util.spec_from_file_location("launcher_of_postgres", LAUNCHER)
    assert spec is not None
    assert spec.loader is not None
    launcher = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launcher)
    with launcher.running(durable=False) as url:
        yield url
