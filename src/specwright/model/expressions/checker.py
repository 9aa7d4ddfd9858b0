"""Expressions with their types, one kind of node after the other."""

from dataclasses import dataclass

from specwright.diagnostic import Report
from specwright.model.expressions.arithmetic import arithmetic, negative
from specwright.model.expressions.collections import macro
from specwright.model.expressions.comparisons import comparison, membership
from specwright.model.expressions.conditions import (
    as_condition,
    conditional,
    logic,
    negation,
    null_test,
)
from specwright.model.expressions.context import Context
from specwright.model.expressions.functions import call
from specwright.model.expressions.literals import literal
from specwright.model.expressions.names import index, name, select
from specwright.model.typed import Typed
from specwright.model.types import Scope
from specwright.spec.cel import Expression, tree


@dataclass(frozen=True, slots=True)
class _Checker(Context):
    def condition(self, node: Expression) -> Typed | None:
        typed = self.check(node)
        return None if typed is None else as_condition(self, typed)

    def check(self, node: Expression) -> Typed | None:  # noqa: C901, PLR0911 - a table
        match node:
            case tree.Literal():
                return literal(node)
            case tree.Items():
                self.wrong(node.place, "A list in brackets stands only on the right of `in`.")
                return None
            case tree.Name():
                return name(self, node)
            case tree.Select():
                return select(self, node)
            case tree.Index():
                index(self, node)
                return None
            case tree.Has():
                return null_test(self, node, node.select, wanted=False)
            case tree.Macro():
                return macro(self, node)
            case tree.Call():
                return call(self, node)
            case tree.Unary():
                return negation(self, node) if node.operator.value == "!" else negative(self, node)
            case tree.Binary():
                return self._binary(node)
            case tree.Conditional():
                return conditional(self, node)

    def _binary(self, node: tree.Binary) -> Typed | None:
        match node.operator.value:
            case "&&" | "||":
                return logic(self, node)
            case "in":
                return membership(self, node)
            case "+" | "-" | "*" | "/" | "%":
                return arithmetic(self, node)
            case _:
                return comparison(self, node)


def check(expression: Expression, scope: Scope, report: Report) -> Typed | None:
    """The expression with its types; None if anything is wrong, which is then reported."""
    return _Checker(report, scope, scope.names).check(expression)


def check_condition(expression: Expression, scope: Scope, report: Report) -> Typed | None:
    """The same of what must be true or false; a bool that is null counts as false."""
    return _Checker(report, scope, scope.names).condition(expression)
