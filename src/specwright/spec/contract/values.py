"""Whether the limits of a schema leave anything, and its enum and default keep to them."""

from collections.abc import Callable, Iterator
from math import isfinite
from typing import TypeGuard

from specwright.diagnostic import Code
from specwright.spec.contract.document import Document
from specwright.spec.syntax import Schema
from specwright.spec.yaml import Mapping, Node, Scalar, Sequence, described, in_quotes, plain

_ARTICLES = {"integer": "an integer", "array": "an array", "object": "an object"}
_NUMBER = ("integer", "number")
_APPLIES_TO = {
    "minimum": _NUMBER, "maximum": _NUMBER, "exclusiveMinimum": _NUMBER,
    "exclusiveMaximum": _NUMBER, "multipleOf": _NUMBER,
    "minLength": ("string",), "maxLength": ("string",), "pattern": ("string",),
    "items": ("array",), "minItems": ("array",), "maxItems": ("array",), "uniqueItems": ("array",),
    "properties": ("object",), "required": ("object",), "additionalProperties": ("object",),
    "minProperties": ("object",), "maxProperties": ("object",),
}  # fmt: skip


def check_limits(document: Document, node: Mapping, schema: Schema) -> None:
    """Report limits that contradict each other or say nothing about the type."""
    for entry in node:
        key = entry.key.text
        applies = _APPLIES_TO.get(key)
        if key == "required" and isinstance(entry.value, Scalar):
            continue  # told already: a list stands there
        if applies and schema.types and not set(applies) & set(schema.types):
            told = " or ".join(_with_article(name) for name in schema.types)
            message = f"`{key}` says nothing about {told}."
            hint = f"It is for {_with_article(applies[0])}."
            document.say(entry.key.place, Code.CONTRACT_SCHEMA, message, hint)
    for low, high in _crossed(schema):
        if low in node:
            message = f"`{low}` and `{high}` leave no value."
            document.say(node.place_of(low), Code.CONTRACT_SCHEMA, message)
    if schema.multiple_of is not None and schema.multiple_of <= 0:
        message = "`multipleOf` must be more than 0."
        document.say(node.place_of("multipleOf"), Code.CONTRACT_SCHEMA, message)


def _crossed(schema: Schema) -> Iterator[tuple[str, str]]:
    for low, least, high, most in (
        ("minimum", schema.minimum, "maximum", schema.maximum),
        ("minLength", schema.min_length, "maxLength", schema.max_length),
        ("minItems", schema.min_items, "maxItems", schema.max_items),
        ("minProperties", schema.min_properties, "maxProperties", schema.max_properties),
    ):
        if least is not None and most is not None and least > most:
            yield low, high
    for low, least, high, most in (
        ("exclusiveMinimum", schema.exclusive_minimum, "maximum", schema.maximum),
        ("minimum", schema.minimum, "exclusiveMaximum", schema.exclusive_maximum),
        (
            "exclusiveMinimum",
            schema.exclusive_minimum,
            "exclusiveMaximum",
            schema.exclusive_maximum,
        ),
    ):
        if least is not None and most is not None and least >= most:
            yield low, high


def check_values(document: Document, node: Mapping, schema: Schema) -> None:
    """Report what the `enum`, `const` and `default` written in `node` have against the schema."""
    if "enum" in node or "const" in node:
        _check_enum(document, node, schema)
    default = node.get("default")
    if default is not None:
        why = _misfit(default, schema) or _not_listed(default, schema) or _beyond(default, schema)
        if why:
            hint = _nearest(document, default, schema)
            document.say(default.place, Code.CONTRACT_SCHEMA, f"The default {why}.", hint)


def _check_enum(document: Document, node: Mapping, schema: Schema) -> None:
    values = node.get("enum")
    listed = [*(values.items if isinstance(values, Sequence) else ())]
    constant = node.get("const")
    for item in [*listed, *([constant] if constant is not None else ())]:
        if why := _misfit(item, schema):
            hint = _as_it_would_fit(document, item, schema)
            document.say(item.place, Code.CONTRACT_SCHEMA, f"This value {why}.", hint)
    seen: set[str] = set()
    for item in listed:
        if isinstance(item, Scalar) and repr(item.value) in seen:
            message = f"`{item.text}` is listed twice."
            document.say(item.place, Code.CONTRACT_SCHEMA, message)
        elif isinstance(item, Scalar):
            seen.add(repr(item.value))


def _as_it_would_fit(document: Document, item: Node, schema: Schema) -> str | None:
    if isinstance(item, Scalar) and item.value is None:
        if not document.minor:
            return "Write `nullable: true` if it may be null."
        return f"Write `type: [{', '.join(schema.types)}, 'null']` if it may be null."
    if isinstance(item, Scalar) and "string" in schema.types:
        return f"Write `{in_quotes(item.text)}`."
    return None


def _misfit(node: Node, schema: Schema) -> str | None:
    value = plain(node)
    if not schema.types or (value is None and schema.nullable):
        return None
    if any(_FITS[name](value) for name in schema.types):
        return None
    told = " or ".join(_with_article(name) for name in schema.types)
    return f"must be {told}, not {described(node)}"


def _not_listed(node: Node, schema: Schema) -> str | None:
    value = plain(node)
    if schema.enum is None or value in schema.enum or (value is None and schema.nullable):
        return None
    return f"is none of the values of `enum`: {described(node)}"


def _beyond(node: Node, schema: Schema) -> str | None:
    value = plain(node)
    if _is_number(value):
        return _beyond_number(value, schema)
    if isinstance(value, str):
        return _beyond_size(len(value), "Length", schema.min_length, schema.max_length)
    if isinstance(value, list):
        return _beyond_size(len(value), "Items", schema.min_items, schema.max_items)
    return None


def _beyond_number(value: float, schema: Schema) -> str | None:
    if schema.minimum is not None and value < schema.minimum:
        return f"is less than `minimum`, {schema.minimum}"
    if schema.maximum is not None and value > schema.maximum:
        return f"is more than `maximum`, {schema.maximum}"
    if schema.exclusive_minimum is not None and value <= schema.exclusive_minimum:
        return f"is not more than `exclusiveMinimum`, {schema.exclusive_minimum}"
    if schema.exclusive_maximum is not None and value >= schema.exclusive_maximum:
        return f"is not less than `exclusiveMaximum`, {schema.exclusive_maximum}"
    return None


def _beyond_size(size: int, what: str, least: int | None, most: int | None) -> str | None:
    if least is not None and size < least:
        return f"is shorter than `min{what}`, {least}"
    if most is not None and size > most:
        return f"is longer than `max{what}`, {most}"
    return None


def _nearest(document: Document, default: Node, schema: Schema) -> str | None:
    if not isinstance(default, Scalar) or not schema.enum:
        return None
    return document.near(default.text, (value for value in schema.enum if isinstance(value, str)))


def _with_article(name: str) -> str:
    return _ARTICLES.get(name, f"a {name}")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


_FITS: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and value % 1 == 0,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
