"""How the contract's JSON relates to columns: names in any case, types that fit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from specwright.address import snake
from specwright.diagnostic import Place
from specwright.model.entities import EnumType
from specwright.model.sql_types import Kind, SqlType
from specwright.spec.syntax import Schema

_DEEPEST = 16  # levels of allOf; a contract that nests deeper is none

_TYPES_OF = {
    Kind.UUID: ("string",),
    Kind.TEXT: ("string",),
    Kind.VARCHAR: ("string",),
    Kind.SMALLINT: ("integer",),
    Kind.INT: ("integer",),
    Kind.BIGINT: ("integer",),
    Kind.NUMERIC: ("number", "string", "integer"),
    Kind.DOUBLE: ("number", "integer"),
    Kind.BOOL: ("boolean",),
    Kind.TIMESTAMPTZ: ("string",),
    Kind.DATE: ("string",),
    Kind.JSONB: ("object", "array"),
    Kind.BYTEA: ("string",),
    Kind.ENUM: ("string",),
}
_FORMATS_OF = {
    Kind.UUID: ("uuid",),
    Kind.TIMESTAMPTZ: ("date-time",),
    Kind.DATE: ("date",),
    Kind.BYTEA: ("byte", "binary", "base64"),
}
_FORMATS_OF_ONE_KIND = {"date-time": Kind.TIMESTAMPTZ, "date": Kind.DATE, "binary": Kind.BYTEA}


@cache
def squashed(name: str) -> str:
    """A name without its joints: `unitPriceCents` and `unit_price_cents` are the same."""
    return snake(name).replace("_", "")


def flattened(schema: Schema) -> Schema:
    """The schema with the parts of its `allOf` merged in, and `oneOf: [X, null]` read as X."""
    return _flattened(schema, 0, {})


def _flattened(schema: Schema, depth: int, known: dict[int, Schema]) -> Schema:
    """`known` are those flattened already: a component may be part of many others."""
    if not (schema.all_of or schema.one_of or schema.any_of) or depth >= _DEEPEST:
        return schema
    if id(schema) not in known:
        known[id(schema)] = _merged_parts(schema, depth, known)
    return known[id(schema)]


def _merged_parts(schema: Schema, depth: int, known: dict[int, Schema]) -> Schema:
    only = _but_null(schema)
    if only is not None:
        inner = _flattened(only, depth + 1, known)
        return replace(inner, nullable=True, name=inner.name or schema.name)
    if not schema.all_of:
        return schema
    parts = [_flattened(part, depth + 1, known) for part in schema.all_of]
    if len(parts) == 1 and not schema.properties:
        return replace(
            parts[0],
            nullable=parts[0].nullable or schema.nullable,
            name=schema.name or parts[0].name,
            read_only=parts[0].read_only or schema.read_only,
        )
    return replace(
        schema,
        types=schema.types or next((part.types for part in parts if part.types), ()),
        properties=_merged([*(part.properties for part in parts), schema.properties]),
        property_places=_merged([*(p.property_places for p in parts), schema.property_places]),
        required=schema.required.union(*(part.required for part in parts)),
        all_of=(),
    )


_Value = TypeVar("_Value")


def _merged(maps: Sequence[Mapping[str, _Value]]) -> dict[str, _Value]:
    return {name: value for one in maps for name, value in one.items()}


def _but_null(schema: Schema) -> Schema | None:
    """What `oneOf` or `anyOf` leaves beside null, when that is one schema."""
    for choices in (schema.one_of, schema.any_of):
        nulls = [choice for choice in choices if _is_null(choice)]
        others = [choice for choice in choices if not _is_null(choice)]
        if len(others) == 1 and (nulls or len(choices) == 1):
            return others[0]
    return None


def _is_null(schema: Schema) -> bool:
    return schema.nullable and not schema.types and schema.name is None and not schema.properties


def kinds(schema: Schema) -> tuple[str, ...]:
    """The JSON types that the schema says or implies; none is any."""
    if schema.types:
        return schema.types
    if schema.properties:
        return ("object",)
    if schema.items is not None:
        return ("array",)
    if schema.enum and all(isinstance(value, str) for value in schema.enum):
        return ("string",)
    return ()


def is_object(schema: Schema) -> bool:
    return "object" in kinds(schema) and bool(schema.properties)


def misfit(schema: Schema, column: SqlType, enum: EnumType | None, *, incoming: bool) -> str | None:
    """Why a value of the schema cannot stand in such a column, or the other way round."""
    said = [kind for kind in kinds(schema) if kind != "null"]
    fitting = _TYPES_OF[column.kind]
    outgoing_number = not incoming and column.bounds is not None and "number" in said
    if said and not any(kind in fitting for kind in said) and not outgoing_number:
        return f"is {_either(said)} in the contract and `{column.sql}` in the data model"
    if incoming and said and not all(kind in fitting for kind in said):
        return f"may be {_either(said)} in the contract but is `{column.sql}` in the data model"
    formats = _FORMATS_OF.get(column.kind)
    if formats and schema.format is not None and schema.format not in formats:
        return f"has the format `{schema.format}`, but is `{column.sql}` in the data model"
    other = _FORMATS_OF_ONE_KIND.get(schema.format or "")
    if other is not None and other is not column.kind:
        return f"has the format `{schema.format}`, but is `{column.sql}` in the data model"
    return _enum_misfit(schema, enum, incoming=incoming)


def excess(schema: Schema, column: SqlType) -> str | None:
    """Why the column has no room for all that the contract says may be sent."""
    longest, highest = schema.max_length, schema.maximum
    if longest is not None and column.length is not None and longest > column.length:
        said = f"may be {longest} characters long"
    elif highest is not None and column.bounds is not None and highest > column.bounds[1]:
        said = f"may be {highest}"
    else:
        return None
    return f"{said} in the contract, but is `{column.sql}` in the data model"


def place_of_misfit(schema: Schema, at: Place) -> Place:
    """Values that a component lists are put right there, wherever it is used."""
    return schema.place if schema.enum is not None and schema.name is not None else at


def _enum_misfit(schema: Schema, enum: EnumType | None, *, incoming: bool) -> str | None:
    if enum is None or schema.enum is None:
        return None
    said = [value for value in schema.enum if isinstance(value, str)]
    strange = [value for value in said if value not in enum.values]
    if strange:
        return f"may be `{strange[0]}` in the contract, which is no value of `{enum.name}`"
    missing = [value for value in enum.values if value not in said]
    if missing and not incoming:
        return f"can be `{missing[0]}` in the data model, which the contract leaves out"
    return None


def _either(said: Sequence[str]) -> str:
    return " or ".join(f"`{kind}`" for kind in said)
