"""`specwright try`: what waits for a decision, served until Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterable
from types import FrameType

from specwright.cli import running
from specwright.cli.terminal import Style, Terminal, harmless, say_json
from specwright.gates.serving import Served, Someone
from specwright.workflow import Refusal, Workshop


def try_(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = running.workshop_at(asked.repo)
    workshop.show(asked.run)  # there is one
    python = running.sound(asked.python or running.remembered(workshop, asked.run))
    workshop = Workshop(workshop.repository, os.environ, python=python)
    signal.signal(signal.SIGTERM, _interrupted)
    terminal.progress(f"Starting {asked.run} with a database of its own …")
    try:
        with workshop.trial(asked.run, asked.port) as served:
            _tell(served, asked, terminal)
            threading.Thread(target=_renew, args=(served, terminal), daemon=True).start()
            served.wait()
    except KeyboardInterrupt:
        terminal.say(f"\n{asked.run} is served no more, and nothing of it is kept.")
        return 0
    raise Refusal(f"{asked.run} ended by itself.", "Run it again, or look at the worktree.")


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(served: Served, asked: argparse.Namespace, terminal: Terminal) -> None:
    if asked.json:
        people = [{"role": one.role, "id": one.id, "token": one.token} for one in served.people]
        say_json(terminal, {"run": asked.run, "url": served.url, "people": people})
    else:
        terminal.say(f"{asked.run} is served at {served.url}", Style.BOLD)
        terminal.say("Ctrl-C ends it, and nothing of it is kept.")
        _tokens(served.people, terminal)
        terminal.say(f"Its contract: {served.url}/openapi.json")
        if served.people:
            bearer = f'-H "Authorization: Bearer $TOKEN" {served.url}/…'
            terminal.say(f"    TOKEN=…; curl {bearer}")
            terminal.say("Tokens are good for 15 minutes: Enter gives new ones.")
    terminal.out.flush()


def _tokens(people: Iterable[Someone], terminal: Terminal) -> None:
    for one in people:
        terminal.say()
        terminal.say(f"{harmless(one.role)}  {one.id}", Style.CYAN)
        terminal.say(harmless(one.token))
    terminal.say()


def _renew(served: Served, terminal: Terminal) -> None:
    """As often as somebody presses Enter."""
    for _ in sys.stdin:
        _tokens(served.fresh(), terminal)
        terminal.out.flush()
