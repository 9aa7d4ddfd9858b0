"""How strongly the operators of CEL hold their operands."""

from enum import IntEnum


class Power(IntEnum):
    """How strongly an operator holds its operands."""

    NOTHING = 0
    CONDITIONAL = 1
    OR = 2
    AND = 3
    PYTHON_NOT = 4
    COMPARISON = 5
    SUM = 6
    PRODUCT = 7
    UNARY = 8
    PRIMARY = 9


BINARY = {
    "||": Power.OR, "&&": Power.AND,
    "==": Power.COMPARISON, "!=": Power.COMPARISON, "<": Power.COMPARISON,
    "<=": Power.COMPARISON, ">": Power.COMPARISON, ">=": Power.COMPARISON,
    "in": Power.COMPARISON,
    "+": Power.SUM, "-": Power.SUM,
    "*": Power.PRODUCT, "/": Power.PRODUCT, "%": Power.PRODUCT,
}  # fmt: skip
PYTHON_BINARY = {"or": "||", "and": "&&", "=": "==", "is": "=="}
