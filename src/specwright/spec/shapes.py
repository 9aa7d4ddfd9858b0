"""YAML nodes as the values of a rule or service block, or a sentence on what is wrong with them."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from specwright.diagnostic import Code, Level, Place, Report, did_you_mean
from specwright.spec.syntax import Assignment, Word
from specwright.spec.text import Text
from specwright.spec.yaml import (
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    cut_short,
    described,
    in_quotes,
    read_yaml,
)

NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
KEBAB = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_NO_SPACE = re.compile(r"([\w.]{1,100})(?::| ?=(?!=) ?)([\w.]{1,100})", re.ASCII)
DURATION = re.compile(r"(?:[1-9]\d{0,8}(?:ms|s|m|h|d)){1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shapes:
    """Reads nodes; `key` is always the name of the key in question, for the messages."""

    report: Report
    _told: set[int] = field(default_factory=set)  # the lines of which YAML has its own to say

    def say(self, place: Place, code: Code, message: str, hint: str | None = None) -> None:
        if place.line not in self._told:
            self.report.add(place, code, message, hint)

    def later(self, place: Place, message: str) -> None:
        self.report.add(place, Code.NOT_BUILT, message, level=Level.LATER)

    def wrong(self, node: Node, key: str, must: str, hint: str | None = None) -> None:
        found = described(node)
        message = f"`{key}` must be {must}, not {found}."
        if found == "empty":
            message = f"`{key}` is empty: it must be {must}."
        self.say(node.place, Code.WRONG_SHAPE, message, hint)

    def document(self, body: Text, key: str, must: str, hint: str) -> Mapping | None:
        """The mapping that a block consists of; None if it says nothing."""
        found = Report()
        node = read_yaml(body, found)
        self.report.extend(found)
        self._told.update(one.place.line for one in found)
        if isinstance(node, Scalar) and node.value is None:
            return None
        return self.mapping(node, key, must, hint)

    def mapping(
        self, node: Node | None, key: str, must: str, hint: str | None = None
    ) -> Mapping | None:
        if isinstance(node, Mapping):
            return node
        if node is not None:
            self.wrong(node, key, must, hint)
        return None

    def entries(self, mapping: Mapping) -> Iterator[Entry]:
        """Every entry but those that the YAML reader refused already."""
        for entry in mapping:
            if entry.key.text and mapping.entry(entry.key.text) is entry:
                yield entry

    def known_keys(
        self,
        mapping: Mapping,
        allowed: Collection[str],
        thing: str,
        elsewhere: Collection[str] = (),
    ) -> None:
        """Report each key that `thing` does not have; `elsewhere` are those of other things."""
        if self._is_torn(mapping):
            return
        for entry in self.entries(mapping):
            key = entry.key.text
            if key in allowed:
                continue
            may = f"{thing[:1].upper()}{thing[1:]} may have {listed(allowed)}."
            if key in elsewhere:
                message = f"`{key}` cannot stand in {thing}."
                self.say(entry.key.place, Code.UNKNOWN_KEY, message, may)
            else:
                message = f"`{key}` is no key of {thing}."
                hint = did_you_mean(key, allowed) or may
                self.say(entry.key.place, Code.UNKNOWN_KEY, message, hint)

    def _is_torn(self, mapping: Mapping) -> bool:
        """Whether flow style cut an expression here, so that its rest looks like a key."""
        return any(
            isinstance(entry.value, Scalar) and cut_short(entry.value) is not None
            for entry in mapping
        )

    def required(self, mapping: Mapping, key: str, thing: str, example: str) -> Node | None:
        found = mapping.get(key)
        slips = (entry.key.text for entry in mapping)
        if found is None and not self._is_torn(mapping) and not did_you_mean(key, slips):
            message = f"`{key}` is missing in {thing}."
            self.say(mapping.place, Code.MISSING_KEY, message, f"Write `{key}: {example}`.")
        return found

    def items(self, node: Node | None, key: str, must: str, hint: str) -> tuple[Node, ...]:
        if isinstance(node, Sequence):
            return node.items
        if node is not None:
            self.wrong(node, key, must, hint)
        return ()

    def one_or_more(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a list, or the only one, which may stand without it."""
        if node is None:
            return ()
        return node.items if isinstance(node, Sequence) else (node,)

    def word(
        self, node: Node | None, key: str, pattern: re.Pattern[str], must: str, example: str
    ) -> Word | None:
        """A scalar of a fixed shape."""
        if node is None:
            return None
        if isinstance(node, Scalar) and pattern.fullmatch(node.text):
            return Word(node.text, node.as_text().place(0))
        self.wrong(node, key, must, f"Write `{key}: {example}`.")
        return None

    def words(
        self, node: Node | None, key: str, pattern: re.Pattern[str], must: str, example: str
    ) -> tuple[Word, ...]:
        read = (self.word(item, key, pattern, must, example) for item in self.one_or_more(node))
        return tuple(word for word in read if word is not None)

    def name(self, entry: Entry, thing: str) -> Word | None:
        """A key that names something of the author's."""
        key = entry.key
        if NAME.fullmatch(key.text):
            return Word(key.text, key.place)
        message = f"`{key.text}` cannot be the name of {thing}."
        hint = "A name has letters, digits, `_`, `-` and `.`, and starts with a letter."
        self.say(key.place, Code.WRONG_SHAPE, message, hint)
        return None

    def condition(self, node: Node | None, key: str, example: str) -> Text | None:
        """An expression that YAML must have left a text: neither a number nor `true`."""
        if node is None:
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.text:
            self.wrong(node, key, "an expression", f"Write for example `{key}: {example}`.")
            return None
        return self.expression(node, key)

    def expression(self, node: Node, key: str) -> Text | None:
        """A value in CEL: a number, `true` or `null` of YAML is the same in CEL."""
        if not isinstance(node, Scalar):
            self.wrong(node, key, "an expression", _unquoted(node, key))
            return None
        if not node.text.strip():
            self.wrong(node, key, "an expression", f"Write `{key}: null` to clear it.")
            return None
        if whole := cut_short(node):
            self.say(
                node.place,
                Code.CUT_EXPRESSION,
                f"YAML ends this expression behind `{node.text}`: quote this expression.",
                f"Write `{key}: {in_quotes(whole)}`.",
            )
            return None
        return node.as_text()

    def assignments(self, node: Node | None, key: str, example: str) -> tuple[Assignment, ...]:
        hint = f"Write `{_with_space(node) or example}`."
        mapping = self.mapping(node, key, "a mapping of names to values", hint)
        if mapping is None:
            return ()
        torn = self._is_torn(mapping)
        return tuple(
            Assignment(entry.key.as_text(), value)
            for entry in self.entries(mapping)
            if not (torn and _is_rest(entry))
            and (value := self.expression(entry.value, entry.key.text)) is not None
        )


def listed(words: Collection[str]) -> str:
    """`a`, `b` and `c`."""
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} and {last}" if most else last


def _with_space(node: Node | None) -> str | None:
    """The line that an author may have meant by `order.placed_at:now` or `… = now`."""
    found = _NO_SPACE.fullmatch(node.text) if isinstance(node, Scalar) else None
    return f"{found[1]}: {found[2]}" if found else None


def _is_rest(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and not entry.value.text


def _unquoted(node: Node, key: str) -> str | None:
    """What the author may have meant by an expression that YAML took for a collection."""
    return f"Quote the expression: `{key}: '…'`." if isinstance(node, Mapping) else None
