"""Whether a row satisfies a CHECK: as much of SQL as constraints are written in, null included."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

Row: TypeAlias = Mapping[str, Any]
_Value: TypeAlias = Callable[[Row], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>"[^"]*")|(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_]\w*)|(?P<sign>::|<>|!=|<=|>=|\|\||!~\*|!~|~\*|[-+*/%=<>(),~]))""",
    re.VERBOSE,
)


class NotUnderstood(Exception):
    """An expression goes beyond what is read here."""


def violates(sql: str, row: Row) -> bool | None:
    """Whether the row breaks the condition; None where that cannot be told."""
    try:
        return _condition(sql)(row) is False
    except (NotUnderstood, ArithmeticError, TypeError, re.error):
        return None


@cache
def _condition(sql: str) -> _Value:
    reading = _Reading(sql)
    found = reading.either()
    if reading.kind != "end":
        raise NotUnderstood(sql)
    return found


class _Reading:
    """One pass over the tokens, each method a level of precedence."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._at = 0
        self.kind, self.word = "", ""
        self._next()

    def _next(self) -> str:
        before = self.word
        match = _TOKEN.match(self._sql, self._at)
        if match is None:
            if self._sql[self._at :].strip():
                raise NotUnderstood(self._sql)
            self.kind, self.word = "end", ""
            return before
        self._at = match.end()
        self.kind = match.lastgroup or "sign"
        text = match[self.kind]
        self.word = text.lower() if self.kind == "word" else text
        return before

    def _takes(self, *words: str) -> bool:
        if self.kind in ("word", "sign") and self.word in words:
            self._next()
            return True
        return False

    def _needs(self, word: str) -> None:
        if not self._takes(word):
            raise NotUnderstood(self._sql)

    # -- conditions

    def either(self) -> _Value:
        found = self._both()
        while self._takes("or"):
            found = _or(found, self._both())
        return found

    def _both(self) -> _Value:
        found = self._negated()
        while self._takes("and"):
            found = _and(found, self._negated())
        return found

    def _negated(self) -> _Value:
        return _not(self._negated()) if self._takes("not") else self._compared()

    def _compared(self) -> _Value:
        left = self._sum()
        while True:
            operator = self.word if self.kind in ("word", "sign") else ""
            if operator in _COMPARISONS:
                self._next()
                left = _lifted(_COMPARISONS[operator], left, self._sum())
            elif self._takes("is"):
                left = self._is(left)
            elif operator in ("not", "in", "between", "like", "ilike"):
                negative = self._takes("not")
                found = self._set(left)
                left = _not(found) if negative else found
            else:
                return left

    def _is(self, left: _Value) -> _Value:
        wanted = not self._takes("not")
        if self._takes("distinct"):
            self._needs("from")
            right = self._sum()
            return lambda row: (left(row) != right(row)) is wanted
        if self._takes("null", "unknown"):
            return lambda row: (left(row) is None) is wanted
        truth = self._next() if self.word in ("true", "false") else None
        if truth is None:
            raise NotUnderstood(self._sql)
        return lambda row: (left(row) is (truth == "true")) is wanted

    def _set(self, left: _Value) -> _Value:
        if self._takes("between"):
            low = self._sum()
            self._needs("and")
            high = self._sum()
            above = _lifted(_COMPARISONS[">="], left, low)
            return _and(above, _lifted(_COMPARISONS["<="], left, high))
        if self.word in ("like", "ilike"):
            flags = re.DOTALL | (re.IGNORECASE if self._next() == "ilike" else 0)
            return _lifted(lambda text, form: _is_like(text, form, flags), left, self._sum())
        self._needs("in")
        self._needs("(")
        found = _lifted(_COMPARISONS["="], left, self._sum())
        while self._takes(","):
            found = _or(found, _lifted(_COMPARISONS["="], left, self._sum()))
        self._needs(")")
        return found

    # -- values

    def _sum(self) -> _Value:
        left = self._product()
        while self.kind == "sign" and self.word in ("+", "-", "||"):
            left = _lifted(_ARITHMETIC[self._next()], left, self._product())
        return left

    def _product(self) -> _Value:
        left = self._cast()
        while self.kind == "sign" and self.word in ("*", "/", "%"):
            left = _lifted(_ARITHMETIC[self._next()], left, self._cast())
        return left

    def _cast(self) -> _Value:
        found = self._atom()
        while self._takes("::"):
            self._next()
        return found

    def _atom(self) -> _Value:
        if self._takes("("):
            found = self.either()
            self._needs(")")
            return found
        if self._takes("-"):
            inner = self._cast()
            return lambda row: None if inner(row) is None else -inner(row)
        kind, word = self.kind, self._next()
        match kind, word:
            case "text", _:
                return _constant(word[1:-1].replace("''", "'"))
            case "number", _:
                return _constant(Decimal(word) if "." in word else int(word))
            case "word", "null":
                return _constant(None)
            case "word", "true" | "false":
                return _constant(word == "true")
            case "word", _ if self._takes("("):
                return self._call(word)
            case "word" | "quoted", _:
                return _column(word.strip('"'))
        raise NotUnderstood(self._sql)

    def _call(self, function: str) -> _Value:
        arguments: list[_Value] = []
        while not self._takes(")"):
            arguments.append(self.either())
            self._takes(",")
            if self.kind == "end":
                raise NotUnderstood(self._sql)
        if function == "coalesce":
            return lambda row: next((v for one in arguments if (v := one(row)) is not None), None)
        if function in ("num_nonnulls", "num_nulls"):
            wanted = function == "num_nulls"
            return lambda row: sum((one(row) is None) is wanted for one in arguments)
        if function not in _FUNCTIONS:
            raise NotUnderstood(self._sql)
        return _lifted(_FUNCTIONS[function], *arguments)


def _constant(value: object) -> _Value:
    return lambda _row: value


def _column(name: str) -> _Value:
    def read(row: Row) -> object:
        if name not in row:
            raise NotUnderstood(name)
        return row[name]

    return read


def _lifted(function: Callable[..., Any], *arguments: _Value) -> _Value:
    """Null if an argument is."""

    def apply(row: Row) -> object:
        values = [argument(row) for argument in arguments]
        return None if any(value is None for value in values) else function(*values)

    return apply


def _not(one: _Value) -> _Value:
    return _lifted(lambda value: not value, one)


def _and(one: _Value, other: _Value) -> _Value:
    def both(row: Row) -> bool | None:
        values = (one(row), other(row))
        return False if False in values else None if None in values else True

    return both


def _or(one: _Value, other: _Value) -> _Value:
    return _not(_and(_not(one), _not(other)))


def _is_like(text: str, form: str, flags: int) -> bool:
    parts = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in form)
    return re.fullmatch("".join(parts), text, flags) is not None


def _same(left: object, right: object) -> bool:
    """A literal in SQL is text: it is compared as what stands beside it."""
    if isinstance(left, UUID | datetime | date) and isinstance(right, str):
        return str(left) == right
    return left == right


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": _same,
    "<>": lambda left, right: not _same(left, right),
    "!=": lambda left, right: not _same(left, right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "~": lambda text, form: re.search(form, text) is not None,
    "~*": lambda text, form: re.search(form, text, re.IGNORECASE) is not None,
    "!~": lambda text, form: re.search(form, text) is None,
    "!~*": lambda text, form: re.search(form, text, re.IGNORECASE) is None,
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left // right if isinstance(left, int) else left / right,
    "%": lambda left, right: left % right,
    "||": lambda left, right: str(left) + str(right),
}
_JSON_TYPES = {"dict": "object", "list": "array", "str": "string", "bool": "boolean"}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "length": len,
    "char_length": len,
    "character_length": len,
    "octet_length": lambda text: len(text.encode() if isinstance(text, str) else text),
    "lower": str.lower,
    "upper": str.upper,
    "btrim": lambda text: text.strip(" "),
    "trim": lambda text: text.strip(" "),
    "ltrim": lambda text: text.lstrip(" "),
    "rtrim": lambda text: text.rstrip(" "),
    "abs": abs,
    "mod": lambda left, right: left % right,
    "greatest": max,
    "least": min,
    "starts_with": str.startswith,
    "jsonb_typeof": lambda value: _JSON_TYPES.get(type(value).__name__, "number"),
    "jsonb_array_length": len,
}
