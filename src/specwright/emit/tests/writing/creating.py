"""Tests of creating: what a new row has, and which rows it may point at."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from specwright.emit.tests.bodies import row_of
from specwright.emit.tests.hooks import given_by
from specwright.emit.tests.printing import (
    Test,
)
from specwright.emit.tests.requests import (
    said_as,
    sample_values,
)
from specwright.emit.tests.values import NOW, Ref, equals, show, show_json
from specwright.emit.tests.variables import factory_of, variable_of
from specwright.emit.tests.writing.base import Writing
from specwright.emit.tests.writing.of_the_server import constant, of_the_server
from specwright.emit.tests.written import said_in
from specwright.emit.wording import quoted
from specwright.model.entities import Column
from specwright.model.evaluation import evaluate
from specwright.model.operations import ColumnValue
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened


class Creating(Writing):
    """A new row: what it is given, what it has by itself, and what its caller cannot say."""

    def tests(self) -> Iterator[Test]:
        yield from self._fills_in()
        yield from self._keeps_what_is_given()
        yield from self._sets_nothing_of_ours()

    def _after_create(self, body: Mapping[str, Any]) -> dict[str, str] | None:
        """Every column of the new row; None where the rules say more than is known here."""
        behaviour = self.plan.factories.behaviour(self.operation.id)
        if behaviour is not None and behaviour.rounds:
            return None
        by_column = {one.field.column: one for one in self.fields if one.field.column}
        sets = self._sets()
        if sets is None:
            return None
        joins = self._joined()
        found: dict[str, str] = {}
        factory = self.plan.factories[self.entity.name]
        for fill in factory.fills:
            name = fill.column.name
            if name in sets:
                found[name] = sets[name]
            elif name in by_column and by_column[name].field.name in body:
                found[name] = show(said_in(body, by_column[name]))
            elif name in joins:
                found[name] = str(joins[name])
            elif fill.way == "home" and self.situation.actor and self.plan.model.tenancy:
                found[name] = str(Ref(self.situation.actor, self.plan.model.tenancy.column))
            elif fill.way == "moment":
                found[name] = "world.now"
            elif fill.way == "default" and fill.value is None:
                found[name] = f"{variable_of(self.entity)}[{quoted(name)}]"
            elif fill.way in ("default", "null") or fill.column.nullable:
                found[name] = show(self._default(name, fill.column))
            else:
                return None
        return found

    def _default(self, name: str, column: Column) -> Any:
        """What the contract says of a field that is left out, or else what the table says."""
        for one in self.fields:
            flat = flattened(one.field.schema)
            if one.field.column == name and flat.has_default:
                return flat.default
        fill = next(f for f in self.plan.factories[self.entity.name].fills if f.column is column)
        return fill.value if fill.way == "default" else None

    def _joined(self) -> dict[str, Ref]:
        """The columns that say to which row of the path the new one belongs."""
        parent = self.operation.parent
        key = next(iter(parent.keys), None) if parent else None
        named = dict(self.situation.path).get(key.parameter) if key else None
        if named is None:
            return {}
        return {own: Ref(named.row, theirs) for own, theirs in self.operation.parent_joins}

    def _sets(self) -> dict[str, str] | None:
        """What the rules set on the new row, as far as it says the same of every row."""
        behaviour = self.plan.factories.behaviour(self.operation.id)
        found: dict[str, str] = {}
        stage = self.situation.staged(self.plan.factories)
        asked = self.situation.asked(stage)
        names = {"now": NOW, "actor": asked.actor, "request": asked.request}
        names |= given_by(self.plan.model, behaviour.hooks if behaviour else (), stage.hooks)
        for one in behaviour.sets if behaviour else ():
            try:
                value = evaluate(one.value, names, stage.all)
            except (KeyError, TypeError, ArithmeticError):
                return None
            found[one.target.column] = self.plan.printer.recognised(value, stage)
        return found

    def _fills_in(self) -> Iterator[Test]:
        after = self._after_create(self._body)
        if after is None:
            self.plan.leave_out(f"{self.operation.id}: every column of the new row.")
            return
        row = variable_of(self.entity)
        columns = ", ".join(f"{quoted(name)}: {value}" for name, value in after.items())
        keys = self.entity.primary_key.columns
        shown = self._shown(keys[0]) if len(keys) == 1 else None
        lines = [
            *self._givens(frozenset(self._same)),
            "",
            f"answer = {self._call(show_json(self._wrapped_value(self._body)))}",
            "",
            f'assert answer.outcome == "{self.answer}"',
            f"{row} = await world.only({quoted(self.entity.table)}{self._but_given()})",
        ]
        if shown is not None:
            lines.append(
                f"assert {row_of(self.operation)}[{quoted(shown)}] == "
                f"world.wire({row}[{quoted(keys[0])}])"
            )
        if self.entity.versioned:
            lines.append('assert answer.headers["etag"] == \'"1"\'')
        lines.append(f"assert {row} == {{{columns}}}")
        yield Test(self._name("fills_in_what_is_not_given"), tuple(lines))

    def _shown(self, column: str) -> str | None:
        view = self.operation.view
        fields = view.fields if view else ()
        return next((f.name for f in fields if f.source == ColumnValue(column)), None)

    def _keeps_what_is_given(self) -> Iterator[Test]:
        body = self._fullest_body()
        if body == self._body:
            return
        columns = {
            one.field.column: said_in(body, one)
            for one in self.fields
            if one.field.column and one.field.name in body and one.column is not None
        }
        row = variable_of(self.entity)
        lines = [
            *self._givens(frozenset(self._same)),
            "",
            f"answer = {self._call(show_json(self._wrapped_value(body)))}",
            "",
            f'assert answer.outcome == "{self.answer}"',
            f"{row} = await world.only({quoted(self.entity.table)}{self._but_given()})",
            *(f"assert {row}[{quoted(name)}] {equals(value)}" for name, value in columns.items()),
        ]
        yield Test(self._name("keeps_what_is_given"), tuple(lines))

    def _fullest_body(self) -> dict[str, Any]:
        """As many of the fields as are taken together."""
        body = self._body
        for one in self.fields:
            if one.field.name in body or one.key is not None or one.field.relation is not None:
                continue
            values = (value for value in sample_values(self.plan.model, one))
            bodies = ({**body, one.field.name: value} for value in itertools.islice(values, 8))
            fuller = next((said for said in bodies if self._is_taken(said)), None)
            if fuller is None:
                self.plan.leave_out(f"{self.operation.id}: a body with {one.field.name}.")
            body = fuller or body
        return body

    def _sets_nothing_of_ours(self) -> Iterator[Test]:
        body_schema = self.operation.body.schema if self.operation.body else None
        if body_schema is not None and flattened(body_schema).additional is False:
            return
        after = self._after_create(self._body)
        name = constant(self.entity)
        ours = of_the_server(self.plan, self.entity)
        if not ours or after is None:
            return
        row, table = variable_of(self.entity), quoted(self.entity.table)
        said = {one.field.name for one in self.fields}
        forged = "{name: world.wire(value) for name, value in " + name + ".items()}"
        body = f"{show_json(self._body)} | {forged}"
        kept = {name: value for name, value in after.items() if name in ours and name not in said}
        expected = ", ".join(f"{quoted(column)}: {value}" for column, value in kept.items())
        lines = [
            *self._givens(frozenset(self._same)),
            "",
            f"answer = {self._call(self._wrapped(body))}",
            "",
            f'assert answer.outcome == "{self.answer}"',
            f"{row} = await world.only({table}{self._but_given()})",
            f"assert {{name: {row}[name] for name in {name}}} == {{{expected}}}",
        ]
        keys = self.entity.primary_key.columns
        lines += [
            f"assert {row}[{quoted(key)}] != {name}[{quoted(key)}]" for key in keys if key in ours
        ]
        yield Test(self._name("sets_nothing_that_is_not_the_callers_to_set"), tuple(lines))

    def named_rows(self) -> Iterator[Test]:
        """Rows that a body names exist in the caller's own tenant."""
        home, tenancy = self.plan.factories.home, self.plan.model.tenancy
        for one in self.fields:
            if one.key is None or one.field.name not in self._body:
                continue
            target = self.plan.model.entity(one.key.target)
            good = show_json(self._wrapped_value(self._body))
            tenant = target.tenant
            if home is not None and tenancy is not None and tenant and tenant.is_direct:
                made = [
                    f"elsewhere = await given.{factory_of(home)}(world)",
                    f"theirs = await given.{factory_of(target)}"
                    f"(world, {tenant.column}=elsewhere[{quoted(tenancy.root_column)}])",
                ]
                if tenant.is_root:
                    made = [f"theirs = await given.{factory_of(target)}(world)"]
                value: Any = Ref("theirs", one.key.target_columns[0])
                words = f"takes_no_{one.field.name}_of_another_{home.row}"
            else:
                column = target.column(one.key.target_columns[0])
                if column is None or column.type.kind is not Kind.UUID:
                    continue
                made, value = [], UUID(int=1)
                words = f"takes_only_a_{one.field.name}_that_is_there"
            said = said_as(one.field, value)
            bad = show_json(self._wrapped_value({**self._body, one.field.name: said}))
            yield Test(
                self._name(words),
                (
                    *self._givens(),
                    f"allowed = {self._call(good)}",
                    f'assert allowed.outcome == "{self.answer}"',
                    *made,
                    "",
                    "async with world.nothing_changes():",
                    f"    refused = {self._call(bad)}",
                    "",
                    'assert refused.outcome == "404 not-found"',
                ),
            )
