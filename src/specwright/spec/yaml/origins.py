"""Where each character of a scalar stands that its file writes in another way."""

from dataclasses import dataclass, field

from specwright.diagnostic import Place
from specwright.spec.text import Text

_WIDTHS = {"x": 4, "u": 6, "U": 10}
_SURROGATE_PAIR = 12


@dataclass(frozen=True)
class Traced(Text):
    """A text whose characters stand at `origins` of `source`; one more origin marks the end."""

    source: Text = field(default=Text("", ""), repr=False)
    origins: tuple[int, ...] = (0,)

    def place(self, offset: int) -> Place:
        return self.source.place(self.origins[min(offset, len(self.origins) - 1)])

    def at(self, row: int, column: int) -> Place:
        return self.place(self._starts[row] + column)

    def part(self, start: int, end: int) -> "Traced":
        return Traced(
            self.file,
            self.value[start:end],
            self.place(start).line,
            source=self.source,
            origins=self.origins[start : end + 1],
        )


def origins(raw: str, text: str, quoted: bool) -> list[int]:  # noqa: FBT001 - of the scalar
    """The offset in `raw` of each character of `text` and of its end.

    Exact for all but white space, which lies between its neighbours.
    """
    mark = raw[:1] if quoted else ""
    at = _begin(raw, mark)
    found = []
    for char in text:
        at = _seek(raw, at, char, mark)
        found.append(min(at, len(raw) - 1))
        at += _width(raw, at, mark)
    return [*found, min(at, len(raw))]


def _begin(raw: str, mark: str) -> int:
    if mark in ("|", ">"):
        return raw.find("\n") + 1
    return len(mark)


def _seek(raw: str, at: int, char: str, mark: str) -> int:
    """Where `char` is, at `at` or behind the white space that starts there."""
    while at < len(raw) and raw[at] != char:
        if mark == '"' and raw[at] == "\\":
            if raw[at + 1 : at + 2] not in ("\n", "\r"):
                return at
            at += 1
        elif not raw[at].isspace() or (char == " " and raw[at] == "\n"):
            return at
        at += 1
    return at


def _width(raw: str, at: int, mark: str) -> int:
    if mark == "'" and raw.startswith("''", at):
        return 2
    if mark != '"' or not raw.startswith("\\", at):
        return 1
    width = _WIDTHS.get(raw[at + 1 : at + 2], 2)
    is_pair = raw[at + 2 : at + 4].lower() in ("d8", "d9", "da", "db")
    return _SURROGATE_PAIR if width == _WIDTHS["u"] and is_pair else width
