"""Values that only the database can tell, since other rows are read for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from specwright.model.typed import Typed


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    typed: Typed
    is_negated: bool = False


def distinct_facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each once; two that would share a name are told apart."""
    found: dict[str, Fact] = {}
    for fact in facts:
        name = fact.name
        while name in found and found[name].typed != fact.typed:
            name += "_too"
        found[name] = Fact(name, fact.typed, fact.is_negated)
    return tuple(found.values())
