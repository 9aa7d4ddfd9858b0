"""What a rule block touches, read off its words before anything is typed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specwright.address import snake
from specwright.spec.syntax import Block, Rules, StateDiagram
from specwright.spec.text import Text

_REQUEST = re.compile(r"\brequest\.(\w+)")
_CALLED = re.compile(r"[A-Za-z_]\w*")
_RELATION = re.compile(r"\s*([A-Za-z_]\w*)\.([A-Za-z_]\w*)\s*")
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Reach:
    """Of an operation with its effects: the request's fields it reads, the columns that it sets.

    A path such as `order.lines.unit_price_cents` is set in every round over `order.lines`.
    """

    block: Block | None
    reads: frozenset[str]
    sets: frozenset[str]
    creates: frozenset[str]


class ReachFinder:
    def __init__(self, rules: Rules, diagrams: Sequence[StateDiagram]) -> None:
        self.operations: Mapping[str, Block] = {
            name.value: block for name, block in reversed(rules.operations)
        }
        self.effects: Mapping[str, Block] = {
            name.value: block for name, block in reversed(rules.effects)
        }
        self._drawn: dict[str, list[tuple[Text | None, str | None]]] = {}
        for arrow in (arrow for diagram in diagrams for arrow in diagram.transitions):
            if arrow.trigger is not None:
                effect = arrow.effect.value if arrow.effect else None
                self._drawn.setdefault(arrow.trigger.value, []).append((arrow.guard, effect))

    def of(self, operation: str) -> Reach:
        blocks = list(self._blocks(operation, set()))
        texts = [text for block in blocks for text in texts_of(block)]
        texts += [guard for guard, _ in self._arrows(operation) if guard is not None]
        return Reach(
            self.operations.get(operation),
            asked_by(texts),
            frozenset(path for block in blocks for path in _set_paths(block)),
            frozenset(made.entity.value for block in blocks for made in block.create),
        )

    def _arrows(self, trigger: str) -> Sequence[tuple[Text | None, str | None]]:
        """The guards and effects of those that it makes a row go along."""
        return self._drawn.get(trigger, ())

    def _blocks(self, name: str, seen: set[str]) -> Iterator[Block]:
        """The blocks that run when `name` does: its own, its effects', those it does."""
        if name in seen:
            return
        seen.add(name)
        started = [self.operations[name]] if name in self.operations else []
        started += [self.effects[name]] if name in self.effects else []
        for block in started:
            yield block
            for text in _performed(block):
                called = _CALLED.match(text.value.strip())
                if called is not None:
                    yield from self._blocks(called[0], seen)
        for _, effect in self._arrows(name):
            if effect is not None:
                yield from self._blocks(effect, seen)


def asked_by(texts: Iterable[Text]) -> frozenset[str]:
    """What these expressions read of a request."""
    return frozenset(snake(name) for text in texts for name in _REQUEST.findall(text.value))


def inner_blocks(block: Block, depth: int = 0) -> Iterator[Block]:
    """The block and those within it."""
    yield block
    if depth >= _DEEPEST:
        return
    within = [one.block for one in block.each] + [case.block for case in block.switch]
    within += [then for call in block.after for _, then in call.then]
    for inner in within:
        yield from inner_blocks(inner, depth + 1)


def _performed(block: Block) -> Iterable[Text]:
    return (perform.text for inner in inner_blocks(block) for perform in inner.do)


def texts_of(block: Block) -> Iterator[Text]:
    """Every expression of the block and of those within it."""
    for inner in inner_blocks(block):
        yield from (text for text in (inner.where, inner.search and inner.search.where) if text)
        yield from inner.narrow
        yield from (require.rule for require in inner.require)
        yield from (one.value for one in inner.set)
        yield from (one.value for made in inner.create for one in made.values)
        yield from inner.delete
        yield from (one.collection for one in inner.each)
        yield from (perform.text for perform in inner.do)
        yield from (case.when for case in inner.switch if case.when)
        for call in inner.after:
            yield from (one.value for one in call.arguments)
            yield from (key for key in (call.key,) if key)


def _set_paths(block: Block, names: Mapping[str, str] | None = None, depth: int = 0) -> list[str]:
    """The paths that are set, those of a round from the row that holds its collection."""
    known = names or {}
    found = [_from(one.target.value.strip(), known) for one in block.set]
    if depth >= _DEEPEST:
        return found
    for one in block.each:
        relation = _RELATION.fullmatch(one.collection.value)
        inner = {**known, one.name.value: f"{relation[1]}.{relation[2]}"} if relation else known
        found += _set_paths(one.block, inner, depth + 1)
    for case in block.switch:
        found += _set_paths(case.block, known, depth + 1)
    return found


def _from(path: str, names: Mapping[str, str]) -> str:
    head, dot, rest = path.partition(".")
    return f"{names.get(head, head)}{dot}{rest}"
