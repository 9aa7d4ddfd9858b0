"""Types from five worlds: SQL, programming languages, JSON Schema, and plain English."""

import re
from dataclasses import dataclass

from specwright.spec.readers.facts import Target
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_OURS = {
    "uuid": "uuid guid uuidv4 uuidv7",
    "text": "text string str url uri email slug longtext mediumtext clob 文字列 テキスト",
    "citext": "citext",
    "smallint": "smallint int2 smallinteger tinyint",
    "int": "int integer int4 int32 整数",
    "bigint": "bigint int8 int64 long biginteger",
    "serial": "serial",
    "double": "double float float8 float64 real doubleprecision",
    "numeric": "numeric decimal",
    "bool": "bool boolean 真偽値",
    "timestamptz": "timestamptz timestamp datetime 日時",
    "date": "date 日付",
    "jsonb": "jsonb json object dict map",
    "bytea": "bytea bytes binary blob",
}
_BY_WORD = {word: ours for ours, words in _OURS.items() for word in words.split()}
_SIZED = re.compile(
    r"(?:varchar|char|character varying|character|nvarchar|charfield|string|str)"
    r"\s*\(\s*(?:max_length\s*=\s*)?(\d+)\s*\)",
    re.IGNORECASE,
)
_PRECISE = re.compile(
    r"(?:numeric|decimal|decimalfield|money)\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)", re.IGNORECASE
)
_ZONE = re.compile(r"\s+with(?:out)? time zone$", re.IGNORECASE)
_LINK = re.compile(
    r"(?:foreignkey|onetoone(?:field)?|foreign key|fk|ref|id)\s*[(<]\s*[\"'`]?([A-Za-z_][\w.]*)"
    r"[\"'`]?\s*[)>]",
    re.IGNORECASE,
)
_ENUM = re.compile(r"enum\s*(?:[:(]\s*(.*?)\s*\)?)?", re.IGNORECASE)
_LITERAL = re.compile(r"[\"']?([A-Za-z0-9][\w -]*)[\"']?")
_OPTIONAL = re.compile(r"(?:typing\.)?Optional\[(.*)\]|(.*?)\s*\|\s*(?:null|None|undefined)|(.*)\?")
_LOOSE = ("string", "str", "文字列")
AMBIGUOUS = {
    "number": "`int`, `numeric(10,2)` or `double`",
    "数値": "`int`, `numeric(10,2)` or `double`",
    "money": "`int` of cents, or `numeric(12,2)`",
    "time": "`timestamptz`, or `text`",
    "array": "`jsonb`, or a table of its own",
    "list": "`jsonb`, or a table of its own",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words of a type mean; None is the type of the column pointed at, or an enum."""

    type: str | None
    nullable: bool | None = None
    values: tuple[Word, ...] = ()
    target: Target | None = None
    enum: str | None = None
    is_loose: bool = False  # a language's word for any text, which says nothing of how it is kept


def read_type(written: Text, enums: frozenset[str]) -> Meaning | None:
    """None where the words say nothing that we know."""
    text = written.value.strip().strip("`")
    optional = _OPTIONAL.fullmatch(text)
    if optional:
        inner = next(part for part in optional.groups() if part is not None)
        meaning = _read(inner.strip(), written, enums)
        return meaning and Meaning(
            meaning.type, nullable=True, values=meaning.values, target=meaning.target,
            enum=meaning.enum, is_loose=meaning.is_loose,
        )  # fmt: skip
    return _read(text, written, enums)


def _read(  # noqa: PLR0911 - a table
    text: str, written: Text, enums: frozenset[str]
) -> Meaning | None:
    plain = _ZONE.sub("", " ".join(text.split())).lower()
    if plain.replace(" ", "") in _BY_WORD:
        return Meaning(_BY_WORD[plain.replace(" ", "")], is_loose=plain in _LOOSE)
    if sized := _SIZED.fullmatch(plain):
        return Meaning(f"varchar({sized[1]})")
    if precise := _PRECISE.fullmatch(plain):
        return Meaning(f"numeric({precise[1]},{precise[2]})")
    if text in enums:
        return Meaning(None, enum=text)
    if (link := _LINK.fullmatch(text)) and plain != "id":
        return Meaning(None, target=Target(Word(link[1], written.place(0))))
    if enum := _ENUM.fullmatch(text):
        values = _values(enum[1] or "", written)
        return Meaning(None, values=values) if values or not enum[1] else None
    values = _values(text, written) if "|" in text else ()
    return Meaning(None, values=values) if values else None


def _values(text: str, written: Text) -> tuple[Word, ...]:
    parts = [part.strip().strip("`") for part in re.split(r"[|,/]", text) if part.strip()]
    found = [_LITERAL.fullmatch(part) for part in parts]
    if len(parts) < 2 or not all(found):  # noqa: PLR2004 - a choice has two
        return ()
    return tuple(Word(match[1], written.place(0)) for match in found if match)
