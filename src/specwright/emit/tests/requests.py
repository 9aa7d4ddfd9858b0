"""Bodies of requests: one that is taken, and the values at the edge of what is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from specwright.emit.annotations import _EMAIL as EMAIL
from specwright.emit.tests import samples
from specwright.emit.tests.values import NOW, Ref
from specwright.model import Model
from specwright.model.entities import Column, Entity, ForeignKey
from specwright.model.operations import BodyField, Operation
from specwright.model.wire import flattened, kinds
from specwright.spec.syntax import Schema

MADE_UP = UUID(int=1)


class NoSample(Exception):
    """No value is known that the contract allows here."""


def said_as(field: BodyField, value: Any) -> Any:
    """The value as the body has it: a key may stand in an object."""
    return value if field.inner is None else {field.inner: value}


def names_a_row(value: Any) -> bool:
    """Whether it is the key of a row that only the test has at hand."""
    if isinstance(value, dict):
        return any(isinstance(one, Ref) for one in value.values())
    return isinstance(value, Ref)


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of a body with the column that it is written to, if it is."""

    field: BodyField
    entity: Entity | None
    column: Column | None

    @property
    def key(self) -> ForeignKey | None:
        if self.entity is None or self.column is None:
            return None
        return self.entity.foreign_key_of(self.column.name)


def fields_of(model: Model, operation: Operation) -> tuple[FieldOf, ...]:
    body = operation.body
    entity = model.entity(operation.entity) if operation.entity else None
    return tuple(_field_of(entity, field) for field in (body.fields if body else ()))


def _field_of(entity: Entity | None, field: BodyField) -> FieldOf:
    """Of a secret no column holds what is sent."""
    field = replace(field, column=None) if field.secret else field
    column = entity.column(field.column) if entity and field.column else None
    return FieldOf(field, entity, column)


def sample_record(model: Model, operation: Operation | None) -> dict[str, Any]:
    """What `request` is in rules when all of a body is sent; keys are made up."""
    record: dict[str, Any] = {}
    if operation is None:
        return record
    for one in fields_of(model, operation):
        try:
            record[one.field.variable] = sample_value(model, one)
        except NoSample:
            record[one.field.variable] = None
    for parameter in operation.parameters:
        record.setdefault(parameter.variable, None)
    return record


def near_by(constants: Sequence[Any]) -> Iterator[Any]:
    """Values at the edge of what constants beside a field say."""
    for one in constants:
        yield one
        if isinstance(one, int) and not isinstance(one, bool):
            yield from (one - 1, one + 1)


def sample_value(model: Model, one: FieldOf) -> Any:
    """A value that the contract and the data model allow."""
    if one.field.relation is not None and one.entity is not None:
        relation = one.entity.relation(one.field.relation)
        target = model.entity(relation.target) if relation else None
        if any(inner.names_row is not None and inner.required for inner in one.field.rows):
            raise NoSample(one.field.name)  # no row is there to be named
        return [
            {
                inner.name: sample_value(model, _field_of(target, inner))
                for inner in one.field.rows
                if inner.required
            }
        ]
    found = next(sample_values(model, one), None)
    if found is None:
        raise NoSample(one.field.name)
    return found


def sample_values(model: Model, one: FieldOf) -> Iterator[Any]:
    """Values of a column or of a property, the plainest first."""
    flat = flattened(one.field.schema)
    candidates = [*_by_column(model, one), *_by_schema(flat)]
    for value in candidates:
        if value is not None and is_allowed(flat, value):
            yield value


def _by_column(model: Model, one: FieldOf) -> Iterator[Any]:
    if one.entity is not None and one.column is not None and one.key is None:
        enums = {enum.name: enum for enum in model.enums}
        yield from samples.samples(one.entity, one.column, enums)


def _by_schema(flat: Schema) -> Iterator[Any]:
    if flat.has_default:
        yield flat.default
    if flat.enum:
        yield from flat.enum
    for kind in kinds(flat) or ("string",):
        match kind:
            case "string":
                yield from _texts(flat)
            case "integer" | "number":
                yield from _numbers(flat)
            case "boolean":
                yield True
            case "array":
                yield _sample_list(flat)
            case "object":
                yield _sample_object(flat)


def _texts(flat: Schema) -> Iterator[Any]:
    match flat.format:
        case "uuid":
            yield MADE_UP
        case "date-time":
            yield NOW
        case "date":
            yield NOW.date()
        case "email":
            yield "someone@example.com"
    name = (flat.name or "text").lower()
    yield from (name, "abc", "A1", "ABC-123", "a@example.com", "https://example.com", "EUR", "1")
    yield "x" * (flat.min_length or 1)
    if flat.max_length:
        yield "x" * flat.max_length


def _numbers(flat: Schema) -> Iterator[Any]:
    step = flat.multiple_of or 1
    yield from (1, 0, step)
    for low in (flat.minimum, flat.exclusive_minimum):
        if low is not None:
            yield from (low, low + step)
    for high in (flat.maximum, flat.exclusive_maximum):
        if high is not None:
            yield from (high, high - step)


def _sample_list(flat: Schema) -> list[Any]:
    if flat.items is None:
        return []
    inner = flattened(flat.items)
    one = next((value for value in _by_schema(inner) if is_allowed(inner, value)), None)
    return [] if one is None else [one] * (flat.min_items or 1)


def _sample_object(flat: Schema) -> dict[str, Any]:
    required = {name: flattened(flat.properties[name]) for name in sorted(flat.required)}
    found = {
        name: next((value for value in _by_schema(inner) if is_allowed(inner, value)), None)
        for name, inner in required.items()
    }
    return found or {"any": "thing"}


def can_be_said(flat: Schema, value: Any) -> bool:
    """Whether the contract allows a value, null included."""
    return flat.nullable if value is None else is_allowed(flat, value)


def is_allowed(flat: Schema, value: Any) -> bool:
    """Whether the contract allows a value of the right type."""
    if flat.enum is not None:
        return value in flat.enum
    match value:
        case bool():
            return "boolean" in (kinds(flat) or ("boolean",))
        case str():
            return "string" in (kinds(flat) or ("string",)) and _is_text_allowed(flat, value)
        case int() | float() | Decimal():
            return _is_number_allowed(flat, value)
        case datetime():
            return flat.format in (None, "date-time")
        case list():
            return len(value) >= (flat.min_items or 0)
        case _:
            return True


def _is_text_allowed(flat: Schema, value: str) -> bool:
    if flat.format in ("uuid", "date-time", "date"):
        return False
    low, high = flat.min_length or 0, flat.max_length
    pattern = flat.pattern or (EMAIL if flat.format == "email" else None)
    fits = low <= len(value) and (high is None or len(value) <= high)
    try:
        return fits and (pattern is None or re.search(pattern, value) is not None)
    except re.error:
        return False


def _is_number_allowed(flat: Schema, value: float | Decimal) -> bool:
    if "integer" in kinds(flat) and value != int(value):
        return False
    return (
        (flat.minimum is None or value >= flat.minimum)
        and (flat.maximum is None or value <= flat.maximum)
        and (flat.exclusive_minimum is None or value > flat.exclusive_minimum)
        and (flat.exclusive_maximum is None or value < flat.exclusive_maximum)
        and (flat.multiple_of is None or _is_multiple(value, flat.multiple_of))
    )


def _is_multiple(value: float | Decimal, step: float) -> bool:
    return Decimal(str(value)) % Decimal(str(step)) == 0


# -- At the edge ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """A value just within, or just beyond, what is allowed in a field."""

    field: str
    value: Any
    is_allowed: bool


def edges(one: FieldOf) -> Iterator[Edge]:
    """The edges of one field; a field that names a row has none but its type."""
    flat = flattened(one.field.schema)
    name = one.field.name
    for edge in _edges(flat, one):
        yield Edge(name, *edge)
    if flat.nullable:
        yield Edge(name, None, is_allowed=True)
    else:
        yield Edge(name, None, is_allowed=False)


def _edges(flat: Schema, one: FieldOf) -> Iterator[tuple[Any, bool]]:
    said = kinds(flat)
    if flat.enum is not None and said == ("string",):
        for value in flat.enum:
            yield value, True
        yield "none of them", False
        return
    match said:
        case ("string",):
            yield from _text_edges(flat, one)
            yield 1, False
        case ("integer",):
            yield from _number_edges(flat, one)
            yield from (("1", False), (1.5, False), (True, False))
        case ("number",):
            yield from _number_edges(flat, one)
            yield from (("x", False), (True, False))
        case ("boolean",):
            yield from ((True, True), (False, True), ("true", False), (1, False))
        case ("object",):
            yield from (("x", False), ([], False))
        case ("array",):
            yield from (("x", False), ({}, False))
            if flat.min_items:
                yield [], False


def _text_edges(flat: Schema, one: FieldOf) -> Iterator[tuple[Any, bool]]:
    match flat.format:
        case "uuid" | "date-time" | "date":
            yield "x", False
            return
    lengths = [flat.max_length, one.column.type.length if one.column else None]
    high = min((length for length in lengths if length is not None), default=None)
    is_free = flat.pattern is None and flat.format is None
    if is_free and flat.min_length:
        yield "x" * flat.min_length, True
        yield "x" * (flat.min_length - 1), False
    if is_free and high is not None:
        yield "x" * high, True
    if high is not None:
        yield "x" * (high + 1), False
    if flat.pattern is not None or flat.format == "email":
        bad = next((t for t in ("", " ", "x", "?", "x y") if not is_allowed(flat, t)), None)
        if bad is not None:
            yield bad, False
    yield "x\0", False


def _number_edges(flat: Schema, one: FieldOf) -> Iterator[tuple[Any, bool]]:
    step = flat.multiple_of or 1
    if flat.minimum is not None:
        yield flat.minimum, True
        yield flat.minimum - step, False
    if flat.exclusive_minimum is not None:
        yield flat.exclusive_minimum, False
    if flat.maximum is not None:
        yield flat.maximum, True
        yield flat.maximum + step, False
    if flat.exclusive_maximum is not None:
        yield flat.exclusive_maximum, False
    bounds = one.column.type.bounds if one.column else None
    if bounds is not None and flat.maximum is None and flat.exclusive_maximum is None:
        yield bounds[1] + 1, False
    if "integer" in kinds(flat):
        yield 2**63, False


def as_stored(value: Any) -> Any:
    """A value of a body as a row holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def by_field(model: Model, operation: Operation) -> Mapping[str, FieldOf]:
    return {one.field.name: one for one in fields_of(model, operation)}
