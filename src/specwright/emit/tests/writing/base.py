"""One operation that takes a body: its situation, and what becomes of other bodies in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from specwright.emit.tests.plans import Plan, Working
from specwright.emit.tests.printing import (
    path_text,
    test_name,
    used_by,
)
from specwright.emit.tests.rehearsal import Told, goes
from specwright.emit.tests.requests import (
    fields_of,
)
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import Given
from specwright.emit.wording import quoted
from specwright.model.operations import Operation


class Writing:
    """What the tests of one operation that takes a body share."""

    def __init__(self, plan: Plan, operation: Operation, working: Working) -> None:
        self.plan = plan
        self.operation = operation
        self.working = working
        self.situation = working.found.situation
        self.answer = working.found.outcome.answer
        self.entity = plan.model.entity(operation.entity or "")
        self.fields = fields_of(plan.model, operation)
        self.invalid = f"{plan.model.validation_status} invalid"

    def _name(self, *words: str) -> str:
        return test_name(self.operation.id, *words)

    def _givens(self, also: frozenset[str] = frozenset()) -> list[str]:
        return self.plan.printer.givens(self.situation.givens, used_by(self.situation) | also)

    def _call(self, body: str, headers: str | None = None) -> str:
        situation = self.situation
        caller = situation.actor or "None"
        path = path_text(self.operation.path, dict(situation.path))
        said = self.plan.printer.headers(situation) if headers is None else headers
        rest = f", {said}" if said else ""
        method = quoted(self.operation.method.upper())
        return f"await world.call({caller}, {method}, {path}, {body}{rest})"

    @property
    def _body(self) -> dict[str, Any]:
        return dict(self.situation.body or {})

    def _wrapped(self, body: str) -> str:
        envelope = self.operation.body.envelope if self.operation.body else None
        return f"{{{quoted(envelope)}: {body}}}" if envelope else body

    def _wrapped_value(self, body: Mapping[str, Any]) -> dict[str, Any]:
        envelope = self.operation.body.envelope if self.operation.body else None
        return {envelope: dict(body)} if envelope else dict(body)

    @property
    def _fills(self) -> bool:
        """Whether a body must have more than the field at issue."""
        return not self._is_patch

    @property
    def _is_patch(self) -> bool:
        return self.operation.body is not None and self.operation.body.is_merge_patch

    def _said(self, body: Mapping[str, Any], givens: Sequence[Given] | None = None) -> Situation:
        """The situation with another body, and perhaps with other rows."""
        rows = self.situation.givens if givens is None else tuple(givens)
        return replace(self.situation, body=body, givens=rows)

    def _is_taken(self, body: Mapping[str, Any], givens: Sequence[Given] | None = None) -> bool:
        """Whether the rules and the tables let the body through."""
        said = self._said(body, givens)
        return goes(self.plan.factories, said.givens, Told(said, self.answer))

    def _saying(self, said: Mapping[str, Any]) -> tuple[Given, ...]:
        """The rows of the situation, its own with these values."""
        row = self.situation.row
        return tuple(
            replace(one, says=tuple({**one.said, **said}.items())) if one.variable == row else one
            for one in self.situation.givens
        )

    @property
    def _same(self) -> list[str]:
        return [g.variable for g in self.situation.givens if g.entity == self.entity.name]

    def _but_given(self) -> str:
        """Rows of the same table that were there before."""
        return f", but=[{', '.join(self._same)}]" if self._same else ""
