"""The types of columns: PostgreSQL's own, one spelling each."""

import re
from dataclasses import dataclass
from enum import StrEnum

from specwright.diagnostic import Code, Report, did_you_mean
from specwright.spec.syntax import Word


class Kind(StrEnum):
    """What a column holds, by the name that PostgreSQL gives it."""

    UUID = "uuid"
    TEXT = "text"
    VARCHAR = "varchar"
    SMALLINT = "smallint"
    INT = "int"
    BIGINT = "bigint"
    NUMERIC = "numeric"
    DOUBLE = "double"
    BOOL = "bool"
    TIMESTAMPTZ = "timestamptz"
    DATE = "date"
    JSONB = "jsonb"
    BYTEA = "bytea"
    ENUM = "enum"  # text with a CHECK on its values


@dataclass(frozen=True, slots=True)
class SqlType:
    """`varchar` of a `length`, `numeric` of a `precision` and a `scale`, or one that needs neither.

    `folded` is what `citext` means with PostgreSQL alone: text that is compared in lower case.
    """

    kind: Kind
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    enum: str | None = None  # the name of the enum
    folded: bool = False
    identity: bool = False  # numbered by the database, as `serial` is

    @property
    def sql(self) -> str:
        """The type as `CREATE TABLE` spells it."""
        match self.kind:
            case Kind.VARCHAR:
                return f"varchar({self.length})" if self.length else "varchar"
            case Kind.NUMERIC if self.precision is not None:
                return f"numeric({self.precision}, {self.scale or 0})"
            case Kind.DOUBLE:
                return "double precision"
            case Kind.ENUM:
                return "text"
            case _:
                return str(self.kind)

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The least and the greatest whole number that fits."""
        bits = {Kind.SMALLINT: 15, Kind.INT: 31, Kind.BIGINT: 63}.get(self.kind)
        return None if bits is None else (-(2**bits), 2**bits - 1)


_SPELLINGS = {
    "uuid": Kind.UUID,
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "varchar": Kind.VARCHAR,
    "character varying": Kind.VARCHAR,
    "char": Kind.VARCHAR,
    "character": Kind.VARCHAR,
    "smallint": Kind.SMALLINT,
    "int2": Kind.SMALLINT,
    "int": Kind.INT,
    "integer": Kind.INT,
    "int4": Kind.INT,
    "bigint": Kind.BIGINT,
    "int8": Kind.BIGINT,
    "numeric": Kind.NUMERIC,
    "decimal": Kind.NUMERIC,
    "double": Kind.DOUBLE,
    "double precision": Kind.DOUBLE,
    "float": Kind.DOUBLE,
    "float8": Kind.DOUBLE,
    "real": Kind.DOUBLE,
    "bool": Kind.BOOL,
    "boolean": Kind.BOOL,
    "timestamptz": Kind.TIMESTAMPTZ,
    "timestamp with time zone": Kind.TIMESTAMPTZ,
    "date": Kind.DATE,
    "jsonb": Kind.JSONB,
    "json": Kind.JSONB,
    "bytea": Kind.BYTEA,
    "blob": Kind.BYTEA,
}
_IDENTITIES = {"serial": Kind.INT, "bigserial": Kind.BIGINT, "smallserial": Kind.SMALLINT}
_INSTEAD = {
    "timestamp": "Write `timestamptz`: without a zone, nobody knows which moment is meant.",
    "datetime": "Write `timestamptz`: without a zone, nobody knows which moment is meant.",
    "money": "Write `bigint` and count the smallest unit, such as cents.",
    "time": "Write `int` and count the minutes, or `timestamptz` for a moment.",
    "interval": "Write `int` and count the seconds.",
    "hstore": "Write `jsonb`.",
    "enum": "Declare `Enum name { … }` and write its name as the type.",
}
_SPELT = re.compile(r"([A-Za-z_][\w ]*?)\s*(?:\(\s*(\d{1,9})\s*(?:,\s*(\d{1,9})\s*)?\))?")
_LONGEST_TEXT = 10_485_760
_PRECISION = 1000


def read_type(written: Word, enums: frozenset[str], report: Report) -> SqlType | None:
    """The type that DBML names, or None once the report says what is wrong with it."""
    if written.value in enums:
        return SqlType(Kind.ENUM, enum=written.value)
    spelt = _SPELT.fullmatch(written.value.strip())
    if spelt is None:
        _unknown(written, enums, report)
        return None
    name, *sizes = spelt.groups()
    name = re.sub(r" +", " ", name.lower())
    numbers = [int(size) for size in sizes if size is not None]
    if name in _IDENTITIES and not numbers:
        return SqlType(_IDENTITIES[name], identity=True)
    if name == "citext" and not numbers:
        return SqlType(Kind.TEXT, folded=True)
    if name not in _SPELLINGS:
        _unknown(written, enums, report)
        return None
    return _sized(_SPELLINGS[name], numbers, written, report)


def _sized(kind: Kind, numbers: list[int], written: Word, report: Report) -> SqlType | None:
    if not numbers:
        return SqlType(kind)
    if kind is Kind.VARCHAR and len(numbers) == 1 and 0 < numbers[0] <= _LONGEST_TEXT:
        return SqlType(kind, length=numbers[0])
    if kind is Kind.NUMERIC and 0 < numbers[0] <= _PRECISION and sum(numbers[1:]) <= numbers[0]:
        return SqlType(kind, precision=numbers[0], scale=numbers[1] if numbers[1:] else 0)
    _say_size(kind, written, report)
    return None


def _say_size(kind: Kind, written: Word, report: Report) -> None:
    takes = {
        Kind.VARCHAR: f"`varchar` takes one length, from 1 to {_LONGEST_TEXT}.",
        Kind.NUMERIC: f"`numeric` takes a precision up to {_PRECISION} and a scale within it.",
    }.get(kind, f"`{kind}` takes no size.")
    report.add(
        written.place, Code.COLUMN_TYPE, f"`{written.value}` has a size that does not fit.", takes
    )


def _unknown(written: Word, enums: frozenset[str], report: Report) -> None:
    name = written.value.strip().lower()
    report.add(
        written.place,
        Code.COLUMN_TYPE,
        f"`{written.value}` is neither a type of a column nor an enum of this data model.",
        _INSTEAD.get(name)
        or (_instead_of_list(name) if name.endswith("[]") else None)
        or did_you_mean(name.partition("(")[0], (*_SPELLINGS, *_IDENTITIES, "citext", *enums)),
    )


def _instead_of_list(name: str) -> str:
    return f"A column holds one value: write a table of its own for each {name[:-2]}, or `jsonb`."
