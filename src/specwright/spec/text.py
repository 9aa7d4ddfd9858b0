"""A piece of a file that knows where each of its characters stands."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from specwright.diagnostic import Place


@dataclass(frozen=True)
class Text:
    """The characters `value` of `file`, from `line` on; each line was cut off `indents[i]` columns.

    A whole file is `Text("spec.md", text)`; a fence in it starts lower and may be indented.
    `gaps` are the offsets in `value` before which one character of the file, such as the
    backslash of an escape, was left out.
    """

    file: str
    value: str
    line: int = 1
    indents: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for number, char in enumerate(self.value):
            if char == "\n":
                starts.append(number + 1)
        return starts

    def place(self, offset: int) -> Place:
        """Where the character at `offset` of `value` stands in the file."""
        row = bisect_right(self._starts, offset) - 1
        start = self._starts[row]
        skipped = bisect_right(self.gaps, offset) - bisect_left(self.gaps, start)
        return self.at(row, offset - start + skipped)

    def at(self, row: int, column: int) -> Place:
        """Where row `row` and column `column` of `value`, both from 0, stand in the file."""
        indent = self.indents[row] if row < len(self.indents) else 0
        return Place(self.file, self.line + row, indent + column + 1)

    def part(self, start: int, end: int) -> "Text":
        """The characters from `start` up to `end`, each still in its place."""
        first = self.place(start)
        row, last = (bisect_right(self._starts, offset) - 1 for offset in (start, end))
        return Text(
            self.file,
            self.value[start:end],
            first.line,
            (first.column - 1, *self.indents[row + 1 : last + 1]),
            tuple(gap - start for gap in self._gaps_between(start, end)),
        )

    def _gaps_between(self, start: int, end: int) -> tuple[int, ...]:
        return self.gaps[bisect_right(self.gaps, start) : bisect_right(self.gaps, end)]
