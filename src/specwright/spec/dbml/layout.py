"""Where the blocks of a DBML text begin and end, also when a brace is missing."""

from collections.abc import Callable

from specwright.spec.dbml.cursor import NAMES, Cursor, Unreadable
from specwright.spec.dbml.tokens import Kind

_BLOCKS = ("table", "tablepartial", "tablegroup", "enum", "project")


def read_body(cursor: Cursor, what: str, read_item: Callable[[], None]) -> bool:
    """Read item after item up to the closing brace; False where one could not be read."""
    opening = cursor.take()
    whole = True
    while True:
        cursor.skip_newlines()
        if cursor.accept("}"):
            return whole
        if cursor.at_end or starts_block(cursor):
            cursor.unclosed(opening, f"The block of {what}", "}")
            return False
        start = cursor.here
        try:
            read_item()
        except Unreadable:
            whole = False
            skip_item(cursor)
        if cursor.here is start:
            cursor.take()


def skip_item(cursor: Cursor) -> None:
    """Go to the end of the line, or of the block that opens on it."""
    while not cursor.at_line_end and not cursor.at("}"):
        if cursor.at("{"):
            skip_block(cursor)
        else:
            cursor.take()


def skip_block(cursor: Cursor) -> None:
    """Go behind the closing brace of the block at the cursor."""
    depth = 0
    while not cursor.at_end and not (depth and starts_block(cursor)):
        depth += cursor.at("{") - cursor.at("}")
        cursor.take()
        if depth == 0:
            return


def skip_to_block(cursor: Cursor) -> None:
    """Go to the next line that is clear to begin a statement, out of whatever this is."""
    while not cursor.at_end and not starts_block(cursor):
        cursor.take()


def starts_block(cursor: Cursor) -> bool:
    """Whether this line can only begin a block or a reference at the top of a file."""
    if cursor.previous.kind is not Kind.NEWLINE or cursor.here.kind is not Kind.WORD:
        return False
    if cursor.at_word("ref"):
        named = cursor.ahead(1).kind in NAMES
        return cursor.ahead(2 if named else 1).is_symbol(":", "{")
    named = cursor.ahead(1).kind in NAMES or cursor.ahead(1).is_symbol("{")
    return cursor.at_word(*_BLOCKS) and named and _opens(cursor)


def _opens(cursor: Cursor) -> bool:
    ahead = 1
    while cursor.ahead(ahead).kind not in (Kind.NEWLINE, Kind.END):
        if cursor.ahead(ahead).is_symbol("{"):
            return True
        ahead += 1
    return False
