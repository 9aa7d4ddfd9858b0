"""What a condition tells about the parts of an expression: which are not null, which not zero."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.model.typed import (
    Compare,
    Constant,
    Contains,
    IsNull,
    IsTrue,
    Logic,
    Not,
    Typed,
    null_sources,
    path,
)
from specwright.spec.cel import cel_spelling

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Facts:
    """Paths that are not null here, and expressions, as spelt, that are not zero."""

    not_null: frozenset[tuple[str, ...]] = frozenset()
    not_zero: frozenset[str] = frozenset()

    def __or__(self, other: "Facts") -> "Facts":
        return Facts(self.not_null | other.not_null, self.not_zero | other.not_zero)

    def __and__(self, other: "Facts") -> "Facts":
        return Facts(self.not_null & other.not_null, self.not_zero & other.not_zero)


NO_FACTS = Facts()


def if_true(condition: Typed) -> Facts:  # noqa: PLR0911 - a table
    """What is so wherever `condition` is true."""
    match condition:
        case IsNull(wanted=False):
            return _not_null(condition.operand)
        case Compare():
            compared = _not_null(condition.left) | _not_null(condition.right)
            return compared | Facts(not_zero=frozenset(_not_zero(condition)))
        case Contains():
            return _not_null(condition.element)
        case IsTrue():
            return _not_null(condition.operand)
        case Logic(operator="&&"):
            return _all_of([if_true(one) for one in condition.operands])
        case Logic():
            return _shared_by([if_true(one) for one in condition.operands])
        case Not():
            return if_false(condition.operand)
        case _:
            return NO_FACTS


def if_false(condition: Typed) -> Facts:
    """What is so wherever `condition` is false."""
    match condition:
        case IsNull(wanted=True):
            return _not_null(condition.operand)
        case Compare(operator="==", left=left, right=right) if _is_zero(left) or _is_zero(right):
            compared = {cel_spelling(left.source), cel_spelling(right.source)}
            return Facts(not_zero=frozenset(compared))
        case Logic(operator="||"):
            return _all_of([if_false(one) for one in condition.operands])
        case Logic():
            return _shared_by([if_false(one) for one in condition.operands])
        case Not():
            return if_true(condition.operand)
        case _:
            return NO_FACTS


def _all_of(facts: list[Facts]) -> Facts:
    together = NO_FACTS
    for one in facts:
        together |= one
    return together


def _shared_by(facts: list[Facts]) -> Facts:
    shared, *others = facts
    for one in others:
        shared &= one
    return shared


def _not_null(typed: Typed) -> Facts:
    paths = [found for source in null_sources(typed) if (found := path(source))]
    return Facts(frozenset(known[: n + 1] for known in paths for n in range(len(known))))


def _is_zero(typed: Typed) -> bool:
    return isinstance(typed, Constant) and typed.value == 0 and typed.value is not False


def _not_zero(compare: Compare) -> Iterator[str]:
    for side, operator, other in (
        (compare.left, compare.operator, compare.right),
        (compare.right, _MIRRORED[compare.operator], compare.left),
    ):
        bound = other.value if isinstance(other, Constant) else None
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            continue
        if (
            (operator == "!=" and bound == 0)
            or (operator == ">" and bound >= 0)
            or (operator == ">=" and bound > 0)
        ):
            yield cel_spelling(side.source)
