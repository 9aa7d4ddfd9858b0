"""From the words that were typed to an exit code; nothing gets past it but that."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword

from specwright.cli import arguments
from specwright.cli.misuse import Misuse
from specwright.cli.terminal import Terminal, say_json
from specwright.workflow import Refusal

ERRORS = 1
OUR_FAULT = 70  # EX_SOFTWARE
INTERRUPTED = 130
TRACEBACK = "SPECWRIGHT_TRACEBACK"

Command = Callable[[argparse.Namespace, Terminal], int]

MODULES = {
    "new": "starting",
    "check": "checking",
    "plan": "planning",
    "build": "building",
    "fmt": "formatting",
    "implement": "implementing",
    "runs": "running",
    "show": "running",
    "resume": "running",
    "approve": "running",
    "reject": "running",
    "try": "trying",
    "evidence": "evidence",
    "role": "roles",
}


def _asked(argv: Sequence[str] | None) -> argparse.Namespace | int:
    """What was typed, or the exit code of a help that was printed, or could not be."""
    try:
        try:
            return arguments.parser().parse_args(argv)
        except SystemExit as said:
            sys.stdout.flush()
            return int(said.code or 0)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERRORS


def main(argv: Sequence[str] | None = None) -> int:
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what a terminal cannot show is no reason to stop
            stream.reconfigure(errors="replace")
    terminal = Terminal(sys.stdout, sys.stderr, os.environ)
    asked = _asked(argv)
    if isinstance(asked, int):
        return asked
    if asked.command is None:
        terminal.complain(arguments.FRONT_PAGE.rstrip())
        return arguments.USAGE
    try:
        code = _answered(asked, terminal)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read along has stopped
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERRORS
    except KeyboardInterrupt:
        terminal.complain("Interrupted.")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort
        return _our_fault(error, terminal)
    return code


def _open_what_is_closed() -> None:
    """Who closed a stream does not want to read it."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the process ends
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123


def _answered(asked: argparse.Namespace, terminal: Terminal) -> int:
    try:
        return _command(asked.command)(asked, terminal)
    except Misuse as misuse:
        terminal.complain(f"specwright: {misuse}")
        return arguments.USAGE
    except Refusal as refusal:
        if asked.json:
            say_json(terminal, {"refused": refusal.args[0], "hint": refusal.hint})
        terminal.complain(str(refusal))
        return ERRORS
    except BrokenPipeError:
        raise
    except OSError as error:
        terminal.complain(_said_by_the_system(error))
        return ERRORS


def _command(name: str) -> Command:
    """Imported when it is asked for: `--help` does not wait for the compiler."""
    function = f"{name}_" if iskeyword(name) else name
    command: Command = getattr(import_module(f"specwright.cli.{MODULES[name]}"), function)
    return command


def _said_by_the_system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}."


def _our_fault(error: Exception, terminal: Terminal) -> int:
    terminal.complain(
        f"Specwright failed, which is its own fault and not yours ({type(error).__name__}). "
        "Please report it."
    )
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error, file=terminal.err)
    else:
        terminal.complain(f"    Run it again with {TRACEBACK}=1 to see the details to report.")
    return OUR_FAULT
