"""Where words go: colour and progress on a terminal, plain text everywhere else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO


class Style(StrEnum):
    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    CYAN = "36"


@dataclass(frozen=True)
class Terminal:
    out: TextIO
    err: TextIO
    environment: Mapping[str, str]

    @property
    def is_one(self) -> bool:
        """Whether a person reads along."""
        return self.out.isatty()

    @property
    def has_colour(self) -> bool:
        plain = self.environment.get("NO_COLOR") or self.environment.get("TERM") == "dumb"
        return self.is_one and not plain

    def styled(self, text: str, *styles: Style) -> str:
        if not (styles and text and self.has_colour):
            return text
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m"

    def say(self, text: str = "", *styles: Style) -> None:
        self.out.write(f"{self.styled(text, *styles)}\n")

    def complain(self, text: str) -> None:
        self.err.write(f"{text}\n")

    def progress(self, text: str) -> None:
        """Said only where a person waits for it."""
        if self.err.isatty():
            self.err.write(f"{text}\n")
            self.err.flush()


def say_json(terminal: Terminal, content: object) -> None:
    terminal.say(json.dumps(content, indent=2))


def harmless(text: str) -> str:
    """Whatever a bundle says, it does not speak to the terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)
