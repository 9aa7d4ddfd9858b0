"""What a document says of settings, as far as its words are ones that are known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from specwright.diagnostic import Report
from specwright.roles.front_matter import FrontMatter
from specwright.roles.kinds import Setting
from specwright.roles.precedence import Level, Said
from specwright.roles.settings import MEMORY, MODEL, SETTINGS, TOOLS
from specwright.spec.text import Text
from specwright.spec.yaml import Mapping, Scalar, Sequence, read_yaml

_FENCE = re.compile(r"\s*(```|~~~)")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_DENIED = re.compile(r"\b(?:never|not|no|don'?t|without|avoid)\b")


@dataclass(frozen=True)
class Phrase:
    """Words that say the value of a setting."""

    setting: Setting[Any]
    value: str  # `$1`: the first group
    says: re.Pattern[str]

    def found_in(self, sentence: str) -> str | None:
        match = self.says.search(sentence)
        if match is None or _DENIED.search(sentence[: match.start()]):
            return None
        return match[1] if self.value == "$1" else self.value


def recognised(document: str, front: FrontMatter, name: str) -> tuple[Said, ...]:
    """Every setting that the document says, each value once, with its first line."""
    seen: dict[tuple[str, object], Said] = {}
    for said in (*_from_front(front, name), *_from_prose(document, front, name)):
        seen.setdefault((said.setting.name, said.value), said)
    return tuple(seen.values())


def _from_front(front: FrontMatter, name: str) -> Iterator[Said]:
    for key, setting in (
        ("model", MODEL),
        ("memory", MEMORY),
        ("tools", TOOLS),
        ("allowed-tools", TOOLS),
    ):
        found = front.fields.get(key)
        value = setting.read(found.text) if found and found.text else None
        if found is not None and value is not None:
            yield Said(setting, value, Level.ROLE, f"{name}:{found.line}")


def _from_prose(document: str, front: FrontMatter, name: str) -> Iterator[Said]:
    for line, sentence in _sentences(document, front.body_line):
        for phrase in vocabulary():
            found = phrase.found_in(sentence)
            value = None if found is None else phrase.setting.read(found)
            if value is not None:
                yield Said(phrase.setting, value, Level.ROLE, f"{name}:{line}")


def _sentences(document: str, body_line: int) -> Iterator[tuple[int, str]]:
    """Prose, sentence by sentence; what is fenced is an example."""
    fence: str | None = None
    for line, written in enumerate(document.replace("\r\n", "\n").split("\n"), 1):
        opens = _FENCE.match(written)
        if opens and fence in (None, opens[1]):
            fence = None if fence else opens[1]
        elif fence is None and line >= body_line:
            for sentence in _SENTENCE_END.split(_EMPHASIS.sub("", written.strip())):
                yield line, sentence


@cache
def vocabulary() -> tuple[Phrase, ...]:
    text = files("specwright.roles").joinpath("vocabulary.yaml").read_text("utf-8")
    node = read_yaml(Text("vocabulary.yaml", text), Report())
    if not isinstance(node, Mapping):
        raise TypeError("the vocabulary is no mapping")
    return tuple(
        Phrase(SETTINGS[entry.key.text], value.text, re.compile(says.text, re.IGNORECASE))
        for entry in node
        if isinstance(entry.value, Sequence)
        for item in entry.value
        if isinstance(item, Mapping)
        and isinstance(value := item.get("is"), Scalar)
        and isinstance(says := item.get("says"), Scalar)
    )
