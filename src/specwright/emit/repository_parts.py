"""What a module of queries is made of, while it is written."""

from dataclasses import dataclass, field

from specwright.emit.queries import Conditions


@dataclass(frozen=True, slots=True)
class Struct:
    name: str
    base: str
    purpose: str
    fields: tuple[tuple[str, str], ...]
    method: str = ""


@dataclass
class Repository:
    """The classes of one entity, method by method as text."""

    name: str
    rows: str
    every: str
    plural: str
    actor: str
    scope: list[str]
    actor_name: str = "actor"
    takes_now: bool = False
    bound: frozenset[str] = frozenset()  # what the scope binds, by name
    on_rows: list[str] = field(default_factory=list)
    for_caller: list[str] = field(default_factory=list)
    for_jobs: list[str] = field(default_factory=list)


@dataclass
class Module:
    structs: list[Struct] = field(default_factory=list)
    conditions: Conditions = field(default_factory=Conditions)
    starts: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)  # statements that functions make
    repositories: list[Repository] = field(default_factory=list)
