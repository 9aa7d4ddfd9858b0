"""A database of these tests' own."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from catalog import Database

import specwright.emit

LAUNCHER = Path(specwright.emit.__file__).parent / "templates" / "dev" / "postgres.py"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    spec = importlib.util.spec_from_file_location("launcher_of_postgres", LAUNCHER)
    assert spec is not None
    assert spec.loader is not None
    launcher = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launcher)
    with launcher.running(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def database(server: str) -> Iterator[Database]:
    with Database.on(server) as database:
        yield database
