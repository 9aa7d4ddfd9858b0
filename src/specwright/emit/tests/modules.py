"""A module of tests, put together."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from specwright.emit.rendering import render
from specwright.emit.tests.printing import Test, distinct


def module(
    docstring: str,
    tests: Iterable[Test],
    *,
    imports: Sequence[str] = (),
    constants: Sequence[str] = (),
) -> str | None:
    """The text of a module; None without tests. Imports that nothing needs are the linter's."""
    found = [documented(test) for test in distinct(tests)]
    if not found:
        return None
    return render(
        "tests/module.py",
        docstring=docstring,
        imports=imports,
        constants=constants,
        tests=found,
    )


def doc(text: str) -> str:
    """Text as it can stand in a docstring."""
    escaped = text.replace("\\", "\\\\").replace('"""', "'''")
    return f"{escaped} " if escaped.endswith('"') else escaped


WIDEST = 88


def documented(test: Test) -> Test:
    """The test with what it says as its docstring, or as a comment where that is too long."""
    if len(test.says) <= WIDEST:
        return test
    lines = textwrap.wrap(test.says.strip(), WIDEST, break_long_words=False, break_on_hyphens=False)
    return replace(test, says="", lines=(*(f"# {line}" for line in lines), *test.lines))


def claim(words: str | None, answer: str) -> str:
    """`rule`, or 409 this."""
    said = " ".join((words or "").split())
    return doc(f"`{said}`, or {answer}") if said else ""
