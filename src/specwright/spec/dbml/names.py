"""Names with dots in them: `public.users`, `users.id`, `periods.(merchant_id, country)`."""

from specwright.diagnostic import Code
from specwright.spec.dbml.cursor import Cursor
from specwright.spec.dbml.statements import Pointer, Side
from specwright.spec.dbml.tokens import Kind, Token
from specwright.spec.syntax import Word

SIGNS = ("<", ">", "-", "<>")


def read_name(cursor: Cursor, what: str, example: str) -> Word:
    """The name of a table or an enum, without its schema."""
    if cursor.here.kind is Kind.STRING:
        hint = f"Write `{cursor.here.value}` without quotes, or in double ones."
        cursor.say(
            cursor.place(cursor.here), Code.DBML_SYNTAX, "A name is not in single quotes.", hint
        )
        return cursor.word(cursor.take())
    if not cursor.at_name():
        raise cursor.refuse(f"{what} needs a name, not {cursor.shown()}.", f"Write `{example}`.")
    return without_schema(cursor, dotted(cursor))


def read_pointer(cursor: Cursor) -> Pointer:
    return Pointer(cursor.word(cursor.take()), read_side(cursor))


def read_side(cursor: Cursor) -> Side:
    if not cursor.at_name():
        raise cursor.refuse(
            f"A reference leads from column to column, but here stands {cursor.shown()}.",
            "Write each side as `users.id`.",
        )
    start = cursor.here
    names = dotted(cursor)
    if cursor.at("("):
        return Side(without_schema(cursor, names), _composite(cursor))
    column = names.pop()
    if not names:
        raise cursor.refuse(
            f"`{column.value}` alone is no side of a reference: it needs a table and a column.",
            f"Write `{column.value}.id`, if that is the column.",
            at=start,
        )
    return Side(without_schema(cursor, names), (cursor.word(column),))


def without_schema(cursor: Cursor, names: list[Token]) -> Word:
    """The last of `names`: every table and type lives in the schema `public` for now."""
    *schema, name = names
    if schema and schema[-1].value != "public":
        cursor.later(
            cursor.place(schema[0]),
            f"Schemas other than `public` are not built yet: `{name.value}` goes to `public`.",
            f"Leave out `{schema[-1].value}.`, if that is what you want.",
        )
    return cursor.word(name)


def dotted(cursor: Cursor) -> list[Token]:
    """One name at least; a dot before a parenthesis is taken too."""
    names = [cursor.take()]
    while cursor.accept("."):
        if cursor.at("("):
            break
        if not cursor.at_name():
            raise cursor.refuse(f"After the dot a name is missing before {cursor.shown()}.")
        names.append(cursor.take())
    return names


def _composite(cursor: Cursor) -> tuple[Word, ...]:
    opening = cursor.take()
    columns = []
    while cursor.at_name():
        columns.append(cursor.word(cursor.take()))
        cursor.accept(",")
    if not cursor.accept(")") or not columns:
        raise cursor.refuse(
            "These parentheses hold something else than names of columns.",
            "Write `(merchant_id, country)`.",
            at=opening,
        )
    return tuple(columns)
