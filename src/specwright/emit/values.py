"""The annotations of what expressions come to."""

from specwright.emit import columns
from specwright.model.typed import Typed
from specwright.model.types import Kind, OneOf, Scalar, Type

_SCALARS = {
    Kind.UUID: "UUID",
    Kind.TEXT: "str",
    Kind.INT: "int",
    Kind.DOUBLE: "float",
    Kind.DECIMAL: "Decimal",
    Kind.BOOL: "bool",
    Kind.TIMESTAMP: "datetime",
    Kind.DATE: "date",
    Kind.DURATION: "timedelta",
    Kind.JSON: "object",
    Kind.BYTES: "bytes",
}


def value_type(typed: Typed) -> str:
    return annotation_of(typed.type)


def annotation_of(found: Type) -> str:
    match found:
        case Scalar(Kind.JSON):
            return "object"
        case Scalar(kind):
            plain = _SCALARS[kind]
        case OneOf(name) if name is not None:
            plain = columns.enum_class(name)
        case _:
            plain = "str"
    return f"{plain} | None" if found.nullable else plain
