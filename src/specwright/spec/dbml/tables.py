"""A `Table` or a `TablePartial`, from its name to its closing brace."""

from specwright.diagnostic import Code, did_you_mean
from specwright.spec.dbml.columns import read_column
from specwright.spec.dbml.cursor import Cursor, Unreadable, quoted
from specwright.spec.dbml.known import Owner
from specwright.spec.dbml.layout import read_body, skip_block, skip_item, skip_to_block
from specwright.spec.dbml.names import read_name
from specwright.spec.dbml.settings import Settings, read_settings
from specwright.spec.dbml.statements import ColumnLine, TableBlock
from specwright.spec.dbml.tokens import Kind, Token
from specwright.spec.syntax import Check, Index, Word

_SECTIONS = ("indexes", "checks", "note", "records", "metadata")


def read_table(cursor: Cursor, keyword: str) -> TableBlock:
    """The block whose keyword, `Table` or `TablePartial`, has just been taken."""
    name = read_name(cursor, f"A `{keyword}`", f"{keyword} orders {{")
    alias = _alias(cursor)
    settings = read_settings(cursor, Owner.TABLE)
    what = f"{keyword} {quoted(name.value)}"
    if not find_brace(cursor, what):
        return TableBlock(name, alias, custom=settings.custom(), complete=False)
    return _Table(cursor, name, keyword).read(alias, settings)


def find_brace(cursor: Cursor, what: str) -> bool:
    """Go to the brace that opens the block of `what`, here or at the start of the next line."""
    if _at_brace(cursor):
        return True
    cursor.say(
        cursor.place(cursor.here),
        Code.DBML_SYNTAX,
        f"After {what} comes `{{`, but here stands {cursor.shown()}.",
        "Settings stand in `[ ]` before the brace; a name with other characters than letters, "
        "digits and `_` is in double quotes.",
    )
    if cursor.skip_to("{") or _at_brace(cursor):
        return True
    skip_to_block(cursor)
    return False


def _at_brace(cursor: Cursor) -> bool:
    ahead = 0
    while cursor.ahead(ahead).kind is Kind.NEWLINE:
        ahead += 1
    if cursor.ahead(ahead).is_symbol("{"):
        cursor.skip_newlines()
        return True
    return False


def _alias(cursor: Cursor) -> Word | None:
    if not cursor.accept_word("as"):
        return None
    return read_name(cursor, "An alias", "Table order_lines as L {")


class _Table:
    """What has been read of a table so far."""

    def __init__(self, cursor: Cursor, name: Word, keyword: str) -> None:
        self._cursor = cursor
        self._name = name
        self._keyword = keyword
        self._lines: list[ColumnLine | Word] = []
        self._indexes: list[Index] = []
        self._checks: list[Check] = []
        self._note: str | None = None

    def read(self, alias: Word | None, settings: Settings) -> TableBlock:
        what = f"{self._keyword} {quoted(self._name.value)}"
        whole = read_body(self._cursor, what, self._item)
        return TableBlock(
            name=self._name,
            alias=alias,
            lines=tuple(self._lines),
            indexes=tuple(self._indexes),
            checks=tuple(self._checks),
            note=self._note or settings.note(),
            custom=settings.custom(),
            complete=whole,
        )

    def _item(self) -> None:
        if self._cursor.accept("~"):
            self._partial()
        elif self._cursor.at_name() and self._cursor.ahead(1).is_symbol("{"):
            self._section()
        elif self._cursor.at_word("note") and self._cursor.ahead(1).is_symbol(":"):
            self._cursor.take()
            self._note = read_note(self._cursor)
        elif self._cursor.at_name():
            self._lines.append(read_column(self._cursor))
        else:
            raise self._cursor.refuse(
                f"A line of a table begins with the name of a column, not with "
                f"{self._cursor.shown()}.",
                "Write `email text [not null]`.",
            )

    def _partial(self) -> None:
        name = read_name(self._cursor, "After `~` a partial", "~base")
        if self._keyword == "Table":
            self._lines.append(name)
            return
        self._cursor.say(
            name.place,
            Code.DBML_SYNTAX,
            f"A partial cannot contain another one, such as {quoted(name.value)}.",
            "Name both partials in the table.",
        )

    def _section(self) -> None:
        """A block inside of the table; one with a misspelt name is read as what it means."""
        keyword = self._cursor.take()
        section = _section_named(keyword.value)
        if section != keyword.value.casefold():
            self._cursor.say(
                self._cursor.place(keyword),
                Code.DBML_SYNTAX,
                f"{quoted(keyword.value)} is no block of a table.",
                f"Did you mean `{section}`?" if section else "Its blocks are `indexes`, `checks`.",
            )
        match section:
            case "indexes":
                read_body(self._cursor, "`indexes`", self._index)
            case "checks":
                read_body(self._cursor, "`checks`", self._check)
            case "note":
                self._note = read_note(self._cursor)
            case "records":
                skip_records(self._cursor, keyword)
            case _:
                skip_block(self._cursor)

    def _index(self) -> None:
        self._indexes.extend(read_index(self._cursor))

    def _check(self) -> None:
        self._checks.append(_read_check(self._cursor))
        _end_line(self._cursor, "A check")


def _section_named(word: str) -> str | None:
    synonyms = {"constraints": "checks", "indices": "indexes"}
    folded = word.casefold()
    near = did_you_mean(folded, _SECTIONS)
    known = folded if folded in _SECTIONS else synonyms.get(folded)
    return known or next((s for s in _SECTIONS if near == f"Did you mean `{s}`?"), None)


def skip_records(cursor: Cursor, keyword: Token) -> None:
    cursor.later(
        cursor.place(keyword),
        "Sample data is read over: no rows are built from `records`.",
        "Rows for a test are stated in a `Given` of `spec.md`.",
    )
    cursor.skip_to("{")
    skip_block(cursor)


def read_note(cursor: Cursor) -> str | None:
    """The text after `Note:`, or in the block after `Note`."""
    block = cursor.at("{")
    cursor.take()
    cursor.skip_newlines()
    if cursor.here.kind is not Kind.STRING:
        cursor.say(
            cursor.place(cursor.here),
            Code.DBML_SYNTAX,
            f"A note is a text in single quotes, not {cursor.shown()}.",
            "Write `Note: 'Money is in cents'`.",
        )
        skip_item(cursor)
        if block:
            cursor.accept("}")
        return None
    note = cursor.take().value
    if block:
        _close_note(cursor)
    return note


def _close_note(cursor: Cursor) -> None:
    cursor.skip_newlines()
    if not cursor.accept("}"):
        raise cursor.refuse(f"After the note comes `}}`, not {cursor.shown()}.")


# -- Indexes and checks -------------------------------------------------------------------------


def read_index(cursor: Cursor) -> tuple[Index, ...]:
    """One index, or none where it is over an expression."""
    start = cursor.here
    columns = _index_columns(cursor)
    settings = read_settings(cursor, Owner.INDEX)
    _end_line(cursor, "An index")
    if any(column.kind is Kind.EXPRESSION for column in columns):
        cursor.later(
            cursor.place(start),
            "An index over an expression is not built yet: this one is left out.",
        )
        return ()
    return (
        Index(
            columns=tuple(cursor.word(column) for column in columns),
            primary_key=settings.has("pk", "primary key"),
            unique=settings.has("unique"),
            name=settings.value("name"),
            type=settings.value("type"),
            place=cursor.place(start),
        ),
    )


def _index_columns(cursor: Cursor) -> list[Token]:
    if not cursor.at("("):
        return [_index_column(cursor)]
    cursor.take()
    columns = [_index_column(cursor)]
    while cursor.accept(","):
        columns.append(_index_column(cursor))
    if not cursor.accept(")"):
        raise cursor.refuse(
            f"The columns of this index go on with {cursor.shown()}.",
            "Write `(order_id, product_id)`.",
        )
    return columns


def _index_column(cursor: Cursor) -> Token:
    if cursor.at_name() or cursor.here.kind is Kind.EXPRESSION:
        return cursor.take()
    raise cursor.refuse(
        f"An index names columns of its table, but here stands {cursor.shown()}.",
        "Write `(order_id, product_id) [unique]`.",
    )


def _read_check(cursor: Cursor) -> Check:
    if cursor.here.kind is not Kind.EXPRESSION:
        raise _no_expression(cursor)
    expression = cursor.inside(cursor.take())
    return Check(expression, read_settings(cursor, Owner.CHECK).value("name"))


def _no_expression(cursor: Cursor) -> Unreadable:
    start = cursor.take()
    cursor.skip_to("[", "}")
    written = start.value if start.kind is Kind.STRING else cursor.written(start, cursor.previous)
    message = f"A check is an SQL expression in backticks, not {cursor.shown(start)}."
    return cursor.refuse(message, f"Write {quoted(written)} in backticks.", at=start)


def _end_line(cursor: Cursor, what: str) -> None:
    if cursor.at_line_end or cursor.at("}"):
        return
    cursor.say(
        cursor.place(cursor.here),
        Code.DBML_SYNTAX,
        f"{what} ends with its line, but here stands {cursor.shown()}.",
        "Give each a line of its own; several columns of one index stand in parentheses.",
    )
    skip_item(cursor)
