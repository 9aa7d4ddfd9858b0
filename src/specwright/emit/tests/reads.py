"""`tests/{domain}/test_reads.py`: one row, and many a page at a time."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from specwright.address import snake
from specwright.emit.lists import narrowings
from specwright.emit.tests import samples
from specwright.emit.tests.bodies import beside_rows, row_of, said_at, token_path
from specwright.emit.tests.modules import doc, module
from specwright.emit.tests.narrowed import Narrowed
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import (
    Test,
    path_text,
    test_name,
    tuple_text,
    used_by,
    with_query,
)
from specwright.emit.tests.rehearsal import UNTOLD, Told, goes
from specwright.emit.tests.seen import Sight, conditional_cells, has_rows_below
from specwright.emit.tests.simulation import Outcome, Simulation
from specwright.emit.tests.situations import Found, Situation
from specwright.emit.tests.stage import Given, Stage
from specwright.emit.tests.values import NOW, Another, Form, Ref, show
from specwright.emit.tests.variables import factory_of, rows_of, variable_of
from specwright.emit.wording import quoted
from specwright.model.access import Permission
from specwright.model.entities import Column, Entity
from specwright.model.evaluation import holds
from specwright.model.operations import (
    ColumnValue,
    EnvelopeRole,
    Filter,
    Operation,
    OperationKind,
    OrderKey,
    PagingStyle,
    View,
    ViewField,
)
from specwright.model.rules import Narrowing
from specwright.model.sql_types import Kind

_PAGES = '''
async def {function}(world: World, user: Row | None, path: str) -> list[list[str]]:
    """The keys on each page, from the first to the last."""
    found: list[list[str]] = []
    position = ""
    while len(found) <= 10:
        answer = await world.call(user, "GET", path + position)
        assert answer.outcome == "200"
        found.append([item[{key}] for item in {items}])
        {is_last}
            break
        position = {position}
    return found
'''
_SEVERAL = 5
_RUBBISH = ["x", "AAAA", "bnVsbA", "W10", "%00", "é"]


def emit_reads(plan: Plan, domain: str) -> str | None:
    tests: list[Test] = []
    constants: list[str] = []
    for operation in plan.operations(domain):
        if operation.view is None or operation.entity is None:
            continue
        if operation.kind is OperationKind.READ and plan.working(operation) is not None:
            tests += _of_read(plan, operation)
            constants += _shown_names(plan, operation)
        if operation.kind is OperationKind.LIST and plan.working(operation) is not None:
            listing = Listing.of(plan, operation)
            if listing is None:
                tests += _only_some(plan, operation)
                continue
            constants += _shown_names(plan, operation)
            constants += listing.constants()
            tests += listing.tests()
    title = domain.replace("_", " ")
    return module(
        f"Reading {title}: one, and many a page at a time.",
        tests,
        constants=list(dict.fromkeys(constants)),
    )


# -- What is shown --------------------------------------------------------------------------------


def shown_fields(plan: Plan, view: View) -> list[tuple[ViewField, str]]:
    """The properties that are columns that everybody sees, each with its column."""
    hidden = {(one.entity, one.column) for one in plan.model.hidden}
    return [
        (field, field.source.column)
        for field in view.fields
        if isinstance(field.source, ColumnValue)
        if (view.entity, field.source.column) not in hidden
    ]


def _constant_name(view: View) -> str:
    return snake(view.name).upper()


def _shown_names(plan: Plan, operation: Operation) -> Iterator[str]:
    view = operation.view
    if view is not None and view.text is None:
        pairs = shown_fields(plan, view)
        if all(field.name == column for field, column in pairs):
            inner = ", ".join(quoted(column) for _, column in pairs)
            yield f"{_constant_name(view)} = ({inner},)"
        else:
            inner = ", ".join(f"{quoted(f.name)}: {quoted(c)}" for f, c in pairs)
            yield f"{_constant_name(view)} = {{{inner}}}"


def _expected(plan: Plan, view: View, row: str) -> str:
    if view.text is not None:
        return f"world.wire({row}[{quoted(view.text)}])"
    pairs = shown_fields(plan, view)
    name = _constant_name(view)
    if all(field.name == column for field, column in pairs):
        return f"{{name: world.wire({row}[name]) for name in {name}}}"
    return f"{{name: world.wire({row}[column]) for name, column in {name}.items()}}"


def _seen(plan: Plan, view: View, answer: str) -> str:
    """The same of what was answered: all of it, if there is nothing else."""
    exact = len(shown_fields(plan, view)) == len(view.fields)
    exact = exact and not any(field.leaves_out_null for field in view.fields)
    if exact:
        return answer
    return f"{{name: {answer}.get(name) for name in {_constant_name(view)}}}"


# -- One ------------------------------------------------------------------------------------------


def _of_read(plan: Plan, operation: Operation) -> Iterator[Test]:
    working = plan.working(operation)
    assert working is not None
    assert operation.view is not None
    found, view = working.found, operation.view
    situation = found.situation
    row = situation.row
    if row is None:
        return
    body = row_of(operation)
    givens = plan.printer.givens(situation.givens, used_by(situation) | {row})
    yield Test(
        test_name(operation.id, "shows_the_row"),
        (
            *givens,
            "",
            f"answer = {plan.printer.call(situation)}",
            "",
            f'assert answer.outcome == "{found.outcome.answer}"',
            f"assert {_seen(plan, view, body)} == {_expected(plan, view, row)}",
        ),
    )
    entity = plan.model.entity(view.entity)
    if entity.versioned:
        versioned = _with(situation, row, {"version": 7})
        yield Test(
            test_name(operation.id, "tells_the_version_as_its_entity_tag"),
            (
                *plan.printer.givens(versioned.givens, used_by(situation)),
                "",
                f"answer = {plan.printer.call(situation)}",
                "",
                f'assert answer.outcome == "{found.outcome.answer}"',
                'assert answer.headers["etag"] == \'"7"\'',
            ),
        )
    if situation.path:
        yield from _only_what_is_there(plan, operation, found)
    yield from _hidden(plan, operation, row)


def _with(situation: Situation, variable: str, values: dict[str, Any]) -> Situation:
    givens = tuple(
        replace(one, says=tuple({**one.said, **values}.items()))
        if one.variable == variable
        else one
        for one in situation.givens
    )
    return replace(situation, givens=givens)


def _only_what_is_there(plan: Plan, operation: Operation, found: Found) -> Iterator[Test]:
    situation = found.situation
    parameter, ref = situation.path[-1]
    given = next(one for one in situation.givens if one.variable == ref.row)
    column = plan.model.entity(given.entity).column(ref.column)
    nobodys, malformed = _other_keys(column)
    if nobodys is None:
        return
    lines = [
        *plan.printer.givens(situation.givens, used_by(situation)),
        f"found = {plan.printer.call(situation)}",
        f'assert found.outcome == "{found.outcome.answer}"',
        "",
    ]
    wrong = [(nobodys, "404 not-found")]
    if malformed is not None:
        wrong.append((malformed, f"{plan.model.validation_status} invalid"))
    for (text, answer), name in zip(wrong, ("missing", "malformed"), strict=False):
        others: dict[str, Ref | str] = {**dict(situation.path), parameter: text}
        path = path_text(operation.path, others)
        caller = situation.actor or "None"
        lines += [
            f'{name} = await world.call({caller}, "{operation.method.upper()}", {path})',
            f'assert {name}.outcome == "{answer}"',
        ]
    yield Test(test_name(operation.id, "finds_only_what_is_there"), tuple(lines))


def _other_keys(column: Column | None) -> tuple[str | None, str | None]:
    """A key that no row has, and one that no row could have."""
    match column.type.kind if column else None:
        case Kind.UUID:
            return "{UUID(int=1)}", "1"
        case Kind.SMALLINT:
            return "30000", "x"
        case Kind.INT | Kind.BIGINT:
            return "2000000000", "x"
        case Kind.TEXT | Kind.VARCHAR:
            return "none-of-them", None
        case _:
            return None, None


def _hidden(plan: Plan, operation: Operation, row: str) -> Iterator[Test]:
    """A hidden field is seen by those only for whom its condition holds."""
    view = operation.view
    assert view is not None
    entity = plan.model.entity(view.entity)
    for one in plan.model.hidden:
        field = next((f for f in view.fields if f.source == ColumnValue(one.column)), None)
        column = entity.column(one.column)
        if one.entity != view.entity or field is None or column is None:
            continue
        values = [v for v in samples.samples(entity, column, plan.enums) if v is not None] or [None]
        for role in plan.permitted(operation):
            working = plan.working(operation, role)
            if working is None or working.found.situation.row is None:
                continue
            situation = _seeing(plan, working, row, one.column, values)
            if situation is None:
                plan.leave_out(f"{operation.id}: {one.column} for {role}.")
                continue
            stage = situation.staged(plan.factories)
            asked = situation.asked(stage)
            names = {"actor": asked.actor, "now": NOW, entity.row: asked.row}
            try:
                is_seen = holds(one.visible_to, names, stage.all)
            except TypeError:  # nobody is signed in, and the condition asks who
                is_seen = False
            shown = f"== world.wire({row}[{quoted(one.column)}])" if is_seen else "is None"
            verb = "shows" if is_seen else "hides"
            yield Test(
                test_name(operation.id, verb, one.column, "to" if is_seen else "from", role),
                (
                    *plan.printer.givens(situation.givens, used_by(situation) | {row}),
                    "",
                    f"answer = {plan.printer.call(situation)}",
                    "",
                    f'assert answer.outcome == "{working.found.outcome.answer}"',
                    f"assert {row_of(operation)}.get({quoted(field.name)}) {shown}",
                ),
                doc(f"`{' '.join(one.words.split())}`"),
            )


def _seeing(
    plan: Plan, working: Working, row: str, column: str, values: Sequence[Any]
) -> Situation | None:
    """The situation with something in the column that is there to be seen."""
    for value in values:
        candidate = _with(working.found.situation, row, {column: value})
        if goes(plan.factories, candidate.givens, Told(candidate, working.found.outcome.answer)):
            return candidate
    return None


def _only_some(plan: Plan, operation: Operation) -> Iterator[Test]:
    """Of a list that shows no role a row that is told by itself."""
    for cell in conditional_cells(plan, operation):
        test = Listing.with_rows_below(plan, operation, cell)
        if test is not None:
            yield test
        else:
            plan.leave_out(f"{operation.id} as {cell.role}: `{cell.words}`.")
    plan.leave_out(f"{operation.id}: the pages and filters of rows that its caller sees.")


# -- Many -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listing:
    """A list as a caller reads it who sees the rows that `row` is one of."""

    plan: Plan
    operation: Operation
    role: str
    situation: Situation  # the rows before, and the row
    row: Given

    @classmethod
    def of(cls, plan: Plan, operation: Operation) -> "Listing | None":
        """For a role to whom it shows everything, or else the first to whom it shows something."""
        access = plan.model.access_to(operation.id)
        permitted = plan.permitted(operation)
        free = [
            role
            for role in permitted
            if access and (cell := access.of(role)) is not None and cell.condition is None
        ]
        for role in (*free, *permitted):
            found = cls._seen_by(plan, operation, role)
            if found is not None:
                return found
        return None

    @classmethod
    def _seen_by(cls, plan: Plan, operation: Operation, role: str) -> "Listing | None":
        situations = plan.situations(operation, role)
        if situations is None or operation.entity is None:
            return None
        variable = variable_of(plan.model.entity(operation.entity))

        def is_seen(outcome: Outcome, stage: Stage, situation: Situation) -> bool:
            actor = situation.asked(stage).actor
            row = stage.variables.get(variable)
            is_listed = Simulation(plan.model, stage).is_listed
            return row is not None and outcome.is_success and is_listed(operation, actor, row)

        found = situations.find(is_seen)
        if found is None:
            return None
        situation = found.situation
        if not _is_alone(plan, found) or has_rows_below(situation, variable):
            return None
        row = next(one for one in situation.givens if one.variable == variable)
        return cls(plan, operation, role, situation, row).told_apart()

    def told_apart(self) -> "Listing":
        """With a row of which there can be many, where a column more has to be said for that."""
        columns = [name for unique in self.entity.uniques for name in reversed(unique.columns)]
        for column in (self.entity.columns_by_name[name] for name in columns):
            if self.sees(*self.rows(_SEVERAL)) or column.name in self.row.said:
                break
            form = samples.unique_form(self.entity, column, self.plan.enums)
            if form is not None and self.entity.foreign_key_of(column.name) is None:
                another = Another.of(column.type.kind, form)
                row = replace(self.row, says=(*self.row.says, (column.name, another)))
                candidate = replace(self, row=row)
                if candidate.sees(*candidate.rows(_SEVERAL)):
                    return candidate
        return self

    def one(self, status: str | None = None, /, **values: Any) -> Given:
        """Such a row with other values."""
        says = tuple({**self.row.said, **values}.items())
        return replace(self.row, status=status or self.row.status, says=says)

    def rows(self, count: int, **values: Any) -> list[Given]:
        return [self.one(**values)] * count

    def _fit(self, *rows: Given) -> bool:
        """Whether such rows can all be there at once."""
        others = [one for one in self.situation.givens if one.variable != self.row.variable]
        keys = [
            one if one.variable != self.row.variable else replace(one, variable=f"listed_{n}")
            for n, one in enumerate(rows)
        ]
        try:
            Stage(self.plan.factories).put([*others, *keys])
        except UNTOLD:
            return False
        return True

    def sees(self, *rows: Given, before: Sequence[Given] = ()) -> bool:
        """Whether such rows can all be there at once, and the list shows each of them."""
        others = [one for one in self.situation.givens if one.variable != self.row.variable]
        named = [replace(row, variable=f"listed_{n}") for n, row in enumerate(rows)]
        try:
            stage = Stage(self.plan.factories).put([*others, *before, *named])
            asked = self.situation.asked(stage)
            simulation = Simulation(self.plan.model, stage)
            listed = (stage.variables[one.variable] for one in named)
            return simulation.answer(asked).is_success and all(
                simulation.is_listed(self.operation, asked.actor, row) for row in listed
            )
        except UNTOLD:
            return False

    @classmethod
    def with_rows_below(
        cls, plan: Plan, operation: Operation, permission: Permission
    ) -> Test | None:
        """What a role sees whose rows are told by others that hang on them."""
        sight = Sight(plan, operation, permission)
        situation = sight.situation
        variable = variable_of(plan.model.entity(operation.entity or ""))
        if situation is None or not has_rows_below(situation, variable):
            return None
        row = next(one for one in situation.givens if one.variable == variable)
        listing = cls(plan, operation, permission.role, situation, row)
        if listing.key is None:
            return None
        return sight.test(listing.call(), listing.items_ids, listing.only(variable))

    # -- words ------------------------------------------------------------------------------------

    @property
    def entity(self) -> Entity:
        return self.plan.model.entity(self.operation.entity or "")

    @property
    def caller(self) -> str:
        return self.situation.actor or "None"

    @property
    def items(self) -> str:
        page = self.operation.answers[0].page
        items = page.items if page else None
        return f"answer.body[{quoted(items)}]" if items else "answer.body"

    @property
    def key(self) -> tuple[str, str] | None:
        """A property that tells rows apart, and its column."""
        view = self.operation.view
        shown = {c: f.name for f, c in shown_fields(self.plan, view)} if view is not None else {}
        by_name = self.entity.columns_by_name
        keys = [columns[0] for _, columns in self.entity.uniqueness() if len(columns) == 1]
        told = (one for one in keys if one in shown and not by_name[one].nullable)
        return next(((shown[column], column) for column in told), None)

    def before(self, *, used: frozenset[str] = frozenset()) -> list[str]:
        """Everything but the listed row itself."""
        givens = [one for one in self.situation.givens if one.variable != self.row.variable]
        return self.plan.printer.givens(givens, used_by(self.situation) | self._referred() | used)

    def _least(self) -> list[str]:
        """As little as the call needs to be answered: a row only where it is asked for."""
        return self.before() if self.sees() else [*self.before(), self.made()]

    def _referred(self) -> set[str]:
        return {value.row for _, value in self.row.says if isinstance(value, Ref)}

    def path(self, query: str = "") -> str:
        text = path_text(self.operation.path, dict(self.situation.path))
        return with_query(text, query) if query else text

    def call(self, query: str = "") -> str:
        return f'await world.call({self.caller}, "GET", {self.path(query)})'

    def made(
        self,
        variable: str = "",
        status: str | None = None,
        /,
        **values: Any,
    ) -> str:
        made = self.plan.printer.made(self.one(status, **values))
        return f"{variable} = {made}" if variable else made

    def ids(self, rows: str) -> str:
        key = self.key
        assert key is not None
        row = variable_of(self.entity)
        return f"[world.wire({row}[{quoted(key[1])}]) for {row} in {rows}]"

    def only(self, row: str) -> str:
        key = self.key
        assert key is not None
        return f"[world.wire({row}[{quoted(key[1])}])]"

    @property
    def items_ids(self) -> str:
        key = self.key
        assert key is not None
        return f"[item[{quoted(key[0])}] for item in {self.items}]"

    # -- tests ------------------------------------------------------------------------------------

    @property
    def size(self) -> str | None:
        paging = self.operation.paging
        return paging.size.name if paging and paging.size else None

    @property
    def token(self) -> tuple[str, ...] | None:
        """The way to the next page's token, of a list that is read by tokens."""
        return token_path(self.operation)

    @property
    def pages(self) -> str | None:
        """The function that reads all pages, if it can be said how."""
        paging, page = self.operation.paging, self.operation.answers[0].page
        if paging is None or paging.position is None or paging.size is None or page is None:
            return None
        if self.key is None:
            return None
        names = {PagingStyle.OFFSET: "pages_by_offset", PagingStyle.PAGE: "pages_by_number"}
        if paging.style is PagingStyle.CURSOR:
            return "pages" if self.token else None
        return names.get(paging.style)

    def constants(self) -> Iterator[str]:
        paging, page = self.operation.paging, self.operation.answers[0].page
        if self.pages is None or self.key is None or page is None:
            return
        assert paging is not None
        assert paging.position is not None
        name, token = paging.position.name, said_at(self.token or ())
        position, is_last = {
            PagingStyle.CURSOR: (
                f"f'&{name}={{{token}}}'",
                f"if {_got(self.token or ())} is None:",
            ),
            PagingStyle.OFFSET: (
                f'f"&{name}={{sum(len(page) for page in found)}}"',
                "if len(found[-1]) < 2:",
            ),
            PagingStyle.PAGE: (
                f'f"&{name}={{len(found) + {paging.first_page}}}"',
                "if len(found[-1]) < 2:",
            ),
        }[paging.style]
        yield _PAGES.format(
            function=self.pages,
            key=quoted(self.key[0]),
            items=self.items,
            is_last=is_last,
            position=position,
        )

    def tests(self) -> Iterator[Test]:
        yield self._shows_the_rows()
        if self.key is None:
            self.plan.leave_out(f"{self.operation.id}: which rows are where, for want of a key.")
            return
        if self.pages:
            yield from self._in_pages()
        elif self.operation.paging is not None:
            self.plan.leave_out(f"{self.operation.id}: its pages.")
        yield from self._counts()
        if self.size:
            yield from self._sizes()
        yield from self._filters()
        yield from self._narrowed()
        yield from self._sorted()
        yield from self._elsewhere()
        yield from self._invisible()
        yield from self._statements()

    def test(self, words: str, *lines: str, says: str = "") -> Test:
        return Test(test_name(self.operation.id, words), lines, says)

    def _shows_the_rows(self) -> Test:
        view = self.operation.view
        assert view is not None
        seen = _seen(self.plan, view, "item")
        shown = self.items if seen == "item" else f"[{seen} for item in {self.items}]"
        return self.test(
            "shows_the_rows",
            *self.before(),
            self.made(variable_of(self.entity)),
            "",
            f"answer = {self.call()}",
            "",
            'assert answer.outcome == "200"',
            f"assert {shown} == [{_expected(self.plan, view, variable_of(self.entity))}]",
        )

    # Pages

    def _in_pages(self) -> Iterator[Test]:
        rows = rows_of(self.entity)
        pages = f"await {self.pages}(world, {self.caller}, {self.path(f'{self.size}=2')})"
        ordered = self._ordered_rows(self.operation.order)
        if ordered is None:
            self.plan.leave_out(f"{self.operation.id}: the order of its rows.")
        else:
            values, words, sequence = ordered
            yield self.test(
                f"shows_every_row_once_{words}",
                *self.before(),
                f"{rows} = [{self.made('', **values)} for number in range(5)]",
                "",
                f"found = {pages}",
                "",
                f"expected = {self.ids(sequence)}",
                "assert found == [expected[:2], expected[2:4], expected[4:]]",
            )
        alike = self._alike()
        if not self.sees(*self.rows(5, **alike)):
            self.plan.leave_out(f"{self.operation.id}: pages of rows that are alike.")
        else:
            yield self.test(
                "shows_every_row_once_if_all_are_alike",
                *self.before(),
                f"{rows} = [{self.made('', **alike)} for _ in range(5)]",
                "",
                f"found = {pages}",
                "",
                "assert [len(page) for page in found] == [2, 2, 1]",
                f"expected = {self.ids(rows)}",
                "assert sorted(key for page in found for key in page) == sorted(expected)",
                f"assert found == {pages}",
            )
        if not self.token:
            return
        if not self.sees(*self.rows(4)):
            self.plan.leave_out(f"{self.operation.id}: its tokens.")
            return
        yield self.test(
            "ends_with_a_full_page",
            *self.before(),
            "for _ in range(4):",
            f"    {self.made()}",
            "",
            f"found = {pages}",
            "",
            "assert [len(page) for page in found] == [2, 2]",
        )
        yield self._rubbish()

    def _counts(self) -> Iterator[Test]:
        """What is said beside the rows."""
        size = 2 if self.size and self._least_size <= 2 else None  # noqa: PLR2004
        told = list(beside_rows(self.operation, rows=3, size=size, here=2 if size else 3))
        if not told:
            return
        if not self.sees(*[self.one()] * 3):
            self.plan.leave_out(f"{self.operation.id}: what is said beside its rows.")
            return
        yield self.test(
            "says_how_many_there_are",
            *self.before(),
            "for _ in range(3):",
            f"    {self.made()}",
            "",
            f"answer = {self.call(f'{self.size}=2' if size else '')}",
            "",
            'assert answer.outcome == "200"',
            *told,
        )

    def counted(self, rows: int) -> list[str]:
        """The total, where the body says it."""
        page = self.operation.answers[0].page
        totals = [one for one in (page.fields if page else ()) if one.role is EnvelopeRole.TOTAL]
        return [f"assert {said_at(one.path)} == {rows}" for one in totals]

    @property
    def _least_size(self) -> int:
        paging = self.operation.paging
        schema = paging.size.schema if paging and paging.size else None
        return int(schema.minimum) if schema and schema.minimum is not None else 1

    def _ordered_rows(self, order: Sequence[OrderKey]) -> tuple[dict[str, Any], str, str] | None:
        """What each row says by its `number`, the order in words, and the rows in that order."""
        if not order:
            return None
        first = order[0]
        column = self.entity.column(first.column)
        kind = column.type.kind if column else None
        rows = rows_of(self.entity)
        if first.column in self.row.said:
            return None
        if (first.column,) == self.entity.primary_key.columns:
            one = variable_of(self.entity)
            key = f"lambda {one}: {one}[{quoted(first.column)}]"
            reverse = ", reverse=True" if first.descending else ""
            return {}, f"in_the_order_of_{first.column}", f"sorted({rows}, key={key}{reverse})"
        form = next((form for form in _forms(kind) if self._takes(first.column, form)), None)
        if form is None:
            return None
        words = (
            "newest_first"
            if first.descending and kind is Kind.TIMESTAMPTZ
            else (f"{'last' if first.descending else 'first'}_by_{first.column}")
        )
        return (
            {first.column: Form(form.python)},
            words,
            f"reversed({rows})" if first.descending is form.rises else rows,
        )

    def _takes(self, column: str, form: "_Numbered") -> bool:
        """Whether there can be rows with such values, all shown."""
        return self.sees(*(self.one(**{column: form.value(number)}) for number in range(5)))

    def _alike(self) -> dict[str, Any]:
        """The same in the columns that rows are ordered by, keys aside."""
        values: dict[str, Any] = {}
        for key in self.operation.order:
            column = self.entity.column(key.column)
            if column is None or key.column in self.entity.primary_key.columns:
                continue
            if key.column in self.row.said:
                continue
            if column.type.kind is Kind.TIMESTAMPTZ:
                values[key.column] = NOW
            elif column.type.kind is Kind.DATE:
                values[key.column] = NOW.date()
        return values

    def _rubbish(self) -> Test:
        paging = self.operation.paging
        assert paging is not None
        assert paging.position is not None
        tokens = ", ".join(show(one) for one in _RUBBISH)
        test = self.test(
            "takes_only_tokens_that_it_gave",
            *self.before(),
            "for _ in range(2):",
            f"    {self.made()}",
            f"first = {self.call(f'{self.size}=1')}",
            'assert first.outcome == "200"',
            f"given_token = {said_at(self.token or (), 'first')}",
            f"second = {self.call(paging.position.name + '={given_token}')}",
            'assert second.outcome == "200"',
            "",
            f"refused = {self.call(paging.position.name + '={token}')}",
            "",
            f'assert refused.outcome == "{self.plan.model.validation_status} invalid"',
        )
        return replace(
            test,
            decorators=(f'@pytest.mark.parametrize("token", [{tokens}])',),
            arguments="world: World, token: str",
        )

    def _sizes(self) -> Iterator[Test]:
        paging = self.operation.paging
        assert paging is not None
        invalid = f"{self.plan.model.validation_status} invalid"
        low = self._least_size
        high = paging.largest_size
        cases = [(low - 1, invalid), (low, "200"), (high, "200"), (high + 1, invalid)]
        test = self.test(
            "has_bounds_for_a_page",
            *self._least(),
            f"whole = {self.call()}",
            'assert whole.outcome == "200"',
            "",
            f"answer = {self.call(f'{self.size}=' + '{size}')}",
            "",
            "assert answer.outcome == outcome",
        )
        listed = ", ".join(f"({size}, {quoted(outcome)})" for size, outcome in cases)
        yield replace(
            test,
            decorators=(f'@pytest.mark.parametrize(("size", "outcome"), [{listed}])',),
            arguments="world: World, size: int, outcome: str",
        )
        if paging.default_size <= 100 and self.sees(*self.rows(_SEVERAL)):  # noqa: PLR2004
            yield self.test(
                f"has_{paging.default_size}_rows_on_a_page_unless_asked",
                *self.before(),
                f"for _ in range({paging.default_size + 1}):",
                f"    {self.made()}",
                "",
                f"answer = {self.call()}",
                "",
                'assert answer.outcome == "200"',
                f"assert len({self.items}) == {paging.default_size}",
            )

    # Filters and orders

    def _filters(self) -> Iterator[Test]:
        for one in self.operation.filters:
            test = self._filter(one)
            if test is None:
                self.plan.leave_out(f"{self.operation.id}: the filter {one.parameter.name}.")
            else:
                yield test
            yield from self._filter_values(one)

    def _filter(self, one: Filter) -> Test | None:
        column = self.entity.column(one.column)
        if column is None or one.compares == "in" or one.column in self.row.said:
            return None
        lifecycle = self.plan.model.lifecycle_of(self.entity.name)
        key = self.entity.foreign_key_of(one.column)
        if lifecycle is not None and lifecycle.column == one.column:
            states = lifecycle.states
            if one.compares != "=" or len(states) < 2:  # noqa: PLR2004
                return None
            return self._kept(one, [], (self.one(states[0]), self.one(states[1])), states[1])
        if key is not None:
            target = self.plan.model.entity(key.target)
            if one.compares != "=" or target.name not in self.plan.factories:
                return None
            theirs, names = key.target_columns[0], ("their", "wanted_one")
            before = [Given(name, target.name) for name in names]
            their, wanted = (self.one(**{one.column: Ref(name, theirs)}) for name in names)
            return self._kept(one, before, (their, wanted), f"{{wanted_one['{theirs}']}}")
        found = self._filter_pair(one, column)
        return self._kept(one, [], *found) if found is not None else None

    def _kept(
        self, one: Filter, before: list[Given], rows: tuple[Given, Given], asked: str
    ) -> Test | None:
        """Of two rows, the second is asked for."""
        if not self.sees(*rows, before=before):
            return None
        other, wanted = (self.plan.printer.made(row) for row in rows)
        return self.test(
            f"keeps_those_by_{snake(one.parameter.name)}",
            *self.before(),
            *self.plan.printer.givens(before, {given.variable for given in before}),
            other,
            f"wanted = {wanted}",
            "",
            f"answer = {self.call(f'{one.parameter.name}={asked}')}",
            "",
            'assert answer.outcome == "200"',
            f"assert {self.items_ids} == {self.only('wanted')}",
            *self.counted(1),
        )

    def _filter_pair(self, one: Filter, column: Column) -> tuple[tuple[Given, Given], str] | None:
        """Two rows of which the second is wanted, and what is asked for."""
        if column.type.kind in (Kind.UUID, Kind.JSONB):
            return None
        values = samples.samples(self.entity, column, self.plan.enums)[:6]
        comparable = column.type.kind is not Kind.BOOL and one.compares != "="
        for pair in itertools.combinations(values, 2):
            low, high = sorted(pair) if comparable else pair
            is_lower = one.compares in ("<", "<=")
            unwanted, wanted = (high, low) if is_lower else (low, high)
            asked = {"=": wanted, "<": high, "<=": low, ">": low, ">=": high}[one.compares]
            rows = (self.one(**{one.column: unwanted}), self.one(**{one.column: wanted}))
            if unwanted != wanted and self.sees(*rows):
                return rows, _in_query(asked)
        return None

    def _filter_values(self, one: Filter) -> Iterator[Test]:
        column = self.entity.column(one.column)
        if column is None or not column.type.enum:
            return
        values = self.plan.model.enum(column.type.enum).values
        said = one.parameter.schema.enum
        known = [value for value in values if said is None or value in said]
        name = one.parameter.name
        variable = snake(one.column)
        yield self.test(
            f"knows_every_{variable}",
            *self._least(),
            f"for {variable} in {tuple_text(known)}:",
            f"    answer = {self.call(f'{name}={{{variable}}}')}",
            '    assert answer.outcome == "200"',
            "",
            f"refused = {self.call(f'{name}=none-of-them')}",
            "",
            f'assert refused.outcome == "{self.plan.model.validation_status} invalid"',
        )

    def _narrowed(self) -> Iterator[Test]:
        """What rules narrow the list by: always, or where a caller asks for it."""
        for one in narrowings(self.plan.model, self.operation):
            if not one.asks:
                yield from self._always(one)
                continue
            narrowed = Narrowed.of(self.plan, self.operation, self.role, one)
            if narrowed is None:
                self.plan.leave_out(f"{self.operation.id}: `{' '.join(one.words.split())}`.")
                continue
            own = replace(self, situation=narrowed.situation)
            yield own.test(
                f"keeps_those_by_{'_and_'.join(one.asks)}",
                *self.plan.printer.givens(
                    narrowed.situation.givens,
                    used_by(narrowed.situation) | {variable_of(self.entity)},
                ),
                "",
                f"kept = {own.call(narrowed.kept)}",
                f"others = {own.call(narrowed.others)}",
                "",
                'assert kept.outcome == "200"',
                f"assert {self.items_ids.replace('answer', 'kept')} "
                f"== {self.only(variable_of(self.entity))}",
                'assert others.outcome == "200"',
                f"assert {self.items_ids.replace('answer', 'others')} == []",
                says=doc(f"`{' '.join(one.words.split())}`"),
            )

    def _always(self, narrowing: Narrowing) -> Iterator[Test]:
        hidden = self.unseen()
        if hidden is None:
            self.plan.leave_out(f"{self.operation.id}: what `{narrowing.words}` leaves out.")
            return
        row = variable_of(self.entity)
        yield self.test(
            "shows_only_some",
            *self.before(),
            self.made(row),
            *hidden,
            "",
            f"answer = {self.call()}",
            "",
            'assert answer.outcome == "200"',
            f"assert {self.items_ids} == {self.only(row)}",
            *self.counted(1),
            says=doc(f"`{' '.join(narrowing.words.split())}`"),
        )

    def _sorted(self) -> Iterator[Test]:
        sorting = self.operation.sorting
        if sorting is None or sorting.direction is not None:
            return
        for key in sorting.keys:
            ordered = self._ordered_rows([OrderKey(key.column, key.descending)])
            if ordered is None:
                self.plan.leave_out(f"{self.operation.id}: sorted by {key.value}.")
                continue
            values, _, sequence = ordered
            direction = "descending" if key.descending else "ascending"
            yield self.test(
                f"can_be_sorted_by_{key.column}_{direction}",
                *self.before(),
                f"{rows_of(self.entity)} = [{self.made('', **values)} for number in range(3)]",
                "",
                f"answer = {self.call(f'{sorting.parameter.name}={key.value}')}",
                "",
                'assert answer.outcome == "200"',
                f"assert {self.items_ids} == {self.ids(sequence)}",
            )

    # Whose

    def _elsewhere(self) -> Iterator[Test]:
        home, tenancy, tenant = (
            self.plan.factories.home,
            self.plan.model.tenancy,
            self.entity.tenant,
        )
        if home is None or tenancy is None or tenant is None or self.role == ANYONE:
            return
        if not tenant.is_direct or tenant.is_root or self.situation.path:
            return
        theirs: dict[str, Any] = {tenant.column: Ref("elsewhere", tenancy.root_column)}
        if not self._fit(Given("elsewhere", home.name), self.one(), self.one(**theirs)):
            self.plan.leave_out(f"{self.operation.id}: what it shows of another {home.row}.")
            return
        yield self.test(
            f"shows_nothing_of_another_{home.row}",
            *self.before(),
            self.made("ours"),
            f"elsewhere = await given.{factory_of(home)}(world)",
            self.made("", **theirs),
            "",
            f"answer = {self.call()}",
            "",
            'assert answer.outcome == "200"',
            f"assert {self.items_ids} == {self.only('ours')}",
            *self.counted(1),
        )

    def _invisible(self) -> Iterator[Test]:
        """Roles to whom the list shows only some rows."""
        for permission in conditional_cells(self.plan, self.operation):
            own = Listing._seen_by(self.plan, self.operation, permission.role)
            hidden = own.unseen() if own is not None else None
            test = Listing.with_rows_below(self.plan, self.operation, permission)
            if test is not None:
                yield test
                continue
            if own is None or hidden is None:
                words = permission.words
                self.plan.leave_out(f"{self.operation.id} as {permission.role}: `{words}`.")
                continue
            yield own.test(
                f"shows_{permission.role}_only_some",
                *own.before(),
                own.made("theirs"),
                *hidden,
                "",
                f"answer = {own.call()}",
                "",
                'assert answer.outcome == "200"',
                f"assert {own.items_ids} == {own.only('theirs')}",
                *own.counted(1),
                says=doc(f"`{' '.join((permission.words or '').split())}`"),
            )

    def unseen(self) -> list[str] | None:
        """The lines that make a row which is not seen."""
        situations = self.plan.situations(self.operation, self.role)
        variable = variable_of(self.entity)

        def is_unseen(_outcome: object, stage: Stage, situation: Situation) -> bool:
            row = stage.variables[variable]
            actor = situation.asked(stage).actor
            return not Simulation(self.plan.model, stage).is_listed(self.operation, actor, row)

        found = situations.find(is_unseen) if situations else None
        if found is None:
            return None
        before = [g for g in self.situation.givens if g.variable != variable]
        given = next(g for g in found.situation.givens if g.variable == variable)
        others = [g for g in found.situation.givens if g.variable != variable]
        return [self.plan.printer.made(given)] if all(one in before for one in others) else None

    def _statements(self) -> Iterator[Test]:
        if not self.sees(*self.rows(11)):
            self.plan.leave_out(f"{self.operation.id}: its statements for many rows.")
            return
        query = f"{self.size}=50" if self.size and self._most >= 50 else ""  # noqa: PLR2004
        yield self.test(
            "takes_as_many_statements_for_many_rows_as_for_one",
            *self.before(),
            self.made(),
            "async with world.statements() as for_one:",
            f"    one = {self.call(query)}",
            'assert one.outcome == "200"',
            "",
            "for _ in range(10):",
            f"    {self.made()}",
            "async with world.statements() as for_many:",
            f"    many = {self.call(query)}",
            'assert many.outcome == "200"',
            "",
            f"assert len({self.items.replace('answer', 'many')}) > 1",
            "assert len(for_many) == len(for_one)",
        )

    @property
    def _most(self) -> int:
        return self.operation.paging.largest_size if self.operation.paging else 0


@dataclass(frozen=True)
class _Numbered:
    """Values by the `number` of a row, as Python and as they are; `rises`, if they do."""

    python: str
    value: Callable[[int], Any]
    rises: bool = True


def _forms(kind: Kind | None) -> tuple[_Numbered, ...]:
    match kind:
        case Kind.TIMESTAMPTZ:
            return (
                _Numbered(
                    "world.now + timedelta(minutes=number)", lambda n: NOW + timedelta(minutes=n)
                ),
                _Numbered(
                    "world.now - timedelta(minutes=number)",
                    lambda n: NOW - timedelta(minutes=n),
                    rises=False,
                ),
            )
        case Kind.DATE:
            return (
                _Numbered(
                    "world.now.date() + timedelta(days=number)",
                    lambda n: NOW.date() + timedelta(days=n),
                ),
                _Numbered(
                    "world.now.date() - timedelta(days=number)",
                    lambda n: NOW.date() - timedelta(days=n),
                    rises=False,
                ),
            )
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            return (_Numbered("number", lambda n: n), _Numbered("number + 1", lambda n: n + 1))
        case Kind.TEXT | Kind.VARCHAR:
            return (_Numbered('f"{number}"', str),)
        case _:
            return ()


def _got(path: tuple[str, ...]) -> str:
    """What is at the end of the path, if anything is."""
    if not path:
        return "None"
    *above, last = path
    return f"{said_at(above)}.get({quoted(last)})"


def _is_alone(plan: Plan, found: Found) -> bool:
    """Whether the caller sees no other row of the kind, such as their own in a list of users."""
    situation, stage = found.situation, found.stage
    operation = situation.operation
    entity = operation.entity or ""
    actor = situation.asked(stage).actor
    is_listed = Simulation(plan.model, stage).is_listed
    return sum(is_listed(operation, actor, row) for row in stage.all(entity)) == 1


def _in_query(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case UUID():
            return str(value)
        case _ if hasattr(value, "isoformat"):
            return f"{{world.wire({show(value)})}}"
        case _:
            return str(value)
