"""Where an expression stands: its scope, what is known of it there, and who is told of mistakes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace

from specwright.diagnostic import Code, Level, Place, Report
from specwright.model.expressions.narrowing import NO_FACTS, Facts
from specwright.model.typed import Typed
from specwright.model.types import Scope, Type, in_words
from specwright.spec.cel import Expression, cel_spelling


@dataclass(frozen=True, slots=True)
class Voice:
    """Tells the author what is wrong."""

    report: Report

    def wrong(
        self, place: Place, message: str, hint: str | None = None,
        code: Code = Code.EXPRESSION_TYPE,
    ) -> None:  # fmt: skip
        self.report.add(place, code, message, hint)

    def later(self, place: Place, message: str, hint: str | None = None) -> None:
        self.report.add(place, Code.EXPRESSION_LATER, message, hint, level=Level.LATER)


@dataclass(frozen=True, slots=True)
class Context(Voice, ABC):
    scope: Scope
    names: Mapping[str, Type]  # those of the scope, and of the macros around
    facts: Facts = NO_FACTS

    @abstractmethod
    def check(self, node: Expression) -> Typed | None:
        """The node with its types; None if anything in it is wrong, which is then reported."""

    @abstractmethod
    def condition(self, node: Expression) -> Typed | None:
        """The same of what must be true or false."""

    def knowing(self, more: Facts) -> "Context":
        return replace(self, facts=self.facts | more)

    def naming(self, name: str, found: Type) -> "Context":
        return replace(self, names={**self.names, name: found})


def said(typed: Typed) -> str:
    return f"`{cel_spelling(typed.source)}`"


def it_is(typed: Typed) -> str:
    return f"{said(typed)} is {in_words(typed.type)}"
