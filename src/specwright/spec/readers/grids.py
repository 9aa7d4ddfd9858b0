"""Field tables: one row a field, whatever its columns are called."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from specwright.diagnostic import Code, Level, Report
from specwright.spec.markdown import Grid
from specwright.spec.readers import names, remarks, types
from specwright.spec.readers.facts import Field, with_target
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_HEADERS: Mapping[str, frozenset[str]] = {
    part: frozenset(words.split("|"))
    for part, words in {
        "name": "field|column|attribute|property|name|field name|column name"
        "|フィールド|カラム|属性|項目",
        "type": "type|data type|datatype|sql type|型|データ型",
        "required": "required|required?|mandatory|必須",
        "nullable": "nullable|nullable?|null|null?|optional",
        "default": "default|default value|デフォルト|初期値",
        "rules": "constraints|constraint|rules|validation|validation rules|modifiers|制約|key",
    }.items()
}


def field_table(grid: Grid, enums: frozenset[str], report: Report) -> tuple[Field, ...] | None:
    """Its fields; None where it is a table of something else."""
    places = _places(grid)
    if "name" not in places or "type" not in places:
        return None
    return tuple(_fields(grid, places, enums, report))


def _places(grid: Grid) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, cell in enumerate(grid.header):
        said = cell.value.strip("*` ").lower()
        part = next((part for part, words in _HEADERS.items() if said in words), None)
        if part is not None:
            found.setdefault(part, number)
    return found if found.get("name", 0) == 0 else {}


def _fields(
    grid: Grid, places: Mapping[str, int], enums: frozenset[str], report: Report
) -> Iterator[Field]:
    for row in grid.rows:
        cells = {part: row[at] for part, at in places.items() if at < len(row)}
        name = cells["name"].value.strip("*` ").removesuffix("?")
        if not name:
            continue
        word = Word(names.column(name), cells["name"].place(0))
        one = _required(_typed(Field(word), cells.get("type"), enums, report), cells)
        if (default := cells.get("default")) is not None and default.value.strip("-— `"):
            one = _remarked(one, default, report, "default ")
        if (rules := cells.get("rules")) is not None:
            for phrase in remarks.phrases(rules):
                one = _remarked(one, phrase, report)
        yield _expected_type(one, cells, report)


def _typed(one: Field, written: Text | None, enums: frozenset[str], report: Report) -> Field:
    """What has no type yet may have one by what it points at."""
    is_said = written is not None and written.value.strip("-— `")
    return typed(one, written, enums, report) if written is not None and is_said else one


def typed(one: Field, written: Text, enums: frozenset[str], report: Report) -> Field:
    """The field with its type; one that nobody can tell is an open question."""
    meaning = types.read_type(written, enums)
    if meaning is None:
        plain = written.value.strip("` ").lower()
        readings = types.AMBIGUOUS.get(plain)
        report.add(
            written.place(0),
            Code.UNREAD_FACT,
            f"`{written.value.strip('` ')}` does not tell the type of `{one.name}`.",
            f"Write {readings}." if readings else "Write a type such as `text`, `int` or `uuid`.",
            level=Level.OPEN,
        )
        return replace(one, is_open=True)
    found = replace(
        one,
        type=None if meaning.type is None else Word(meaning.type, written.place(0)),
        not_null=False if meaning.nullable else one.not_null,
        values=meaning.values,
        enum=meaning.enum,
        is_loose=meaning.is_loose,
    )
    return with_target(found, meaning.target)


def _expected_type(one: Field, cells: Mapping[str, Text], report: Report) -> Field:
    is_told = one.type or one.target or one.values or one.enum or one.is_open
    if is_told or cells["type"].value.strip("-— `"):
        return one
    message = f"Nothing says the type of `{one.name}`."
    hint = "Write a type such as `text`, `int` or `uuid`."
    report.add(one.name.place, Code.UNREAD_FACT, message, hint, level=Level.OPEN)
    return replace(one, is_open=True)


def _required(one: Field, cells: Mapping[str, Text]) -> Field:
    for part, yes in (("required", True), ("nullable", False)):
        said = cells[part].value.strip("*` ").lower() if part in cells else ""
        if said in ("yes", "y", "true", "✓", "✅", "x", "required", "必須", "はい", "○"):
            return replace(one, not_null=yes)
        if said in ("no", "n", "false", "✗", "❌", "-", "—", "optional", "任意", "いいえ", "×"):
            return replace(one, not_null=not yes)
        if said.startswith("auto"):
            return replace(one, not_null=True, generated=True)
    return one


def _remarked(one: Field, phrase: Text, report: Report, before: str = "") -> Field:
    asked = phrase if not before else replace(phrase, value=f"{before}{phrase.value}")
    found = remarks.read_remark(one, asked)
    if found is None:
        report.add(
            phrase.place(0),
            Code.UNREAD_FACT,
            f"`{phrase.value.strip()}` says nothing of `{one.name}` that is understood.",
            "Write it as a check in DBML, as in `[check: `price >= 0`]`, or as a description.",
            level=Level.OPEN,
        )
    return found or one
