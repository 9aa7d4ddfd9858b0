"""CHECK expressions and SQL defaults: kept verbatim, read just far enough to be trusted."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from specwright.diagnostic import Code, Report, did_you_mean
from specwright.model.naming import RESERVED_IN_SQL, word_set
from specwright.spec.text import Text

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Bound:
    """`column`, or its length, lies from `low` to `high`, both within; None is open."""

    column: str
    low: Number | None = None
    high: Number | None = None
    low_is_outside: bool = False  # `>` rather than `>=`, where numbers are no whole numbers
    high_is_outside: bool = False
    of_length: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two columns of one row compared: `reserved <= on_hand`."""

    left: str
    operator: Operator
    right: str


@dataclass(frozen=True, slots=True)
class OneOf:
    column: str
    values: tuple[str | Number, ...]


Shape = Bound | Comparison | OneOf


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an expression says, as far as its parts have a known shape; `whole` when all have."""

    columns: tuple[str, ...]  # in the order of writing
    shapes: tuple[Shape, ...]
    whole: bool


LONGEST_EXPRESSION = 4000
DEEPEST_NESTING = 20

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"[^"]*")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign>::|<>|!=|<=|>=|\|\||->>|->|-(?!-)|/(?!\*)|[+*%=<>(),~\[\]])
    )""",
    re.VERBOSE,
)
_WORDS = word_set(
    """and or not in is null between like ilike similar to true false case when then else end
    distinct from any all array unknown escape at time zone asc desc interval"""
)
_TYPES = word_set(
    "text int integer bigint numeric date boolean bool uuid jsonb timestamptz varchar"
)
_FUNCTIONS = word_set(
    """abs btrim ceil char_length character_length cardinality coalesce concat date_part date_trunc
    extract floor greatest initcap jsonb_array_length jsonb_typeof least left length lower ltrim mod
    nullif num_nonnulls num_nulls octet_length position power regexp_replace replace right round
    rtrim sign split_part starts_with strpos substr substring trim trunc upper"""
)
_FIELDS_OF_TIME = word_set("year month day hour minute second epoch dow isodow doy week")
_WORD_DEFAULTS = frozenset({"current_timestamp", "current_date"})
_NO_COLUMNS = RESERVED_IN_SQL - _FIELDS_OF_TIME - _WORD_DEFAULTS
_LENGTHS = frozenset({"length", "char_length", "character_length", "octet_length"})
_TURNED: dict[Operator, Operator] = {
    "=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # string, number, name, word, function, sign
    value: str
    offset: int


def read_check(expression: Text, columns: Sequence[str], report: Report) -> Conditions | None:
    """What a CHECK over `columns` says, or None once the report says why it cannot stand."""
    tokens = _tokens(expression, report)
    if tokens is None:
        return None
    unknown = [token for token in tokens if token.kind == "name" and token.value not in columns]
    for token in unknown:
        report.add(
            expression.place(token.offset),
            Code.UNKNOWN_COLUMN,
            f"`{token.value}` is no column of this table.",
            did_you_mean(token.value, columns),
        )
    if unknown:
        return None
    named = dict.fromkeys(token.value for token in tokens if token.kind == "name")
    shapes = [_shape(part) for part in _conjuncts(tokens)]
    known = tuple(shape for part in shapes for shape in part or ())
    return Conditions(tuple(named), known, whole=all(part is not None for part in shapes))


_SQL_DEFAULTS = frozenset({"gen_random_uuid", "uuidv7", "now", "random"})


def check_sql_default(expression: Text, report: Report) -> None:
    """Whether a default in backticks is one that PostgreSQL has without extensions."""
    for token in _tokens(expression, report, extra=_SQL_DEFAULTS) or ():
        if token.kind == "name" and token.value.lower() not in _WORD_DEFAULTS:
            report.add(
                expression.place(token.offset),
                Code.COLUMN_DEFAULT,
                f"A default cannot read `{token.value}`: no row exists yet.",
                "Use a constant, or a function such as `now()` or `gen_random_uuid()`.",
            )
            return


def _tokens(
    expression: Text, report: Report, extra: frozenset[str] = frozenset()
) -> list[_Token] | None:
    source = expression.value
    if len(source) > LONGEST_EXPRESSION or not source.strip():
        length = f"longer than {LONGEST_EXPRESSION} characters" if source.strip() else "empty"
        report.add(expression.place(0), Code.CHECK_EXPRESSION, f"This SQL expression is {length}.")
        return None
    found: list[_Token] = []
    position, end = 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None:
            _refuse(expression, source, position, report)
            return None
        found.append(_token(match, source))
        position = match.end()
    return _checked(expression, found, extra, report)


def _token(match: re.Match[str], source: str) -> _Token:
    kind = match.lastgroup or "sign"
    value, offset = match[kind], match.start(kind)
    if kind == "quoted":
        return _Token("name", value[1:-1], offset)
    if kind != "word":
        return _Token(kind, value, offset)
    if source[match.end() :].lstrip()[:1] == "(" and value.lower() not in _WORDS:
        return _Token("function", value.lower(), offset)
    if value.lower() in _WORDS:
        return _Token("word", value.lower(), offset)
    return _Token("name", value.lower(), offset)  # PostgreSQL folds what has no quotes


def _refuse(
    expression: Text, source: str, position: int, report: Report, word: str | None = None
) -> None:
    at = position + len(source[position:]) - len(source[position:].lstrip())
    said = source[at : at + len(word)] if word else source[at]
    report.add(
        expression.place(at),
        Code.CHECK_EXPRESSION,
        f"`{said}` cannot stand in an SQL expression of a column or table.",
        "Write one condition over the columns of the row, without queries, comments and `;`.",
    )


def _checked(
    expression: Text, tokens: list[_Token], extra: frozenset[str], report: Report
) -> list[_Token] | None:
    depth = 0
    kept: list[_Token] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        depth += {"(": 1, ")": -1}.get(token.value if token.kind == "sign" else "", 0)
        if not 0 <= depth <= DEEPEST_NESTING:
            break
        if token.kind == "name" and token.value in _NO_COLUMNS:
            _refuse(expression, expression.value, token.offset, report, token.value)
            return None
        if token.kind == "function" and token.value not in _FUNCTIONS | _TYPES | extra:
            _unknown_function(expression, token, extra, report)
            return None
        if _is_no_column(before, token):
            kept.append(_Token("word", token.value, token.offset))
            continue
        kept.append(token)
    if depth != 0:
        report.add(
            expression.place(0),
            Code.CHECK_EXPRESSION,
            "The parentheses do not pair up."
            if depth <= DEEPEST_NESTING
            else f"Parentheses stand more than {DEEPEST_NESTING} deep.",
        )
        return None
    return kept


def _is_no_column(before: _Token | None, token: _Token) -> bool:
    """A type after `::`, or the field that `extract(… from` takes."""
    if token.kind != "name" or before is None:
        return False
    is_cast = before.kind == "sign" and before.value == "::" and token.value in _TYPES
    return is_cast or (before.value == "(" and token.value in _FIELDS_OF_TIME)


def _unknown_function(
    expression: Text, token: _Token, extra: frozenset[str], report: Report
) -> None:
    instead = "Did you mean `gen_random_uuid`?" if token.value.startswith("uuid_") else None
    report.add(
        expression.place(token.offset),
        Code.CHECK_EXPRESSION,
        f"`{token.value}` is no function that may stand here.",
        instead or did_you_mean(token.value, _FUNCTIONS | extra),
    )


def _conjuncts(tokens: list[_Token]) -> list[list[_Token]]:
    """The parts between the outermost ANDs; the AND of a BETWEEN is none of them."""
    tokens = _bare(tokens)
    parts: list[list[_Token]] = [[]]
    depth, between = 0, 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.value if token.kind == "sign" else "", 0)
        is_word = token.kind == "word" and depth == 0
        between += is_word and token.value == "between"
        if is_word and token.value == "and":
            if between:
                between -= 1
            else:
                parts.append([])
                continue
        parts[-1].append(token)
    is_or = any(token.kind == "word" and token.value == "or" for token in _outer(tokens))
    if is_or or len(parts) == 1:
        return [tokens]
    return [inner for part in parts for inner in _conjuncts(part)]


def _outer(tokens: list[_Token]) -> Iterable[_Token]:
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.value if token.kind == "sign" else "", 0)
        if depth == 0:
            yield token


def _bare(tokens: list[_Token]) -> list[_Token]:
    """The tokens without parentheses around all of them."""
    while len(tokens) > 1 and tokens[0].value == "(" and tokens[-1].value == ")":
        depth = 0
        for position, token in enumerate(tokens):
            depth += {"(": 1, ")": -1}.get(token.value if token.kind == "sign" else "", 0)
            if depth == 0 and position < len(tokens) - 1:
                return tokens
        tokens = tokens[1:-1]
    return tokens


def _shape(tokens: list[_Token]) -> tuple[Shape, ...] | None:
    """The shapes of one condition, or None where it is beyond them."""
    words = _with_signed_numbers(_bare(tokens))
    of_length = False
    match words:
        case [function, _Token(value="("), _Token(kind="name") as name, _Token(value=")"), *rest]:
            of_length = function.value in _LENGTHS
            words = [name, *rest] if of_length else words
    match [(token.kind, token.value) for token in words]:
        case [("name", column), ("word", "between"), ("number", low), (_, "and"), ("number", high)]:
            return (Bound(column, _number(low), _number(high), of_length=of_length),)
        case [("name", column), ("sign", operator), ("number", number)]:
            return _bound(column, _operator(operator), _number(number), of_length=of_length)
        case [("number", number), ("sign", operator), ("name", column)]:
            turned = _TURNED.get(_operator(operator) or "=")
            return _bound(column, turned, _number(number), of_length=False)
        case [("name", left), ("sign", sign), ("name", right)] if not of_length:
            between = _operator(sign)
            return (Comparison(left, between, right),) if between else None
        case [("name", column), ("word", "in"), (_, "("), *values, (_, ")")] if not of_length:
            return _one_of(column, values)
        case _:
            return None


def _with_signed_numbers(tokens: list[_Token]) -> list[_Token]:
    """`-` before a number, where no operand stands before it, is the number's sign."""
    joined: list[_Token] = []
    for token in tokens:
        is_signed = token.kind == "number" and joined and joined[-1].value == "-"
        if is_signed and (len(joined) == 1 or joined[-2].kind in ("sign", "word")):
            joined[-1] = _Token("number", f"-{token.value}", joined[-1].offset)
        else:
            joined.append(token)
    return joined


def _operator(sign: str) -> Operator | None:
    if sign == "!=":
        return "<>"
    return next((known for known in _TURNED if known == sign), None)


def _number(written: str) -> Number:
    return Decimal(written) if "." in written else int(written)


def _bound(
    column: str, operator: Operator | None, number: Number, *, of_length: bool
) -> tuple[Shape, ...] | None:
    match operator:
        case ">=":
            return (Bound(column, low=number, of_length=of_length),)
        case "<=":
            return (Bound(column, high=number, of_length=of_length),)
        case ">":
            return (Bound(column, low=number, low_is_outside=True, of_length=of_length),)
        case "<":
            return (Bound(column, high=number, high_is_outside=True, of_length=of_length),)
        case "=":
            return (Bound(column, number, number, of_length=of_length),)
        case _:
            return None


def _one_of(column: str, values: Sequence[tuple[str, str]]) -> tuple[Shape, ...] | None:
    literals = [value for value in values if value != ("sign", ",")]
    if not all(kind in ("string", "number") for kind, _ in literals):
        return None
    return (
        OneOf(
            column,
            tuple(
                value[1:-1].replace("''", "'") if kind == "string" else _number(value)
                for kind, value in literals
            ),
        ),
    )
