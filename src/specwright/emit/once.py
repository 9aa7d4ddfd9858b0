"""Answers that are worked out once for each model, and kept with it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from specwright.model import Model

T = TypeVar("T")


def once(ask: Callable[[Model], T]) -> Callable[[Model], T]:
    """A model never changes, so neither does the answer; one that replaces it has its own."""
    key = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def answer(model: Model) -> T:
        kept = vars(model)
        if key not in kept:
            kept[key] = ask(model)
        found: T = kept[key]
        return found

    return answer
