"""What a column is in Python, in SQLAlchemy and in a migration."""

from collections.abc import Iterable

from specwright.address import pascal
from specwright.emit.wording import quoted
from specwright.model.entities import Column, Entity, LiteralDefault, SqlDefault
from specwright.model.sql_types import Kind, SqlType

_PYTHON = {
    Kind.UUID: "UUID",
    Kind.TEXT: "str",
    Kind.VARCHAR: "str",
    Kind.SMALLINT: "int",
    Kind.INT: "int",
    Kind.BIGINT: "int",
    Kind.NUMERIC: "Decimal",
    Kind.DOUBLE: "float",
    Kind.BOOL: "bool",
    Kind.TIMESTAMPTZ: "datetime",
    Kind.DATE: "date",
    Kind.JSONB: "object",
    Kind.BYTEA: "bytes",
}
_MIGRATED = {
    Kind.UUID: "sa.Uuid()",
    Kind.TEXT: "sa.Text()",
    Kind.SMALLINT: "sa.SmallInteger()",
    Kind.INT: "sa.Integer()",
    Kind.BIGINT: "sa.BigInteger()",
    Kind.DOUBLE: "sa.Double()",
    Kind.BOOL: "sa.Boolean()",
    Kind.TIMESTAMPTZ: "sa.DateTime(timezone=True)",
    Kind.DATE: "sa.Date()",
    Kind.JSONB: "postgresql.JSONB()",
    Kind.BYTEA: "sa.LargeBinary()",
    Kind.ENUM: "sa.Text()",
}
_DECLARED = {  # where the annotation alone would not say it
    Kind.TEXT: "Text",
    Kind.SMALLINT: "SmallInteger",
    Kind.BIGINT: "BigInteger",
    Kind.DOUBLE: "Double",
    Kind.TIMESTAMPTZ: "Timestamp",
    Kind.JSONB: "JSONB",
    Kind.ENUM: "Text",
}


def enum_class(name: str) -> str:
    return pascal(name)


def python_type(column: Column) -> str:
    """The annotation of its value, with ` | None` where there may be none."""
    if column.type.kind is Kind.JSONB:
        return "object"  # which None is, too
    plain = plain_type(column.type)
    return f"{plain} | None" if column.nullable else plain


def plain_type(kind: SqlType) -> str:
    return enum_class(kind.enum) if kind.enum else _PYTHON[kind.kind]


def migrated_type(kind: SqlType) -> str:
    """The type as a migration writes it, `sa.String(200)`."""
    match kind.kind:
        case Kind.VARCHAR:
            return f"sa.String({kind.length or ''})"
        case Kind.NUMERIC:
            return f"sa.Numeric({_sizes(kind)})"
        case _:
            return _MIGRATED[kind.kind]


def declared_type(kind: SqlType) -> str | None:
    """The type as a model declares it, None where its annotation says it all."""
    match kind.kind:
        case Kind.VARCHAR:
            return f"String({kind.length})" if kind.length else "String"
        case Kind.NUMERIC:
            return f"Numeric({_sizes(kind)})"
        case _:
            return _DECLARED.get(kind.kind)


def server_default(column: Column) -> str | None:
    """The default as SQL."""
    match column.default:
        case None:
            return None
        case SqlDefault(sql):
            return sql
        case LiteralDefault(str() as text):
            return f"'{text.replace(chr(39), chr(39) * 2)}'"
        case LiteralDefault(bool() as truth):
            return str(truth).lower()
        case LiteralDefault(None):
            return "NULL"
        case LiteralDefault(number):
            return str(number)


def declared_default(column: Column) -> str | None:
    default = server_default(column)
    return None if default is None else f"server_default=text({quoted(default)})"


def _sizes(kind: SqlType) -> str:
    return "" if kind.precision is None else f"{kind.precision}, {kind.scale or 0}"


def stamped(entity: Entity, given: Iterable[Column]) -> list[Column]:
    """What a new row has from the clock: its stamps, and moments that are now unless given."""
    said = {column.name for column in given}
    return [
        column
        for column in entity.columns
        if column.name in ("created_at", "updated_at")
        or (column.name not in said and is_moment(column))
    ]


def is_moment(column: Column) -> bool:
    """Whether its default is the time at which the row is made."""
    default = column.default.sql.lower() if isinstance(column.default, SqlDefault) else ""
    return column.type.kind is Kind.TIMESTAMPTZ and default in ("now()", "current_timestamp")
