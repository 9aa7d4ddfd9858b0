"""What an expression comes to, given the rows: the plainest reading of it, with no database.

Rows are mappings from columns to values; an enum's value is its text. This is for deciding what a
test has to show, and a witness against which what is emitted can be compared.
"""

import re
import string
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from specwright.model.typed import (
    Aggregate,
    Apply,
    Arithmetic,
    Choose,
    Compare,
    Constant,
    Contains,
    Each,
    Follow,
    Function,
    Get,
    IsNull,
    IsTrue,
    Listing,
    Logic,
    Member,
    Name,
    Negative,
    Not,
    Typed,
)
from specwright.model.types import Kind, is_kind

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Callable[[str], Sequence[Row]]  # all rows of an entity


def evaluate(typed: Typed, names: Mapping[str, Any], rows: Rows) -> Any:  # noqa: ANN401 - a value
    return _Evaluation(names, rows).value(typed)


def holds(condition: Typed | None, names: Mapping[str, Any], rows: Rows) -> bool:
    """Whether a condition is true; no condition always is."""
    return condition is None or evaluate(condition, names, rows) is True


@dataclass(frozen=True, slots=True)
class _Evaluation:
    names: Mapping[str, Any]
    rows: Rows

    def value(self, typed: Typed) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912 - a table
        match typed:
            case Constant() | Member():
                return typed.value
            case Name():
                return self.names[typed.name]
            case Listing():
                return [self.value(element) for element in typed.elements]
            case Get():
                row = self.value(typed.row)
                return None if row is None else row[typed.name]
            case Follow():
                return self._follow(typed)
            case Negative():
                operand = self.value(typed.operand)
                return None if operand is None else -operand
            case Arithmetic():
                return self._arithmetic(typed)
            case Compare():
                return self._compare(typed)
            case IsNull():
                return (self.value(typed.operand) is None) is typed.wanted
            case IsTrue():
                return self.value(typed.operand) is typed.wanted
            case Contains():
                element = self.value(typed.element)
                return element is not None and element in self.value(typed.collection)
            case Logic(operator="&&"):
                return all(self.value(operand) for operand in typed.operands)
            case Logic():
                return any(self.value(operand) for operand in typed.operands)
            case Not():
                return not self.value(typed.operand)
            case Choose():
                return self.value(typed.then if self.value(typed.test) else typed.otherwise)
            case Apply():
                return self._apply(typed)
            case Each():
                return self._each(typed)
            case Aggregate():
                return self._aggregate(typed)

    def _follow(self, typed: Follow) -> Any:  # noqa: ANN401 - a row or rows
        row, relation = self.value(typed.row), typed.relation
        found = [
            other
            for other in (() if row is None else self.rows(relation.entity))
            if all(
                row[own] is not None and row[own] == other[theirs]
                for own, theirs in relation.columns
            )
        ]
        return found if relation.many else next(iter(found), None)

    def _arithmetic(self, typed: Arithmetic) -> Any:  # noqa: ANN401, PLR0911 - a table
        left, right = self.value(typed.left), self.value(typed.right)
        if left is None or right is None:
            return None
        match typed.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/" if is_kind(typed.type, Kind.INT):
                return _cut(left, right)
            case "/":
                return left / right
            case "%" if is_kind(typed.type, Kind.INT):
                return left - right * _cut(left, right)
            case "%":
                return left % right

    def _compare(self, typed: Compare) -> bool:  # noqa: PLR0911 - a table
        left, right = self.value(typed.left), self.value(typed.right)
        if left is None or right is None:
            return False
        match typed.operator:
            case "==":
                return bool(left == right)
            case "!=":
                return bool(left != right)
            case "<":
                return bool(left < right)
            case "<=":
                return bool(left <= right)
            case ">":
                return bool(left > right)
            case ">=":
                return bool(left >= right)

    def _apply(self, typed: Apply) -> Any:  # noqa: ANN401 - text, a number or a bool
        arguments = [self.value(argument) for argument in typed.arguments]
        if any(argument is None for argument in arguments):
            return None
        return _FUNCTIONS[typed.function](*arguments)

    def _each(self, typed: Each) -> Any:  # noqa: ANN401 - a bool or a list
        collection = self.value(typed.collection)
        bodies = [self._within(typed, one).value(typed.body) for one in collection]
        match typed.macro:
            case "all":
                return all(bodies)
            case "exists":
                return any(bodies)
            case "exists_one":
                return sum(bool(body) for body in bodies) == 1
            case "map":
                return bodies
            case "filter":
                return [one for one, body in zip(collection, bodies, strict=True) if body]

    def _within(self, each: Each, one: Any) -> "_Evaluation":  # noqa: ANN401 - one of a collection
        return _Evaluation({**self.names, each.variable: one}, self.rows)

    def _aggregate(self, typed: Aggregate) -> Any:  # noqa: ANN401 - one of a collection
        collection = self.value(typed.collection)
        if typed.function == "size":
            return len(collection)
        there = [one for one in collection if one is not None]
        if typed.function == "sum":
            return sum(there, start=Decimal(0) if is_kind(typed.type, Kind.DECIMAL) else 0)
        return (min if typed.function == "min" else max)(there, default=None)


def _cut(left: int, right: int) -> int:
    """Division that cuts towards zero."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) is (right < 0) else -quotient


def _string(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _slug(text: str) -> str:
    """As the built backend's `slugify` has it."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode().lower().decode()).strip("-")


def _date(value: datetime) -> object:
    return value.astimezone(UTC).date()


_FUNCTIONS: Mapping[Function, Callable[..., Any]] = {
    Function.SIZE: len,
    Function.STARTS_WITH: str.startswith,
    Function.ENDS_WITH: str.endswith,
    Function.CONTAINS: lambda text, part: part in text,
    Function.LOWER: lambda text: text.encode().lower().decode(),
    Function.UPPER: lambda text: text.encode().upper().decode(),
    Function.TRIM: lambda text: text.strip(string.whitespace),
    Function.FOLD: str.lower,
    Function.SLUGIFY: _slug,
    Function.STRING: _string,
    Function.INT: int,
    Function.DOUBLE: float,
    Function.DATE: _date,
}
