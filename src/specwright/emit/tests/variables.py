"""What rows are called in emitted tests, where the name of a table means something else there."""

from keyword import iskeyword

from specwright.model.entities import Entity

_IN_TESTS = frozenset({
    "actor", "after", "again", "alike", "allowed", "answer", "answers", "body", "by", "call",
    "caller", "callers", "calls", "cast", "change", "column", "columns", "date", "datetime",
    "elsewhere", "expected", "field", "fields", "first", "for_many", "for_one", "forged",
    "found", "fourth", "given", "given_token", "headers", "item", "items", "key", "keys",
    "label", "linked", "louder", "made", "malformed", "many", "missing", "moment", "name",
    "names", "needed", "nowhere", "number", "one", "operation", "other", "others", "ours",
    "outcome", "outsider", "page", "pages", "parent", "path", "picked", "pointer", "position",
    "postgres", "pytest", "refused", "role", "row", "rows", "second", "size", "spared",
    "status", "string", "tags", "taken", "test", "tests", "their", "theirs", "third",
    "timedelta", "token", "trigger", "type", "unlinked", "user_id", "value", "values", "wanted",
    "wanted_one", "whole", "without", "world",
})  # fmt: skip
_IN_FACTORIES = frozenset({
    "date", "datetime", "home", "moment", "one_of_each", "row", "status", "timedelta", "uuid4",
    "values", "world",
})  # fmt: skip


def variable_of(entity: Entity) -> str:
    """The variable of one row."""
    return apart(entity.row)


def apart(name: str) -> str:
    """The name as a variable of a test, which has names of its own."""
    return _apart(name, _IN_TESTS)


def rows_of(entity: Entity) -> str:
    """The variable of several rows."""
    return _apart(entity.table, _IN_TESTS | {entity.row})


def factory_of(entity: Entity) -> str:
    """The function of `tests/given.py` that makes a row."""
    return _apart(entity.row, _IN_FACTORIES)


def _apart(name: str, taken: frozenset[str]) -> str:
    return f"{name}_row" if name in taken or iskeyword(name) else name
