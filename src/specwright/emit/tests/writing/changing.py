"""Tests of changing: what is given changes, and nothing else does."""

from collections.abc import Iterator, Mapping
from typing import Any

from specwright.emit.tests.printing import (
    Test,
    used_by,
)
from specwright.emit.tests.requests import (
    FieldOf,
)
from specwright.emit.tests.samples import samples
from specwright.emit.tests.stage import Given
from specwright.emit.tests.values import Ref, show_json
from specwright.emit.tests.writing.base import Writing
from specwright.emit.tests.writing.of_the_server import constant, of_the_server
from specwright.emit.tests.written import said_in
from specwright.emit.wording import quoted
from specwright.model.entities import Column
from specwright.model.operations import OperationKind
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened


class Changing(Writing):
    """A row that is there: what is given changes it, null clears it, the rest stays."""

    def tests(self) -> Iterator[Test]:
        row = self.situation.row
        if row is None:
            return
        yield from self._changes_what_is_given(row)
        yield from self._clears(row)
        yield from self._changes_nothing_of_ours(row)

    def _after_change(self, body: Mapping[str, Any], row: str) -> str:
        stage = self.working.found.stage
        values = {
            one.field.column: said_in(body, one)
            for one in self.fields
            if one.field.column and one.field.name in body
        }
        for name in list(values):
            value = values[name]
            values[name] = (
                stage.variables[value.row][value.column] if isinstance(value, Ref) else value
            )
        values |= self.working.found.outcome.changes.of(stage.variables[row])
        return self.plan.printer.after(self.entity, stage.variables[row], values, stage)

    def _changes_what_is_given(self, row: str) -> Iterator[Test]:
        if self.operation.kind is OperationKind.REPLACE and not self._says_every_column():
            self.plan.leave_out(f"{self.operation.id}: what becomes of fields that are left out.")
            return
        lines = [
            *self._givens(frozenset({row})),
            "",
            f"answer = {self._call(show_json(self._wrapped_value(self._body)))}",
            "",
            f'assert answer.outcome == "{self.answer}"',
        ]
        if self.entity.versioned and self.operation.view is not None:
            lines.append('assert answer.headers["etag"] == \'"2"\'')
        lines.append(
            f"assert await world.again({quoted(self.entity.table)}, {row}) == "
            f"{row} | {self._after_change(self._body, row)}"
        )
        yield Test(self._name("changes_what_is_given_and_keeps_the_rest"), tuple(lines))

    def _says_every_column(self) -> bool:
        return all(one.field.name in self._body for one in self.fields if one.field.column)

    def _clears(self, row: str) -> Iterator[Test]:
        if not self._is_patch:
            return
        for one in self.fields:
            column = one.column
            if column is None or not column.nullable or not flattened(one.field.schema).nullable:
                continue
            filled = self._filled(one, column)
            if filled is None:
                self.plan.leave_out(f"{self.operation.id}: {one.field.name} cleared with null.")
                continue
            body = show_json(self._wrapped_value({one.field.name: None}))
            yield Test(
                self._name("clears", one.field.name, "with_null"),
                (
                    *self.plan.printer.givens(filled, used_by(self.situation) | {row}),
                    "",
                    f"answer = {self._call(body)}",
                    "",
                    f'assert answer.outcome == "{self.answer}"',
                    f"after = await world.again({quoted(self.entity.table)}, {row})",
                    f"assert after[{quoted(column.name)}] is None",
                ),
            )

    def _filled(self, one: FieldOf, column: Column) -> tuple[Given, ...] | None:
        """The rows with something in the column, that can be cleared."""
        if one.key is not None or column.type.kind is Kind.UUID:
            return None
        for value in samples(self.entity, column, self.plan.enums):
            givens = self._saying({column.name: value})
            if self._is_taken({one.field.name: None}, givens):
                return givens
        return None

    def _changes_nothing_of_ours(self, row: str) -> Iterator[Test]:
        body_schema = self.operation.body.schema if self.operation.body else None
        if body_schema is not None and flattened(body_schema).additional is False:
            return
        ours = of_the_server(self.plan, self.entity)
        if not ours or (
            self.operation.kind is OperationKind.REPLACE and not self._says_every_column()
        ):
            return
        forged = (
            "{name: world.wire(value) for name, value in " + constant(self.entity) + ".items()}"
        )
        body = self._wrapped(f"{show_json(self._body)} | {forged}")
        yield Test(
            self._name("sets_nothing_that_is_not_the_callers_to_set"),
            (
                *self._givens(frozenset({row})),
                "",
                f"answer = {self._call(body)}",
                "",
                f'assert answer.outcome == "{self.answer}"',
                f"assert await world.again({quoted(self.entity.table)}, {row}) == "
                f"{row} | {self._after_change(self._body, row)}",
            ),
        )
