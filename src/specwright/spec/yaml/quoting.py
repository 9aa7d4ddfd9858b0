"""When YAML takes a value for something else, and the quotes that prevent it."""

import re
from collections.abc import Iterator

from specwright.spec.yaml.nodes import Scalar

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_COMMENT = re.compile(r"[ \t]+(#[^\n]*)")


def in_quotes(value: str) -> str:
    """The value with the quotes that need no escape in it, if there are any."""
    if "'" in value and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def trailing_comment(scalar: Scalar) -> str | None:
    """The comment that ends a plain scalar, such as `# idempotency key`."""
    if scalar.quoted:
        return None
    found = _COMMENT.match(scalar.source.value, scalar.end)
    return found[1].rstrip() if found else None


def cut_short(scalar: Scalar) -> str | None:
    """What the author of a plain scalar meant, when YAML ended it inside quotes or brackets.

    `note == "x #1"` ends at the hash; `{ where: lines.all(l, l.quantity > 0) }`, at the comma.
    """
    if scalar.quoted or not _unbalanced(scalar.text):
        return None
    line_end = scalar.source.value.find("\n", scalar.end)
    rest = scalar.source.value[scalar.start : line_end if line_end >= 0 else None]
    whole = rest[: expression_end(rest)].rstrip()
    return whole if len(whole) > scalar.end - scalar.start else None


def expression_end(line: str) -> int:
    """Where an expression at the start of `line` ends by its own quotes and brackets."""
    for at, char, outside in _walk(line):
        if outside and (char in ",]}" or (char == "#" and line[at - 1 : at].isspace())):
            return at
    return len(line)


def first_outside(line: str) -> int | None:
    """Where the bracket or quote that begins `line` is closed and past."""
    return next((at for at, _, outside in _walk(line + " ") if at and outside), None)


def _unbalanced(text: str) -> bool:
    return not all(outside for at, _, outside in _walk(text + " ") if at == len(text))


def _walk(line: str) -> Iterator[tuple[int, str, bool]]:
    """Each character and whether it stands outside of all quotes and brackets."""
    closers: list[str] = []
    quote = ""
    for at, char in enumerate(line):
        yield at, char, not quote and not closers
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in _PAIRS:
            closers.append(_PAIRS[char])
        elif closers and char == closers[-1]:
            closers.pop()
