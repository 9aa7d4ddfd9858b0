"""What expressions mean: every name resolved, every type checked, all mistakes told at once.

CEL here is two-valued: a comparison with null is false. What that would make surprising (`!` of
such a comparison, a list that may not be there) is refused until the author says what is meant;
`x != null && …`, `x == null || …` and `x != null ? … : …` are understood.
"""

from specwright.model.expressions.checker import check, check_condition
from specwright.model.expressions.values import Target, expect

__all__ = ["Target", "check", "check_condition", "expect"]
