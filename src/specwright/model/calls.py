"""Which rule does which: from operations, jobs and arrows down to effects; never in a circle."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from specwright.diagnostic import Code, Report, did_you_mean
from specwright.model.reach import inner_blocks
from specwright.spec.syntax import Block, Rules, StateDiagram, Word
from specwright.spec.text import Text

Kind: TypeAlias = Literal["operation", "effect", "job"]
Node: TypeAlias = tuple[Kind, str]
_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*")


@dataclass(frozen=True, slots=True)
class CallGraph:
    """What each rule does directly, in the order of writing."""

    edges: Mapping[Node, tuple[Node, ...]]

    def reached_from(self, roots: Sequence[Node]) -> frozenset[Node]:
        """The roots and all that they do, however far down."""
        reached: set[Node] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting += self.edges.get(node, ())
        return frozenset(reached)


def performed(text: Text) -> Word | None:
    """The name after `do:`, unless it is a hook."""
    found = _NAME.fullmatch(text.value)
    return None if found is None else Word(found[1], text.place(found.start(1)))


def performed_names(rules: Rules) -> frozenset[str]:
    """All that some rule does."""
    blocks = [block for _, block in (*rules.operations, *rules.effects)]
    blocks += [job.block for job in rules.jobs]
    return frozenset(word.value for block in blocks for word in _performed_in(block))


def _performed_in(block: Block) -> Iterator[Word]:
    for inner in inner_blocks(block):
        for perform in inner.do:
            word = performed(perform.text)
            if word is not None:
                yield word


def read_calls(
    rules: Rules, diagrams: Sequence[StateDiagram], operations: frozenset[str], report: Report
) -> CallGraph:
    """The graph of calls; unknown names and circles are reported where they stand."""
    effects = frozenset(name.value for name, _ in rules.effects)
    sources: list[tuple[Node, Block]] = []
    sources += [(("operation", name.value), block) for name, block in rules.operations]
    sources += [(("effect", name.value), block) for name, block in rules.effects]
    sources += [(("job", job.name.value), job.block) for job in rules.jobs]
    edges: dict[Node, list[tuple[Node, Word]]] = {}
    for diagram in diagrams:
        for arrow in diagram.transitions:
            if arrow.trigger is not None and arrow.effect is not None:
                into: Node = ("effect", arrow.effect.value)
                edges.setdefault(("operation", arrow.trigger.value), []).append(
                    (into, arrow.effect)
                )
    for node, block in sources:
        for word in _performed_in(block):
            target = _target(word, operations, effects, report)
            if target is not None:
                edges.setdefault(node, []).append((target, word))
    _say_circles(edges, report)
    return CallGraph(
        {node: tuple(dict.fromkeys(t for t, _ in targets)) for node, targets in edges.items()}
    )


def _target(
    word: Word, operations: frozenset[str], effects: frozenset[str], report: Report
) -> Node | None:
    if word.value in operations:
        return ("operation", word.value)
    if word.value in effects:
        return ("effect", word.value)
    report.add(
        word.place,
        Code.UNKNOWN_OPERATION,
        f"`{word}` is neither an operation nor an effect.",
        did_you_mean(word.value, sorted(operations | effects)),
    )
    return None


def _say_circles(edges: Mapping[Node, Sequence[tuple[Node, Word]]], report: Report) -> None:
    """Each arrow that closes a circle is reported once, where it is written."""
    finished: set[Node] = set()
    for root in edges:
        path: list[Node] = []
        stack: list[tuple[Node, int]] = [(root, 0)]
        while stack:
            node, step = stack.pop()
            if step == 0:
                if node in finished:
                    continue
                path.append(node)
            targets = edges.get(node, ())
            if step == len(targets):
                finished.add(node)
                path.pop()
                continue
            stack.append((node, step + 1))
            target, word = targets[step]
            if target in path:
                _say_circle([*path[path.index(target) :], target], word, report)
            elif target not in finished:
                stack.append((target, 0))


def _say_circle(circle: Sequence[Node], word: Word, report: Report) -> None:
    names = " → ".join(f"`{name}`" for _, name in circle)
    alone = len(circle) == 2  # noqa: PLR2004 - from one to itself
    report.add(
        word.place,
        Code.RULE_CYCLE,
        f"`{word}` does itself, without end."
        if alone
        else f"These rules do each other without end: {names}.",
        "Take one of the calls out: rules have no recursion.",
    )
