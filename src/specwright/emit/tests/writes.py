"""`tests/{domain}/test_writes.py`: what is taken, what is refused, what only the backend sets."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from specwright.emit.tests.factory import Row
from specwright.emit.tests.modules import doc, module
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import (
    Test,
    path_text,
    renamed,
    success_status,
    test_name,
    used_by,
    with_names,
)
from specwright.emit.tests.refusals import own_answer
from specwright.emit.tests.rehearsal import Told, goes
from specwright.emit.tests.requests import (
    MADE_UP,
    Edge,
    FieldOf,
    edges,
    fields_of,
    is_allowed,
    sample_values,
)
from specwright.emit.tests.samples import samples
from specwright.emit.tests.simulation import Simulation
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.stage import Given
from specwright.emit.tests.values import NOW, Ref, equals, show, show_json
from specwright.emit.tests.variables import factory_of, variable_of
from specwright.emit.wording import quoted
from specwright.model.entities import Check, Column, Entity, ForeignKey
from specwright.model.evaluation import evaluate
from specwright.model.operations import ColumnValue, Operation, OperationKind
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened

_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
_CHANGES = (OperationKind.UPDATE, OperationKind.REPLACE)


def emit_writes(plan: Plan, domain: str) -> str | None:
    tests: list[Test] = []
    constants: dict[str, str] = {}
    needs_calls = False
    for operation in plan.operations(domain):
        working = plan.working(operation)
        if working is None or operation.entity is None:
            continue
        if operation.body is not None and operation.kind in (OperationKind.CREATE, *_CHANGES):
            entity = plan.model.entity(operation.entity)
            ours = _of_the_server(plan, entity)
            if ours:
                constants[_constant(entity)] = _constant_text(entity, ours)
            writes = _Writes(plan, operation, working)
            tests += (
                writes.creates() if operation.kind is OperationKind.CREATE else writes.changes()
            )
        elif operation.body is not None and working.found.situation.row is not None:
            tests += _Writes(plan, operation, working).edge_tests()
        if operation.kind is OperationKind.DELETE:
            tests += _deletes(plan, operation, working)
        if operation.kind is OperationKind.LINK:
            tests += _links(plan, operation, working)
    versions = list(_versions(plan, domain))
    tests += versions
    needs_calls = any("CALLS[" in line for test in tests for line in test.lines)
    title = domain.replace("_", " ")
    return module(
        f"Writing {title}: what is taken, and what only the backend sets.",
        tests,
        imports=[f"from tests.{domain}.calls import CALLS"] if needs_calls else [],
        constants=list(constants.values()),
    )


# -- What no caller sets --------------------------------------------------------------------------


def _constant(entity: Entity) -> str:
    return f"{entity.row.upper()}_OF_THE_SERVER"


def _of_the_server(plan: Plan, entity: Entity) -> dict[str, Any]:
    """The columns that no request writes, with values they would not have."""
    written = {
        field.column
        for operation in plan.model.operations
        if operation.entity == entity.name and operation.kind is not OperationKind.LIST
        for field in (operation.body.fields if operation.body else ())
    }
    return {
        column.name: value
        for column in entity.columns
        if column.name not in written
        if (value := _strange(plan, entity, column)) is not None
    }


def _strange(plan: Plan, entity: Entity, column: Column) -> Any:
    lifecycle = plan.model.lifecycle_of(entity.name)
    if lifecycle is not None and lifecycle.column == column.name:
        return next((state for state in lifecycle.states if state != lifecycle.initial), None)
    match column.type.kind:
        case Kind.UUID:
            return MADE_UP
        case Kind.TIMESTAMPTZ:
            return _LONG_AGO
        case Kind.DATE:
            return _LONG_AGO.date()
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            return 7
        case Kind.DOUBLE:
            return 7.5
        case Kind.BOOL:
            return None
        case Kind.TEXT | Kind.VARCHAR:
            return "x"
        case Kind.ENUM:
            return plan.model.enum(column.type.enum or "").values[-1]
        case Kind.JSONB:
            return {"any": "thing"}
        case _:
            return None


def _constant_text(entity: Entity, values: Mapping[str, Any]) -> str:
    inner = "".join(f"    {quoted(name)}: {_plain(value)},\n" for name, value in values.items())
    return (
        f"# Columns of {entity.table} that no caller sets, with values that they would not have.\n"
        f"{_constant(entity)}: Row = {{\n{inner}}}"
    )


def _plain(value: Any) -> str:
    match value:
        case datetime():
            return f"datetime({value.year}, {value.month}, {value.day}, tzinfo=UTC)"
        case _ if hasattr(value, "isoformat"):
            return f"date({value.year}, {value.month}, {value.day})"
        case _:
            return show(value)


# -- Creating and changing ------------------------------------------------------------------------


class _Writes:
    """The tests of one operation that takes a body."""

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

    # Creating

    def creates(self) -> Iterator[Test]:
        yield from self._fills_in()
        yield from self._keeps_what_is_given()
        yield from self._sets_nothing_of_ours()
        yield from self.edge_tests()
        yield from self._violations()
        yield from self._named_rows()

    def _after_create(self, body: Mapping[str, Any]) -> dict[str, str] | None:
        """Every column of the new row; None where the rules say more than is known here."""
        behaviour = self.plan.factories.behaviour(self.operation.id)
        if behaviour is not None and behaviour.rounds:
            return None
        by_column = {one.field.column: one.field.name for one in self.fields if one.field.column}
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
            elif name in by_column and by_column[name] in body:
                found[name] = show(body[by_column[name]])
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
        if parent is None:
            return {}
        above = [g for g in self.situation.givens if g.entity == parent.entity]
        if not above:
            return {}
        return {own: Ref(above[-1].variable, theirs) for own, theirs in self.operation.parent_joins}

    def _sets(self) -> dict[str, str] | None:
        """What the rules set on the new row, as far as it says the same of every row."""
        behaviour = self.plan.factories.behaviour(self.operation.id)
        found: dict[str, str] = {}
        stage = self.situation.staged(self.plan.factories)
        asked = self.situation.asked(stage)
        names = {"now": NOW, "actor": asked.actor, "request": asked.request}
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
                f"assert answer.body[{quoted(shown)}] == world.wire({row}[{quoted(keys[0])}])"
            )
        if self.entity.versioned:
            lines.append('assert answer.headers["etag"] == \'"1"\'')
        lines.append(f"assert {row} == {{{columns}}}")
        yield Test(self._name("fills_in_what_is_not_given"), tuple(lines))

    def _wrapped_value(self, body: Mapping[str, Any]) -> dict[str, Any]:
        envelope = self.operation.body.envelope if self.operation.body else None
        return {envelope: dict(body)} if envelope else dict(body)

    def _shown(self, column: str) -> str | None:
        view = self.operation.view
        if self.operation.answers and self.operation.answers[0].envelope is not None:
            return None
        fields = view.fields if view else ()
        return next((f.name for f in fields if f.source == ColumnValue(column)), None)

    def _but_given(self) -> str:
        """Rows of the same table that were there before."""
        return f", but=[{', '.join(self._same)}]" if self._same else ""

    @property
    def _same(self) -> list[str]:
        return [g.variable for g in self.situation.givens if g.entity == self.entity.name]

    def _said(self, body: Mapping[str, Any], givens: Sequence[Given] | None = None) -> Situation:
        """The situation with another body, and perhaps with other rows."""
        rows = self.situation.givens if givens is None else tuple(givens)
        return replace(self.situation, body=body, givens=rows)

    def _is_taken(self, body: Mapping[str, Any], givens: Sequence[Given] | None = None) -> bool:
        """Whether the rules and the tables let the body through."""
        said = self._said(body, givens)
        return goes(self.plan.factories, said.givens, Told(said, self.answer))

    def _keeps_what_is_given(self) -> Iterator[Test]:
        body = self._fullest_body()
        if body == self._body:
            return
        columns = {
            one.field.column: body[one.field.name]
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
        name = _constant(self.entity)
        ours = _of_the_server(self.plan, self.entity)
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

    # Edges

    def edge_tests(self) -> Iterator[Test]:
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
        keys = {k: v for k, v in self._body.items() if isinstance(v, Ref)} if self._fills else {}
        return self._wrapped(f"{show_json(keys)} | body" if keys else "body")

    @property
    def _fills(self) -> bool:
        """Whether a body must have more than the field at issue."""
        return not self._is_patch

    def _edges(self) -> tuple[list[dict[str, Any]], list[tuple[dict[str, Any], str]]]:
        taken: list[dict[str, Any]] = []
        refused: list[tuple[dict[str, Any], str]] = []
        plain = {k: v for k, v in self._body.items() if not isinstance(v, Ref)}
        base = plain if self._fills else {}
        above = self.operation.body.envelope if self.operation.body else None
        start = f"/{above}" if above else ""
        for one in self.fields:
            name = one.field.name
            if one.field.required and self._fills and one.key is None:
                refused.append(({k: v for k, v in base.items() if k != name}, self._at(start, one)))
            if one.field.relation is not None:
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

    @property
    def _is_patch(self) -> bool:
        return self.operation.body is not None and self.operation.body.is_merge_patch

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

    # What the tables refuse

    def _violations(self) -> Iterator[Test]:
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
        yield from self._broken_checks()

    def _broken_checks(self) -> Iterator[Test]:
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

    def _saying(self, said: Mapping[str, Any]) -> tuple[Given, ...]:
        """The rows of the situation, its own with these values."""
        row = self.situation.row
        return tuple(
            replace(one, says=tuple({**one.said, **said}.items())) if one.variable == row else one
            for one in self.situation.givens
        )

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

    def _named_rows(self) -> Iterator[Test]:
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
            bad = show_json(self._wrapped_value({**self._body, one.field.name: value}))
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

    # Changing

    def changes(self) -> Iterator[Test]:
        row = self.situation.row
        if row is None:
            return
        yield from self._changes_what_is_given(row)
        yield from self._clears(row)
        yield from self._changes_nothing_of_ours(row)
        yield from self.edge_tests()
        yield from self._broken_checks()

    def _after_change(self, body: Mapping[str, Any], row: str) -> str:
        stage = self.working.found.stage
        values = {
            one.field.column: body[one.field.name]
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
        ours = _of_the_server(self.plan, self.entity)
        if not ours or (
            self.operation.kind is OperationKind.REPLACE and not self._says_every_column()
        ):
            return
        forged = (
            "{name: world.wire(value) for name, value in " + _constant(self.entity) + ".items()}"
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


# -- If-Match -------------------------------------------------------------------------------------


_STALE = (
    ("{}", "428 precondition-required"),
    ("{'if-match': '\"0\"'}", "412 stale"),
    ("{'if-match': '1'}", "412 stale"),
    ("{'if-match': 'W/\"1\"'}", "412 stale"),
    ("{'if-match': ''}", "412 stale"),
)


def _versions(plan: Plan, domain: str) -> Iterator[Test]:
    for operation in plan.operations(domain):
        working = plan.working(operation)
        if not operation.needs_if_match or working is None:
            continue
        known = working.role != ANYONE
        made = f"actor = {plan.given_user(working.role)}" if known else "actor: Row = {}"
        sender = "actor" if known else "None"
        answer = working.found.outcome.answer
        call = f'await CALLS["{operation.id}"](world, actor)'
        stale = ", ".join(f"({headers}, {quoted(outcome)})" for headers, outcome in _STALE)
        yield Test(
            test_name(operation.id, "needs_the_version_that_it_is_based_on"),
            (
                made,
                f"allowed = await world.send({sender}, {call})",
                f'assert allowed.outcome == "{answer}"',
                f"call = {call}",
                "",
                "async with world.nothing_changes():",
                f"    refused = await world.call({sender}, call.method, call.path, call.body, "
                "headers)",
                "",
                "assert refused.outcome == outcome",
            ),
            decorators=(f'@pytest.mark.parametrize(("headers", "outcome"), [{stale}])',),
            arguments="world: World, headers: dict[str, str], outcome: str",
        )
        yield Test(
            test_name(operation.id, "may_name_several_versions_or_any"),
            (
                made,
                f"call = {call}",
                'headers = {"if-match": tags}',
                "",
                f"answer = await world.call({sender}, call.method, call.path, call.body, headers)",
                "",
                f'assert answer.outcome == "{answer}"',
            ),
            decorators=('@pytest.mark.parametrize("tags", [\'"1"\', \'"7", "1"\', "*"])',),
            arguments="world: World, tags: str",
        )


# -- Deleting -------------------------------------------------------------------------------------


def _deletes(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    situation = working.found.situation
    row = situation.row
    if row is None:
        return
    entity = plan.model.entity(operation.entity or "")
    answer = working.found.outcome.answer
    givens = plan.printer.givens(situation.givens, used_by(situation) | {row})
    call = plan.printer.call(situation)
    key = ", ".join(f"{k}={row}[{quoted(k)}]" for k in entity.primary_key.columns)
    gone = f"assert await world.rows({quoted(entity.table)}, {key}) == []"
    yield Test(
        test_name(operation.id, "deletes_once"),
        (
            *givens,
            "",
            f"answer = {call}",
            "",
            f'assert answer.outcome == "{answer}"',
            gone,
            f"again = {call}",
            'assert again.outcome == "404 not-found"',
        ),
    )
    for other, foreign in _pointing_at(plan, entity):
        own, theirs = foreign.columns[0], foreign.target_columns[0]
        child = Given("gone_with_it", other.name, says=((own, Ref(row, theirs)),))
        if foreign.name in operation.conflicts:
            yield from _needed(plan, operation, situation, answer, foreign.name, child)
        elif foreign.on_delete == "cascade":
            yield from _taken_along(plan, operation, situation, answer, child)


def _pointing_at(plan: Plan, entity: Entity) -> Iterator[tuple[Entity, ForeignKey]]:
    for other in plan.model.entities:
        for foreign in other.foreign_keys if other.name in plan.factories else ():
            if foreign.target == entity.name and len(foreign.columns) == 1:
                yield other, foreign


def _taken_along(
    plan: Plan, operation: Operation, situation: Situation, answer: str, child: Given
) -> Iterator[Test]:
    table = plan.model.entity(child.entity).table
    if not goes(plan.factories, [*situation.givens, child], Told(situation, answer)):
        plan.leave_out(f"{operation.id}: {table} that go with their row.")
        return
    used = used_by(situation) | {situation.row or "", child.variable}
    yield Test(
        test_name(operation.id, "takes_along_its", table),
        (
            *plan.printer.givens([*situation.givens, child], used),
            "",
            f"answer = {plan.printer.call(situation)}",
            "",
            f'assert answer.outcome == "{answer}"',
            f"assert {child.variable} not in await world.rows({quoted(table)})",
        ),
    )


def _needed(
    plan: Plan,
    operation: Operation,
    situation: Situation,
    answer: str,
    constraint: str,
    child: Given,
) -> Iterator[Test]:
    row = plan.model.entity(child.entity).row
    second = _beside(situation)
    needing = with_names(child, {situation.row or "": second.row or ""})
    refused = Told(second, f"409 {constraint}")
    allowed = Told(situation, answer)
    if not goes(plan.factories, situation.givens, allowed, [*second.givens, needing], refused):
        plan.leave_out(f"{operation.id}: a row that {row} needs.")
        return
    yield Test(
        test_name(operation.id, "is_refused_while", row, "needs_it"),
        (
            *plan.printer.givens(situation.givens, used_by(situation)),
            f"allowed = {plan.printer.call(situation)}",
            f'assert allowed.outcome == "{answer}"',
            "",
            *plan.printer.givens([*second.givens, needing], used_by(second)),
            "async with world.nothing_changes():",
            f"    refused = {plan.printer.call(second)}",
            f'assert refused.outcome == "409 {constraint}"',
        ),
    )


def _beside(situation: Situation) -> Situation:
    """The same once more, with rows of its own but for the caller."""
    variables = {given.variable for given in situation.givens}
    second = renamed(situation, variables, keep=(situation.actor or "",))
    return replace(second, givens=tuple(g for g in second.givens if g.variable != situation.actor))


# -- Linking --------------------------------------------------------------------------------------


def _is_allowed_as_well(plan: Plan, situation: Situation, other: Operation) -> bool:
    """Whether the same caller may do the other on the same rows."""
    same = replace(situation, operation=other)
    stage = same.staged(plan.factories)
    return Simulation(plan.model, stage).answer(same.asked(stage)).is_success


def _links(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    link = operation.link
    assert link is not None
    unlink = next(
        (
            one
            for one in plan.model.operations
            if one.kind is OperationKind.UNLINK and one.path == operation.path
        ),
        None,
    )
    situation = working.found.situation
    entity = plan.model.entity(link.entity)
    path = path_text(operation.path, dict(situation.path))
    caller = situation.actor or "None"
    answer = working.found.outcome.answer
    refs = dict(situation.path)
    columns = ", ".join(f"{quoted(end.column)}: {refs[end.parameter]}" for end in link.ends)
    before = [given.variable for given in situation.givens if given.entity == entity.name]
    but = f", but=[{', '.join(before)}]" if before else ""
    lines = [
        *plan.printer.givens(situation.givens, used_by(situation) | set(before)),
        f"path = {path}",
        "",
        f'linked = [await world.call({caller}, "{operation.method.upper()}", path) '
        "for _ in range(2)]",
        f'assert [answer.outcome for answer in linked] == ["{answer}", "{answer}"]',
        f"link = await world.only({quoted(entity.table)}{but})",
        f"assert link == link | {{{columns}}}",
    ]
    can_unlink = unlink is not None and _is_allowed_as_well(plan, situation, unlink)
    if unlink is not None and can_unlink:
        after = success_status(unlink)
        lines += [
            "",
            f'unlinked = [await world.call({caller}, "{unlink.method.upper()}", path) '
            "for _ in range(2)]",
            f'assert [answer.outcome for answer in unlinked] == ["{after}", "{after}"]',
            f"assert await world.rows({quoted(entity.table)}) == [{', '.join(before)}]",
        ]
    name = "links_as_often_as_one_likes"
    if unlink is not None and can_unlink:
        name = f"links_and_{unlink.name}_unlinks_as_often_as_one_likes"
    yield Test(test_name(operation.id, name), tuple(lines))
    for one in (operation, unlink):
        if one is not None:
            yield from _foreign_ends(plan, one)
    yield from _same_ends(plan, operation, situation, answer)


def _foreign_ends(plan: Plan, operation: Operation) -> Iterator[Test]:
    """Both ends are of one's own tenant."""
    home, tenancy, working = plan.factories.home, plan.model.tenancy, plan.working(operation)
    assert operation.link is not None
    if working is None or working.role == ANYONE or home is None or tenancy is None:
        return
    situation = working.found.situation
    for number, end in enumerate(operation.link.ends):
        target = plan.model.entity(end.target)
        tenant = target.tenant
        if tenant is None or not tenant.is_direct or tenant.is_root:
            continue
        refs = {**dict(situation.path), end.parameter: Ref("theirs", end.key)}
        path = path_text(operation.path, refs)
        method = operation.method.upper()
        where = "first" if number == 0 else "second"
        yield Test(
            test_name(operation.id, "needs_its", where, "end_in_ones_own", home.row),
            (
                *plan.printer.givens(situation.givens, used_by(situation)),
                f"allowed = {plan.printer.call(situation)}",
                f'assert allowed.outcome == "{working.found.outcome.answer}"',
                f"elsewhere = await given.{factory_of(home)}(world)",
                f"theirs = await given.{factory_of(target)}"
                f"(world, {tenant.column}=elsewhere[{quoted(tenancy.root_column)}])",
                "",
                "async with world.nothing_changes():",
                f'    refused = await world.call({situation.actor}, "{method}", {path})',
                "",
                'assert refused.outcome == "404 not-found"',
            ),
        )


def _same_ends(
    plan: Plan, operation: Operation, situation: Situation, answer: str
) -> Iterator[Test]:
    """A row that is linked to itself, if a check forbids that."""
    link = operation.link
    assert link is not None
    one, other = link.ends
    if one.target != other.target:
        return
    entity = plan.model.entity(link.entity)
    same = {one.column: UUID(int=1), other.column: UUID(int=1)}
    check = next((c for c in entity.checks if violates(c.sql, same)), None)
    if check is None or check.name not in operation.conflicts:
        return
    target = plan.model.entity(one.target)
    refs: dict[str, Ref | str] = dict(situation.path)
    for end in link.ends:
        refs[end.parameter] = Ref(f"other_{target.row}", end.key)
    path = path_text(operation.path, refs)
    yield Test(
        test_name(operation.id, "is_refused_if_both_ends_are_one"),
        (
            *plan.printer.givens(situation.givens, used_by(situation)),
            f"allowed = {plan.printer.call(situation)}",
            f'assert allowed.outcome == "{answer}"',
            "",
            f"other_{target.row} = await given.{factory_of(target)}(world)",
            "async with world.nothing_changes():",
            f"    refused = await world.call({situation.actor or 'None'}, "
            f'"{operation.method.upper()}", {path})',
            "",
            f'assert refused.outcome == "409 {check.name}"',
        ),
        doc(f"`{' '.join(check.sql.split())}`"),
    )
