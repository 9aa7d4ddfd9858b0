"""What a rule does together, and whether one thing changes what another reads or writes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from specwright.emit.beyond import Beyond, Round
from specwright.emit.handled import doer
from specwright.model.typed import Follow, Get, Typed, relations, walk
from specwright.model.types import Row


def parts_of(beyond: Beyond) -> Iterator["Part"]:
    """Of each thing that is done: what it changes, and what it reads."""
    for other in beyond.others:
        read = {name for one in other.sets for name in entities_read(one.value)}
        yield Part(whole={other.entity} if other.sets else set(), read={other.entity, *read})
    for one in beyond.rounds:
        yield _part_of(one)


def _part_of(one: Round) -> "Part":
    block = one.each.block
    whole = {made.entity for made in block.create}
    whole |= {one.each.entity} if one.removes else set()
    expressions = [*one.expressions]
    for do in one.does:
        inner = doer(one, do)
        whole |= {one.each.entity, *inner.touched}
        expressions += inner.expressions
    columns = {(change.target.entity, change.target.column) for change in block.set}
    read = {name for typed in expressions for name in entities_read(typed)}
    told = {pair for typed in expressions for pair in _columns_of(typed)}
    return Part(whole, columns, {*read, one.each.entity}, told)


@dataclass(frozen=True, slots=True)
class Part:
    """The entities whose rows it changes as a whole, and the columns that it sets of others'.

    Of the rounds of one rule each finds its rows when the one before it has written its own.
    """

    whole: set[str]
    columns: set[tuple[str, str]] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    told: set[tuple[str, str]] | None = None  # the columns that it reads, where that is known

    def disturbs(self, other: "Part") -> bool:
        changed = {entity for entity, _ in self.columns}
        others = other.whole | {entity for entity, _ in other.columns}
        if self.whole & (others | other.read) or changed & other.whole:
            return True
        if other.told is None:
            return bool(changed & other.read)
        return bool(self.columns & (other.columns | other.told))


def _columns_of(typed: Typed) -> Iterator[tuple[str, str]]:
    """The columns that an expression reads, by entity."""
    for node in walk(typed):
        if isinstance(node, Get) and isinstance(node.row.type, Row):
            yield node.row.type.entity, node.name
        if isinstance(node, Follow):
            for own, far in node.relation.columns:
                yield from ((node.owner, own), (node.relation.entity, far))


def entities_read(typed: Typed) -> Iterator[str]:
    """The entities whose rows an expression reads beside those at hand."""
    return (one.relation.entity for one in relations(typed))
