"""Phrases that several messages share."""

from collections.abc import Iterable

from specwright.diagnostic import did_you_mean
from specwright.model.types import quoted


def near_or_all(word: str, known: Iterable[str]) -> str | None:
    """The known word that is meant, or what there is to choose from."""
    words = tuple(known)
    return did_you_mean(word, words) or (f"There is {quoted(words)}." if words else None)
