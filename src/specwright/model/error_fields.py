"""What an error says of single fields: lists and maps, by the shape of their schema."""

from collections.abc import Iterator

from specwright.model.errors import Constant, FieldErrors, FieldRole, FieldShape
from specwright.model.wire import flattened, is_object, kinds, squashed
from specwright.spec.syntax import Schema

_NAMES = (
    "field", "path", "location", "loc", "property", "parameter", "param", "name", "attribute",
    "key", "source", "fieldname", "propertyname", "instancelocation",
)  # fmt: skip
_SENTENCES = ("message", "detail", "msg", "description", "error", "reason", "errormessage", "title")
_TYPES = ("code", "type", "rule", "kind", "errorcode", "keyword")


def read_field_errors(schema: Schema, *, says_all: bool) -> FieldErrors | None:
    """None where it is none that is known."""
    if "array" in kinds(schema):
        return _list(schema, says_all=says_all or bool(schema.min_items))
    one = schema.additional
    if not isinstance(one, Schema):
        return FieldErrors(FieldShape.SENTENCE_BY_FIELD, says_all=says_all) if one else None
    inner = flattened(one)
    if _is_text(inner):
        return FieldErrors(FieldShape.SENTENCE_BY_FIELD, says_all=says_all)
    items = flattened(inner.items) if inner.items is not None else None
    if "array" in kinds(inner) and (items is None or _is_text(items)):
        return FieldErrors(FieldShape.SENTENCES_BY_FIELD, says_all=says_all)
    return None


def _list(schema: Schema, *, says_all: bool) -> FieldErrors | None:
    items = flattened(schema.items) if schema.items is not None else None
    if items is None or _is_text(items):
        return FieldErrors(FieldShape.SENTENCES, says_all=says_all)
    if not is_object(items):
        return None
    found = dict(_properties(items))
    unknown = [name for name in sorted(items.required) if found.get(name) is None]
    if unknown or FieldRole.SENTENCE not in found.values():
        return None
    properties = tuple((name, role) for name, role in found.items() if role is not None)
    return FieldErrors(FieldShape.OBJECTS, properties, says_all)


def _is_text(schema: Schema) -> bool:
    return not kinds(schema) or kinds(schema) == ("string",)


def _properties(items: Schema) -> Iterator[tuple[str, FieldRole | Constant | None]]:
    """Each property, with what it says; of several that could say the same, only the first."""
    taken: set[FieldRole] = set()
    for name, one in items.properties.items():
        schema = flattened(one)
        role = _role(squashed(name), schema)
        if role is not None and role not in taken:
            taken.add(role)
            yield name, role
        elif name in items.required:
            yield name, role or (Constant(None) if schema.nullable else None)


def _role(name: str, schema: Schema) -> FieldRole | None:
    if "array" in kinds(schema) and name in _NAMES:
        return FieldRole.LOCATION
    if not _is_text(schema):
        return None
    if name == "pointer":
        return FieldRole.POINTER
    if name in _NAMES:
        return FieldRole.NAME
    if name in _SENTENCES:
        return FieldRole.SENTENCE
    return FieldRole.TYPE if name in _TYPES else None
