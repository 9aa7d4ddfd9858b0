"""Comparisons, and membership in lists."""

from typing import cast

from specwright.diagnostic import Code
from specwright.model.expressions.conditions import negated, null_test
from specwright.model.expressions.context import Context, it_is
from specwright.model.expressions.fitting import (
    ORDERED,
    fold,
    folded,
    is_folded,
    kind_of,
    match_types,
)
from specwright.model.expressions.literals import adapt, alike
from specwright.model.expressions.names import maybe_null_list
from specwright.model.typed import (
    Compare,
    Comparison,
    Constant,
    Contains,
    Follow,
    IsTrue,
    Listing,
    Typed,
)
from specwright.model.types import BOOL, Kind, ListOf, Null, Row, in_words, is_kind, with_null
from specwright.spec.cel import Expression, cel_spelling, tree


def comparison(context: Context, node: tree.Binary) -> Typed | None:
    operator = cast("Comparison", node.operator.value)
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, tree.Literal) and side.value is None:
            return _against_null(context, node, other, operator)
    left, right = context.check(node.left), context.check(node.right)
    if left is None or right is None:
        return None
    pair = alike(context, left, right)
    return None if pair is None else _compare(context, node, operator, *pair)


def _against_null(
    context: Context, node: tree.Binary, other: Expression, operator: Comparison
) -> Typed | None:
    if operator not in ("==", "!="):
        context.wrong(node.operator.place, f"Nothing is `{operator}` null: use `==` or `!=`.")
        return None
    return null_test(context, node, other, wanted=operator == "==")


def _compare(
    context: Context, node: tree.Binary, operator: Comparison, left: Typed, right: Typed
) -> Typed | None:
    if not _comparable(context, node, operator, left, right):
        return None
    left, right = folded(left, right)
    equal = operator in ("==", "!=")
    for side, other in ((left, right), (right, left)):
        if equal and isinstance(side, Constant) and isinstance(side.value, bool):
            return _against_bool(context, node, other, wanted=side.value == (operator == "=="))
    return Compare(type=BOOL, source=node, operator=operator, left=left, right=right)


def _against_bool(
    context: Context, node: Expression, operand: Typed, *, wanted: bool
) -> Typed | None:
    if operand.type.nullable:
        return IsTrue(type=BOOL, source=node, operand=operand, wanted=wanted)
    return operand if wanted else negated(context, node, operand)


def _comparable(
    context: Context, node: tree.Binary, operator: Comparison, left: Typed, right: Typed
) -> bool:
    for side in (left, right):
        if isinstance(side.type, Row | ListOf) or is_kind(side.type, Kind.JSON):
            _not_comparable(context, node, side)
            return False
    if not match_types(left.type, right.type):
        hint = _comparison_hint(left, right) or _comparison_hint(right, left)
        context.wrong(
            node.operator.place,
            f"{it_is(left)}, {it_is(right)}: they cannot be compared.", hint,
        )  # fmt: skip
        return False
    if operator in ("==", "!=") or is_kind(left.type, *ORDERED):
        return True
    context.wrong(
        node.operator.place, f"{it_is(left)}, of which none is before another: use `==` or `!=`."
    )
    return False


def _not_comparable(context: Context, node: tree.Binary, side: Typed) -> None:
    message, hint = f"{it_is(side)}.", None
    if isinstance(side, Follow) and len(side.relation.columns) == 1 and not side.relation.many:
        own = side.relation.columns[0][0]
        before = cel_spelling(side.row.source)
        message = f"{message[:-1]}; did you mean `{before}.{own}`?"
    elif isinstance(side.type, Row):
        hint = f"Compare a column of it, as in `{cel_spelling(side.source)}.id`."
    elif isinstance(side.type, ListOf):
        hint = (
            f"Ask it of each: `{cel_spelling(side.source)}.exists(one, …)`, or compare its"
            " `.size()`."
        )
    else:
        message = f"{it_is(side)}: it can only be compared with null."
    context.wrong(node.operator.place, message, hint)


def membership(  # noqa: PLR0911 - each return is another refusal
    context: Context, node: tree.Binary
) -> Typed | None:
    element = context.check(node.left)
    if isinstance(node.right, tree.Items):
        return _contains_listed(context, node, element, node.right)
    collection = context.check(node.right)
    if element is None or collection is None:
        return None
    if not isinstance(collection.type, ListOf):
        hint = None
        if is_kind(collection.type, Kind.TEXT) and is_kind(element.type, Kind.TEXT):
            spelt = f"{cel_spelling(node.right)}.contains({cel_spelling(node.left)})"
            hint = f"Write `{spelt}`."
        context.wrong(node.operator.place, f"{it_is(collection)}, not a list.", hint)
        return None
    if collection.type.nullable:
        maybe_null_list(context, node.right, collection)
        return None
    inside = collection.type.element
    adapted = adapt(context, element, inside)
    if adapted is None:
        return None
    if isinstance(inside, Row) or not match_types(adapted.type, inside):
        each = "rows" if isinstance(inside, Row) else in_words(inside)
        hint = f"Ask it of each: `{cel_spelling(node.right)}.exists(one, …)`."
        context.wrong(node.operator.place, f"{it_is(adapted)}; the list has {each}.", hint)
        return None
    if is_folded(adapted.type) or is_folded(inside):
        message = "Looking up `citext` in a list is not built by this version."
        context.later(node.operator.place, message)
        return None
    return Contains(type=BOOL, source=node, element=adapted, collection=collection)


def _contains_listed(
    context: Context, node: tree.Binary, element: Typed | None, items: tree.Items
) -> Typed | None:
    listed = [context.check(one) for one in items.elements]
    if not listed:
        context.wrong(items.place, "Nothing is in an empty list.")
        return None
    if element is None:
        return None
    found = [_listed(context, node, element, one) for one in listed if one is not None]
    elements = [one for one in found if one is not None]
    if len(elements) < len(listed):
        return None
    if any(is_kind(one.type, Kind.TEXT) and is_folded(one.type) for one in (element, *elements)):
        element, elements = fold(element), [fold(one) for one in elements]
    elements = list(dict.fromkeys(elements))
    if len(elements) == 1:
        return Compare(type=BOOL, source=node, operator="==", left=element, right=elements[0])
    inside = with_null(elements[0].type, nullable=any(one.type.nullable for one in elements))
    listing = Listing(type=ListOf(inside), source=items, elements=tuple(elements))
    return Contains(type=BOOL, source=node, element=element, collection=listing)


def _listed(context: Context, node: tree.Binary, element: Typed, one: Typed) -> Typed | None:
    if isinstance(one.type, Null):
        context.wrong(
            one.source.place,
            "Nothing is equal to null: it has no place in a list.",
            f"Write `{cel_spelling(node.left)} == null || …`.",
            Code.EXPRESSION_NULL,
        )
        return None
    adapted = adapt(context, one, element.type)
    if adapted is None:
        return None
    comparable = not isinstance(element.type, Row | ListOf) and match_types(
        element.type, adapted.type
    )
    if not comparable:
        context.wrong(one.source.place, f"{it_is(element)}, {it_is(adapted)}.")
        return None
    return adapted


def _comparison_hint(one: Typed, other: Typed) -> str | None:
    if is_kind(other.type, Kind.INT) and is_kind(one.type, Kind.DOUBLE):
        return f"Write `double({cel_spelling(other.source)})`."
    if not isinstance(other, Constant) or not isinstance(other.value, str):
        return None
    if is_kind(one.type, Kind.TIMESTAMP, Kind.DURATION, Kind.DATE):
        return f"Write `{kind_of(one)}({cel_spelling(other.source)})`."
    return None
