"""Values as a column, or anything else that keeps them, can hold."""

from typing import NamedTuple

from specwright.diagnostic import Code, Report
from specwright.model.expressions.context import Voice, it_is
from specwright.model.expressions.fitting import assignable
from specwright.model.expressions.literals import adapt
from specwright.model.typed import Typed, null_sources
from specwright.model.types import (
    Null,
    Row,
    Type,
    in_words,
)
from specwright.spec.cel import cel_spelling


class Target(NamedTuple):
    """What a value is for, such as the column `order.placed_at`."""

    words: str
    type: Type


def expect(typed: Typed, target: Target, report: Report) -> Typed | None:
    """The value as its target keeps it: literals read as values of an enum, ints as decimals."""
    voice = Voice(report)
    if isinstance(typed.type, Null):
        return _null_for(voice, typed, target)
    adapted = adapt(voice, typed, target.type)
    if adapted is None:
        return None
    if not assignable(adapted.type, target.type):
        hint = None
        if isinstance(adapted.type, Row):
            hint = f"Did you mean `{cel_spelling(typed.source)}.id`?"
        message = f"{target.words} is {in_words(target.type)}, {it_is(adapted)}."
        voice.wrong(typed.source.place, message, hint)
        return None
    if adapted.type.nullable and not target.type.nullable:
        null = cel_spelling(null_sources(adapted)[0].source)
        voice.wrong(
            typed.source.place,
            f"`{null}` may be null, {target.words} may not.",
            f"Say what stands there then: `{null} != null ? {cel_spelling(typed.source)} : …`.",
            Code.EXPRESSION_NULL,
        )
        return None
    return adapted


def _null_for(voice: Voice, typed: Typed, target: Target) -> Typed | None:
    if target.type.nullable:
        return typed
    message = f"{target.words} is never null."
    voice.wrong(typed.source.place, message, None, Code.EXPRESSION_NULL)
    return None
