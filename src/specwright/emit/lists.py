"""How a list is read: its filters, its order, and the key with which a page is continued."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from specwright.address import pascal, snake
from specwright.emit import columns, names
from specwright.emit.lookups import operation_rule
from specwright.emit.pages import PLAIN, is_whole, page_form
from specwright.emit.python_expressions import to_python
from specwright.emit.queries import Conditions, Scope, Sql, ours, where
from specwright.emit.roles import CallersRole
from specwright.emit.sql_expressions import Subject
from specwright.emit.values import annotation_of
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.entities import Column, Entity
from specwright.model.operations import (
    Filter,
    Operation,
    OrderKey,
    PagingStyle,
    Parameter,
    SortKey,
)
from specwright.model.rules import Narrowing
from specwright.model.typed import Get, Name, Typed, path, rewritten, walk


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that rows are sorted by, ties included, all in one direction."""

    columns: tuple[Column, ...]
    descending: bool

    @property
    def in_words(self) -> str:
        first = self.columns[0]
        if first.name == "created_at":
            return "Newest first" if self.descending else "Oldest first"
        return f"By `{first.name}`{', the greatest first' if self.descending else ''}"


@dataclass(frozen=True, slots=True)
class Key:
    """The struct that a page's token holds, for one order."""

    name: str
    order: Order

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        return tuple((one.attribute, columns.plain_type(one.type)) for one in self.order.columns)


_COUNTED = "counted = rows.with_only_columns(func.count(), maintain_column_froms=True)"
_TAKEN = frozenset({
    "actor", "after", "connection", "descending", "ends", "key", "keys", "now", "order", "own",
    "page", "parts", "rest", "role", "rows", "self", "service",
})  # fmt: skip


def variable(model: Model, operation: Operation, parameter: Parameter) -> str:
    """What a parameter of a list is called in Python, beside what is called there already."""
    name = parameter.variable
    above = tuple(operation.parent.chain()) if operation.parent else ()
    in_path = {
        names.key_variable(key.parameter, model.entity(row.entity))
        for row in above
        for key in row.keys
    }
    in_path |= {model.entity(row.entity).row for row in above}
    tenant = model.tenancy.column if model.tenancy else ""
    is_taken = (
        name in _TAKEN
        or name == "statements"
        or name in in_path
        or name == tenant
        or name.startswith("actor_")
    )
    return f"wanted_{name}" if is_taken else name


def narrowings(model: Model, operation: Operation) -> tuple[Narrowing, ...]:
    """The conditions that rules narrow a list by."""
    rule = operation_rule(model, operation.id)
    return rule.block.narrow if rule is not None else ()


def asked_parameters(model: Model, operation: Operation) -> dict[str, tuple[Parameter, Get]]:
    """The query parameters that those conditions read, by what rules call them."""
    known = {snake(one.name): one for one in operation.parameters if one.location == "query"}
    read = [get for one in narrowings(model, operation) for get in one.parameters]
    return {get.name: (known[get.name], get) for get in read if get.name in known}


def asked_type(parameter: Parameter, read: Get) -> str:
    plain = annotation_of(read.type)
    return plain if is_always_given(parameter) else f"{plain} | None"


def is_always_given(parameter: Parameter) -> bool:
    return parameter.required or parameter.schema.has_default


def list_parameters(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    """What a list takes in Python, by name: filters, the order, then the page."""
    for one in operation.filters:
        yield variable(model, operation, one.parameter), filter_type(model, operation, one)
    for parameter, read in asked_parameters(model, operation).values():
        yield variable(model, operation, parameter), asked_type(parameter, read)
    if operation.sorting is not None:
        yield variable(model, operation, operation.sorting.parameter), sort_type(operation)
    paging = operation.paging
    if paging is None:
        return
    if paging.size is not None:
        yield variable(model, operation, paging.size), "int"
    if paging.position is not None:
        cursor = paging.style is PagingStyle.CURSOR
        yield variable(model, operation, paging.position), "str | None" if cursor else "int"


def filter_type(model: Model, operation: Operation, one: Filter) -> str:
    assert operation.entity is not None
    column = model.entity(operation.entity).column(one.column)
    assert column is not None
    plain = columns.plain_type(column.type)
    kind = f"list[{plain}]" if one.compares == "in" else plain
    return kind if one.parameter.required else f"{kind} | None"


def sort_type(operation: Operation) -> str:
    """`Literal["created_at", "-created_at"]`."""
    assert operation.sorting is not None
    return f"Literal[{', '.join(quoted(key.value) for key in operation.sorting.keys)}]"


def default_sort(operation: Operation) -> SortKey | None:
    return operation.sorting.usual if operation.sorting else None


@dataclass(frozen=True)
class ListWriter:
    """Writes the statement of a list and the method that reads it."""

    scope: Scope
    operation: Operation
    conditions: Conditions

    @cached_property
    def _cells(self) -> tuple[tuple[Permission, Sql | None], ...]:
        """What the access table says of this list alone, with the conditions in SQL."""
        subject = Subject(self._entity.row, self._entity.name)
        return tuple(
            (cell, self.conditions.narrowing(cell.condition, subject) if cell.condition else None)
            for cell in self.scope.of_list(self.operation)
        )

    @cached_property
    def _narrowings(self) -> tuple[tuple[Narrowing, Sql], ...]:
        """What rules narrow the list by, with the conditions in SQL."""
        subject = Subject(self._entity.row, self._entity.name)
        return tuple(
            (one, self.conditions.narrowing(rewritten(one.condition, self._as_variable), subject))
            for one in narrowings(self.scope.model, self.operation)
        )

    @cached_property
    def _asked(self) -> dict[str, tuple[str, bool]]:
        """By what rules call a parameter: its variable, and whether it may be left out."""
        found = asked_parameters(self.scope.model, self.operation)
        return {
            name: (self._variable(parameter), not is_always_given(parameter))
            for name, (parameter, _) in found.items()
        }

    def _as_variable(self, typed: Typed) -> Typed | None:
        """`request.cook` is the method's own `cook`."""
        if isinstance(typed, Get) and path(typed.row) == ("request",):
            return Name(type=typed.type, source=typed.source, name=self._asked[typed.name][0])
        return None

    @property
    def binds(self) -> dict[str, Typed]:
        """What is bound that is not asked for."""
        told = [sql for _, sql in self._cells if sql] + [sql for _, sql in self._narrowings]
        bound = {name: one for sql in told for name, one in sql.binds.items()}
        return {name: one for name, one in bound.items() if not self._is_asked(one)}

    def _is_asked(self, typed: Typed) -> bool:
        asked = {name for name, _ in self._asked.values()}
        return any(isinstance(node, Name) and node.name in asked for node in walk(typed))

    def _asked_values(self) -> list[str]:
        """What the conditions of rules bind of what is asked for."""
        found = {name: one for _, sql in self._narrowings for name, one in sql.binds.items()}
        return [
            f"{name}={_if_given(to_python(one).text, self._may_be_none(one))}"
            for name, one in sorted(found.items())
            if self._is_asked(one)
        ]

    def _may_be_none(self, typed: Typed) -> tuple[str, ...]:
        """What of a value that is more than a parameter may not be given."""
        if isinstance(typed, Name):
            return ()
        optional = {name for name, may_be_left_out in self._asked.values() if may_be_left_out}
        named = [node.name for node in walk(typed) if isinstance(node, Name)]
        return tuple(dict.fromkeys(name for name in named if name in optional))

    @property
    def by_role(self) -> bool:
        return self.scope.by_role or bool(self._cells)

    @property
    def _entity(self) -> Entity:
        return self.scope.entity

    @property
    def _row(self) -> str:
        return names.row_class(self._entity)

    # -- Orders and keys --------------------------------------------------------------------------

    @cached_property
    def keys(self) -> dict[str, Key]:
        """By the value of the sorting parameter; by nothing where the order is fixed."""
        sorting = self.operation.sorting
        name = pascal(self.operation.name)
        if sorting is None:
            return {"": Key(f"{name}Key", self._order(self.operation.order))}
        found: dict[str, Key] = {}
        for one in sorting.keys:
            ties = [key.column for key in self.operation.order[1:] if key.column != one.column]
            keys = [OrderKey(column, one.descending) for column in (one.column, *ties)]
            found[one.value] = Key(f"{name}By{pascal(one.column)}Key", self._order(tuple(keys)))
        return found

    def _order(self, keys: tuple[OrderKey, ...]) -> Order:
        found = (self._entity.column(key.column) for key in keys)
        return Order(tuple(one for one in found if one is not None), keys[0].descending)

    @property
    def structs(self) -> list[Key]:
        """One for each set of columns that pages are continued by."""
        return list({key.name: key for key in self.keys.values()}.values()) if self.by_key else []

    @property
    def by_key(self) -> bool:
        paging = self.operation.paging
        return paging is not None and paging.style is PagingStyle.CURSOR

    @property
    def _is_paged(self) -> bool:
        paging = self.operation.paging
        return paging is not None and not is_whole(paging)

    @property
    def _is_counted(self) -> bool:
        return page_form(self.operation) != PLAIN

    @property
    def _sort(self) -> str | None:
        sorting = self.operation.sorting
        return self._variable(sorting.parameter) if sorting else None

    def _variable(self, parameter: Parameter) -> str:
        return variable(self.scope.model, self.operation, parameter)

    @property
    def _optional_filters(self) -> list[str]:
        filters = self.operation.filters
        found = [self._variable(one.parameter) for one in filters if not one.parameter.required]
        return [
            *found,
            *(name for name, may_be_left_out in self._asked.values() if may_be_left_out),
        ]

    # -- The statement ----------------------------------------------------------------------------

    def statement(self) -> str:
        """A function: one statement for each combination of what a caller may ask for."""
        return "\n".join(
            [
                f"@cache\ndef _{self.operation.name}({self._shape()}) -> {self._statements()}:",
                f'    """{self._said()}"""',
                f"    rows = {self._start()}",
                *(f"    {line}" for line in self._permitted()),
                *(f"    {line}" for line in self._narrowed()),
                *([f"    {_COUNTED}"] if self._is_counted else []),
                *(f"    {line}" for line in self._sorted()),
            ]
        )

    def _statements(self) -> str:
        listed = f"Statement[{self._row}]"
        return f"tuple[{listed}, Statement[int]]" if self._is_counted else listed

    def _shape(self) -> str:
        role = []
        if self.by_role:
            told = CallersRole(self.scope.model)
            role = [f"{told.parameter}: {told.annotation}"]
        asked = [f"{self._sort}: str"] if self._sort else []
        asked += [f"{name}: bool" for name in self._optional_filters]
        asked += ["after: bool"] if self.by_key else []
        return ", ".join([*role, *(["*", *asked] if asked else [])])

    def _said(self) -> str:
        start = "In the order asked for" if self._sort else self.keys[""].order.in_words
        asked = self._optional_filters or self.by_key or self._sort
        combined = "; one statement for each combination" if asked else ""
        if self._is_counted:
            return f"{start}, and their number{combined}."
        return f"{start}{combined}{' asked for' if asked else ''}."

    def _start(self) -> str:
        start = ours(self._entity, by_role=self.scope.by_role)
        told = CallersRole(self.scope.model)
        called = f"{start}({told.parameter})" if self.scope.by_role else start
        joins = [
            f"{self.scope.table}.{own} == bindparam({quoted(f'parent_{own}')})"
            for own, _ in self.operation.parent_joins
        ]
        return f"{called}.where({', '.join(joins)})" if joins else called

    def _permitted(self) -> Iterator[str]:
        """Which rows the caller's role may list, of those that exist for them."""
        if not self._cells:
            return
        told = CallersRole(self.scope.model)
        yield f"match {told.parameter}:"
        for cell, sql in sorted(self._cells, key=lambda one: one[0].role == ANYONE):
            yield f"    case {'_' if cell.role == ANYONE else told.pattern(cell.role)}:"
            yield f"        rows = rows{where(sql.conditions)}" if sql else "        pass"

    def _narrowed(self) -> Iterator[str]:
        for one in self.operation.filters:
            condition = self._condition(one)
            if one.parameter.required:
                yield f"rows = rows.where({condition})"
            else:
                yield f"if {self._variable(one.parameter)}:"
                yield f"    rows = rows.where({condition})"
        for narrowing, sql in self._narrowings:
            asked = [self._asked[name] for name in narrowing.asks]
            optional = [name for name, may_be_left_out in asked if may_be_left_out]
            yield from [f"if {' and '.join(optional)}:"] if optional else []
            yield f"{'    ' if optional else ''}rows = rows{where(sql.conditions)}"

    def _condition(self, one: Filter) -> str:
        column = self._entity.column(one.column)
        assert column is not None
        bound = f"bindparam({quoted(self._variable(one.parameter))})"
        own = f"{self.scope.table}.{column.attribute}"
        if one.compares == "in":
            return f"{own} == func.any({bound})"
        return f"{own} {'==' if one.compares == '=' else one.compares} {bound}"

    def _sorted(self) -> Iterator[str]:
        limit = '.limit(bindparam("limit"))' if self._is_paged else ""
        offset = '.offset(bindparam("offset"))' if self._is_paged and not self.by_key else ""
        counted = ", Statement(int, counted)" if self._is_counted else ""
        if self._sort is None:
            order = self.keys[""].order
            own = self._columns(order)
            if self.by_key:
                bound = ", ".join(
                    f"bindparam({quoted(f'after_{c.attribute}')})" for c in order.columns
                )
                sign = "<" if order.descending else ">"
                yield "if after:"
                yield f"    rows = rows.where(tuple_({', '.join(own)}) {sign} tuple_({bound}))"
            keys = ", ".join(f"{one}.desc()" if order.descending else one for one in own)
            yield f"return Statement({self._row}, rows.order_by({keys}){limit}{offset}){counted}"
            return
        yield "keys: list[InstrumentedAttribute[Any]]"
        yield f"match {self._sort}:"
        for columns_of, values in self._alike().items():
            yield f"    case {' | '.join(quoted(value) for value in values)}:"
            yield f"        keys = [{columns_of}]"
        yield "    case _:"
        yield f"        raise ValueError({self._sort})"
        downwards = [quoted(v) for v, key in self.keys.items() if key.order.descending]
        several = f"in {{{', '.join(downwards)}}}" if len(downwards) > 1 else f"== {downwards[0]}"
        yield f"descending = {self._sort} {several}" if downwards else "descending = False"
        if self.by_key:
            yield "if after:"
            yield '    ends = tuple_(*(bindparam(f"after_{key.key}") for key in keys))'
            yield "    own = tuple_(*keys)"
            yield "    rows = rows.where(own < ends if descending else own > ends)"
        yield "order = (key.desc() if descending else key.asc() for key in keys)"
        yield f"return Statement({self._row}, rows.order_by(*order){limit}{offset}){counted}"

    def _alike(self) -> dict[str, list[str]]:
        """The values of the sorting parameter, by the columns that they sort by."""
        found: dict[str, list[str]] = {}
        for value, key in self.keys.items():
            found.setdefault(", ".join(self._columns(key.order)), []).append(value)
        return found

    def _columns(self, order: Order) -> list[str]:
        return [f"{self.scope.table}.{column.attribute}" for column in order.columns]

    # -- The method -------------------------------------------------------------------------------

    def method(self) -> str:
        """Reads a page, or the whole list."""
        parameters = [
            f"{name}: {kind}" for name, kind in list_parameters(self.scope.model, self.operation)
        ]
        body = self._read_by_key() if self.by_key else self._read()
        lines = "\n".join(f"    {line}" for line in body)
        given = ", ".join(["self", *self._parent_parameter(), *parameters])
        form = page_form(self.operation)
        return f"async def {self.operation.name}({given}) -> {form}[{self._row}]:\n{lines}"

    def _parent_parameter(self) -> Iterator[str]:
        if self.operation.parent is not None and self.operation.parent_joins:
            parent = self.scope.model.entity(self.operation.parent.entity)
            yield f"{parent.row}: {names.row_class(parent)}"

    def _of_parent(self) -> Iterator[str]:
        if self.operation.parent is not None:
            parent = self.scope.model.entity(self.operation.parent.entity)
            for own, theirs in self.operation.parent_joins:
                yield f"parent_{own}={parent.row}.{theirs}"

    def _called(self) -> str:
        asked = [f"self._{CallersRole(self.scope.model).parameter}"] if self.by_role else []
        asked += [f"{self._sort}={self._sort}"] if self._sort else []
        asked += [f"{name}={name} is not None" for name in self._optional_filters]
        asked += ["after=after is not None"] if self.by_key else []
        return f"_{self.operation.name}({', '.join(asked)})"

    def _values(self) -> list[str]:
        filters = [self._variable(one.parameter) for one in self.operation.filters]
        given = [*(f"{name}={name}" for name in filters), *self._asked_values()]
        return ["self._connection", *self._of_parent(), *given]

    def _read_by_key(self) -> Iterator[str]:
        paging = self.operation.paging
        assert paging is not None
        assert paging.position is not None
        token = self._variable(paging.position)
        size = self._variable(paging.size) if paging.size else str(paging.default_size)
        key = self.keys[""].name if self._sort is None else "key"
        if self._sort is not None:
            by_value = ", ".join(f"{quoted(v)}: {found.name}" for v, found in self.keys.items())
            kinds = " | ".join(struct.name for struct in self.structs)
            yield f"keys: dict[str, type[{kinds}]] = {{{by_value}}}"
            yield f"key = keys[{self._sort}]"
        yield f"after = None if {token} is None else from_token({token}, {key})"
        values = [*self._values(), f"limit={size} + 1", "**bound(after)", "**self._scope"]
        yield from self._rows_read(values)
        yield f"page, rest = rows[:{size}], rows[{size}:]"
        token = f"to_token({key}.of(page[-1])) if rest else None"
        if self._is_counted:
            yield f"token = {token}"
            yield f"return CountedPage(page, token, {size}, {self._total()})"
        else:
            yield f"return Page(page, {token})"

    def _rows_read(self, values: list[str]) -> Iterator[str]:
        if self._is_counted:
            yield f"statements = {self._called()}"
            yield f"rows = await statements[0].all({', '.join(values)})"
        else:
            yield f"rows = await {self._called()}.all({', '.join(values)})"

    def _total(self) -> str:
        return f"await statements[1].one({', '.join([*self._values(), '**self._scope'])})"

    def _read(self) -> Iterator[str]:
        window = [f"limit={self._limit}", f"offset={self._offset}"] if self._is_paged else []
        yield from self._rows_read([*self._values(), *window, "**self._scope"])
        if self._is_counted:
            said = ", ".join((f"offset={self._offset}", f"size={self._limit}"))
            yield f"return NumberedPage(rows, {said}, total={self._total()})"
        else:
            yield "return Page(rows, None)"

    @property
    def _limit(self) -> str:
        paging = self.operation.paging
        assert paging is not None
        return self._variable(paging.size) if paging.size else str(paging.default_size)

    @property
    def _offset(self) -> str:
        paging = self.operation.paging
        assert paging is not None
        if paging.position is None:
            return "0"
        position = self._variable(paging.position)
        if paging.style is not PagingStyle.PAGE:
            return position
        return f"({position} - {paging.first_page}) * {self._limit}"


def _if_given(value: str, optional: tuple[str, ...]) -> str:
    if not optional:
        return value
    return f"None if {' or '.join(f'{name} is None' for name in optional)} else {value}"
