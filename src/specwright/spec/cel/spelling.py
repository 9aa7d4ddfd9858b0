"""Expressions as CEL has them."""

from specwright.spec.cel.powers import BINARY, Power
from specwright.spec.cel.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    Has,
    Index,
    Items,
    Literal,
    Macro,
    Name,
    Select,
    Unary,
)


def cel_spelling(expression: Expression) -> str:
    """The expression as CEL has it, with no bracket that could be left out."""
    return _spelt(expression, Power.NOTHING)


def _spelt(node: Expression, power: Power) -> str:
    own, text = _spelling(node)
    return f"({text})" if own < power else text


def _spelling(node: Expression) -> tuple[Power, str]:  # noqa: C901, PLR0911 - a table
    """How strongly the node holds together, and its text."""
    match node:
        case Literal():
            return _literal_spelling(node)
        case Items():
            return Power.PRIMARY, f"[{_list(node.elements)}]"
        case Name():
            return Power.PRIMARY, node.name
        case Select():
            return Power.PRIMARY, f"{_spelt(node.operand, Power.PRIMARY)}.{node.field}"
        case Index():
            operand = _spelt(node.operand, Power.PRIMARY)
            return Power.PRIMARY, f"{operand}[{cel_spelling(node.index)}]"
        case Call():
            before = "" if node.target is None else f"{_spelt(node.target, Power.PRIMARY)}."
            return Power.PRIMARY, f"{before}{node.function}({_list(node.arguments)})"
        case Has():
            return Power.PRIMARY, f"has({cel_spelling(node.select)})"
        case Macro():
            collection = _spelt(node.collection, Power.PRIMARY)
            inside = f"{node.variable}, {cel_spelling(node.body)}"
            return Power.PRIMARY, f"{collection}.{node.macro}({inside})"
        case Unary():
            return Power.UNARY, f"{node.operator}{_spelt(node.operand, Power.UNARY)}"
        case Binary():
            return _binary_spelling(node)
        case Conditional():
            test = _spelt(node.test, Power.OR)
            then, otherwise = _spelt(node.then, Power.OR), cel_spelling(node.otherwise)
            return Power.CONDITIONAL, f"{test} ? {then} : {otherwise}"


def _list(elements: tuple[Expression, ...]) -> str:
    return ", ".join(cel_spelling(element) for element in elements)


def _binary_spelling(node: Binary) -> tuple[Power, str]:
    power = BINARY[node.operator.value]
    # Comparisons do not chain here, so either side that is one stands in brackets.
    left = Power(power + 1) if power is Power.COMPARISON else power
    right = Power(power + 1)
    return power, f"{_spelt(node.left, left)} {node.operator} {_spelt(node.right, right)}"


def _literal_spelling(node: Literal) -> tuple[Power, str]:
    match node.value:
        case None:
            return Power.PRIMARY, "null"
        case bool():
            return Power.PRIMARY, "true" if node.value else "false"
        case str():
            return Power.PRIMARY, f'"{"".join(map(_escape, node.value))}"'
        case _:
            power = Power.UNARY if node.written.startswith("-") else Power.PRIMARY
            return power, node.written


def _escape(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004
