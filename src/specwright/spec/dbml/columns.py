"""A line of a table: the name of a column, its type and its settings."""

from specwright.diagnostic import Code
from specwright.spec.dbml.cursor import Cursor, quoted
from specwright.spec.dbml.judging import several_settings
from specwright.spec.dbml.known import FLAGS, Owner
from specwright.spec.dbml.layout import skip_item
from specwright.spec.dbml.names import dotted, without_schema
from specwright.spec.dbml.settings import Settings, read_settings
from specwright.spec.dbml.statements import ColumnLine, Setting
from specwright.spec.dbml.tokens import Kind
from specwright.spec.syntax import Column, Default, Word

_SQL = {
    "default": "default: `now()`",
    "check": "check: `price_cents >= 0`",
    "references": "ref: > users.id",
    "foreign": "ref: > users.id",
    "primary": "pk",
    "not": "not null",
    "generated": "increment",
    "auto_increment": "increment",
    "autoincrement": "increment",
}


def read_column(cursor: Cursor) -> ColumnLine:
    name = cursor.word(cursor.take())
    _skip_colon(cursor, name)
    kind = _type(cursor, name)
    kind, outside = _words_after(cursor, name, kind)
    settings = read_settings(cursor, Owner.COLUMN, outside)
    _end(cursor, name, kind)
    return ColumnLine(_column(name, kind, settings), settings.pointers())


def _column(name: Word, kind: Word, settings: Settings) -> Column:
    return Column(
        name=name,
        type=kind,
        primary_key=settings.has("pk", "primary key"),
        not_null=settings.has("not null"),
        unique=settings.has("unique"),
        increment=settings.has("increment"),
        default=_default(settings.setting("default")),
        checks=settings.expressions(),
        note=settings.note(),
        custom=settings.custom(),
    )


def _default(setting: Setting | None) -> Default | None:
    if setting is None or setting.value is None:
        return None
    value = setting.value
    if setting.kind is Kind.WORD:  # true, false, null
        constant = value.value.casefold()
        return (
            None
            if constant == "null"
            else Default(constant, is_expression=False, place=value.place)
        )
    return Default(value.value, setting.kind is Kind.EXPRESSION, value.place)


# -- The type -----------------------------------------------------------------------------------


def _type(cursor: Cursor, column: Word) -> Word:
    if not cursor.at_name():
        raise cursor.refuse(
            f"The column {quoted(column.value)} has no type, but {cursor.shown()} after its name.",
            f"Write `{column.value} text`, or whatever its type is.",
        )
    name = without_schema(cursor, dotted(cursor))
    return Word(name.value + _arguments(cursor) + _array(cursor), name.place)


def _arguments(cursor: Cursor) -> str:
    if not cursor.at("("):
        return ""
    opening = cursor.take()
    if not cursor.skip_to(")"):
        raise cursor.refuse(
            "The arguments of this type are never closed.", "Close them with `)`.", at=opening
        )
    return "".join(cursor.written(opening, cursor.take()).split())


def _array(cursor: Cursor) -> str:
    sizes = ""
    while cursor.at("[") and cursor.touches_previous() and _is_size(cursor):
        opening = cursor.take()
        cursor.skip_to("]")
        sizes += cursor.written(opening, cursor.take())
    return sizes


def _is_size(cursor: Cursor) -> bool:
    inside = cursor.ahead(1)
    return inside.is_symbol("]") or (inside.kind is Kind.NUMBER and cursor.ahead(2).is_symbol("]"))


# -- Slips --------------------------------------------------------------------------------------


def _skip_colon(cursor: Cursor, column: Word) -> None:
    colon = cursor.accept(":")
    if colon:
        cursor.say(
            cursor.place(colon),
            Code.DBML_SYNTAX,
            "Between a column and its type stands a space, not a colon.",
            f"Write `{column.value} {cursor.here.value}`." if cursor.at_name() else None,
        )


def _words_after(cursor: Cursor, column: Word, kind: Word) -> tuple[Word, tuple[Setting, ...]]:
    """The type to its end, and settings as SQL writes them; both are reported."""
    start = cursor.here
    words: list[str] = []
    while cursor.here.kind is Kind.WORD:
        words.append(cursor.take().value)
    if not words:
        return kind, ()
    place, written = cursor.place(start), " ".join(words)
    flags = several_settings(written.casefold(), FLAGS)
    if flags or words[0].casefold() in _SQL:
        flag = ", ".join(flags) or _SQL[words[0].casefold()]
        cursor.say(
            place,
            Code.DBML_SYNTAX,
            f"{quoted(written)} stands outside of square brackets.",
            f"Write {_code(f'{column.value} {kind.value} [{flag}]')}.",
        )
        cursor.skip_to("[", "}", *([] if flags else [","]))
        return kind, tuple(Setting(Word(flag, place)) for flag in flags)
    whole = f"{kind.value} {written}"
    cursor.say(
        place,
        Code.DBML_SYNTAX,
        f"After the type {quoted(kind.value)} comes {quoted(written)}.",
        f'Write `{column.value} "{whole}"` if this is one type; settings are in square brackets.',
    )
    return Word(whole, kind.place), ()


def _end(cursor: Cursor, column: Word, kind: Word) -> None:
    if cursor.at_line_end or cursor.at("}"):
        return
    comma = cursor.accept(",")
    if comma and (cursor.at_line_end or cursor.at("}")):
        cursor.say(
            cursor.place(comma),
            Code.DBML_SYNTAX,
            "A column ends with its line, without a comma.",
            "Leave the comma out.",
        )
        return
    cursor.say(
        cursor.place(comma or cursor.here),
        Code.DBML_SYNTAX,
        f"The column {quoted(column.value)} goes on with {cursor.shown(comma)} after its end.",
        f"Write {_code(f'{column.value} {kind.value} [not null]')} with all settings in brackets.",
    )
    skip_item(cursor)


def _code(line: str) -> str:
    return line if "`" in line else f"`{line}`"
