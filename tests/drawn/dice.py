"""The one source of chance: a generator of a seed, and how often each feature is drawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")

FEATURES = {
    "auth": 0.9,
    "tenancy": 0.3,
    "tags": 0.6,
    "camel": 0.4,  # names on the wire
    "snake_ids": 0.2,  # operation ids
    "status_422": 0.2,
    "strange_names": 0.5,
    "lifecycle": 0.5,
    "guard": 0.5,
    "else": 0.4,
    "effect": 0.5,
    "self_loop": 0.3,
    "final_state": 0.4,
    "second_reference": 0.3,
    "self_reference": 0.15,
    "reverse": 0.6,
    "link": 0.3,
    "versioned": 0.3,
    "number_key": 0.1,
    "check": 0.4,
    "table_check": 0.2,
    "unique": 0.3,
    "index": 0.3,
    "nested_list": 0.3,
    "nested_create": 0.25,
    "filter": 0.4,
    "order_by": 0.4,
    "patch": 0.6,
    "put": 0.25,
    "delete": 0.4,
    "pick": 0.2,
    "action": 0.2,
    "public": 0.15,
    "condition": 0.3,
    "all_alike": 0.15,  # who signs in has no role
    "signed_in": 0.1,  # a cell for every role that has none
    "membership": 0.15,  # a condition of access on who belongs to a row
    "require": 0.35,
    "crowded": 0.15,  # a rule counts the rows beside the row
    "free_field": 0.15,
    "hidden": 0.15,
    "derived": 0.25,
    "nested_view": 0.3,
    "related_value": 0.25,
    "related_count": 0.2,
    "job": 0.3,
    "hook": 0.06,  # of each call
    "envelope": 0.2,  # an object around each row
    "counters": 0.25,  # beside the rows of lists
    "bare_list": 0.1,
    "second_round": 0.25,  # of a job
    "own_errors": 0.25,  # the contract describes an error body of its own
    "loose_contract": 0.3,  # it says less about values than the data model
}


@dataclass
class Dice:
    """`forced` features are always there, `barred` ones never.

    Each feature has chances of its own, so that a new one changes no bundle that does not draw it.
    """

    seed: int
    forced: Collection[str] = ()
    barred: Collection[str] = ()
    _random: Random = field(init=False)
    _features: dict[str, Random] = field(init=False)

    def __post_init__(self) -> None:
        unknown = [name for name in (*self.forced, *self.barred) if name not in FEATURES]
        if unknown:
            raise ValueError(unknown)
        self._random = Random(self.seed)
        self._features = {name: Random(f"{self.seed} {name}") for name in FEATURES}

    def has(self, feature: str) -> bool:
        drawn = self._features[feature].random() < FEATURES[feature]
        return feature in self.forced or (drawn and feature not in self.barred)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def pick(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], low: int, high: int) -> list[T]:
        """Some of the choices, each once, in any order."""
        count = min(self.number(low, high), len(choices))
        return self._random.sample(choices, count)

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        return self._random.sample(choices, len(choices))
