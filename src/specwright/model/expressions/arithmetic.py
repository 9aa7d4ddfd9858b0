"""Sums, products and the like."""

from typing import cast

from specwright.diagnostic import Code
from specwright.model.expressions.context import Context, it_is
from specwright.model.expressions.fitting import SUMMED, as_value, both_exact, kind_of, result_of
from specwright.model.expressions.literals import alike
from specwright.model.typed import Arithmetic, ArithmeticOperator, Constant, Negative, Typed
from specwright.model.types import Kind, is_kind, with_null
from specwright.spec.cel import cel_spelling, tree


def negative(context: Context, node: tree.Unary) -> Typed | None:
    operand = context.check(node.operand)
    if operand is None:
        return None
    if not is_kind(operand.type, *SUMMED):
        context.wrong(node.place, f"{it_is(operand)}: only a number has a negative.")
        return None
    found = as_value(operand.type, nullable=operand.type.nullable)
    return Negative(type=found, source=node, operand=operand)


def arithmetic(context: Context, node: tree.Binary) -> Typed | None:
    operator = cast("ArithmeticOperator", node.operator.value)
    left, right = context.check(node.left), context.check(node.right)
    if left is None or right is None:
        return None
    pair = alike(context, left, right)
    if pair is None:
        return None
    left, right = pair
    result = result_of(operator, left.type, right.type)
    if result is None:
        _no_arithmetic(context, node, operator, left, right)
        return None
    if operator in ("/", "%") and not _divides(context, node, operator, right):
        return None
    nullable = left.type.nullable or right.type.nullable
    return Arithmetic(
        type=with_null(result, nullable=nullable), source=node,
        operator=operator, left=left, right=right,
    )  # fmt: skip


def _no_arithmetic(
    context: Context, node: tree.Binary, operator: ArithmeticOperator, left: Typed, right: Typed
) -> None:
    if operator in ("/", "%") and both_exact(left.type, right.type):
        message = f"`{operator}` between decimals is not built by this version."
        context.later(node.operator.place, message, "Multiply instead, or leave it to a hook.")
        return
    hint = None
    if {kind_of(left), kind_of(right)} == {Kind.INT, Kind.DOUBLE}:
        whole = left if is_kind(left.type, Kind.INT) else right
        hint = f"Write `double({cel_spelling(whole.source)})`."
    elif Kind.TIMESTAMP in (kind_of(left), kind_of(right)):
        hint = 'Add a duration, as in `now + duration("15m")`.'
    context.wrong(
        node.operator.place, f"{it_is(left)}, {it_is(right)}: there is no `{operator}` for them.",
        hint,
    )  # fmt: skip


def _divides(context: Context, node: tree.Binary, operator: str, divisor: Typed) -> bool:
    if isinstance(divisor, Constant):
        if divisor.value != 0:
            return True
        context.wrong(divisor.source.place, "Nothing can be divided by zero.")
        return False
    said = cel_spelling(divisor.source)
    if said in context.facts.not_zero:
        return True
    context.wrong(
        divisor.source.place,
        f"`{said}` may be zero.",
        f"Say what holds then: `{said} != 0 ? {cel_spelling(node.left)} {operator} {said} : 0`.",
        Code.EXPRESSION_VALUE,
    )
    return False
