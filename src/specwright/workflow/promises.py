"""What a specification promises, and which tests are there to show it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered sentence, such as `FR-001`, with what it says fulfils it."""

    id: str
    text: str
    place: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario by its name; `test` is empty where nobody could write one."""

    feature: str
    name: str
    place: str
    test: str = ""


@dataclass(frozen=True)
class Promises:
    """`calls` are what test functions are about: operations, jobs, `rules.md#access`."""

    requirements: tuple[Requirement, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    operations: tuple[str, ...] = ()
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_shown: tuple[str, ...] = ()  # what no test shows, each in a sentence

    def about(self, test: str) -> tuple[str, ...]:
        """What a test is about: of operations, those its parameters name, if they name any."""
        function, _, parameters = test.partition("[")
        known = self.calls.get(function, ())
        named = set(parameters.rstrip("]").split("-"))
        operations = tuple(one for one in self.operations if one in named)
        if not operations:
            return known
        return (*operations, *(one for one in known if one not in self.operations))


def to_content(promises: Promises) -> dict[str, Any]:
    return asdict(promises)


def from_content(content: Any) -> Promises:  # noqa: ANN401 - as it was read from JSON
    """What `to_content` gave; whatever has another shape raises `TypeError` or `KeyError`."""
    return Promises(
        requirements=tuple(
            Requirement(**{**one, "links": tuple(one["links"])}) for one in content["requirements"]
        ),
        scenarios=tuple(Scenario(**one) for one in content["scenarios"]),
        operations=tuple(content["operations"]),
        calls={test: tuple(called) for test, called in content["calls"].items()},
        not_shown=tuple(content["not_shown"]),
    )
