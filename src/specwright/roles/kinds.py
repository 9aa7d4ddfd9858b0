"""What a setting is: a name, a closed list or a shape, a product default, and what obeys it."""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Generic, TypeAlias, TypeVar

Value: TypeAlias = StrEnum | int | str | tuple[str, ...]
V = TypeVar("V", bound=Value)
E = TypeVar("E", bound=StrEnum)

_LIST = re.compile(r"[\[\]\"']")


class Built(Enum):
    """How far a setting is built."""

    OBEYED = "obeyed"
    AS_DEFAULT = "only the default is built"
    LATER = "later"


@dataclass(frozen=True)
class Setting(Generic[V]):
    name: str
    default: V
    about: str
    built: Built = Built.AS_DEFAULT
    later: tuple[V, ...] = ()  # values of an obeyed setting that are not built yet
    is_safety: bool = False  # a bundle may tighten it, and never loosen it

    @property
    def wanted(self) -> str:
        """What may be written, as a message puts it."""
        raise NotImplementedError

    def read(self, text: str) -> V | None:
        """The value that is written so; None if none is."""
        raise NotImplementedError

    def is_later(self, value: object) -> bool:
        """Whether somebody who chooses this value must be told that nothing obeys it yet."""
        if self.built is Built.OBEYED:
            return value in self.later
        return value != self.default

    def loosens(self, value: V, than: V) -> bool:
        """Whether a value of a setting of safety allows what the other does not."""
        raise NotImplementedError


@dataclass(frozen=True)
class Choice(Setting[E]):
    """One of a closed list."""

    @property
    def wanted(self) -> str:
        *others, last = [f"`{one}`" for one in type(self.default)]
        return f"{', '.join(others)} or {last}" if others else last

    def read(self, text: str) -> E | None:
        return next((one for one in type(self.default) if one == text), None)

    def loosens(self, value: E, than: E) -> bool:
        order = list(type(self.default))
        return order.index(value) < order.index(than)


@dataclass(frozen=True)
class Number(Setting[int]):
    @property
    def wanted(self) -> str:
        return "a whole number"

    def read(self, text: str) -> int | None:
        return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


@dataclass(frozen=True)
class Words(Setting[str]):
    """A text of one line."""

    @property
    def wanted(self) -> str:
        return "a text of one line"

    def read(self, text: str) -> str | None:
        return text if text.isprintable() else None


@dataclass(frozen=True)
class Names(Setting[tuple[str, ...]]):
    """Several texts, between commas."""

    @property
    def wanted(self) -> str:
        return "texts between commas, as in `backend/**, tasks.md`"

    def read(self, text: str) -> tuple[str, ...] | None:
        names = tuple(name for part in _LIST.sub("", text).split(",") if (name := part.strip()))
        return names if text.isprintable() else None

    def loosens(self, value: tuple[str, ...], than: tuple[str, ...]) -> bool:
        allowed, excepted = _halves(value)
        allowed_before, excepted_before = _halves(than)
        return not (
            all(any(_within(name, other) for other in allowed_before) for name in allowed)
            and excepted >= excepted_before
        )


def shown(value: Value) -> str:
    """A value as one writes it."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _halves(names: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """What is allowed, and what `!` excepts from it."""
    excepted = frozenset(name for name in names if name.startswith("!"))
    return frozenset(names) - excepted, excepted


def _within(name: str, other: str) -> bool:
    """Whether a name, or glob, is no wider than another."""
    if ".." in name.split("/"):
        return name == other
    return name == other or (other.endswith("**") and name.startswith(other[:-2]))
