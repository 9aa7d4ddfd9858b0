"""A database of these tests' own."""

from collections.abc import Iterator

import pytest
from catalog import Database

from tests.postgres import running


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture(scope="session")
def database(server: str) -> Iterator[Database]:
    with Database.on(server) as database:
        yield database
