"""Tests of what the tables refuse: a second row of a kind, a value that breaks a CHECK."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from specwright.emit.tests.factory import Row
from specwright.emit.tests.modules import doc
from specwright.emit.tests.printing import (
    Test,
    used_by,
)
from specwright.emit.tests.rehearsal import Told, goes
from specwright.emit.tests.requests import (
    is_allowed,
)
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.stage import Given
from specwright.emit.tests.values import NOW, show_json
from specwright.emit.tests.writing.base import Writing
from specwright.model.entities import Check, Column
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened


class Breaches(Writing):
    """Requests that the contract allows and a constraint does not."""

    def of_uniques(self) -> Iterator[Test]:
        for unique in self.entity.uniques:
            if unique.name not in self.operation.conflicts:
                continue
            by_column = {one.field.column: one.field.name for one in self.fields}
            if not all(column in by_column for column in unique.columns):
                continue
            if any(by_column[column] not in self._body for column in unique.columns):
                continue
            again = Told(self.situation, f"409 {unique.name}")
            allowed = Told(self.situation, self.answer)
            if not goes(self.plan.factories, self.situation.givens, allowed, again):
                self.plan.leave_out(f"{self.operation.id}: a second row that breaks {unique.name}.")
                continue
            good = show_json(self._wrapped_value(self._body))
            yield Test(
                self._name("is_refused_the_second_time"),
                (
                    *self._givens(),
                    f"allowed = {self._call(good)}",
                    f'assert allowed.outcome == "{self.answer}"',
                    "",
                    "async with world.nothing_changes():",
                    f"    refused = {self._call(good)}",
                    "",
                    f'assert refused.outcome == "409 {unique.name}"',
                ),
                doc(f"`{', '.join(unique.columns)}` is unique"),
            )

    def of_checks(self) -> Iterator[Test]:
        for check in self.entity.checks:
            if check.name not in self.operation.conflicts or check.enum_column:
                continue
            found = self._breaking(check)
            if found is None:
                self.plan.leave_out(f"{self.operation.id}: a request that breaks {check.name}.")
                continue
            givens, body = found
            good = show_json(self._wrapped_value(self._body))
            headers = '{"if-match": "*"}' if self.operation.needs_if_match else None
            yield Test(
                self._name("is_refused_by", check.name),
                (
                    *self.plan.printer.givens(givens, used_by(self.situation)),
                    f"allowed = {self._call(good)}",
                    f'assert allowed.outcome == "{self.answer}"',
                    "",
                    "async with world.nothing_changes():",
                    f"    refused = {self._call(show_json(self._wrapped_value(body)), headers)}",
                    "",
                    f'assert refused.outcome == "409 {check.name}"',
                ),
                doc(f"`{' '.join(check.sql.split())}`"),
            )

    def _breaking(self, check: Check) -> tuple[tuple[Given, ...], dict[str, Any]] | None:
        """Rows, and a body that the contract allows and only the check then does not."""
        row = self._row_before()
        for said in self._other_rows(check, row):
            before = {**row, **said}
            if any(violates(c.sql, before) for c in self.entity.checks):
                continue
            givens = self._saying(said)
            for bad in self._fields_against(check, before):
                body = {**({} if self._is_patch else self._body), **bad}
                if self._breaks(check, givens, body):
                    return givens, body
        return None

    def _breaks(self, check: Check, givens: tuple[Given, ...], body: Mapping[str, Any]) -> bool:
        """Whether the body is refused for the check alone, after one that is allowed."""
        allowed = Told(self.situation, self.answer)
        refused = Told(self._said(body), f"409 {check.name}", anew=True)
        return goes(self.plan.factories, givens, allowed, refused)

    def _row_before(self) -> Row:
        """The row that is changed, or what one is made of."""
        stage = self.situation.staged(self.plan.factories)
        asked = self.situation.asked(stage)
        before = asked.row or asked.new
        assert before is not None
        return before

    def _other_rows(self, check: Check, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        yield {}
        if self.situation.row is None:
            return
        for name in check.columns:
            column = self.entity.column(name)
            for value in _extremes(column) if column is not None else ():
                if value != row[name]:
                    yield {name: value}
        numbers = [c for c in check.columns if isinstance(row[c], int)]
        for high in (2, 10):
            yield dict.fromkeys(numbers, high)

    def _fields_against(self, check: Check, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Fields with values that the contract allows and the check does not."""
        for one in self.fields:
            if one.column is None or one.key is not None:
                continue
            flat = flattened(one.field.schema)
            for value in _extremes(one.column):
                changed = {**row, one.column.name: value}
                if is_allowed(flat, value) and violates(check.sql, changed) is True:
                    yield {one.field.name: value}


def _extremes(column: Column) -> list[Any]:
    match column.type.kind:
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            return [-1, 0, 1, 2, 10, 100, 1000, 30000, -30000, *(column.type.bounds or ())]
        case Kind.NUMERIC:
            return [Decimal(n) for n in (-1, 0, 1, 10, 1000)]
        case Kind.DOUBLE:
            return [-1.0, 0.0, 1.0, 1000.0]
        case Kind.TEXT | Kind.VARCHAR:
            return ["", "x", "X", "?", "x" * 100]
        case Kind.TIMESTAMPTZ:
            return [NOW + timedelta(days=n) for n in (-365, -1, 0, 1, 365)]
        case Kind.DATE:
            return [NOW.date() + timedelta(days=n) for n in (-365, -1, 0, 1, 365)]
        case Kind.BOOL:
            return [True, False]
        case _:
            return []
