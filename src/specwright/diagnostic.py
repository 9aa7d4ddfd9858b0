"""What is wrong with a bundle, or left open by it: collected values, never exceptions."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How far a bundle with this diagnostic gets."""

    ERROR = "error"  # nothing is written
    OPEN = "open"  # not determined: the operation in question is left out
    LATER = "later"  # determined, but not built by this version


class Code(StrEnum):
    """Every diagnostic by its stable name; each has a folder in `tests/diagnostics`."""

    # Files
    MISSING_FILE = "missing-file"
    EMPTY_FILE = "empty-file"
    FILE_TOO_LARGE = "file-too-large"
    NOT_TEXT = "not-text"

    # Markdown and its tables

    # YAML

    # The contract (OpenAPI)

    # DBML

    # Mermaid state diagrams

    # Scenarios (Gherkin)

    # Expressions (CEL)

    # The model


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A character of a file of the bundle; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to put right: where, what is wrong, and what would be right."""

    place: Place
    code: Code
    level: Level
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        line = f"{self.place}: {self.level} {self.code}: {self.message}"
        return f"{line}\n    {self.hint}" if self.hint else line


class Report:
    """The diagnostics found so far, in the order of their places when read."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(
        self,
        place: Place,
        code: Code,
        message: str,
        hint: str | None = None,
        *,
        level: Level = Level.ERROR,
    ) -> None:
        """Note a diagnostic; the same one twice is noted once."""
        self._found[Diagnostic(place, code, level, message, hint)] = None

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        self._found.update(dict.fromkeys(diagnostics))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=lambda d: (d.place, d.code, d.message)))

    def __len__(self) -> int:
        return len(self._found)

    def at(self, level: Level) -> list[Diagnostic]:
        return [found for found in self if found.level is level]

    @property
    def failed(self) -> bool:
        """Whether anything found keeps every file from being written."""
        return any(found.level is Level.ERROR for found in self._found)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the known word nearest to a misspelt one, if one is near."""
    by_fold = {name.casefold(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.7)
    return f"Did you mean `{by_fold[near[0]]}`?" if near else None
