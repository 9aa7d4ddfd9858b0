"""The statements at the top of a DBML text, one after the other."""

from specwright.diagnostic import Code, Place, did_you_mean
from specwright.spec.dbml.cursor import Cursor, Unreadable, quoted
from specwright.spec.dbml.known import Owner
from specwright.spec.dbml.layout import read_body, skip_item, skip_to_block
from specwright.spec.dbml.names import SIGNS, read_name, read_side
from specwright.spec.dbml.settings import read_settings
from specwright.spec.dbml.statements import Arrow, Statements, TableBlock
from specwright.spec.dbml.tables import find_brace, read_table, skip_records
from specwright.spec.dbml.tokens import Kind, Token
from specwright.spec.syntax import Enum, Word

_KEYWORDS = ("table", "tablepartial", "enum", "ref", "records")
_EXPLAINING = ("project", "tablegroup", "note", "diagramview", "metadata", "dep")
_EXAMPLE = "Write `Table orders {`, `Enum order_status {` or `Ref: orders.user_id > users.id`."


def read_statements(cursor: Cursor) -> Statements:
    return _Reader(cursor).read()


class _Reader:
    """The statements read so far."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._tables: list[TableBlock] = []
        self._partials: list[TableBlock] = []
        self._enums: list[Enum] = []
        self._arrows: list[Arrow] = []
        self._lost: list[Place] = []

    def read(self) -> Statements:
        self._cursor.skip_newlines()
        while not self._cursor.at_end:
            self._statement()
            self._cursor.skip_newlines()
        if self._cursor.cut:
            self._lost.append(self._cursor.place(self._cursor.here))
        return Statements(
            tuple(self._tables),
            tuple(self._partials),
            tuple(self._enums),
            tuple(self._arrows),
            tuple(self._lost),
        )

    def _statement(self) -> None:
        start = self._cursor.take()
        try:
            self._read(start, self._keyword(start))
        except Unreadable:
            self._lost.append(self._cursor.place(start))
            skip_to_block(self._cursor)

    def _keyword(self, start: Token) -> str:
        """The keyword of a statement; for a misspelt one, the one that it means."""
        word = start.value.casefold() if start.kind is Kind.WORD else ""
        if word in (*_KEYWORDS, *_EXPLAINING):
            return word
        if start.is_symbol("}"):
            message, hint = "This `}` closes nothing.", "Leave it out."
            self._cursor.say(self._cursor.place(start), Code.DBML_SYNTAX, message, hint)
            return ""
        near = did_you_mean(word, ("Table", "TablePartial", "Enum", "Ref"))
        hint = f"In DBML: {_EXAMPLE}" if word in ("create", "alter", "model") else near or _EXAMPLE
        shown = self._cursor.shown(start)
        refusal = self._cursor.refuse(f"{shown} begins no statement of DBML.", hint, at=start)
        if not near or word in ("create", "alter", "model"):
            raise refusal
        return near.split("`")[1].casefold()

    def _read(self, start: Token, keyword: str) -> None:
        match keyword:
            case "table":
                self._tables.append(read_table(self._cursor, "Table"))
            case "tablepartial":
                self._partials.append(read_table(self._cursor, "TablePartial"))
            case "enum":
                self._enums.append(read_enum(self._cursor))
            case "ref":
                self._references()
            case "records":
                skip_records(self._cursor, start)
            case "":
                return
            case _:
                skip_item(self._cursor)
                self._skip_block_below()

    def _skip_block_below(self) -> None:
        """A block that only explains may open its brace on a line of its own."""
        self._cursor.skip_newlines()
        if self._cursor.at("{"):
            skip_item(self._cursor)

    def _references(self) -> None:
        """A broken reference is left out, but no table is lost with it."""
        try:
            name = self._reference_name()
            if self._cursor.accept(":"):
                self._arrows.append(read_arrow(self._cursor, name))
            else:
                read_body(
                    self._cursor,
                    "this `Ref`",
                    lambda: self._arrows.append(read_arrow(self._cursor, name)),
                )
        except Unreadable:
            skip_item(self._cursor)

    def _reference_name(self) -> Word | None:
        named = self._cursor.at_name() and not self._cursor.ahead(1).is_symbol(".")
        name = self._cursor.word(self._cursor.take()) if named else None
        if self._cursor.at(":", "{"):
            return name
        raise self._cursor.refuse(
            f"After `Ref` and its name comes a colon, not {self._cursor.shown()}.",
            "Write `Ref lines: order_lines.order_id > orders.id`.",
        )


# -- References ---------------------------------------------------------------------------------


def read_arrow(cursor: Cursor, name: Word | None) -> Arrow:
    left = read_side(cursor)
    sign = _sign(cursor)
    right = read_side(cursor)
    settings = read_settings(cursor, Owner.REFERENCE)
    if not cursor.at_line_end and not cursor.at("}"):
        raise cursor.refuse(
            f"A reference ends with its line, but here stands {cursor.shown()}.",
            "What happens on delete is a setting: `[delete: cascade]`.",
        )
    return Arrow(
        left,
        sign,
        right,
        name,
        _action(settings.value("delete")),
        _action(settings.value("update")),
    )


def _sign(cursor: Cursor) -> Word:
    start = cursor.here
    if start.kind is not Kind.SYMBOL or start.is_symbol("[", "]", "{", "}"):
        raise cursor.refuse(
            f"Between the sides of a reference stands `>`, `<` or `-`, not {cursor.shown()}.",
            "Write `order_lines.order_id > orders.id`.",
        )
    cursor.take()
    while cursor.here.kind is Kind.SYMBOL and cursor.touches_previous():
        cursor.take()
    written = cursor.written(start, cursor.previous)
    if written in SIGNS:
        return Word(written, cursor.place(start))
    raise cursor.refuse(
        f"{quoted(written)} is no direction of a reference.",
        "Write `order_lines.order_id > orders.id`: many lines belong to one order.",
        at=start,
    )


def _action(word: Word | None) -> Word | None:
    return Word(word.value.casefold(), word.place) if word else None


# -- Enums --------------------------------------------------------------------------------------


def read_enum(cursor: Cursor) -> Enum:
    name = read_name(cursor, "An `Enum`", "Enum order_status {")
    values: list[Word] = []
    what = f"Enum {quoted(name.value)}"
    whole = find_brace(cursor, what) and read_body(
        cursor, what, lambda: values.append(_value(cursor))
    )
    if whole and not values:
        message, hint = f"{what} has no values.", "Give each a line of its own."
        cursor.say(name.place, Code.DBML_EMPTY, message, hint)
    return Enum(name, tuple(values))


def _value(cursor: Cursor) -> Word:
    value = _value_name(cursor)
    read_settings(cursor, Owner.VALUE)
    if cursor.at_line_end or cursor.at("}"):
        return value
    cursor.say(
        cursor.place(cursor.here),
        Code.DBML_SYNTAX,
        f"Each value of an enum has a line of its own, but here stands {cursor.shown()}.",
        "Leave the comma out." if cursor.at(",") else None,
    )
    if cursor.accept(",") is None and not cursor.at_name():
        skip_item(cursor)
    return value


def _value_name(cursor: Cursor) -> Word:
    start = cursor.here
    if cursor.at("[", ",", "{", ":") or start.kind is Kind.EXPRESSION:
        message = f"A value of an enum is a name, not {cursor.shown()}."
        raise cursor.refuse(message, "Write `draft` on a line of its own.")
    cursor.take()
    while not cursor.at_line_end and cursor.touches_previous() and not cursor.at(*"[],{}:"):
        cursor.take()
    alone = cursor.previous is start
    if alone and start.kind in (Kind.WORD, Kind.QUOTED):
        return cursor.word(start)
    written = start.value if alone else cursor.written(start, cursor.previous)
    cursor.say(
        cursor.place(start),
        Code.DBML_SYNTAX,
        f"The value {quoted(written)} is not a plain name.",
        f'Write `"{written}"` in double quotes.',
    )
    return Word(written, cursor.place(start))
