"""`tests/schema/test_{table}.py`: what the database keeps of each table, whoever writes to it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from specwright.emit.tests import samples
from specwright.emit.tests.constraints import broken_check
from specwright.emit.tests.factories import default_value
from specwright.emit.tests.factory import Factory
from specwright.emit.tests.modules import doc, module
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.printing import Test, list_text, test_name
from specwright.emit.tests.sql_conditions import violates
from specwright.emit.tests.stage import Impossible, Stage
from specwright.emit.tests.values import Ref, equals, keywords, show
from specwright.emit.tests.variables import factory_of, variable_of
from specwright.emit.wording import quoted
from specwright.model.entities import (
    Check,
    Column,
    Entity,
    ForeignKey,
    LiteralDefault,
    SqlDefault,
    Unique,
)
from specwright.model.sql_checks import Bound
from specwright.model.sql_types import Kind

_NOWHERE = {
    Kind.UUID: "UUID(int=1)",
    Kind.INT: "2000000000",
    Kind.BIGINT: "2000000000",
    Kind.SMALLINT: "30000",
    Kind.TEXT: '"none of them"',
    Kind.VARCHAR: '"none"',
}


def emit_schema(plan: Plan) -> Iterator[tuple[str, str]]:
    for factory in plan.factories.all.values():
        text = module(
            f"What the database itself keeps of {factory.entity.table.replace('_', ' ')}, "
            "whoever writes to it.",
            _Table(plan, factory).tests(),
        )
        if text is not None:
            yield f"tests/schema/test_{factory.entity.table}.py", text


class _Table:
    def __init__(self, plan: Plan, factory: Factory) -> None:
        self.plan = plan
        self.factory = factory
        self.entity = factory.entity
        self.table = quoted(factory.entity.table)
        self.make = f"given.{factory_of(factory.entity)}"

    def tests(self) -> Iterator[Test]:
        yield from self._defaults()
        yield from self._not_null()
        yield from self._checked()
        yield from self._statuses()
        for check in self.entity.checks:
            yield from self._check(check)
        for unique in self.entity.uniques:
            yield from self._unique(unique)
        yield from self._pointing()
        for key in self.entity.foreign_keys:
            yield from self._pointed_at(key)

    # -- one row

    def _defaults(self) -> Iterator[Test]:
        with_default = [column for column in self.entity.columns if column.default is not None]
        if not with_default:
            return
        row = variable_of(self.entity)
        lines = [f"needed = await {self.make}(world)"]
        kept = [column.name for column in self.entity.columns if not column.is_filled]
        needed = ", ".join(f"{quoted(name)}: needed[{quoted(name)}]" for name in kept)
        lines += [
            f"await world.delete({self.table}, needed)",
            f"{row} = await world.insert({self.table}, {{{needed}}})",
            "",
        ]
        for column in with_default:
            match column.default:
                case LiteralDefault(str() as text) if column.type.kind is Kind.JSONB:
                    lines.append(f"assert {row}[{quoted(column.name)}] == {json.loads(text)!r}")
                case LiteralDefault():
                    value = equals(default_value(column))
                    lines.append(f"assert {row}[{quoted(column.name)}] {value}")
                case SqlDefault():
                    lines.append(f"assert {row}[{quoted(column.name)}] is not None")
        if self._can_stand({c.name: default_value(c) for c in with_default}):
            yield Test("test_a_row_has_defaults", tuple(lines))

    def _can_stand(self, values: Mapping[str, Any]) -> bool:
        row = {fill.column.name: fill.value for fill in self.factory.fills}
        said = {name: value for name, value in values.items() if value is not None}
        return broken_check(self.entity, {**row, **said}) is None

    def _not_null(self) -> Iterator[Test]:
        columns = [column.name for column in self.entity.columns if not column.nullable]
        if columns:
            yield Test(
                "test_a_row_needs_a_value_in",
                (
                    f"assert await world.broken({self.make}(world)) is None",
                    "without: Row = {column: None}",
                    f"assert await world.broken({self.make}(world, **without)) == column",
                ),
                decorators=(f'@pytest.mark.parametrize("column", {list_text(columns)})',),
                arguments="world: World, column: str",
            )

    def _checked(self) -> Iterator[Test]:
        cases = [case for check in self.entity.checks for case in self._cases(check)]
        if not cases:
            return
        listed = ", ".join(
            f"({{{', '.join(f'{quoted(n)}: {_literal(v)}' for n, v in values.items())}}}, "
            f"{quoted(broken) if broken else None})"
            for values, broken in cases
        )
        yield Test(
            "test_a_row_is_checked",
            (f"assert await world.broken({self.make}(world, **values)) == broken",),
            decorators=(f'@pytest.mark.parametrize(("values", "broken"), [{listed}])',),
            arguments="world: World, values: Row, broken: str | None",
        )

    def _cases(self, check: Check) -> Iterator[tuple[dict[str, Any], str | None]]:
        """The values at the edges of a check on one column, and what breaks."""
        if check.enum_column is not None:
            yield {check.enum_column: "none of them"}, check.name
            return
        if len(check.columns) != 1:
            return
        column = self.entity.column(check.columns[0])
        seen: list[Any] = []
        for shape in check.shapes:
            if not isinstance(shape, Bound) or column is None:
                continue
            for value in _around(shape, column):
                verdict = violates(check.sql, {column.name: value})
                if verdict is None or value in seen or not samples.fits(column, value):
                    continue
                seen.append(value)
                broken = self._broken_by({column.name: value})
                if broken in (None, check.name):
                    yield {column.name: value}, broken

    def _broken_by(self, values: Mapping[str, Any]) -> str | None:
        row = {fill.column.name: fill.value for fill in self.factory.fills}
        broken = [c for c in self.entity.checks if violates(c.sql, {**row, **values})]
        if not broken:
            return None
        return min(check.name for check in broken)  # PostgreSQL asks in the order of names

    def _statuses(self) -> Iterator[Test]:
        lifecycle = self.factory.lifecycle
        if lifecycle is None:
            return
        column = lifecycle.column
        yield Test(
            test_name("a_row_can_be_of_every", column),
            (f"assert await world.broken({self.make}(world, {column})) is None",),
            decorators=(
                f"@pytest.mark.parametrize({quoted(column)}, {list_text(lifecycle.states)})",
            ),
            arguments=f"world: World, {column}: str",
        )

    def _check(self, check: Check) -> Iterator[Test]:
        """A check on several columns: a row that satisfies it, and one change that does not."""
        if check.enum_column is not None or any(True for _ in self._cases(check)):
            return
        found = list(self._breaking(check))[:2]
        if not found:
            self.plan.leave_out(f"{self.entity.table}: a row that breaks {check.name}.")
            return
        lines: list[str] = []
        for number, (status, change) in enumerate(found):
            variable = variable_of(self.entity)
            name = variable if number == 0 else f"other_{variable}"
            values = {
                column: replace(value, row=name) if isinstance(value, Ref) else value
                for column, value in change.items()
            }
            said = f", {quoted(status)}" if status else ""
            lines += [
                f"{name} = await {self.make}(world{said})",
                f"change = world.change({self.table}, {name}{keywords(values)})",
                f"assert await world.broken(change) == {quoted(check.name)}",
            ]
        yield Test(test_name(check.name), tuple(lines), doc(f"`{' '.join(check.sql.split())}`"))

    def _breaking(self, check: Check) -> Iterator[tuple[str | None, dict[str, Any]]]:
        lifecycle = self.factory.lifecycle
        statuses: list[str | None] = [None]
        if lifecycle is not None:
            statuses += [state for state in lifecycle.states if state != lifecycle.initial]
        enums = {enum.name: enum for enum in self.plan.model.enums}
        for status in statuses:
            stage = Stage(self.plan.factories)
            try:
                row = stage.add(
                    self.entity.name, status or (lifecycle.initial if lifecycle else None)
                )
            except Impossible:
                continue
            change = self._one_change(check, row, enums) or self._same_twice(check, row)
            if change is not None:
                yield status, change

    def _one_change(
        self, check: Check, row: Mapping[str, Any], enums: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        for name in reversed(check.columns):
            column = self.entity.column(name)
            if column is None or column.type.kind is Kind.UUID or column.type.enum:
                continue
            choices = [*([None] if column.nullable else []), *_widely(self.entity, column, enums)]
            for value in choices:
                changed = {**row, name: value}
                broken = [c.name for c in self.entity.checks if violates(c.sql, changed)]
                if broken == [check.name]:
                    return {name: value}
        return None

    def _same_twice(self, check: Check, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """One column as another is, where a check wants them to differ."""
        for name in check.columns:
            for other in check.columns:
                if name == other or violates(check.sql, {**row, name: row[other]}) is not True:
                    continue
                return {name: Ref(variable_of(self.entity), other)}
        return None

    # -- several rows

    def _unique(self, unique: Unique) -> Iterator[Test]:
        row = variable_of(self.entity)
        said = ", ".join(f"{name}={row}[{quoted(name)}]" for name in unique.columns)
        values = [fill for fill in self.factory.fills if fill.column.name in unique.columns]
        filled = self._filled_for(unique)
        if filled is None:
            self.plan.leave_out(f"{self.entity.table}: two rows that break {unique.name}.")
            return
        lines = [
            f"{row} = await {self.make}(world{keywords(filled)})",
            f"again = {self.make}(world, {said})",
            f"assert await world.broken(again) == {quoted(unique.name)}",
        ]
        for name in unique.folded:
            others = ", ".join(
                f"{one}={row}[{quoted(one)}]" + (".upper()" if one == name else "")
                for one in unique.columns
            )
            lines += [
                f"louder = {self.make}(world, {others})",
                f"assert await world.broken(louder) == {quoted(unique.name)}",
            ]
        if not filled or any(fill.way in ("unique", "parent") for fill in values):
            lines.append(f"assert await world.broken({self.make}(world)) is None")
        yield Test(test_name(unique.name), tuple(lines))

    def _filled_for(self, unique: Unique) -> dict[str, Any] | None:
        """What must be said so that no column of it is null."""
        filled: dict[str, Any] = {}
        enums = {enum.name: enum for enum in self.plan.model.enums}
        for fill in self.factory.fills:
            if fill.column.name not in unique.columns or fill.way != "null":
                continue
            if fill.column.type.kind is Kind.UUID:
                return None
            filled[fill.column.name] = samples.sample(self.entity, fill.column, enums)
        return filled if self._can_stand(filled) else None

    def _pointing(self) -> Iterator[Test]:
        cases: list[tuple[str, str, str]] = []
        for key in self.entity.foreign_keys:
            if len(key.columns) != 1:
                continue
            column = self.entity.column(key.columns[0])
            nowhere = _NOWHERE.get(column.type.kind) if column else None
            if nowhere is not None and self._is_free(key):
                cases.append((key.columns[0], nowhere, key.name))
        if not cases:
            return
        row = variable_of(self.entity)
        listed = ", ".join(f"({quoted(c)}, {n}, {quoted(b)})" for c, n, b in cases)
        yield Test(
            "test_what_a_row_points_at_is_there",
            (
                f"{row} = await {self.make}(world)",
                "values: Row = {column: nowhere}",
                f"change = world.change({self.table}, {row}, **values)",
                "assert await world.broken(change) == broken",
            ),
            decorators=(f'@pytest.mark.parametrize(("column", "nowhere", "broken"), [{listed}])',),
            arguments="world: World, column: str, nowhere: object, broken: str",
        )

    def _is_free(self, key: ForeignKey) -> bool:
        """Whether a row with anything in the column breaks no check first."""
        row = {fill.column.name: fill.value for fill in self.factory.fills}
        return broken_check(self.entity, {**row, key.columns[0]: object()}) is None

    def _shares(self, own: str) -> bool:
        """Whether the rows that it needs would get the same value in that column: its tenant."""
        tenant = self.entity.tenant
        if tenant is None or tenant.is_root or tenant.column != own:
            return False
        parents = [fill.key.target for fill in self.factory.of("parent") if fill.key]
        tenants = [self.plan.model.entity(name).tenant for name in parents]
        return any(one is not None and one.is_direct and not one.is_root for one in tenants)

    def _pointed_at(self, key: ForeignKey) -> Iterator[Test]:
        """What becomes of a row when the one that it points at is deleted."""
        if len(key.columns) != 1 or key.target not in self.plan.factories:
            return
        target = self.plan.model.entity(key.target)
        own, theirs = key.columns[0], key.target_columns[0]
        row = variable_of(self.entity)
        if not self._is_free(key) or target.name == self.entity.name:
            return
        above = variable_of(target)
        says = f"{own}={above}[{quoted(theirs)}]"
        lines = [f"{above} = await given.{factory_of(target)}(world)"]
        if self._shares(own):
            lines += [
                f"{row} = await {self.make}(world)",
                f"{row} = await world.change({self.table}, {row}, {says})",
            ]
        elif key.on_delete in ("restrict", "no action"):
            lines.append(f"await {self.make}(world, {says})")
        else:
            lines.append(f"{row} = await {self.make}(world, {says})")
        delete = f"world.delete({quoted(target.table)}, {above})"
        match key.on_delete:
            case "cascade":
                name = test_name("a_row_goes_with_its", own.removesuffix("_id"))
                lines += [
                    f"assert await world.broken({delete}) is None",
                    f"assert {row} not in await world.rows({self.table})",
                ]
            case "set null":
                name = test_name("a_row_stays_without_its", own.removesuffix("_id"))
                lines += [
                    f"assert await world.broken({delete}) is None",
                    f"assert (await world.again({self.table}, {row}))[{quoted(own)}] is None",
                ]
            case "restrict" | "no action":
                name = test_name("a_row_keeps_its", own.removesuffix("_id"))
                lines.append(f"assert await world.broken({delete}) == {quoted(key.name)}")
            case _:
                return
        yield Test(name, tuple(lines))


def _literal(value: Any) -> str:
    return show(value)


def _around(bound: Bound, column: Column) -> Iterator[Any]:
    step = Decimal(1) if not column.type.scale else Decimal(1).scaleb(-column.type.scale)
    for limit in (bound.low, bound.high):
        if limit is None:
            continue
        for number in (limit - step, limit, limit + step):
            if bound.of_length:
                if number >= 0:
                    yield "x" * int(number)
            elif column.type.kind is Kind.NUMERIC:
                yield Decimal(number)
            elif column.type.kind is Kind.DOUBLE:
                yield float(number)
            elif column.type.bounds is not None and number == int(number):
                yield int(number)


def _widely(entity: Entity, column: Column, enums: Mapping[str, Any]) -> list[Any]:
    """Values that the column takes by itself, of any size."""
    bare = replace(entity, checks=())
    found = samples.samples(bare, column, enums)
    if column.type.bounds is not None:
        found += [1000, -1000]
    return found
