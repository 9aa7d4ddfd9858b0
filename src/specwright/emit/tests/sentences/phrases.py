"""The parts of a sentence that say what is what: `status "done", attempts 1 and no claimed_by`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NAME = r'"([^"]+)"'
WORD = r"([A-Za-z][\w-]*)"
_EMPTY = re.compile(rf"no {WORD}")
_SAID = re.compile(rf"{WORD} (?:{NAME}|(-?[\w.]+))")
_BETWEEN = re.compile(r'(?:,\s*|\s+and\s+)(?=(?:[^"]*"[^"]*")*[^"]*$)')  # not within quotes


class Unclear(Exception):
    """A step says something that the model does not know; the message says what."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotBuilt(Exception):
    """A step needs something that this backend does not have yet."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`attempts 1`; without a text, `no attempts`. In quotes stands a name, or a text."""

    word: str
    text: str | None
    is_quoted: bool = False


def phrases(text: str) -> Iterator[Phrase]:
    for part in _BETWEEN.split(text):
        written = part.strip()
        if found := _EMPTY.fullmatch(written):
            yield Phrase(found[1], None)
        elif found := _SAID.fullmatch(written):
            yield Phrase(found[1], found[2] or found[3], found[2] is not None)
        elif written:
            raise Unclear(f'`{written}` is not `column "value"`, `column 1` or `no column`.')
