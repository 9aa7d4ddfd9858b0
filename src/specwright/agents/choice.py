"""`--with compiler|command:CMD|acp:CMD`, read."""

import shlex
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from specwright.agents.command import Command
from specwright.agents.implementer import Implementer

COMPILER = "compiler"
KINDS = ("command", "acp")


class NoSuchAgent(Exception):
    """What was asked for is none, or is not there; with what helps."""

    def __init__(self, sentence: str, hint: str) -> None:
        super().__init__(sentence)
        self.hint = hint


def agent_of(asked: str, environment: Mapping[str, str]) -> Implementer | None:
    """The agent that is meant; None is the compiler, which leaves hooks to people."""
    if asked == COMPILER:
        return None
    kind, _, line = asked.partition(":")
    if kind not in KINDS:
        raise NoSuchAgent(
            f"`{asked}` is no implementer.",
            "There are `compiler`, `command:CMD` and `acp:CMD`.",
        )
    words = _words(line, asked, environment)
    if kind == "command":
        return Command(words)
    if find_spec("acp") is None:
        raise NoSuchAgent(
            "The Agent Client Protocol needs one more package.",
            "`pip install 'specwright[acp]'`.",
        )
    from specwright.agents.acp import OverProtocol  # noqa: PLC0415 - the package is an extra

    return OverProtocol(words)


def _words(line: str, asked: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise NoSuchAgent(f"`{asked}` cannot be read: {error}.", "Close its quotes.") from error
    if not words:
        raise NoSuchAgent(f"`{asked}` names no command.", f"As in `{asked}my-agent --yes`.")
    program = shutil.which(words[0], path=environment.get("PATH"))
    if program is None:
        raise NoSuchAgent(
            f"`{words[0]}` is no program.", "Install it, or name it by its absolute path."
        )
    return (str(Path(program).absolute()), *words[1:])
