"""Who is heard when several speak of one setting."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any, cast

from specwright.roles.kinds import Setting, V, Value, shown
from specwright.roles.settings import SETTINGS


class Level(IntEnum):
    """From the weakest to the strongest."""

    PRODUCT = 0
    ROLE = 1
    PROJECT = 2
    BUNDLE = 3
    PERSON = 4


@dataclass(frozen=True, slots=True)
class Said:
    """A setting's value, who says it, and where."""

    setting: Setting[Any]
    value: Value
    level: Level
    where: str  # `tdd-expert.md:21`, or whatever leads a person there

    def __str__(self) -> str:
        return f"`{self.setting.name}: {shown(self.value)}` ({self.where})"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two of one level say different things, and nobody above them decides."""

    one: Said
    other: Said

    @property
    def name(self) -> str:
        return self.one.setting.name

    def __str__(self) -> str:
        return f"{self.one.where} and {self.other.where} disagree: {self.one} against {self.other}."


@dataclass(frozen=True, slots=True)
class Loosened:
    """A bundle allows what holds without it does not."""

    asked: Said
    holds: Said

    @property
    def name(self) -> str:
        return self.asked.setting.name

    def __str__(self) -> str:
        return (
            f"A bundle may tighten `{self.name}`, and never loosen it: "
            f"{self.asked} against {self.holds}."
        )


Problem = Disagreement | Loosened


@dataclass(frozen=True)
class Settings:
    """Every setting with the value that holds, and who says so."""

    said: Mapping[str, Said]

    def __getitem__(self, setting: Setting[V]) -> V:
        return cast("V", self.of(setting).value)

    def of(self, setting: Setting[Any]) -> Said:
        return self.said.get(setting.name) or _product(setting)

    def all(self) -> Iterator[Said]:
        return (self.of(setting) for setting in SETTINGS.values())

    @property
    def later(self) -> tuple[Said, ...]:
        """What somebody chose, and nothing obeys yet."""
        return tuple(
            said
            for said in self.all()
            if said.level is not Level.PRODUCT and said.setting.is_later(said.value)
        )


def settle(said: Iterable[Said]) -> tuple[Settings, tuple[Problem, ...]]:
    """Person before bundle before project before role before product; and what is against it."""
    chosen: dict[str, Said] = {}
    problems: list[Problem] = []
    everything = sorted(said, key=lambda one: (one.setting.name, -one.level))
    for name, ones in groupby(everything, key=lambda one: one.setting.name):
        several = list(ones)
        first = several[0]
        chosen[name] = first
        problems += _against(first, several)
    return Settings(chosen), tuple(problems)


def _against(first: Said, several: Sequence[Said]) -> Iterator[Problem]:
    for other in several[1:]:
        if other.level is first.level and other.value != first.value:
            yield Disagreement(first, other)
            return
    below = (one for one in several if one.level < Level.BUNDLE)
    holds = next(below, None) or _product(first.setting)
    is_asked = first.level is Level.BUNDLE and first.setting.is_safety
    if is_asked and first.setting.loosens(first.value, holds.value):
        yield Loosened(first, holds)


def _product(setting: Setting[Any]) -> Said:
    return Said(setting, setting.default, Level.PRODUCT, "product default")
