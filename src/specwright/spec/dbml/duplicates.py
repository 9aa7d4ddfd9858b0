"""Names that are given twice, or that differ in their case only."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from specwright.diagnostic import Code, Report
from specwright.spec.dbml.cursor import quoted
from specwright.spec.syntax import Word

T = TypeVar("T")


def first_of_each(
    things: Sequence[T], name_of: Callable[[T], Word], what: str, report: Report
) -> dict[str, T]:
    """The things by name; a second one of a name is reported and left out."""
    found: dict[str, T] = {}
    folded: dict[str, Word] = {}
    for thing in things:
        name = name_of(thing)
        earlier = folded.setdefault(name.value.casefold(), name)
        if earlier is not name:
            _report(name, earlier, what, report)
        found.setdefault(name.value, thing)
    return found


def _report(name: Word, earlier: Word, what: str, report: Report) -> None:
    line = f"The first one stands on line {earlier.place.line}"
    if name.value == earlier.value:
        message, hint = f"The {what} {quoted(name.value)} is stated twice.", f"{line}."
    else:
        message = f"{quoted(name.value)} and {quoted(earlier.value)} differ in their case only."
        hint = f"{line}; give one {what} another name."
    report.add(name.place, Code.DECLARED_TWICE, message, hint)
