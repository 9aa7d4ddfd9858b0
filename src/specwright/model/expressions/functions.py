"""The functions of an expression."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from specwright.diagnostic import Code, did_you_mean
from specwright.model.expressions.collections import aggregate, checked
from specwright.model.expressions.context import Context, it_is
from specwright.model.expressions.fitting import folded
from specwright.model.expressions.moments import (
    duration_hint,
    read_date,
    read_duration,
    read_timestamp,
)
from specwright.model.typed import (
    AggregateFunction,
    Apply,
    Constant,
    Function,
    IsTrue,
    Typed,
)
from specwright.model.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    TEXT,
    TIMESTAMP,
    Kind,
    OneOf,
    Scalar,
    Type,
    is_kind,
    with_null,
)
from specwright.spec.cel import Expression, tree
from specwright.spec.cel.parser import MACROS

_SYNONYMS = {
    "any": "exists", "some": "exists", "every": "all", "one": "exists_one", "select": "map",
    "length": "size", "len": "size", "count": "size", "total": "sum", "includes": "contains",
    "startswith": "startsWith", "starts_with": "startsWith", "endswith": "endsWith",
    "ends_with": "endsWith", "lower": "lowerAscii", "upper": "upperAscii", "strip": "trim",
    "toLowerCase": "lowerAscii", "toUpperCase": "upperAscii", "str": "string", "float": "double",
    "slug": "slugify", "bool": "", "maximum": "max",
    "minimum": "min", "where": "filter", "find": "filter",
}  # fmt: skip


_LATER_METHODS = frozenset({
    "matches", "replace", "split", "join", "substring", "indexOf", "lastIndexOf", "charAt",
    "format", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek",
    "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds",
})  # fmt: skip


_T = TypeVar("_T")


def call(context: Context, node: tree.Call) -> Typed | None:
    name = node.function.value
    method = _METHODS.get(name) if node.target is not None else None
    function = _FUNCTIONS.get(name) if node.target is None else None
    if method is not None:
        return method(context, node) if _has_arguments(context, node, _arity(name)) else None
    if function is not None:
        return function(context, node) if _has_arguments(context, node, 1) else None
    _unknown_function(context, node)
    return None


def _has_arguments(context: Context, node: tree.Call, wanted: int) -> bool:
    if len(node.arguments) == wanted:
        return True
    takes = {0: "takes nothing in its brackets", 1: "takes one value"}[wanted]
    context.wrong(node.function.place, f"`{node.function}` {takes}, not {len(node.arguments)}.")
    return False


def _unknown_function(context: Context, node: tree.Call) -> None:
    name = node.function.value
    if name in _LATER_METHODS and node.target is not None:
        context.later(node.function.place, f"`{name}` is not built by this version.")
        return
    known_names = (*_METHODS, *MACROS) if node.target is not None else tuple(_FUNCTIONS)
    hint = did_you_mean(name, known_names)
    instead = _SYNONYMS.get(name)
    if instead:
        hint = f"Did you mean `{instead}`?"
    elif name in _FUNCTIONS or name in _METHODS:
        form = f"{name}(x)" if name in _FUNCTIONS else f"x.{name}({_argument(name)})"
        hint = f"It is written `{form}`."
    message = f"There is no function `{name}`."
    context.wrong(node.function.place, message, hint, Code.UNKNOWN_FUNCTION)


def _size(context: Context, node: tree.Call) -> Typed | None:
    of = node.arguments[0] if node.target is None else node.target
    operand = checked(context, of, node.function)
    if operand is not None and is_kind(operand.type, Kind.TEXT):
        return _applied(node, Function.SIZE, (operand,), INT)
    return None if operand is None else aggregate(context, node, "size", operand)


def _aggregate(context: Context, node: tree.Call, function: AggregateFunction) -> Typed | None:
    operand = None if node.target is None else checked(context, node.target, node.function)
    return None if operand is None else aggregate(context, node, function, operand)


def _text_method(
    context: Context, node: tree.Call, function: Function, result: Type
) -> Typed | None:
    parts = () if node.target is None else (node.target, *node.arguments)
    arguments = [_text(context, node, part) for part in parts]
    found = [one for one in arguments if one is not None]
    if len(found) < len(arguments):
        return None
    if len(found) > 1:
        found = list(folded(found[0], found[1]))
    return _applied(node, function, tuple(found), result)


def _text(context: Context, node: tree.Call, part: Expression) -> Typed | None:
    typed = context.check(part)
    if typed is None or is_kind(typed.type, Kind.TEXT):
        return typed
    context.wrong(part.place, f"{it_is(typed)}: `{node.function}` is for text.")
    return None


def _applied(
    node: Expression,
    function: Function,
    arguments: tuple[Typed, ...],
    result: Type,
) -> Typed:
    nullable = any(one.type.nullable for one in arguments)
    found = Apply(
        type=with_null(result, nullable=nullable), source=node, function=function,
        arguments=arguments,
    )  # fmt: skip
    if is_kind(result, Kind.BOOL) and nullable:
        return IsTrue(type=BOOL, source=node, operand=found)
    return found


def _read_literal(context: Context, node: tree.Call, read: Callable[[str], _T | None], result: Type,
    hint: Callable[[str], str],
) -> Typed | None:  # fmt: skip
    argument = node.arguments[0]
    if not isinstance(argument, tree.Literal) or not isinstance(argument.value, str):
        message = f"`{node.function}` of anything but a text in quotes is not built."
        context.later(argument.place, message, hint(""))
        return None
    value = read(argument.value)
    if value is None:
        message = f"`{argument.value}` is no {node.function}."
        context.wrong(argument.place, message, hint(argument.value), Code.EXPRESSION_VALUE)
        return None
    return Constant(type=result, source=node, value=cast("str", value))


def _duration(context: Context, node: tree.Call) -> Typed | None:
    return _read_literal(context, node, read_duration, DURATION, duration_hint)


def _timestamp(context: Context, node: tree.Call) -> Typed | None:
    hint = 'As in `timestamp("2026-01-31T09:00:00Z")`.'
    return _read_literal(context, node, read_timestamp, TIMESTAMP, lambda _: hint)


def _date(context: Context, node: tree.Call) -> Typed | None:
    argument = node.arguments[0]
    if not isinstance(argument, tree.Literal):
        return _converted(context, node, Function.DATE, (Kind.TIMESTAMP,), DATE)
    hint = 'As in `date("2026-01-31")`, or `date(now)`.'
    return _read_literal(context, node, read_date, DATE, lambda _: hint)


def _string(context: Context, node: tree.Call) -> Typed | None:
    kinds = (Kind.TEXT, Kind.INT, Kind.BOOL, Kind.UUID)
    return _converted(context, node, Function.STRING, kinds, TEXT)


def _int(context: Context, node: tree.Call) -> Typed | None:
    return _converted(context, node, Function.INT, (Kind.INT, Kind.DOUBLE, Kind.DECIMAL), INT)


def _double(context: Context, node: tree.Call) -> Typed | None:
    kinds = (Kind.INT, Kind.DOUBLE, Kind.DECIMAL)
    return _converted(context, node, Function.DOUBLE, kinds, DOUBLE)


def _converted(
    context: Context, node: tree.Call, function: Function, kinds: tuple[Kind, ...], result: Scalar
) -> Typed | None:
    operand = context.check(node.arguments[0])
    if operand is None:
        return None
    from_enum = function is Function.STRING and isinstance(operand.type, OneOf)
    if not is_kind(operand.type, *kinds) and not from_enum:
        context.wrong(
            node.arguments[0].place, f"{it_is(operand)}, which `{node.function}` does not take."
        )
        return None
    if is_kind(operand.type, result.kind):
        return operand
    return _applied(node, function, (operand,), result)


def _arity(method: str) -> int:
    return 1 if method in ("startsWith", "endsWith", "contains") else 0


def _argument(method: str) -> str:
    return "y" if _arity(method) else ""


_Check = Callable[[Context, tree.Call], Typed | None]


def _aggregates(function: AggregateFunction) -> _Check:
    return lambda context, node: _aggregate(context, node, function)


def _on_text(function: Function, result: Type = TEXT) -> _Check:
    return lambda context, node: _text_method(context, node, function, result)


_METHODS: Mapping[str, _Check] = {
    "size": _size,
    "sum": _aggregates("sum"),
    "min": _aggregates("min"),
    "max": _aggregates("max"),
    "startsWith": _on_text(Function.STARTS_WITH, BOOL),
    "endsWith": _on_text(Function.ENDS_WITH, BOOL),
    "contains": _on_text(Function.CONTAINS, BOOL),
    "lowerAscii": _on_text(Function.LOWER),
    "upperAscii": _on_text(Function.UPPER),
    "trim": _on_text(Function.TRIM),
    "slugify": _on_text(Function.SLUGIFY),
}


_FUNCTIONS: Mapping[str, _Check] = {
    "size": _size,
    "duration": _duration,
    "timestamp": _timestamp,
    "date": _date,
    "string": _string,
    "int": _int,
    "double": _double,
}
