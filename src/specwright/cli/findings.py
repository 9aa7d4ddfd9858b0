"""Diagnostics, as people and programs read them."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from specwright.cli.terminal import Style, Terminal, harmless
from specwright.diagnostic import Diagnostic, Level, Place
from specwright.tree import Tree

BEFORE, AROUND = 60, 100  # characters of a line that are shown: before the column, and in all
_STYLES = {Level.ERROR: Style.RED, Level.OPEN: Style.YELLOW, Level.LATER: Style.CYAN}
_NAMES = {
    Level.ERROR: ("error", "errors"),
    Level.OPEN: ("open question", "open questions"),
    Level.LATER: ("later", "later"),
}


@dataclass(frozen=True)
class Standpoint:
    """From where a person sees the files of a bundle."""

    bundle: Path
    here: Path

    def path(self, file: str) -> str:
        folder = self.bundle
        if folder.is_absolute() and folder.is_relative_to(self.here):
            folder = folder.relative_to(self.here)
        return str(folder if file == str(self.bundle) else folder / file)

    def place(self, place: Place) -> str:
        return f"{self.path(place.file)}:{place.line}:{place.column}"


def show(
    found: Sequence[Diagnostic], files: Tree, seen_from: Standpoint, terminal: Terminal
) -> None:
    """Each with its place and its hint; on a terminal, with the line that it is about."""
    for diagnostic in found:
        for line in _lines(diagnostic, files, seen_from, terminal):
            terminal.say(line)


def summary(found: Sequence[Diagnostic]) -> str:
    """`3 errors, 2 open questions, 1 later`."""
    counts = Counter(diagnostic.level for diagnostic in found)
    parts = [f"{counts[level]} {_NAMES[level][counts[level] > 1]}" for level in Level]
    return ", ".join(part for part in parts if not part.startswith("0 ")) or "Nothing wrong."


def as_json(found: Sequence[Diagnostic], seen_from: Standpoint) -> list[dict[str, object]]:
    return [
        {
            "file": seen_from.path(one.place.file),
            "line": one.place.line,
            "column": one.place.column,
            "level": one.level,
            "code": one.code,
            "message": one.message,
            "hint": one.hint,
        }
        for one in found
    ]


def counts(found: Sequence[Diagnostic]) -> dict[str, int]:
    return {level: sum(one.level is level for one in found) for level in Level}


def _lines(
    found: Diagnostic, files: Tree, seen_from: Standpoint, terminal: Terminal
) -> Iterator[str]:
    level = terminal.styled(f"{found.level} {found.code}", _STYLES[found.level], Style.BOLD)
    where = terminal.styled(seen_from.place(found.place), Style.BOLD)
    yield f"{where}: {level}: {harmless(found.message)}"
    if terminal.is_one:
        yield from _source(found, files, terminal)
    if found.hint:
        yield from (f"    {line}" for line in harmless(found.hint).splitlines())


def _source(found: Diagnostic, files: Tree, terminal: Terminal) -> Iterator[str]:
    """The line, as much of it as fits, and a caret under the character."""
    place = found.place
    lines = files.get(place.file, "").split("\n")
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if not line.strip():
        return
    start = max(0, place.column - 1 - BEFORE)
    shown = harmless(line[start : start + AROUND])
    before = "".join(_blank(char) for char in shown[: place.column - 1 - start])
    number = f"{place.line:>6}"
    yield terminal.styled(f"{number} | ", Style.DIM) + shown
    caret = terminal.styled("^", _STYLES[found.level], Style.BOLD)
    yield terminal.styled(f"{'':>6} | ", Style.DIM) + before + caret


def _blank(char: str) -> str:
    """As wide as the character."""
    if char == "\t":
        return char
    if unicodedata.combining(char):
        return ""
    return "  " if unicodedata.east_asian_width(char) in "WF" else " "
