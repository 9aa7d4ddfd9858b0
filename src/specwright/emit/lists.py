"""How a list is read: its filters, its order, and the key with which a page is continued."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.address import pascal
from specwright.emit import columns, names
from specwright.emit.queries import Scope
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity
from specwright.model.operations import Filter, Operation, PagingStyle


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that rows are sorted by, ties included, all in one direction."""

    columns: tuple[Column, ...]
    descending: bool


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    fields: tuple[tuple[str, str], ...]


def default_order(entity: Entity, operation: Operation) -> Order:
    """The order in which the list is read unless its query says otherwise."""
    found = (entity.column(key.column) for key in operation.order)
    sorted_by = tuple(column for column in found if column is not None)
    return Order(sorted_by, descending=operation.order[0].descending)


def list_key(entity: Entity, operation: Operation) -> Key | None:
    """None where the list is not continued by a key."""
    if operation.paging is None or operation.paging.style is not PagingStyle.CURSOR:
        return None
    order = default_order(entity, operation)
    typed = ((one.attribute, columns.plain_type(one.type)) for one in order.columns)
    return Key(f"{pascal(operation.name)}Key", tuple(typed))


def list_parameters(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    """What a list takes in Python, by name: filters, then the page."""
    for one in operation.filters:
        yield one.parameter.variable, filter_type(model, operation, one)
    paging = operation.paging
    if paging is None or paging.style is PagingStyle.NONE:
        return
    if paging.size is not None:
        yield paging.size.variable, "int"
    if paging.position is not None:
        cursor = paging.style is PagingStyle.CURSOR
        yield paging.position.variable, "str | None" if cursor else "int"


def filter_type(model: Model, operation: Operation, one: Filter) -> str:
    assert operation.entity is not None
    column = model.entity(operation.entity).column(one.column)
    assert column is not None
    plain = columns.plain_type(column.type)
    kind = f"list[{plain}]" if one.compares == "in" else plain
    return kind if one.parameter.required else f"{kind} | None"


def list_function(scope: Scope, operation: Operation) -> str:
    """The statement of a list, one for each combination of what a caller may ask for."""
    entity, table = scope.entity, scope.table
    order = default_order(entity, operation)
    paged = operation.paging is not None and operation.paging.style is not PagingStyle.NONE
    by_key = list_key(entity, operation) is not None
    shapes = [one.parameter.variable for one in operation.filters if not one.parameter.required]
    shapes += ["after"] if by_key else []
    lines = [
        f"@cache\ndef _{operation.name}({_shape(shapes)}) -> Statement[{names.row_class(entity)}]:",
        f'    """{_in_words(order)}; one statement for each combination of what may be asked."""'
        if shapes
        else f'    """{_in_words(order)}."""',
        f"    rows = _OUR_{entity.table.upper()}",
    ]
    for one in operation.filters:
        lines += _filtered(table, entity, one)
    if by_key:
        lines += _continued(table, order)
    keys = ", ".join(
        f"{table}.{column.attribute}{'.desc()' if order.descending else ''}"
        for column in order.columns
    )
    limit = '.limit(bindparam("limit"))' if paged else ""
    offset = '.offset(bindparam("offset"))' if paged and not by_key else ""
    row = names.row_class(entity)
    lines.append(f"    return Statement({row}, rows.order_by({keys}){limit}{offset})")
    return "\n".join(lines)


def _shape(shapes: list[str]) -> str:
    return f"*, {', '.join(f'{name}: bool' for name in shapes)}" if shapes else ""


def _in_words(order: Order) -> str:
    first = order.columns[0]
    if first.name == "created_at":
        return "Newest first" if order.descending else "Oldest first"
    return f"By `{first.name}`{', the greatest first' if order.descending else ''}"


def _filtered(table: str, entity: Entity, one: Filter) -> list[str]:
    column = entity.column(one.column)
    assert column is not None
    bound = f"bindparam({quoted(one.parameter.variable)})"
    own = f"{table}.{column.attribute}"
    match one.compares:
        case "in":
            condition = f"{own} == func.any({bound})"
        case "=":
            condition = f"{own} == {bound}"
        case other:
            condition = f"{own} {other} {bound}"
    if one.parameter.required:
        return [f"    rows = rows.where({condition})"]
    return [f"    if {one.parameter.variable}:", f"        rows = rows.where({condition})"]


def _continued(table: str, order: Order) -> list[str]:
    own = ", ".join(f"{table}.{column.attribute}" for column in order.columns)
    bound = ", ".join(f"bindparam({quoted(f'after_{c.attribute}')})" for c in order.columns)
    sign = "<" if order.descending else ">"
    return [
        "    if after:",
        f"        key = tuple_({bound})",
        f"        rows = rows.where(tuple_({own}) {sign} key)",
    ]


def list_method(scope: Scope, operation: Operation) -> str:
    """The method that reads a page, or the whole list."""
    row = names.row_class(scope.entity)
    parameters = "".join(
        f", {name}: {annotation}" for name, annotation in list_parameters(scope.model, operation)
    )
    key = list_key(scope.entity, operation)
    body = _by_offset(operation) if key is None else _by_key(operation, key)
    return f"async def {operation.name}(self{parameters}) -> Page[{row}]:\n{body}"


def _statement(operation: Operation, after: str | None = None) -> str:
    shapes = [
        f"{one.parameter.variable}={one.parameter.variable} is not None"
        for one in operation.filters
        if not one.parameter.required
    ]
    shapes += [f"after={after}"] if after else []
    return f"_{operation.name}({', '.join(shapes)})"


def _given(operation: Operation) -> list[str]:
    return [f"{one.parameter.variable}={one.parameter.variable}" for one in operation.filters]


def _by_key(operation: Operation, key: Key) -> str:
    paging = operation.paging
    assert paging is not None
    assert paging.position is not None
    token = paging.position.variable
    size = paging.size.variable if paging.size else str(paging.default_size)
    values = ["self._connection", *_given(operation)]
    values += [f"after_{name}=after and after.{name}" for name, _ in key.fields]
    values += [f"limit={size} + 1", "**self._scope"]
    ends = ", ".join(f"page[-1].{name}" for name, _ in key.fields)
    return "\n".join(
        [
            f"    after = None if {token} is None else from_token({token}, {key.name})",
            f"    rows = await {_statement(operation, 'after is not None')}"
            f".all({', '.join(values)})",
            f"    page, rest = rows[:{size}], rows[{size}:]",
            f"    return Page(page, to_token({key.name}({ends})) if rest else None)",
        ]
    )


def _by_offset(operation: Operation) -> str:
    paging = operation.paging
    values = ["self._connection", *_given(operation)]
    if paging is not None and paging.style is not PagingStyle.NONE:
        size = paging.size.variable if paging.size else str(paging.default_size)
        values += [f"limit={size}", f"offset={_offset(operation, size)}"]
    values.append("**self._scope")
    return (
        f"    rows = await {_statement(operation)}.all({', '.join(values)})\n"
        "    return Page(rows, None)"
    )


def _offset(operation: Operation, size: str) -> str:
    paging = operation.paging
    assert paging is not None
    if paging.position is None:
        return "0"
    position = paging.position.variable
    if paging.style is PagingStyle.PAGE:
        return f"({position} - {paging.first_page}) * {size}"
    return position
