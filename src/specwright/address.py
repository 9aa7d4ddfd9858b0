"""Stable names of the things in a bundle, such as `orders.rules.placeOrder` or `FR-001`."""

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """A dotted name that survives the moving of lines; generated files cite nothing else."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, *parts: str) -> "Address":
        return cls(parts)

    def __truediv__(self, part: str) -> "Address":
        return Address((*self.parts, part))

    def __str__(self) -> str:
        return ".".join(self.parts)


@cache
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name, however it joins them: `claimNextTask`, `claim-next`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", name)
    return tuple(word.lower() for word in re.split(r"[^\w]+|_+", spaced) if word)


@cache
def snake(name: str) -> str:
    return "_".join(words(name))


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in words(name))


def kebab(name: str) -> str:
    return "-".join(words(name))
