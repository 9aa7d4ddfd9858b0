"""What a YAML file consists of: scalars, mappings and sequences that know where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from specwright.diagnostic import Place
from specwright.spec.text import Text
from specwright.spec.yaml.origins import Traced, origins

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, by the core schema of YAML 1.2: `on` and `2026-01-31` are texts.

    `text` is what the author wrote, without quotes; `quoted` holds for block scalars as well.
    """

    value: Value
    text: str
    quoted: bool
    source: Text
    start: int  # offsets in `source`, quotes included
    end: int

    @property
    def place(self) -> Place:
        return self.source.place(self.start)

    def as_text(self) -> Text:
        """The characters of `text`, each in its place, for whoever parses them further."""
        raw = self.source.value[self.start : self.end]
        if raw == self.text and "\n" not in raw:
            return self.source.part(self.start, self.end)
        return Traced(
            self.source.file,
            self.text,
            self.place.line,
            source=self.source,
            origins=tuple(self.start + offset for offset in origins(raw, self.text, self.quoted)),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries in the order of writing; of two with the same key, `get` gives the first."""

    entries: tuple[Entry, ...]
    source: Text = field(repr=False)
    start: int
    _by_key: dict[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key = {entry.key.text: entry for entry in reversed(self.entries)}
        object.__setattr__(self, "_by_key", by_key)

    @property
    def place(self) -> Place:
        return self.source.place(self.start)

    def get(self, key: str) -> "Node | None":
        entry = self._by_key.get(key)
        return entry.value if entry else None

    def entry(self, key: str) -> Entry | None:
        return self._by_key.get(key)

    def place_of(self, key: str) -> Place:
        """Where the key stands, or the mapping when it has no such key."""
        entry = self._by_key.get(key)
        return entry.key.place if entry else self.place

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple["Node", ...]
    source: Text = field(repr=False)
    start: int

    @property
    def place(self) -> Place:
        return self.source.place(self.start)

    def __iter__(self) -> Iterator["Node"]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


Node: TypeAlias = Scalar | Mapping | Sequence


def plain(node: Node) -> object:
    """The value as Python has it: dicts, lists and scalars."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node]
        case Mapping():
            return {entry.key.text: plain(entry.value) for entry in node}


def described(node: Node) -> str:
    """What a node is, as a message puts it: `must be a list, not …`."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=None):
            return "empty" if not node.text else "null"
        case Scalar(value=str()):
            return f"the text `{_shortened(node.text)}`"
        case Scalar(value=bool()):
            return f"`{node.text}`"
        case Scalar():
            return f"the number `{_shortened(node.text)}`"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"  # noqa: PLR2004 - what fits a message
