"""From the characters of a YAML file to its nodes, bounded in size and depth."""

import re
from dataclasses import dataclass, field
from typing import NoReturn, Protocol, TypeAlias

import yaml

from specwright.diagnostic import Code, Report
from specwright.spec.text import Text
from specwright.spec.yaml.core_schema import resolved
from specwright.spec.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, Value, described
from specwright.spec.yaml.quoting import in_quotes
from specwright.spec.yaml.slips import (
    KEY_IS_MISSING,
    Slip,
    Stumble,
    as_quoted_line,
    find_slip,
    read_as_tag,
    value_end,
)

try:
    from yaml import CSafeLoader
except ImportError:  # PyYAML was built without libyaml: the same events, ten times slower
    from yaml import SafeLoader as CSafeLoader  # type: ignore[assignment]  # the same methods

Loader: TypeAlias = type[CSafeLoader] | type[yaml.SafeLoader]

LARGEST = 5_000_000  # characters
MOST_NODES = 500_000  # those of aliases counted each time
DEEPEST = 100
MOST_SLIPS = 20
_READ_AGAIN = 4_000_000  # characters in all that are read again to find further slips

# the line ends of YAML 1.1, which libyaml still takes for such, are among them
_NO_CHARACTER = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_ANCHOR_OR_TAG = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t\r\n]+)+")
_TAG = re.compile(r"!?[^\s,\[\]{}]*")
_STRING = "tag:yaml.org,2002:str"
_CORE = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")
)
_QUOTES = frozenset("\"'|>")
# libyaml looks ahead for the ends of keys, past our own limit, up to a limit of its own
_LIBYAML_IS_TOO_DEEP = "exceeded maximum nesting depth"
_TOO_DEEP = f"This is nested more than {DEEPEST} levels deep."


def read_yaml(text: Text, report: Report) -> Node | None:
    """The one document in `text`; None when the report says why there is none.

    A slip is repaired in a copy of equal length and reading goes on, so that all slips are found.
    """
    if _is_refused(text, report):
        return None
    characters = _with_pairs_joined(text.value)
    repaired: set[int] = set()
    for _ in range(min(MOST_SLIPS, 1 + _READ_AGAIN // (len(characters) + 1))):
        outcome = _Reading(text, report, frozenset(repaired)).read(characters)
        if not isinstance(outcome, Slip):
            return outcome
        report.add(text.place(outcome.start), outcome.code, outcome.message, outcome.hint)
        if outcome.repair is None:
            return None
        start, end = outcome.repair
        characters = characters[:start] + "x" * (end - start) + characters[end:]
        repaired.add(start)
    return None


def _is_refused(text: Text, report: Report) -> bool:
    if len(text.value) > LARGEST:
        message = f"This is larger than {LARGEST // 1_000_000} MB."
        report.add(text.place(0), Code.FILE_TOO_LARGE, message, "Split it into several files.")
        return True
    found = _NO_CHARACTER.search(text.value, int(text.value.startswith("\ufeff")))
    if not found:
        return False
    report.add(
        text.place(found.start()),
        Code.NOT_TEXT,
        f"The character U+{ord(found[0]):04X} cannot stand in YAML.",
        f'Remove it, or write it as `"\\u{ord(found[0]):04x}"` in double quotes.',
    )
    return True


def _with_pairs_joined(characters: str) -> str:
    r"""JSON's `\ud83d\ude00` as YAML's `\U0001f600`, in as many characters.

    The escaped line break before it stands for nothing and fills the place of two characters.
    """

    def joined(pair: re.Match[str]) -> str:
        high, low = int(pair[1], 16), int(pair[2], 16)
        return f"\\\n\\U{0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF):08x}"

    return _SURROGATES.sub(joined, characters)


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


class _EnoughSaid(Exception):
    """The report has the reason; nothing that follows can be read."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come."""

    start: int
    is_mapping: bool
    is_flow: bool
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)  # keys and values in turn
    size: int = 1  # in nodes, expanded
    height: int = 1


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    size: int
    height: int


class _Reading:
    """One pass over the events of a document."""

    def __init__(self, text: Text, report: Report, repaired: frozenset[int]) -> None:
        self._text = text
        self._report = report
        self._repaired = repaired
        self._shift = int(text.value.startswith("\ufeff"))
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._size = 0
        self._root: Node | None = None
        self._last: Scalar | None = None

    def read(self, characters: str, loader: Loader = CSafeLoader) -> Node | Slip | None:
        try:
            for event in yaml.parse(characters[self._shift :], loader):
                self._take(event)
        except _EnoughSaid:
            return None
        except yaml.MarkedYAMLError as failure:
            if failure.problem == _LIBYAML_IS_TOO_DEEP:
                again = _Reading(self._text, self._report, self._repaired)
                return again.read(characters, yaml.SafeLoader)
            return find_slip(self._stumble(characters, failure))
        return self._root or self._bare(None, "", 0, 0)

    def _stumble(self, characters: str, failure: yaml.MarkedYAMLError) -> Stumble:
        flow = self._open[-1].start if self._in_flow else None
        return Stumble(
            characters,
            at=min(self._offset(failure.problem_mark), len(characters)),
            since=min(self._offset(failure.context_mark), len(characters)),
            problem=failure.problem or "",
            context=failure.context or "",
            flow=flow,
            last=self._last,
        )

    def _offset(self, mark: _Mark | None) -> int:
        return mark.index + self._shift if mark else 0

    def _take(self, event: yaml.Event) -> None:
        start = self._offset(event.start_mark)
        match event:
            case yaml.ScalarEvent():
                self._add_scalar(event, start)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event, start)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._finish()
            case yaml.AliasEvent():
                self._add_alias(event.anchor or "", start)
            case yaml.DocumentStartEvent() if self._root is not None:
                self._stop(
                    start, Code.YAML_DOCUMENTS, "A second document begins here.",
                    "Remove the `---`, or move what follows to a file of its own.",
                )  # fmt: skip

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, start: int) -> None:
        self._count(1, start)
        if len(self._open) >= DEEPEST:
            self._stop(start, Code.YAML_NESTING, _TOO_DEEP)
        if event.tag and event.tag not in _CORE:
            self._refuse_tag(start)
        start = self._past_properties(start, event.anchor, event.tag)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(start, is_mapping, bool(event.flow_style), event.anchor))

    def _finish(self) -> None:
        done = self._open.pop()
        node: Node
        if done.is_mapping:
            node = Mapping(self._entries(done.nodes), self._text, done.start)
        else:
            node = Sequence(tuple(done.nodes), self._text, done.start)
        self._add(node, done.anchor, done.size, done.height)

    def _add(self, node: Node, anchor: str | None = None, size: int = 1, height: int = 0) -> None:
        if anchor is not None:
            self._anchors[anchor] = _Anchored(node, size, height)
        if not self._open:
            self._root = node
            return
        around = self._open[-1]
        around.nodes.append(node)
        around.size += size
        around.height = max(around.height, height + 1)

    def _count(self, size: int, start: int) -> None:
        self._size += size
        if self._size > MOST_NODES:
            message = f"This has more than {MOST_NODES} values, those of aliases included."
            self._stop(start, Code.YAML_NESTING, message)

    def _add_alias(self, name: str, start: int) -> None:
        found = self._anchors.get(name)
        if any(collection.anchor == name for collection in self._open):
            self._say(start, Code.YAML_ALIAS, f"`*{name}` stands inside of what it repeats.")
        elif found is None:
            message = f"`*{name}` repeats nothing: there is no `&{name}` above."
            hint = f"Write `{in_quotes('*' + name)}` if the `*` belongs to the value."
            self._say(start, Code.YAML_ALIAS, message, hint)
        elif len(self._open) + found.height > DEEPEST:
            self._stop(start, Code.YAML_NESTING, _TOO_DEEP)
        else:
            self._count(found.size, start)
            self._add(found.node, size=found.size, height=found.height)
            return
        self._add(self._bare(None, "", start, start))

    def _add_scalar(self, event: yaml.ScalarEvent, start: int) -> None:
        self._count(1, start)
        end = self._offset(event.end_mark)
        if event.tag and event.tag not in _CORE:
            self._refuse_tag(start)
            end = max(end, value_end(self._text.value, start)) if not self._in_flow else end
            node = self._bare(self._text.value[start:end], self._text.value[start:end], start, end)
        else:
            node = self._scalar(event, self._past_properties(start, event.anchor, event.tag), end)
        self._last = node
        self._add(node, event.anchor)

    def _scalar(self, event: yaml.ScalarEvent, start: int, end: int) -> Scalar:
        if start in self._repaired:
            as_written = self._text.value[start:end]
            return self._bare(as_written, as_written, start, end)
        if event.style in _QUOTES:
            return Scalar(event.value, event.value, True, self._text, start, end)  # noqa: FBT003
        value = event.value if event.tag == _STRING else resolved(event.value)
        return self._bare(value, event.value, start, end)

    def _bare(self, value: Value, text: str, start: int, end: int) -> Scalar:
        return Scalar(value, text, False, self._text, start, end)  # noqa: FBT003 - not quoted

    def _past_properties(self, start: int, anchor: str | None, tag: str | None) -> int:
        """Where a node begins behind its `&anchor` and core tag."""
        if anchor is None and tag is None:
            return start
        found = _ANCHOR_OR_TAG.match(self._text.value, start)
        return found.end() if found else start

    def _refuse_tag(self, start: int) -> None:
        word = _TAG.match(self._text.value, start)
        tag = word[0] if word else "!"
        hint = None
        if not self._in_flow:
            end = value_end(self._text.value, start)
            hint = as_quoted_line(self._text.value, start, end)
        self._say(start, Code.YAML_TAG, read_as_tag(tag), hint)

    @property
    def _in_flow(self) -> bool:
        return bool(self._open) and self._open[-1].is_flow

    def _entries(self, nodes: list[Node]) -> tuple[Entry, ...]:
        entries = []
        first: dict[str, Scalar] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                message = f"A key is a single word, not {described(key)}."
                self._report.add(key.place, Code.YAML_KEY, message)
                continue
            self._check_key(key, first.setdefault(key.text, key))
            entries.append(Entry(key, value))
        return tuple(entries)

    def _check_key(self, key: Scalar, first: Scalar) -> None:
        if first is not key:
            message = (
                f"`{key.text}` is written twice: it stands on line {first.place.line} already."
            )
            self._say(key.start, Code.YAML_DUPLICATE, message, "Keep one of the two.")
        elif key.text == "<<" and not key.quoted:
            message = "YAML 1.2 has no merge key `<<`."
            self._say(key.start, Code.YAML_KEY, message, "Write the keys out here.")
        elif not key.text and not key.quoted:
            self._say(key.start, Code.YAML_KEY, KEY_IS_MISSING)

    def _say(self, start: int, code: Code, message: str, hint: str | None = None) -> None:
        self._report.add(self._text.place(start), code, message, hint)

    def _stop(self, start: int, code: Code, message: str, hint: str | None = None) -> NoReturn:
        self._say(start, code, message, hint)
        raise _EnoughSaid
