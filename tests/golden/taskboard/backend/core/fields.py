"""The kinds of value that domains have in common."""

import math
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, JsonValue

V = TypeVar("V")


def _without_nul(text: str) -> str:
    """PostgreSQL keeps no NUL characters: refuse them here, kindly."""
    if "\0" in text:
        raise ValueError("must not contain a NUL character")
    return text


def _storable(value: JsonValue) -> JsonValue:
    match value:
        case str():
            _without_nul(value)
        case float() if not math.isfinite(value):
            raise ValueError("must be a finite number")
        case list():
            for item in value:
                _storable(item)
        case dict():
            for key, item in value.items():
                _without_nul(key)
                _storable(item)
        case _:
            pass
    return value


def _storable_object(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    _storable(value)
    return value


def _not_null(value: V) -> V:
    if value is None:
        raise ValueError("must not be null: leave it out instead")
    return value


Text: TypeAlias = Annotated[str, AfterValidator(_without_nul)]
JsonObject: TypeAlias = Annotated[dict[str, JsonValue], AfterValidator(_storable_object)]
Json: TypeAlias = Annotated[JsonValue, AfterValidator(_storable)]
NotNull = AfterValidator(_not_null)  # of what may be absent, and only that
