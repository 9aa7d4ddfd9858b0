"""Markdown as far as a bundle uses it: headings, fences, tables and prose, each with its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from specwright.diagnostic import Code, Place, Report
from specwright.spec.syntax import Word
from specwright.spec.text import Text

MOST_CHARACTERS = 1_000_000  # the longest file of 138 strangers' bundles has 32,000

# Only the blocks: nobody here needs links or emphasis, and the rules for references between
# paragraphs take quadratic time on hostile files.
_BLOCKS = MarkdownIt("commonmark").enable("table").disable(["inline", "reference", "text_join"])

_CONTAINER = re.compile(r"[ \t>]*")  # what a list or quotation may put before a block's line
_ESCAPED_PIPE = re.compile(r"\\\|")
_TICKS = re.compile(r"`+")
_READ = ("dbml", "mermaid", "gherkin", "feature", "yaml", "yml")  # none has such a line in it
_BEGINS = re.compile(r"(?:```|~~~)[ \t]*[A-Za-z][\w-]*(?: \w+)?")


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    title: Word


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block; `info` is what follows the opening fence, such as `yaml rules`."""

    info: Word
    body: Text
    heading: Word | None  # the nearest one above

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.info.value.split())

    @property
    def language(self) -> str:
        return self.words[0].lower() if self.words else ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its heading, and rows that have as many cells as they were given."""

    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose; the first paragraph of a list item says so, and a numbered one has its number."""

    text: Text
    is_item: bool = False
    number: int | None = None


Block = Heading | Fence | Grid | Paragraph


def read_markdown(text: Text, report: Report) -> tuple[Block, ...]:
    """The blocks of a Markdown file in order; HTML comments and indented code are left out."""
    if len(text.value) > MOST_CHARACTERS:
        report.add(
            Place(text.file, 1, 1),
            Code.FILE_TOO_LARGE,
            f"This file has more than {MOST_CHARACTERS:,} characters, so it was not read.",
            "Split it, or move what is not part of the specification elsewhere.",
        )
        return ()
    return tuple(_Reader(text, report).blocks())


class _Reader:
    def __init__(self, text: Text, report: Report) -> None:
        self._source = text.value.replace("\r\n", "\n").replace("\r", "\n")
        self._text = text
        self._lines = self._source.split("\n")
        self._report = report
        self._heading: Word | None = None

    def blocks(self) -> Iterator[Block]:
        tokens = _BLOCKS.parse(self._source)
        for number, token in enumerate(tokens):
            if token.type == "heading_open":
                yield self._heading_of(token, tokens[number + 1])
            elif token.type == "fence":
                if fence := self._fence(token):
                    yield fence
            elif token.type == "table_open":
                yield self._grid(token)
            elif token.type == "paragraph_open":
                yield self._paragraph(tokens, number)

    def _heading_of(self, opening: Token, inline: Token) -> Heading:
        marks = len(opening.markup) if opening.markup.startswith("#") else 0
        title = self._placed(inline.content, _first(inline), marks)
        self._heading = Word(" ".join(title.value.split()), title.place(0))
        return Heading(int(opening.tag[1:]), self._heading)

    def _fence(self, token: Token) -> Fence | None:
        first, end = _span(token)
        line = self._lines[first]
        info = token.info.strip()
        column = line.find(info, line.find(token.markup) + len(token.markup))
        word = Word(info, self._text.at(first, max(column, 0)))
        body = self._placed(token.content, first + bool(token.content))
        fence = Fence(word, body, self._heading)
        if fence.language in _READ and (inner := self._begun_within(token, first, end)):
            self._report.add(
                self._text.at(first, max(line.find(token.markup), 0)),
                Code.UNCLOSED_FENCE,
                f"This block is not closed before the next one begins on line {inner}.",
                f"End it with a line {token.markup}",
            )
            return None
        if not self._is_closed(token, first, end):
            self._report.add(
                self._text.at(first, max(line.find(token.markup), 0)),
                Code.UNCLOSED_FENCE,
                "This block is never closed, so everything below belongs to it.",
                f"End it with a line {token.markup}",
            )
        return fence

    def _begun_within(self, token: Token, first: int, end: int) -> int | None:
        """The line on which another block seems to begin."""
        rows = range(first + 1, end)
        begun = (row for row in rows if _BEGINS.fullmatch(self._lines[row].strip(" \t>")))
        row = next((row for row in begun if token.markup in self._lines[row]), None)
        return None if row is None else self._text.line + row

    def _is_closed(self, token: Token, first: int, end: int) -> bool:
        last = self._lines[end - 1].strip(" \t>")
        return end - 1 > first and last.startswith(token.markup) and not last.strip(token.markup[0])

    def _grid(self, token: Token) -> Grid:
        first, end = _span(token)
        header = tuple(self._cells(first))
        return Grid(
            header,
            tuple(tuple(self._cells(row, len(header))) for row in range(first + 2, end)),
        )

    def _paragraph(self, tokens: Sequence[Token], number: int) -> Paragraph:
        inline = tokens[number + 1]
        text = self._placed(inline.content, _first(inline))
        above = tokens[number - 1] if number else None
        if above is None or above.type != "list_item_open":
            return Paragraph(text)
        return Paragraph(text, is_item=True, number=_number(above.info))

    def _placed(self, content: str, first: int, marks: int = 0) -> Text:
        """The content of a token with the columns that its lines have lost."""
        rows = content.split("\n")
        sources = self._lines[first : first + len(rows)]
        return Text(
            self._text.file,
            content,
            self._text.line + first,
            tuple(_cut(row, line, marks) for row, line in zip(rows, sources, strict=False)),
        )

    def _cells(self, row: int, expected: int | None = None) -> Iterator[Text]:
        line = self._lines[row]
        pipes = _outside_code(line)
        if expected is not None and len(pipes) != expected - 1 + _outer(line, pipes):
            plain = _pipes(line)  # a stray backtick must not swallow the rest of its row
            if len(plain) == expected - 1 + _outer(line, plain):
                pipes = plain
        for start, end in _between(line, pipes):
            yield self._cell(row, start, end)

    def _cell(self, row: int, start: int, end: int) -> Text:
        raw = self._lines[row][start:end]
        start += len(raw) - len(raw.lstrip())
        raw = raw.strip()
        escapes = [match.start() for match in _ESCAPED_PIPE.finditer(raw)]
        return Text(
            self._text.file,
            raw.replace("\\|", "|"),
            self._text.line + row,
            (start,),
            tuple(at - earlier for earlier, at in enumerate(escapes)),
        )


def code_spans(text: Text) -> tuple[tuple[Text, ...], str]:
    """What stands between backticks, and the prose that remains without it."""
    spans, prose, done = [], [], 0
    for start, end, ticks in _spans(text.value):
        prose.append(text.value[done : start - ticks])
        done = end + ticks
        spans.append(_trimmed(text.part(start, end)))
    return tuple(spans), "".join((*prose, text.value[done:])).strip()


def _trimmed(text: Text) -> Text:
    kept = text.value.strip()
    start = len(text.value) - len(text.value.lstrip())
    return text.part(start, start + len(kept))


def _spans(line: str) -> Iterator[tuple[int, int, int]]:
    """Start and end of each code span of a line, without its backticks, and their number."""
    runs = [match.span() for match in _TICKS.finditer(line)]
    closing: dict[int, int] = {}  # by length of a run: the nearest such run to the right
    partner: list[int | None] = []
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number][1] - runs[number][0]
        partner.append(closing.get(length))
        closing[length] = number
    partner.reverse()
    number = 0
    while number < len(runs):
        closer = partner[number]
        if closer is None:
            number += 1
            continue
        start, end = runs[number][1], runs[closer][0]
        yield start, end, start - runs[number][0]
        number = closer + 1


def _pipes(line: str) -> list[int]:
    return [at for at, char in enumerate(line) if char == "|" and line[at - 1 : at] != "\\"]


def _outside_code(line: str) -> list[int]:
    pipes = _pipes(line)
    spans = list(_spans(line))
    found, number = [], 0
    for at in pipes:
        while number < len(spans) and spans[number][1] <= at:
            number += 1
        if number == len(spans) or at < spans[number][0]:
            found.append(at)
    return found


def _outer(line: str, pipes: Sequence[int]) -> int:
    """How many of the pipes stand at the ends of their line."""
    if not pipes:
        return 0
    start = pipes[0] == _start(line)
    return start + (len(pipes) > start and pipes[-1] == len(line.rstrip()) - 1)


def _between(line: str, pipes: Sequence[int]) -> Iterator[tuple[int, int]]:
    edges = [_start(line) - 1, *pipes, len(line)]
    if pipes and pipes[0] == edges[0] + 1:
        edges.pop(0)
    if len(edges) > 2 and not line[edges[-2] + 1 :].strip():  # noqa: PLR2004  one cell has 2 edges
        edges.pop()
    for left, right in pairwise(edges):
        yield left + 1, right


def _start(line: str) -> int:
    container = _CONTAINER.match(line)
    return container.end() if container else 0


def _cut(row: str, line: str, marks: int) -> int:
    """How many columns `line` of the file has before `row`, which is a part of it."""
    row, line = row.rstrip(), line.rstrip()
    if line.endswith(row) and not marks:
        return len(line) - len(row)
    return max(line.find(row, line.find("#") + marks if marks else 0), 0)


def _span(token: Token) -> tuple[int, int]:
    first, end = token.map or (0, 0)
    return first, end


def _first(token: Token) -> int:
    return _span(token)[0]


def _number(info: str) -> int | None:
    return int(info) if info.isdecimal() and info.isascii() else None
