"""An agent as a plain command: the task on its standard input and in a file, its work in files."""

from dataclasses import dataclass
from pathlib import Path

from specwright.agents.commission import Commission
from specwright.agents.implementer import Account
from specwright.agents.room import Room
from specwright.agents.task import task


@dataclass(frozen=True)
class Command:
    """`command:CMD`: the words of the command, its program by its absolute path."""

    words: tuple[str, ...]

    def work(self, commission: Commission, room: Room, python: Path) -> Account:
        with room.scratch() as scratch:
            file = scratch / "TASK.md"
            file.write_text(task(commission, room.folder, python), "utf-8")
            with (
                file.open("rb") as stdin,
                room.holding(self.words, scratch, stdin=stdin.fileno()) as held,
            ):
                return Account(held.wait())
