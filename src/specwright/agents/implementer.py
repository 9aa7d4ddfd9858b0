"""Who writes the bodies of hooks: one small interface, whatever stands behind it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from specwright.agents.commission import Commission
from specwright.agents.room import Ending, Room


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that an agent asked for and was not given."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Account:
    """How it went; what the agent said of it is in `ending.said`, and proves nothing."""

    ending: Ending
    refused: tuple[Refused, ...] = ()


class Implementer(Protocol):
    """An outside agent that works on files in a room. What it leaves there is judged by others."""

    def work(self, commission: Commission, room: Room, python: Path) -> Account: ...
