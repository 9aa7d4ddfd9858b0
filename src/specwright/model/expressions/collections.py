"""Macros over lists, and what is counted or summed of them."""

from typing import cast

from specwright.model.expressions.context import Context, it_is
from specwright.model.expressions.fitting import EXTREMES, SUMMED, as_value
from specwright.model.expressions.names import maybe_null_list
from specwright.model.typed import Aggregate, AggregateFunction, Each, Get, Name, Typed, walk
from specwright.model.typed import Macro as MacroName
from specwright.model.types import BOOL, INT, Column, ListOf, Null, Row, Type, in_words, is_kind
from specwright.spec.cel import Expression, cel_spelling, tree
from specwright.spec.syntax import Word


def macro(context: Context, node: tree.Macro) -> Typed | None:
    collection = checked(context, node.collection, node.macro)
    variable = node.variable.value
    if variable in context.names:
        message = f"`{variable}` has a meaning here already."
        context.wrong(node.variable.place, message, "Give each of the list another name.")
        return None
    element = None if collection is None else _element(context, collection, node.macro)
    if collection is None or element is None:
        return None
    inner = context.naming(variable, element)
    kind = cast("MacroName", node.macro.value)
    body = inner.check(node.body) if kind == "map" else inner.condition(node.body)
    found = None if body is None else _macro_type(context, node, kind, element, body)
    if body is None or found is None:
        return None
    return Each(
        type=found, source=node, macro=kind, collection=collection, variable=variable, body=body
    )


def _macro_type(
    context: Context, node: tree.Macro, macro: MacroName, element: Type, body: Typed
) -> Type | None:
    if macro == "filter":
        return ListOf(element)
    if macro != "map":
        return BOOL
    if not any(isinstance(one, Name) and one.name == node.variable.value for one in walk(body)):
        message = f"`{cel_spelling(node.body)}` is the same for each of the list."
        context.wrong(node.body.place, message, f"Say something of `{node.variable}`.")
        return None
    if isinstance(body.type, Row | ListOf):
        context.later(node.body.place, f"{it_is(body)}: this version makes lists of values only.")
        return None
    if isinstance(body.type, Null):
        context.wrong(node.body.place, "A list of nulls says nothing.")
        return None
    return ListOf(body.type)


def checked(context: Context, of: Expression, function: Word) -> Typed | None:
    """What a function or macro is asked of; a list in brackets only an `in` takes."""
    if not isinstance(of, tree.Items):
        return context.check(of)
    message = f"`{function}` over a list in brackets is not built by this version."
    hint = "Use `in`, or write the cases out with `||` or `&&`."
    context.later(of.place, message, hint)
    return None


def _element(context: Context, typed: Typed, function: Word) -> Type | None:
    """The type of one of a list; None if this is no list to work through."""
    if not isinstance(typed.type, ListOf):
        context.wrong(function.place, f"{it_is(typed)}, not a list: it has no `{function}`.")
        return None
    if typed.type.nullable:
        maybe_null_list(context, typed.source, typed)
        return None
    row = typed.row.type if isinstance(typed, Get) else None
    if isinstance(row, Row) and row.stored:
        context.later(function.place, "Lists within a column are not built by this version.")
        return None
    return typed.type.element


def aggregate(
    context: Context, node: tree.Call, function: AggregateFunction, collection: Typed
) -> Typed | None:
    element = _element(context, collection, node.function)
    if element is None:
        return None
    if function == "size":
        return Aggregate(type=INT, source=node, function="size", collection=collection)
    if not is_kind(element, *(SUMMED if function == "sum" else EXTREMES)):
        _not_aggregable(context, node, function, collection, element)
        return None
    found = as_value(element, nullable=function != "sum")
    return Aggregate(type=found, source=node, function=function, collection=collection)


def _not_aggregable(
    context: Context, node: tree.Call, function: str, collection: Typed, element: Type
) -> None:
    message, hint = f"`{function}` needs numbers; the list has {in_words(element)}.", None
    if isinstance(element, Row):
        message = f"{it_is(collection)}: `{function}` of what?"
        fields = context.scope.row_fields(element.entity).items()
        numbers = [
            name for name, field in fields
            if isinstance(field, Column) and is_kind(field.type, *SUMMED)
        ]  # fmt: skip
        of = numbers[0] if numbers else "…"
        hint = f"As in `{cel_spelling(collection.source)}.map(one, one.{of}).{function}()`."
    context.wrong(node.function.place, message, hint)
