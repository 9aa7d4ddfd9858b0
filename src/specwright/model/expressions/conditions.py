"""What is true or false, and what may not be turned round."""

from typing import cast

from specwright.diagnostic import Code
from specwright.model.expressions.context import Context, it_is, said
from specwright.model.expressions.fitting import as_value, both_exact
from specwright.model.expressions.literals import alike
from specwright.model.expressions.narrowing import if_false, if_true
from specwright.model.typed import (
    Choose,
    Compare,
    Contains,
    IsNull,
    IsTrue,
    Listing,
    Logic,
    LogicOperator,
    Not,
    Typed,
    may_be_unknown,
    null_sources,
    widened,
)
from specwright.model.types import BOOL, Kind, ListOf, Null, Row, is_kind, same
from specwright.spec.cel import Expression, cel_spelling, tree


def as_condition(context: Context, typed: Typed) -> Typed | None:
    if is_kind(typed.type, Kind.BOOL):
        if not typed.type.nullable:
            return typed
        return IsTrue(type=BOOL, source=typed.source, operand=typed)
    hint = None
    text = cel_spelling(typed.source)
    if is_kind(typed.type, Kind.INT, Kind.DOUBLE, Kind.DECIMAL):
        hint = f"Did you mean `{text} > 0`?"
    elif typed.type.nullable and not isinstance(typed.type, Null):
        hint = f"Did you mean `{text} != null`?"
    elif isinstance(typed.type, ListOf):
        hint = f"Did you mean `{text}.size() > 0`?"
    message = f"{it_is(typed)}: here something true or false is needed."
    context.wrong(typed.source.place, message, hint)
    return None


def negation(context: Context, node: tree.Unary) -> Typed | None:
    operand = context.check(node.operand)
    if operand is None:
        return None
    condition = as_condition(context, operand)
    if condition is None:
        return None
    return negated(context, node, condition)


def negated(context: Context, node: Expression, condition: Typed) -> Typed | None:
    if may_be_unknown(condition):
        _unknown_negated(context, node, condition)
        return None
    return Not(type=BOOL, source=node, operand=condition)


def _unknown_negated(context: Context, node: Expression, condition: Typed) -> None:
    null = cel_spelling(null_sources(_first_unknown(condition))[0].source)
    context.wrong(
        node.place,
        f"`{null}` may be null; {said(condition)} is false then, and this would make it true.",
        f"Say what is meant: `{null} != null && …`, or `{null} == null || …`, before it.",
        Code.EXPRESSION_NULL,
    )


def conditional(context: Context, node: tree.Conditional) -> Typed | None:
    test = context.condition(node.test)
    if test is None:
        context.check(node.then), context.check(node.otherwise)
        return None
    then = context.knowing(if_true(test)).check(node.then)
    otherwise = context.knowing(if_false(test)).check(node.otherwise)
    if then is None or otherwise is None:
        return None
    pair = alike(context, then, otherwise)
    if pair is None:
        return None
    then, otherwise = pair
    either = otherwise.type if isinstance(then.type, Null) else then.type
    if is_kind(otherwise.type, Kind.DECIMAL):
        either = otherwise.type
    fits = isinstance(then.type, Null) or isinstance(otherwise.type, Null)
    fits = fits or same(then.type, otherwise.type) or both_exact(then.type, otherwise.type)
    if not fits or isinstance(either, Null | ListOf | Row):
        context.wrong(
            node.place, f"{it_is(then)}, but {it_is(otherwise)}: one type is needed for both."
        )
        return None
    nullable = then.type.nullable or otherwise.type.nullable
    return Choose(
        type=as_value(either, nullable=nullable), source=node,
        test=test, then=then, otherwise=otherwise,
    )  # fmt: skip


def logic(context: Context, node: tree.Binary) -> Typed | None:
    operator = cast("LogicOperator", node.operator.value)
    left = context.condition(node.left)
    if left is None:
        context.condition(node.right)
        return None
    learnt = if_true(left) if operator == "&&" else if_false(left)
    right = context.knowing(learnt).condition(node.right)
    if right is None:
        return None
    operands = (*_operands(left, operator), *_operands(right, operator))
    return Logic(type=BOOL, source=node, operator=operator, operands=operands)


def null_test(
    context: Context, node: Expression, asked: Expression, *, wanted: bool
) -> Typed | None:
    operand = context.check(asked)
    if operand is None:
        return None
    if isinstance(operand.type, Null):
        context.wrong(node.place, "Null is null: this says nothing.", None, Code.EXPRESSION_NULL)
        return None
    if not widened(operand).type.nullable:
        context.wrong(
            node.place,
            f"{said(operand)} is never null.",
            f"`{cel_spelling(node)}` is always {'false' if wanted else 'true'}: leave it out.",
            Code.EXPRESSION_NULL,
        )
        return None
    return IsNull(type=BOOL, source=node, operand=operand, wanted=wanted)


def _operands(typed: Typed, operator: str) -> tuple[Typed, ...]:
    """Those of a chain of one operator, flat."""
    if isinstance(typed, Logic) and typed.operator == operator:
        return typed.operands
    return (typed,)


def _first_unknown(condition: Typed) -> Typed:  # noqa: PLR0911 - a table
    """A part that can be null, of a condition that may be unknown."""
    match condition:
        case Logic():
            return _first_unknown(next(one for one in condition.operands if may_be_unknown(one)))
        case Not():
            return _first_unknown(condition.operand)
        case IsTrue():
            return condition.operand
        case Choose():
            branches = (condition.then, condition.otherwise)
            return _first_unknown(next(one for one in branches if may_be_unknown(one)))
        case Compare():
            sides = (condition.left, condition.right)
            return next(one for one in sides if one.type.nullable)
        case Contains():
            listed = condition.collection
            inside = listed.elements if isinstance(listed, Listing) else ()
            return next(one for one in (condition.element, *inside) if one.type.nullable)
        case _:
            return condition
