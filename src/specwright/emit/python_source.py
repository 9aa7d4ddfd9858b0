"""Pieces of Python: text that knows how tightly it holds together, and what it imports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from uuid import UUID

from specwright.address import pascal
from specwright.emit import names
from specwright.emit.wording import quoted
from specwright.model.typed import Member, Value


class Level(IntEnum):
    """How tightly an expression of Python holds together."""

    CONDITIONAL = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    UNARY = 7
    ATOM = 8


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    level: Level = Level.ATOM

    def at(self, level: Level) -> str:
        """The text for a place that needs it to hold at least so tightly."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True, order=True, slots=True)
class Import:
    """`from module import name`."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class ClassNames:
    """The classes of entities and of enums, where they are not named after them."""

    entities: Mapping[str, str] = field(default_factory=dict)
    enums: Mapping[str, str] = field(default_factory=dict)

    def entity(self, name: str) -> str:
        return self.entities.get(name, names.class_of(name))

    def enum(self, name: str) -> str:
        return self.enums.get(name, pascal(name))


class Uses:
    """What the pieces written so far need: imports, enums and entities, each once, in order."""

    def __init__(self) -> None:
        self._imports: dict[Import, None] = {}
        self._enums: dict[str, None] = {}
        self._entities: dict[str, None] = {}

    def imported(self, module: str, name: str) -> str:
        self._imports[Import(module, name)] = None
        return name

    def enum(self, name: str) -> None:
        self._enums[name] = None

    def entity(self, name: str) -> None:
        self._entities[name] = None

    @property
    def imports(self) -> tuple[Import, ...]:
        return tuple(sorted(self._imports))

    @property
    def enums(self) -> tuple[str, ...]:
        return tuple(sorted(self._enums))

    @property
    def entities(self) -> tuple[str, ...]:
        return tuple(sorted(self._entities))


_UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
    "microseconds": timedelta(microseconds=1),
}


def constant(value: Value, uses: Uses) -> Piece:  # noqa: PLR0911 - a table
    """A value as Python writes it."""
    match value:
        case None | bool():
            return Piece(str(value))
        case int() | float():
            return Piece(repr(value), Level.UNARY if value < 0 else Level.ATOM)
        case str():
            return Piece(text_literal(value))
        case Decimal():
            return Piece(f"{uses.imported('decimal', 'Decimal')}({_decimal(value)})")
        case UUID():
            return Piece(f'{uses.imported("uuid", "UUID")}("{value}")')
        case datetime():
            return Piece(_moment(value, uses))
        case date():
            name = uses.imported("datetime", "date")
            return Piece(f"{name}({value.year}, {value.month}, {value.day})")
        case timedelta():
            return Piece(_duration(value, uses))


def text_literal(text: str) -> str:
    return quoted(text) if text.isprintable() else ascii(text)


def _decimal(value: Decimal) -> str:
    whole = value.as_tuple().exponent == 0
    return str(value) if whole else f'"{value}"'


def _moment(value: datetime, uses: Uses) -> str:
    name, utc = uses.imported("datetime", "datetime"), uses.imported("datetime", "UTC")
    at = value.astimezone(UTC)
    parts = [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond]
    while len(parts) > 3 and parts[-1] == 0:  # noqa: PLR2004 - a datetime needs year, month and day
        parts.pop()
    return f"{name}({', '.join(map(str, parts))}, tzinfo={utc})"


def _duration(value: timedelta, uses: Uses) -> str:
    """In the longest unit that needs no second one: `timedelta(minutes=90)`."""
    unit = next(unit for unit, length in _UNITS.items() if not value % length)
    return f"{uses.imported('datetime', 'timedelta')}({unit}={value // _UNITS[unit]})"


def enum_member(member: Member, classes: ClassNames, uses: Uses) -> Piece:
    """`TaskStatus.DONE`, or the bare text for an enum that only the wire knows."""
    if member.enum.name is None:
        return Piece(text_literal(member.value))
    uses.enum(member.enum.name)
    return Piece(f"{classes.enum(member.enum.name)}.{names.member(member.value)}")


def joined(pieces: Iterable[Piece], word: str, level: Level) -> Piece:
    """The pieces with `word` between them; one piece is itself."""
    found = list(pieces)
    if len(found) == 1:
        return found[0]
    return Piece(f" {word} ".join(piece.at(Level(level + 1)) for piece in found), level)
