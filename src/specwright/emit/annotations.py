"""The annotation of a value that comes in: its type, and every bound that the contract states."""

from collections.abc import Iterator, Mapping

from specwright.address import pascal, snake
from specwright.emit import columns
from specwright.emit.wording import quoted
from specwright.model.entities import Column, EnumType
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened
from specwright.spec.syntax import Schema

_FORMATS = {"uuid": "UUID", "date-time": "AwareDatetime", "date": "date"}
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


def annotation(
    schema: Schema,
    column: Column | None,
    enums: Mapping[str, EnumType],
    *,
    of: str | None = None,
) -> str:
    """Such as `Annotated[Text, Field(max_length=200)] | None`; a list may be one `of` a class."""
    flat = flattened(schema)
    plain = f"list[{of}]" if of else _plain(flat, column, enums)
    bounds = list(_bounds(flat, column, plain))
    bounded = f"Annotated[{plain}, Field({', '.join(bounds)})]" if bounds else plain
    may_be_null = flat.nullable or None in (flat.enum or ())
    return f"{bounded} | None" if may_be_null else bounded


def _plain(  # noqa: PLR0911 - a table
    flat: Schema, column: Column | None, enums: Mapping[str, EnumType]
) -> str:
    if flat.enum:
        return _one_of(tuple(str(one) for one in flat.enum if one is not None), column, enums)
    match flat.types:
        case ("string",):
            is_bytes = column is not None and column.type.kind is Kind.BYTEA
            return "Base64Bytes" if is_bytes else _FORMATS.get(flat.format or "", "Text")
        case ("integer",):
            return "int"
        case ("number",):
            return "Decimal" if column and column.type.kind is Kind.NUMERIC else "float"
        case ("boolean",):
            return "bool"
        case ("object",):
            return "JsonObject"
        case ("array",) if flat.items is not None:
            return f"list[{annotation(flat.items, column, enums)}]"
        case _:
            return columns.plain_type(column.type) if column else "Json"


def _one_of(values: tuple[str, ...], column: Column | None, enums: Mapping[str, EnumType]) -> str:
    own = enums.get(column.type.enum or "") if column else None
    same = own if own and set(own.values) == set(values) else None
    for enum in enums.values():
        if same is None and set(enum.values) == set(values):
            same = enum
    return same.class_name if same else f"Literal[{', '.join(quoted(value) for value in values)}]"


def _bounds(flat: Schema, column: Column | None, plain: str) -> Iterator[str]:
    if plain == "Text":
        yield from _text_bounds(flat, column)
    elif plain in {"int", "float", "Decimal"}:
        yield from _number_bounds(flat, column)
    elif plain.startswith("list["):
        yield from _given(min_length=flat.min_items, max_length=flat.max_items)


def _text_bounds(flat: Schema, column: Column | None) -> Iterator[str]:
    longest = column.type.length if column else None
    lengths = [length for length in (flat.max_length, longest) if length is not None]
    yield from _given(min_length=flat.min_length, max_length=min(lengths, default=None))
    pattern = flat.pattern or (_EMAIL if flat.format == "email" else None)
    if pattern is not None:
        yield f"pattern={_raw(pattern)}"


def _number_bounds(flat: Schema, column: Column | None) -> Iterator[str]:
    low, high = (column.type.bounds if column else None) or (None, None)
    has_low = flat.minimum is not None or flat.exclusive_minimum is not None
    has_high = flat.maximum is not None or flat.exclusive_maximum is not None
    yield from _given(
        ge=flat.minimum if has_low else low,
        gt=flat.exclusive_minimum,
        le=flat.maximum if has_high else high,
        lt=flat.exclusive_maximum,
        multiple_of=flat.multiple_of,
    )


def _given(**bounds: float | None) -> Iterator[str]:
    return (f"{name}={bound}" for name, bound in bounds.items() if bound is not None)


def _raw(pattern: str) -> str:
    return f'r"{pattern}"' if '"' not in pattern else quoted(pattern)


def request_class(name: str) -> str:
    return pascal(snake(name))
