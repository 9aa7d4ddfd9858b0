"""The words and signs of a DBML text, each with its offset."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from textwrap import dedent

from specwright.diagnostic import Code, Report
from specwright.spec.text import Text

LONGEST_NAME = 63  # bytes: PostgreSQL cuts a longer one off without a word


class Kind(StrEnum):
    WORD = "word"
    QUOTED = "quoted"  # a name in "…"
    STRING = "string"  # '…' or '''…'''
    EXPRESSION = "expression"  # `…`
    NUMBER = "number"
    COLOR = "color"
    SYMBOL = "symbol"
    NEWLINE = "newline"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`; `value` is what stands between its quotes."""

    kind: Kind
    value: str
    start: int
    end: int

    def is_symbol(self, *symbols: str) -> bool:
        return self.kind is Kind.SYMBOL and self.value in symbols


@dataclass(frozen=True, slots=True)
class Tokens:
    """A whole text; its last token is the only one of kind END."""

    all: tuple[Token, ...]
    broken_lines: frozenset[int]  # a quote opens there and never closes: it has been reported
    cut: bool  # the rest of the text is lost in a comment or string that never closes


# No alternative can match the same characters in two ways, so that no input is slow.
_PIECE = re.compile(
    r"""
      (?P<newline>\n)
    | (?P<blank>[^\S\n]+ | //[^\n]* | /\*[\s\S]*?\*/)
    | (?P<block>'''(?:[^\\']|\\[\s\S]|'(?!''))*''')
    | (?P<string>'(?!'')(?:[^\\'\n]|\\[^\n])*')
    | (?P<quoted>"(?:[^\\"\n]|\\[^\n])*")
    | (?P<expression>`[^`]*`)
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?!\w))
    | (?P<color>\#\w+)
    | (?P<word>\w+)
    | (?P<symbol><>|[^\s\w])
    """,
    re.VERBOSE,
)
_ENDS_EXPRESSION = re.compile(r"[^\S\n]*(?:[\]\[,}){]|//|/\*|\n|\Z)")
_KINDS = {
    "number": Kind.NUMBER,
    "color": Kind.COLOR,
    "word": Kind.WORD,
    "symbol": Kind.SYMBOL,
    "newline": Kind.NEWLINE,
}


def tokens_of(text: Text, report: Report) -> Tokens:
    return _Lexer(text, report).run()


class _Lexer:
    def __init__(self, text: Text, report: Report) -> None:
        self._text = text
        self._report = report
        self._tokens: list[Token] = []
        self._broken: set[int] = set()
        self._offset = 0
        self._cut = False

    def run(self) -> Tokens:
        end = len(self._text.value)
        while self._offset < end:
            self._step()
        self._keep(Kind.END, "", self._offset)
        return Tokens(tuple(self._tokens), frozenset(self._broken), self._cut)

    def _step(self) -> None:
        piece = _PIECE.match(self._text.value, self._offset)
        if piece is None or piece.lastgroup is None:  # no character escapes the pattern
            self._offset += 1
            return
        read: dict[str, Callable[[str], None]] = {
            "blank": self._blank,
            "block": self._block,
            "string": self._string,
            "quoted": self._quoted,
            "expression": self._expression,
            "symbol": self._symbol,
        }
        group, found = piece.lastgroup, piece.group()
        if group in read:
            read[group](found)
        else:
            self._keep(_KINDS[group], self._name(found) if group == "word" else found, len(found))

    def _keep(self, kind: Kind, value: str, length: int) -> None:
        start = self._offset
        if kind is Kind.END:
            length = 0
        self._tokens.append(Token(kind, value, start, start + length))
        self._offset = start + length

    def _blank(self, found: str) -> None:
        self._offset += len(found)

    def _block(self, found: str) -> None:
        lines = dedent(_unescape(found[3:-3].replace("\\\n", ""))).strip("\n")
        self._keep(Kind.STRING, lines.rstrip(), len(found))

    def _string(self, found: str) -> None:
        self._keep(Kind.STRING, _unescape(found[1:-1]), len(found))

    def _quoted(self, found: str) -> None:
        self._keep(Kind.QUOTED, self._name(_unescape(found[1:-1])), len(found))

    def _expression(self, found: str) -> None:
        after = self._offset + len(found)
        if "\n" in found and not _ENDS_EXPRESSION.match(self._text.value, after):
            self._unclosed()  # this backtick opens the next expression
            return
        self._keep(Kind.EXPRESSION, found[1:-1], len(found))

    def _symbol(self, found: str) -> None:
        if found in ("'", '"', "`"):
            self._unclosed()
        elif found in _TYPOGRAPHIC:
            self._typographic()
        elif self._text.value.startswith("/*", self._offset):
            self._lose_rest("This comment is never closed.", "Close it with `*/`.")
        else:
            self._keep(Kind.SYMBOL, found, len(found))

    def _unclosed(self) -> None:
        """Read what an unclosed quote on this line most probably meant."""
        if self._text.value.startswith("'''", self._offset):
            self._lose_rest("This text is never closed.", "Close it with `'''`.")
            return
        quote = self._text.value[self._offset]
        line_end = self._text.value.find("\n", self._offset)
        line = self._text.value[self._offset + 1 : line_end if line_end >= 0 else None]
        inside = line.rstrip("]}{, \t\r")
        self._broken.add(self._text.place(self._offset).line)
        self._say(Code.DBML_UNCLOSED, f"{_QUOTES[quote]} is never closed.", _closing(quote))
        self._keep(_QUOTED_KINDS[quote], inside, 1 + len(inside))

    def _typographic(self) -> None:
        """Read a text in the quotes of a word processor as if they were plain ones."""
        line_end = self._text.value.find("\n", self._offset)
        line = self._text.value[self._offset + 1 : line_end if line_end >= 0 else None]
        inside = re.split(f"[{_TYPOGRAPHIC}'\"]", line, maxsplit=1)[0]
        self._say(Code.DBML_SYNTAX, "This is a typographic quote.", "Write a plain `'`.")
        self._keep(Kind.STRING, inside, min(len(inside) + 2, len(line) + 1))

    def _lose_rest(self, message: str, hint: str) -> None:
        self._say(Code.DBML_UNCLOSED, message, hint)
        self._cut = True
        self._offset = len(self._text.value)

    def _name(self, name: str) -> str:
        if len(name.encode(errors="replace")) <= LONGEST_NAME:
            return name
        self._say(
            Code.DBML_NAME,
            f"`{name[:20]}…` is longer than {LONGEST_NAME} bytes, where PostgreSQL cuts a name.",
            "Give it a shorter name.",
        )
        return name[:LONGEST_NAME]

    def _say(self, code: Code, message: str, hint: str) -> None:
        self._report.add(self._text.place(self._offset), code, message, hint)


_TYPOGRAPHIC = "\u2018\u2019\u201c\u201d\u00b4"
_QUOTES = {"'": "This text", '"': "This name", "`": "This expression"}
_QUOTED_KINDS = {"'": Kind.STRING, '"': Kind.QUOTED, "`": Kind.EXPRESSION}


def _closing(quote: str) -> str:
    if quote == "`":
        return "Close it with a backtick."
    if quote == "'":
        return r"Close it with `'`; an apostrophe inside of a text is written `\'`."
    return f"Close it with `{quote}`."


def _unescape(inside: str) -> str:
    return re.sub(r"\\([\s\S])", r"\1", inside)
