"""A schema as JSON, as a built project keeps it to tell what its next migration must change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

from specwright.diagnostic import Place, Report
from specwright.model.sql_types import SqlType, read_type
from specwright.plan.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from specwright.spec.syntax import Word

PATH = ".specwright/schema.json"

_IDENTITY = " identity"
_Part = TypeVar("_Part")


class NotASchema(ValueError):
    """A text that `written` did not write; the message says what is wrong with it."""


def written(schema: Schema) -> str:
    """The same text for the same schema; what is as usual is left out."""
    return json.dumps(_plain(schema), indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> Schema:
    try:
        return Schema(tuple(_table(table) for table in json.loads(text)["tables"]))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as wrong:
        raise NotASchema(
            f"{PATH} is not as Specwright wrote it ({wrong}): take it back from version control."
        ) from wrong


def _plain(value: object) -> object:
    if isinstance(value, SqlType):
        return value.sql + (_IDENTITY if value.identity else "")
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not is_dataclass(value):
        return value
    values = {field: getattr(value, field.name) for field in fields(value) if field.compare}
    return {f.name: _plain(v) for f, v in values.items() if f.default is MISSING or v != f.default}


def _table(table: Mapping[str, Any]) -> Table:
    return Table(
        name=table["name"],
        columns=_parts(_column, table["columns"]),
        primary_key=_part(PrimaryKey, table["primary_key"]),
        uniques=_parts(Unique, table.get("uniques", ())),
        checks=_parts(Check, table.get("checks", ())),
        foreign_keys=_parts(ForeignKey, table.get("foreign_keys", ())),
        indexes=_parts(Index, table.get("indexes", ())),
    )


def _column(*, type: str, **others: Any) -> Column:  # noqa: A002, ANN401 - as the JSON has them
    return Column(type=_type(type), **others)


def _type(written: str) -> SqlType:
    report = Report()
    is_identity = written.endswith(_IDENTITY)
    word = Word(written.removesuffix(_IDENTITY), Place(PATH, 1, 1))
    found = read_type(word, frozenset(), report)
    if found is None:
        raise NotASchema(f"`{written}` is no type")
    return SqlType(found.kind, found.length, found.precision, found.scale, identity=is_identity)


def _parts(kind: Callable[..., _Part], found: Any) -> tuple[_Part, ...]:  # noqa: ANN401 - JSON
    return tuple(_part(kind, part) for part in found)


def _part(kind: Callable[..., _Part], found: Mapping[str, Any]) -> _Part:
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in found.items()})
