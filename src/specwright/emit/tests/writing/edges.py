"""Tests of bodies at the edge: what the contract only just takes, and only just does not."""

from collections.abc import Iterator
from typing import Any

from specwright.emit.tests.printing import (
    Test,
)
from specwright.emit.tests.refusals import own_answer
from specwright.emit.tests.requests import (
    Edge,
    FieldOf,
    edges,
    names_a_row,
)
from specwright.emit.tests.values import show_json
from specwright.emit.tests.writing.base import Writing
from specwright.emit.wording import quoted
from specwright.model.wire import flattened


class Edges(Writing):
    """Values of each field at the edge of what the contract allows."""

    def tests(self) -> Iterator[Test]:
        taken, refused = self._edges()
        if taken:
            listed = ", ".join(show_json(body, fixed=True) for body in taken)
            yield Test(
                self._name("takes_what_is_just_allowed"),
                (
                    *self._givens(),
                    "",
                    f"answer = {self._call(self._edge_body)}",
                    "",
                    f'assert answer.outcome == "{self.answer}"',
                ),
                decorators=(f'@pytest.mark.parametrize("body", [{listed}])',),
                arguments="world: World, body: Row",
            )
        if refused:
            yield self._refused(refused)

    @property
    def _edge_body(self) -> str:
        """The body of the case, with the keys of rows that only the test has at hand."""
        keys = {k: v for k, v in self._body.items() if names_a_row(v)} if self._fills else {}
        return self._wrapped(f"{show_json(keys)} | body" if keys else "body")

    def _edges(self) -> tuple[list[dict[str, Any]], list[tuple[dict[str, Any], str]]]:
        taken: list[dict[str, Any]] = []
        refused: list[tuple[dict[str, Any], str]] = []
        plain = {k: v for k, v in self._body.items() if not names_a_row(v)}
        base = plain if self._fills else {}
        above = self.operation.body.envelope if self.operation.body else None
        start = f"/{above}" if above else ""
        for one in self.fields:
            name = one.field.name
            if one.field.required and self._fills and one.key is None:
                refused.append(({k: v for k, v in base.items() if k != name}, self._at(start, one)))
            if one.field.relation is not None or one.field.inner is not None:
                continue
            for edge in edges(one):
                body = {**base, edge.field: edge.value}
                if not edge.is_allowed:
                    refused.append((body, self._at(start, one)))
                elif self._takes(one, edge):
                    taken.append(body)
        least = flattened(self.operation.body.schema).min_properties if self.operation.body else 0
        if self._is_patch and (least or 0) > 0:
            refused.insert(0, ({}, start))
        return _distinct(taken), _told_apart(refused)

    @staticmethod
    def _at(start: str, one: FieldOf) -> str:
        return f"{start}/{one.field.name}"

    def _takes(self, one: FieldOf, edge: Edge) -> bool:
        """Whether what the contract allows is taken; keys of rows are not tried."""
        if one.key is not None:
            return False
        return self._is_taken({**(self._body if self._fills else {}), one.field.name: edge.value})

    def _refused(self, refused: list[tuple[dict[str, Any], str]]) -> Test:
        own = own_answer(self.plan.model)
        points = own is None or own.pointers is not None
        whole = own.whole if own is not None else ""
        listed = ", ".join(
            f"({show_json(body, fixed=True)}, {quoted(pointer or whole)})"
            if points
            else show_json(body, fixed=True)
            for body, pointer in refused
        )
        over = '("body", "pointer")' if points else '"body"'
        headers = '{"if-match": "*"}' if self.operation.needs_if_match else None
        good = show_json(self._wrapped_value(self._body))
        return Test(
            self._name("refuses_what_is_not"),
            (
                *self._givens(),
                f"allowed = {self._call(good)}",
                f'assert allowed.outcome == "{self.answer}"',
                "",
                "async with world.nothing_changes():",
                f"    refused = {self._call(self._edge_body, headers)}",
                "",
                f'assert refused.outcome == "{self.invalid}"',
                *(["assert refused.pointers == [pointer]"] if points else []),
            ),
            decorators=(f"@pytest.mark.parametrize({over}, [{listed}])",),
            arguments=f"world: World, body: Row{', pointer: str' if points else ''}",
        )


def _distinct(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for body in bodies:
        if not any(repr(body) == repr(one) for one in found):
            found.append(body)
    return found


def _told_apart(cases: list[tuple[dict[str, Any], str]]) -> list[tuple[dict[str, Any], str]]:
    found: list[tuple[dict[str, Any], str]] = []
    for case in cases:
        if not any(repr(case) == repr(one) for one in found):
            found.append(case)
    return found
