"""Which requirement is fulfilled by what, and which by nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.spec.syntax import Requirement, Scenario, Word

_FILES = frozenset(
    {
        "spec.md",
        "data-model.md",
        "rules.md",
        "plan.md",
        "architecture.md",
        "tasks.md",
        "research.md",
        "quickstart.md",
    }
)


@dataclass(frozen=True, slots=True)
class Trace:
    """A requirement, and the things of the bundle that fulfil it."""

    id: str
    text: str
    links: tuple[str, ...]
    place: Place

    @property
    def is_must(self) -> bool:
        return "MUST" in self.text


def read_traces(
    requirements: Sequence[Requirement], known: Iterable[str], report: Report
) -> tuple[Trace, ...]:
    """The requirements; a link to nothing is reported."""
    names = frozenset(known)
    traces: list[Trace] = []
    for requirement in requirements:
        links = [word for word in requirement.links if _is_known(word, names, report)]
        traces.append(
            Trace(
                requirement.id.value,
                requirement.text,
                tuple(word.value for word in links),
                requirement.id.place,
            )
        )
    return tuple(traces)


def _is_known(word: Word, names: frozenset[str], report: Report) -> bool:
    target = word.value.partition("#")[0]
    if target in names or target in _FILES or target.startswith("contracts/"):
        return True
    report.add(
        word.place,
        Code.UNKNOWN_LINK,
        f"`{word}` is nothing in this bundle.",
        did_you_mean(word.value, names | _FILES),
    )
    return False


def uncovered(traces: Sequence[Trace], scenarios: Sequence[Scenario]) -> tuple[Trace, ...]:
    """The requirements with MUST that nothing fulfils and no scenario names."""
    named = " ".join(f"{one.feature} {one.name}" for one in scenarios)
    return tuple(
        trace
        for trace in traces
        if trace.is_must and trace.id.startswith("FR") and not trace.links and trace.id not in named
    )
