"""The words of an expression."""

import math
import re
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # name, int, double, string, operator, end
    text: str
    start: int
    end: int
    value: bool | int | float | str | None = None


class Wrong(Exception):
    """What is wrong at an offset; never leaves this module."""

    def __init__(self, offset: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.hint = hint


_SPACE = re.compile(r"[ \t\r\n\f]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_QUOTE = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_OPERATOR = re.compile(
    r"===|!==|<>|\|\||&&|==|!=|<=|>=|//|\*\*|->|:=|[-+*/%<>=!?:.,()\[\]{}&|~^@;`\\]"
)
FOREIGN_OPERATORS = {  # read only to be refused kindly
    "===": "Write `==`.",
    "!==": "Write `!=`.",
    "<>": "Write `!=`.",
    "&": "Write `&&`.",
    "|": "Write `||`.",
    "//": "Write `/`: a division of ints has an int as its result.",
    "**": "Write the product out: `x * x`.",
}
_TYPOGRAPHIC = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip
_CODED = re.compile(r"x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})")
_OCTAL = re.compile(r"[0-3][0-7]{2}")


def read_tokens(source: str) -> list[Token]:
    tokens, offset = [], 0
    while offset < len(source):
        if space := _SPACE.match(source, offset):
            offset = space.end()
            continue
        tokens.append(_token(source, offset))
        offset = tokens[-1].end
    return [*tokens, Token("end", "", offset, offset)]


def _token(source: str, start: int) -> Token:
    if quote := _QUOTE.match(source, start):
        return _string(source, quote)
    if name := _NAME.match(source, start):
        return Token("name", name.group(), start, name.end())
    if number := _NUMBER.match(source, start):
        return _number(source, number)
    if operator := _OPERATOR.match(source, start):
        return Token("operator", operator.group(), start, operator.end())
    char = source[start]
    hint = 'Write plain quotes: `"text"`.' if char in _TYPOGRAPHIC else None
    raise Wrong(start, f"`{_visible(char)}` has no meaning in an expression.", hint)


def _visible(char: str) -> str:
    return char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"


def _number(source: str, found: re.Match[str]) -> Token:
    text, start, end = found.group(), found.start(), found.end()
    tail = _NAME.match(source, end)
    if tail and tail.group() in ("u", "U"):
        raise Wrong(start, f"`{text}u` is unsigned, which no column is.", f"Write `{text}`.")
    if tail and tail.group().startswith("_"):
        raise Wrong(end, "The digits of a number are written without `_`.")
    if tail:
        raise Wrong(start, f"`{text}{tail.group()}` is neither a number nor a name.")
    if re.fullmatch(r"0[xX].*|[0-9]+", text):
        value = int(text, 16 if text[1:2] in ("x", "X") else 10)
        return Token("int", text, start, end, value)
    if math.isinf(float(text)):
        raise Wrong(start, f"`{text}` is too large for a double.")
    return Token("double", text, start, end, float(text))


def _string(source: str, opening: re.Match[str]) -> Token:
    prefix, quote = opening.group(1).lower(), opening.group(2)
    start, offset = opening.start(), opening.end()
    if prefix not in ("", "r"):
        what = "bytes" if "b" in prefix else f"`{opening.group(1)}` before a quote"
        raise Wrong(start, f"An expression has no {what}: only text, as in `{quote}text{quote}`.")
    chars: list[str] = []
    while not source.startswith(quote, offset):
        rest = source[offset : offset + 2]
        if rest in ("", "\\") or (rest[0] == "\n" and len(quote) == 1):
            raise Wrong(start, f"The text that begins with this `{quote}` is never closed.")
        if source[offset] == "\\" and not prefix:
            char, offset = _escaped(source, offset)
        else:
            char, offset = source[offset], offset + 1
        if char == "\0" or "\ud800" <= char <= "\udfff":
            raise Wrong(offset - 1, "Text in a database can hold neither NUL nor half a character.")
        chars.append(char)
    end = offset + len(quote)
    return Token("string", source[start:end], start, end, "".join(chars))


def _escaped(source: str, backslash: int) -> tuple[str, int]:
    """The character that an escape stands for, and where the text goes on."""
    after = backslash + 1
    if coded := _CODED.match(source, after) or _OCTAL.match(source, after):
        digits, base = (coded.group()[1:], 16) if coded.re is _CODED else (coded.group(), 8)
        if int(digits, base) <= sys.maxunicode:
            return chr(int(digits, base)), coded.end()
    elif source[after : after + 1] in _ESCAPES and after < len(source):
        return _ESCAPES[source[after]], after + 1
    shown = source[backslash : after + 1]
    raise Wrong(backslash, f"`{shown}` is no escape.", "A backslash itself is written `\\\\`.")
