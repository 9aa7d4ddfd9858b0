"""A piece of a file that knows where each of its characters stands."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from specwright.diagnostic import Place


@dataclass(frozen=True)
class Text:
    """The characters `value` of `file`, from `line` on; each line was cut off `indents[i]` columns.

    A whole file is `Text("spec.md", text)`; a fence in it starts lower and may be indented.
    """

    file: str
    value: str
    line: int = 1
    indents: tuple[int, ...] = ()

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
        return self.at(row, offset - self._starts[row])

    def at(self, row: int, column: int) -> Place:
        """Where row `row` and column `column` of `value`, both from 0, stand in the file."""
        indent = self.indents[row] if row < len(self.indents) else 0
        return Place(self.file, self.line + row, indent + column + 1)
