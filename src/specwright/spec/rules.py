"""The rules of `rules.md`: its tables, and its rule blocks as one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.spec.access import Tables
from specwright.spec.blocks import OPERATION_KEYS, read_block, read_job
from specwright.spec.markdown import Block as Part
from specwright.spec.markdown import Fence, Grid
from specwright.spec.shapes import NAME, Shapes
from specwright.spec.syntax import Block, Job, Rules, Word
from specwright.spec.text import Text
from specwright.spec.yaml import Entry, Mapping, Node

T = TypeVar("T")
SECTIONS = ("tenant", "effects", "derived", "jobs", "streams")


def read_rules(parts: Iterable[Part], report: Report) -> Rules:
    """What `rules.md` says; several rule blocks read as one."""
    tables = Tables(report)
    blocks = _RuleBlocks(Shapes(report))
    for part in parts:
        if isinstance(part, Grid):
            tables.take(part)
        elif isinstance(part, Fence) and is_yaml_of("rules", part, report, bare=False):
            blocks.take(part.body)
    return Rules(
        access=tuple(tables.access),
        roles=tuple(tables.roles.values()),
        hidden=tuple(tables.hidden),
        tenant=blocks.tenant,
        operations=tuple(blocks.operations),
        effects=tuple(blocks.effects),
        derived=tuple(blocks.derived),
        jobs=tuple(blocks.jobs),
        streams=tuple(blocks.streams),
    )


def is_yaml_of(word: str, fence: Fence, report: Report, *, bare: bool) -> bool:
    """Whether a fence begins with `yaml rules` or the like; a near miss is reported.

    `bare` says whether YAML without any such word may stand here, for people to read.
    """
    if fence.language not in ("yaml", "yml"):
        return False
    said = fence.words[1].lower() if len(fence.words) > 1 else ""
    if said == word:
        return True
    if (not said and not bare) or did_you_mean(said, [word]):
        message = f"This block is not read: it begins with `{fence.info}`."
        hint = f"Begin it with ```yaml {word}, or with ```text if it is only an example."
        report.add(fence.info.place, Code.UNREAD_BLOCK, message, hint)
    return False


@dataclass
class _RuleBlocks:
    shapes: Shapes
    tenant: Word | None = None
    operations: list[tuple[Word, Block]] = field(default_factory=list)
    effects: list[tuple[Word, Block]] = field(default_factory=list)
    derived: list[tuple[Word, Text]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    streams: list[tuple[Word, tuple[Word, ...]]] = field(default_factory=list)
    _first: dict[tuple[str, str], Place] = field(default_factory=dict)

    def take(self, body: Text) -> None:
        hint = "Begin a line with the name of an operation, such as `placeOrder:`."
        mapping = self.shapes.document(body, "yaml rules", "a mapping of operations", hint)
        for entry in self.shapes.entries(mapping) if mapping else ():
            self._entry(entry)

    def _entry(self, entry: Entry) -> None:
        match entry.key.text:
            case "tenant":
                self._tenant(entry)
            case "effects":
                for inner, name in self._named(entry, "an effect"):
                    _add(self.effects, name, read_block(inner.value, name.value, self.shapes))
            case "derived":
                for inner, name in self._named(entry, "a derived field"):
                    expression = self.shapes.expression(inner.value, name.value)
                    _add(self.derived, name, expression)
            case "jobs":
                for inner, name in self._named(entry, "a job"):
                    job = read_job(inner, name, self.shapes)
                    self.jobs.extend((job,) if job else ())
            case "streams":
                for inner, name in self._named(entry, "an operation"):
                    self._stream(inner, name)
            case _:
                self._operation(entry)

    def _tenant(self, entry: Entry) -> None:
        if self._is_new("", Word("tenant", entry.key.place)):
            must = "the column that holds the tenant"
            self.tenant = self.shapes.word(entry.value, "tenant", NAME, must, "project_id")

    def _operation(self, entry: Entry) -> None:
        if (near := did_you_mean(entry.key.text, SECTIONS)) and not _is_block(entry.value):
            message = f"`{entry.key.text}` is no section of the rules."
            self.shapes.say(entry.key.place, Code.UNKNOWN_KEY, message, near)
            return
        name = self.shapes.name(entry, "an operation")
        if name is not None and self._is_new("operation", name):
            _add(self.operations, name, read_block(entry.value, name.value, self.shapes))

    def _stream(self, entry: Entry, name: Word) -> None:
        must = "a list of events"
        events = self.shapes.words(entry.value, name.value, NAME, must, "[task.claimed]")
        if events:
            self.streams.append((name, events))

    def _named(self, entry: Entry, thing: str) -> Iterable[tuple[Entry, Word]]:
        key = entry.key.text
        mapping = self.shapes.mapping(entry.value, key, "a mapping", f"Name {thing} below it.")
        for inner in self.shapes.entries(mapping) if mapping else ():
            name = self.shapes.name(inner, thing)
            if name is not None and self._is_new(key, name):
                yield inner, name

    def _is_new(self, section: str, name: Word) -> bool:
        earlier = self._first.setdefault((section, name.value), name.place)
        if earlier is name.place:
            return True
        message = f"`{name}` is defined twice: it stands on line {earlier.line} already."
        self.shapes.say(name.place, Code.DECLARED_TWICE, message, "Keep one of the two.")
        return False


def _add(into: list[tuple[Word, T]], name: Word, value: T | None) -> None:
    if value is not None:
        into.append((name, value))


def _is_block(node: Node) -> bool:
    return isinstance(node, Mapping) and any(key in node for key in OPERATION_KEYS)
