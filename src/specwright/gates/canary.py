"""A test that must fail, for a run in which somebody may have kept tests from failing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = ("test_one_is_two_which_must_fail", "test_what_is_raised_must_fail")
TEXT = """\
def one() -> int:
    return 1


def test_one_is_two_which_must_fail() -> None:
    assert one() == 2


def test_what_is_raised_must_fail() -> None:
    raise AssertionError("as it must")
"""


@contextmanager
def canary() -> Iterator[Path]:
    """Its file, outside of what it watches over."""
    with TemporaryDirectory(prefix="specwright-") as folder:
        file = Path(folder).resolve() / "test_that_must_fail.py"
        file.write_text(TEXT, "utf-8")
        yield file
