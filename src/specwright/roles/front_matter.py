"""The front matter of a role's document, as tolerant as documents in the wild need."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from specwright.diagnostic import Report
from specwright.spec.text import Text
from specwright.spec.yaml import Mapping as YamlMapping
from specwright.spec.yaml import Node, Scalar, Sequence, read_yaml

FENCE = "---"
ONE_LINE = ("name", "description", "model", "memory", "argument-hint", "color")

_KEY = re.compile(r"([A-Za-z][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")
_ITEM = re.compile(r"[ \t]*- +(.*)")
_FOLDED = re.compile(r"[>|][+-]?")
_QUOTED = re.compile(r"(['\"])(.*)\1")


@dataclass(frozen=True, slots=True)
class Field:
    """A key, what it says (a list as several texts), and its line."""

    key: str
    texts: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        return ", ".join(self.texts)


@dataclass(frozen=True, slots=True)
class Tolerated:
    """Something that is not as it should be, and how it was read."""

    line: int
    how: str


@dataclass(frozen=True)
class FrontMatter:
    """What stands between the first two `---`; empty where there is none."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    tolerated: tuple[Tolerated, ...] = ()
    body_line: int = 1  # where the prose begins

    def text(self, key: str) -> str | None:
        found = self.fields.get(key)
        return found.text if found and found.text else None


def read_front_matter(document: str) -> FrontMatter:
    """Strict YAML first; where that fails, one key on each line and the rest as its text."""
    lines = document.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if not lines or lines[0].rstrip() != FENCE:
        return FrontMatter()
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == FENCE), None)
    if end is None:
        how = "the front matter is not closed by `---`, so all of the document is read as prose"
        return FrontMatter(tolerated=(Tolerated(1, how),))
    head = lines[1:end]
    found = Report()
    node = read_yaml(Text("front matter", "\n".join(head) + "\n", line=2), found)
    if isinstance(node, YamlMapping) and not found.failed:
        fields, tolerated = _from_yaml(node, lines)
    else:
        fields, tolerated = _from_lines(head, found)
    tolerated += tuple(_literal_breaks(fields))
    return FrontMatter({one.key: one for one in fields}, tolerated, end + 2)


# -- Strict


def _from_yaml(
    mapping: YamlMapping, lines: list[str]
) -> tuple[tuple[Field, ...], tuple[Tolerated, ...]]:
    fields: list[Field] = []
    tolerated: list[Tolerated] = []
    for entry in mapping:
        key, line = entry.key.text, entry.key.place.line
        texts = tuple(_texts(entry.value))
        if key in ONE_LINE and isinstance(entry.value, Sequence):
            texts = (lines[line - 1].partition(":")[2].strip(),)
            how = f"`{key}` reads as a list in YAML, and is kept as the text `{texts[0]}`"
            tolerated.append(Tolerated(line, how))
        fields.append(Field(key, texts, line))
    return tuple(fields), tuple(tolerated)


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Scalar():
            yield node.text.strip()
        case Sequence():
            for item in node:
                yield from _texts(item)
        case YamlMapping():
            for entry in node:
                yield f"{entry.key.text}: {', '.join(_texts(entry.value))}"


# -- Line by line


def _from_lines(head: list[str], found: Report) -> tuple[tuple[Field, ...], tuple[Tolerated, ...]]:
    first = next(iter(found), None)
    why = f" ({first.message})" if first else ""
    line = first.place.line if first else 2
    how = f"the front matter is no YAML{why}, so each line is read as `key: text`"
    fields: list[Field] = []
    for number, written in enumerate(head, 2):
        key = _KEY.match(written)
        if key:
            fields.append(Field(key[1], _rest(key[2] or ""), number))
        elif fields and written.strip():
            fields[-1] = _continued(fields[-1], written)
    return tuple(_first_of_each(fields)), (Tolerated(line, how),)


def _rest(text: str) -> tuple[str, ...]:
    text = text.strip()
    if _FOLDED.fullmatch(text) or not text:
        return ()
    if text.startswith("[") and text.endswith("]"):
        return tuple(part.strip() for part in text[1:-1].split(",") if part.strip())
    quoted = _QUOTED.fullmatch(text)
    return (quoted[2] if quoted else text,)


def _continued(before: Field, written: str) -> Field:
    item = _ITEM.fullmatch(written)
    if item:
        return Field(before.key, (*before.texts, *_rest(item[1])), before.line)
    return Field(before.key, (" ".join((*before.texts, written.strip())),), before.line)


def _first_of_each(fields: list[Field]) -> Iterator[Field]:
    seen: set[str] = set()
    for one in fields:
        if one.key not in seen:
            seen.add(one.key)
            yield one


def _literal_breaks(fields: tuple[Field, ...]) -> Iterator[Tolerated]:
    for one in fields:
        if "\\n" in one.text:
            yield Tolerated(one.line, f"`{one.key}` holds a backslash and an n for each line break")
