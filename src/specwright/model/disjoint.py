"""Whether two conditions can never hold at once, as far as that can be told from their words."""

from specwright.model.typed import Compare, Constant, IsNull, IsTrue, Logic, Member, Not, Typed

_EXCLUDED = {  # for equal operands: the operators that cannot hold together with each
    "==": ("!=", "<", ">"),
    "!=": ("==",),
    "<": ("==", ">", ">="),
    ">": ("==", "<", "<="),
    "<=": (">",),
    ">=": ("<",),
}
_TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def are_disjoint(one: Typed, other: Typed) -> bool:
    """Whether one part of the first excludes one part of the second."""
    return any(_excludes(a, b) for a in _parts(one) for b in _parts(other))


def _parts(condition: Typed) -> tuple[Typed, ...]:
    if isinstance(condition, Logic) and condition.operator == "&&":
        return tuple(part for operand in condition.operands for part in _parts(operand))
    return (condition,)


def _excludes(one: Typed, other: Typed) -> bool:
    match one, other:
        case (Not(operand=inner), _) if inner == other:
            return True
        case (_, Not(operand=inner)) if inner == one:
            return True
        case (IsNull() as a, IsNull() as b) | (IsTrue() as a, IsTrue() as b):
            return a.operand == b.operand and a.wanted != b.wanted
        case Compare(), Compare():
            return _compared(one, other)
        case (Compare() as compare, IsNull(wanted=True) as null) | (
            IsNull(wanted=True) as null,
            Compare() as compare,
        ):
            return null.operand in (compare.left, compare.right)
        case _:
            return False


def _compared(one: Compare, other: Compare) -> bool:
    if (one.left, one.right) == (other.left, other.right):
        return other.operator in _EXCLUDED[one.operator]
    if (one.left, one.right) == (other.right, other.left):
        return _TURNED[other.operator] in _EXCLUDED[one.operator]
    return one.left == other.left and _values_apart(one, other)


def _values_apart(one: Compare, other: Compare) -> bool:
    """`x < 3` and `x > 5`; `x == "a"` and `x == "b"`."""
    left, right = _value(one.right), _value(other.right)
    if left is None or right is None or left == right:
        return False
    if one.operator == other.operator == "==":
        return True
    if isinstance(left, str) or isinstance(right, str):
        return False
    upper = {"<", "<=", "=="}
    lower = {">", ">=", "=="}
    return (one.operator in upper and other.operator in lower and left < right) or (
        one.operator in lower and other.operator in upper and left > right
    )


def _value(typed: Typed) -> int | float | str | None:
    if isinstance(typed, Member):
        return typed.value
    if isinstance(typed, Constant) and isinstance(typed.value, int | float | str):
        return typed.value
    return None
