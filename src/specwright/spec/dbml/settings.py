"""The settings in square brackets behind a table, column, index, check, reference or value."""

from collections.abc import Iterable

from specwright.diagnostic import Code
from specwright.spec.dbml.cursor import Cursor, Unreadable, quoted
from specwright.spec.dbml.judging import consistent, fits
from specwright.spec.dbml.known import CUSTOM, Owner, example
from specwright.spec.dbml.names import SIGNS, read_pointer
from specwright.spec.dbml.statements import Pointer, Setting
from specwright.spec.dbml.tokens import Kind, Token
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_STOPS = (",", "]", "{", "}")


class Settings:
    """The settings of one thing: every one of them known, and with the value that it takes."""

    def __init__(self, found: Iterable[Setting] = ()) -> None:
        self._found = tuple(found)

    def has(self, *keys: str) -> bool:
        return any(setting.key.value in keys for setting in self._found)

    def value(self, key: str) -> Word | None:
        return next((s.value for s in self._found if s.key.value == key), None)

    def note(self) -> str | None:
        note = self.value("note")
        return note.value if note else None

    def setting(self, key: str) -> Setting | None:
        return next((s for s in self._found if s.key.value == key), None)

    def expressions(self) -> tuple[Text, ...]:
        return tuple(
            s.expression for s in self._found if s.key.value == "check" and s.expression is not None
        )

    def pointers(self) -> tuple[Pointer, ...]:
        return tuple(s.pointer for s in self._found if s.pointer is not None)

    def custom(self) -> dict[str, Word]:
        return {s.key.value: s.value for s in self._found if s.value and s.key.value in CUSTOM}


def read_settings(cursor: Cursor, owner: Owner, before: Iterable[Setting] = ()) -> Settings:
    """The settings at the cursor, as far as they can be read; none where no bracket opens."""
    opening = cursor.accept("[")
    found = (*before, *(_all(cursor, opening) if opening else ()))
    known = [setting for setting in found if fits(cursor, owner, setting)]
    return Settings(consistent(cursor, known))


# -- Reading ------------------------------------------------------------------------------------


def _all(cursor: Cursor, opening: Token) -> Iterable[Setting]:
    while not _closes(cursor, opening):
        try:
            yield _setting(cursor)
            _separate(cursor)
        except Unreadable:
            cursor.skip_to(",", "]")
            cursor.accept(",")


def _closes(cursor: Cursor, opening: Token) -> bool:
    """Whether the list ends here; a list without its end ends with its line."""
    ahead = 0
    while cursor.ahead(ahead).kind is Kind.NEWLINE:
        ahead += 1
    follower = cursor.ahead(ahead)
    after_comma = cursor.previous.is_symbol(",", "[")
    goes_on = ahead == 0 or after_comma or follower.is_symbol(",", "]")
    if goes_on and follower.kind is not Kind.END and not follower.is_symbol("{", "}"):
        cursor.skip_newlines()
        return cursor.accept("]") is not None
    cursor.unclosed(opening, "This list of settings", "]")
    return True


def _separate(cursor: Cursor) -> None:
    if cursor.accept(",") or cursor.at("]", "{", "}") or cursor.at_line_end:
        return
    if cursor.at("["):
        _nested(cursor)
        return
    cursor.say(
        cursor.place(cursor.here),
        Code.DBML_SYNTAX,
        f"Before {cursor.shown()} a comma is missing.",
        "Settings are separated by commas: `[not null, unique]`.",
    )


def _nested(cursor: Cursor) -> None:
    cursor.say(
        cursor.place(cursor.take()),
        Code.DBML_SYNTAX,
        "A setting has no settings of its own.",
        "What happens on delete is said at a `Ref` of its own: "
        "`Ref: orders.customer_id > users.id [delete: cascade]`.",
    )
    cursor.skip_to("]")
    cursor.accept("]")
    cursor.accept(",")


def _setting(cursor: Cursor) -> Setting:
    key = _key(cursor)
    if cursor.at("="):
        cursor.say(
            cursor.place(cursor.here),
            Code.DBML_SYNTAX,
            f"The value of `{key}` comes after a colon, not after `=`.",
            f"Write `{key}: …`.",
        )
    if not cursor.accept(":", "="):
        return Setting(key)
    if cursor.at(*_STOPS) or cursor.at_line_end:
        raise cursor.refuse(f"The value of {quoted(key.value)} is missing.", example(key.value))
    if cursor.at(*SIGNS) and key.value != "default":
        return Setting(key, pointer=read_pointer(cursor))
    return _valued(cursor, key)


def _key(cursor: Cursor) -> Word:
    start, words = cursor.here, []
    while cursor.here.kind in (Kind.WORD, Kind.NUMBER):
        words.append(cursor.take().value.casefold())
    if not words:
        raise cursor.refuse(f"A setting is expected here, not {cursor.shown()}.")
    return Word(" ".join(words), cursor.place(start))


def _valued(cursor: Cursor, key: Word) -> Setting:
    start = cursor.take()
    if start.kind is Kind.EXPRESSION:
        inside = cursor.inside(start)
        return Setting(key, start.kind, Word(inside.value, inside.place(0)), inside)
    if start.kind in (Kind.STRING, Kind.COLOR):
        return Setting(key, start.kind, cursor.word(start))
    while not cursor.at(*_STOPS) and not cursor.at_line_end:
        _take_whole(cursor)
    if cursor.previous is start:
        return Setting(key, start.kind, cursor.word(start))
    written = " ".join(cursor.written(start, cursor.previous).split())
    return Setting(key, Kind.WORD, Word(written, cursor.place(start)))


def _take_whole(cursor: Cursor) -> None:
    """Take a token, or all between a parenthesis and its end."""
    if cursor.take().is_symbol("("):
        cursor.skip_to(")")
        cursor.accept(")")
