"""Whatever is written, nothing is raised; and what has no error has been read as a whole."""
# a table

import re
from collections.abc import Callable, Iterator, Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specwright.diagnostic import Report
from specwright.model import Model, build_model
from specwright.spec import Bundle, read_bundle, syntax
from specwright.tree import Tree

Example = Callable[[str], Mapping[str, str]]

NASTY = (
    "", "\0", "null", "[*]", "{}", "[]", "''", '"', "`", "|", ":", "- ", "#", "~base", "ref: > x.y",
    "order.lines.all(l, l.order.lines.size() > 0)", "a" * 200, "actor.", "request.x", "-1", "1e400",
    "$ref: '#/components/schemas/Task'", "uuid [pk]", "99999999999999999999", "é", "[else]", "/ take",
    "do: claimTask", "each:", "in: Task", "as: task", "none: 204 x", "{id}", "/{id}/{id}", "tasks",
)  # fmt: skip
FILES = ("data-model.md", "rules.md", "plan.md", "spec.md", "contracts/openapi.yaml")


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """The text with a few of its words, lines or characters changed."""
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from([_with_word, _with_line, _with_character]))(draw, text)
    return text


def _with_word(draw: st.DrawFn, text: str) -> str:
    words = list(re.finditer(r"[\w.]+", text))
    if not words:
        return text
    one, other = draw(st.sampled_from(words)), draw(st.sampled_from(words))
    new = draw(st.sampled_from([other[0], other[0].upper(), *NASTY]))
    return text[: one.start()] + new + text[one.end() :]


def _with_line(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    changed = draw(
        st.sampled_from([[], [lines[at]] * 2, [lines[other], lines[at]], [lines[other]]])
    )
    return "\n".join([*lines[:at], *changed, *lines[at + 1 :]])


def _with_character(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(NASTY)) + text[at + draw(st.integers(0, 2)) :]


@given(data=st.data(), name=st.sampled_from(["taskboard", "orders"]), file=st.sampled_from(FILES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bundle_raises_and_none_without_errors_loses_a_guard(
    example: Example, data: st.DataObject, name: str, file: str
) -> None:
    files = example(name)
    changed = data.draw(mutations(files[file]))
    report = Report()
    bundle = read_bundle(name, Tree({**files, file: changed}), report)
    model = build_model(bundle, report)
    if not report.failed:
        assert _guards_written(bundle) == _guards_meant(model)


def _blocks(block: syntax.Block) -> Iterator[syntax.Block]:
    yield block
    for inner in (*(e.block for e in block.each), *(c.block for c in block.switch)):
        yield from _blocks(inner)
    for call in block.after:
        for _, then in call.then:
            yield from _blocks(then)


def _guards_written(bundle: Bundle) -> dict[str, int]:
    """How many things of each kind keep somebody from doing something, or do something."""
    rules = bundle.rules
    written = [block for _, block in (*rules.operations, *rules.effects)]
    written += [job.block for job in rules.jobs]
    blocks = [inner for block in written for inner in _blocks(block)]
    arrows = [arrow for diagram in bundle.data_model.diagrams for arrow in diagram.transitions]
    return {
        "requires": sum(len(block.require) for block in blocks),
        "sets": sum(len(block.set) for block in blocks),
        "wheres": sum(block.where is not None for block in blocks),
        "rounds": sum(len(block.each) for block in blocks),
        "done": sum(len(block.do) for block in blocks),
        "cells": sum(len(row.cells) * len(row.operations) for row in rules.access),
        "hidden": len(rules.hidden),
        "guards": sum(
            arrow.guard is not None and arrow.guard.value.strip() != "else" for arrow in arrows
        ),
        "checks": sum(
            len(table.checks) + sum(len(column.checks) for column in table.columns)
            for table in bundle.data_model.tables
        ),
    }


def _guards_meant(model: Model) -> dict[str, int]:
    meant = [rule.block for rule in model.rules] + [job.block for job in model.all_jobs]
    blocks = [inner for block in meant for inner in block.within()]
    return {
        "requires": sum(len(block.require) for block in blocks),
        "sets": sum(len(block.set) for block in blocks),
        "wheres": sum(block.where is not None for block in blocks),
        "rounds": sum(len(block.each) for block in blocks),
        "done": sum(len(block.do) for block in blocks),
        "cells": sum(len(access.permissions) for access in model.access),
        "hidden": len(model.hidden),
        "guards": sum(
            arrow.guard is not None for life in model.lifecycles for arrow in life.transitions
        ),
        "checks": sum(
            check.enum_column is None for entity in model.entities for check in entity.checks
        ),
    }


@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_bundle_gives_the_same_model_whatever_the_order_of_files(
    example: Example, data: st.DataObject
) -> None:
    files = example("taskboard")
    shuffled = data.draw(st.permutations(sorted(files)))
    one, other = Report(), Report()
    first = build_model(read_bundle("taskboard", Tree(files), one), one)
    again = {name: files[name] for name in shuffled}
    second = build_model(read_bundle("taskboard", Tree(again), other), other)
    assert (first.entities, first.operations, first.rules, first.lifecycles) == (
        second.entities,
        second.operations,
        second.rules,
        second.lifecycles,
    )
