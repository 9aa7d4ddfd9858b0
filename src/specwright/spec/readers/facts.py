"""What a foreign notation states of a table, in the terms of our own."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from specwright.spec.syntax import Default, Word
from specwright.spec.text import Text

DEFAULTS = frozenset({"now()", "gen_random_uuid()", "current_date"})  # that a database works out


@dataclass(frozen=True, slots=True)
class Target:
    """The table that a column points at, as it is called there, and its column if that is said."""

    name: Word
    column: str | None = None
    on_delete: Word | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A column; None is what nobody said. `checks` are SQL over the column's own name."""

    name: Word  # in snake_case
    type: Word | None = None  # as DBML has it
    not_null: bool | None = None
    primary_key: bool = False
    unique: bool = False
    generated: bool = False
    default: Default | None = None
    checks: tuple[Text, ...] = ()
    target: Target | None = None
    values: tuple[Word, ...] = ()  # of an enum of its own
    enum: str | None = None  # the name of one that stands elsewhere
    is_loose: bool = False  # a type that any other statement makes exact
    is_open: bool = False  # nobody can tell its type, which is said already


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement of a table: `name` as its author wrote it, such as `Customer`."""

    name: Word
    fields: tuple[Field, ...]
    uniques: tuple[tuple[Word, ...], ...] = ()
    indexes: tuple[tuple[Word, ...], ...] = ()
    checks: tuple[Text, ...] = ()
    is_table: bool = False  # whether the notation leaves no doubt of it


@dataclass(slots=True)
class Found:
    """All that the readers of one file found, in the order of the file."""

    stated: list[Stated] = field(default_factory=list)
    enums: dict[str, tuple[Word, ...]] = field(default_factory=dict)  # by name as written


def with_target(one: Field, target: Target | None) -> Field:
    return one if target is None else replace(one, target=target)


def merged(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The first of each name."""
    found: dict[str, Field] = {}
    for one in fields:
        found.setdefault(one.name.value, one)
    return tuple(found.values())
