"""A line of a diagram, read from left to right."""

import re
from collections.abc import Iterator

from specwright.diagnostic import Code, Level, Place, Report
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_QUOTED_OR_COMMENT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|%%")
_LONGEST_QUOTE = 60


class Line:
    """The part of a line that is not yet read: from `offset` up to `end`, without its blanks."""

    def __init__(self, text: Text, start: int, end: int, report: Report) -> None:
        self.text = text
        self.offset = start
        self.end = end
        self._report = report
        self._trim()

    @property
    def rest(self) -> str:
        return self.text.value[self.offset : self.end]

    def starts_with(self, *prefixes: str) -> bool:
        return self.text.value.startswith(prefixes, self.offset, self.end)

    def words(self) -> list[str]:
        return self.rest.casefold().split(maxsplit=2)

    def take(self, pattern: re.Pattern[str]) -> Word | None:
        """What matches here, as a word; the blanks after it are skipped."""
        match = pattern.match(self.text.value, self.offset, self.end)
        if match is None or not match.group():
            return None
        word = Word(match.group(), self.place())
        self.skip(len(word.value))
        return word

    def skip(self, characters: int) -> None:
        self.offset += characters
        self._trim()

    def up_to(self, end: int) -> "Line":
        return Line(self.text, self.offset, end, self._report)

    def take_text(self, end: int) -> Text:
        """The text up to the offset `end`, without the blanks at its ends."""
        written = self.text.value[self.offset : end]
        text = self.text.part(self.offset, self.offset + len(written.rstrip()))
        self.skip(len(written))
        return text

    def place(self, offset: int | None = None) -> Place:
        return self.text.place(self.offset if offset is None else offset)

    def say(self, place: Place, code: Code, message: str, hint: str | None = None) -> None:
        self._report.add(place, code, message, hint)

    def later(self, message: str, hint: str | None = None) -> None:
        self._report.add(self.place(), Code.STATE_LATER, message, hint, level=Level.LATER)

    def _trim(self) -> None:
        while self.offset < self.end and self.text.value[self.offset].isspace():
            self.offset += 1
        while self.end > self.offset and self.text.value[self.end - 1].isspace():
            self.end -= 1


def lines_of(text: Text, report: Report) -> Iterator[Line]:
    """The lines that say something: comments, directives and front matter are left out."""
    closing: str | None = None
    start = 0
    for number, written in enumerate(text.value.split("\n")):
        line = Line(text, start, start + _length(written), report)
        start += len(written) + 1
        if closing is not None:
            closing = None if closing in written else closing
        elif number == 0 and line.rest == "---":
            closing = "---"
        elif line.starts_with("%%") or written.lstrip().startswith("%%{"):
            closing = "}%%" if "%%{" in written and "}%%" not in written else None
        elif line.rest and not line.starts_with("#"):
            yield line


def _length(written: str) -> int:
    """The length of a line without the comment at its end."""
    for match in _QUOTED_OR_COMMENT.finditer(written):
        if match.group() == "%%":
            return match.start()
    return len(written)


def quoted(written: str) -> str:
    line = " ".join(written[: 4 * _LONGEST_QUOTE].split())
    return f"`{line[:_LONGEST_QUOTE]}…`" if len(line) > _LONGEST_QUOTE else f"`{line}`"
