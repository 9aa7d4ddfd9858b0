"""Runs, and what a person decides on them."""

import argparse
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specwright.cli.misuse import Misuse
from specwright.cli.requesting import requests
from specwright.cli.terminal import Style, Terminal, harmless
from specwright.workflow import Refusal, Repository, Run, Workshop, screen
from specwright.workflow import State as Stand
from specwright.workflow.ledger import Event

PAUSE = 0.3  # seconds between two looks at the ledger


def runs(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = workshop_at(asked.repo)
    found = workshop.runs()
    if not found:
        terminal.say("There are no runs here yet: `specwright implement BUNDLE --into REPO`.")
    width = max((len(run.name) for run in found), default=0)
    for run in found:
        began = run.began.strftime("%Y-%m-%d %H:%M")
        state = terminal.styled(f"{run.state:<10}", *_style(run.state))
        terminal.say(f"{run.name:<{width}}  {state}  {began}  {harmless(run.branch)}")
    for line in requests(workshop.repository):
        terminal.say(harmless(line), Style.YELLOW)
    return 0


def show(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = workshop_at(asked.repo)
    shown(workshop, workshop.show(asked.run), terminal)
    return 0


def resume(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = workshop_at(asked.repo)
    workshop.show(asked.run)  # there is one
    python = asked.python or remembered(workshop, asked.run)
    workshop = Workshop(workshop.repository, os.environ, python=sound(python))
    with progress(workshop, asked.run, terminal):
        run = workshop.resume(asked.run)
    return shown(workshop, run, terminal)


def approve(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = workshop_at(asked.repo)
    return shown(workshop, workshop.approve(asked.run), terminal)


def reject(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = workshop_at(asked.repo)
    return shown(workshop, workshop.reject(asked.run, asked.comment), terminal)


# -- Where it is done


def workshop_at(repo: Path) -> Workshop:
    return Workshop(Repository.at(repo, os.environ), os.environ)


def sound(python: Path) -> Path:
    """Absolute, for it is run elsewhere; never resolved, for that leaves its environment."""
    if not os.access(python, os.X_OK) or python.is_dir():
        raise Misuse(f"{python} is no program.", "Name a Python with `--python`.")
    return python.absolute()


def remember(workshop: Workshop, name: str) -> None:
    """Keep with which Python a run is begun, for `resume`."""
    file = _memory(workshop, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    python, root = workshop.python, workshop.repository.root
    inside = python.relative_to(root) if python.is_relative_to(root) else python  # it may move
    file.write_text(f"{inside}\n", "utf-8")


def remembered(workshop: Workshop, name: str) -> Path:
    try:
        return workshop.repository.root / _memory(workshop, name).read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise Refusal(
            f"It is not known any more with which Python {name} was begun.",
            "Name one that has what the backend needs with `--python`.",
        ) from error


def _memory(workshop: Workshop, name: str) -> Path:
    return workshop.repository.root / ".specwright" / "runs" / f"{name}.python"


# -- What is said


def shown(workshop: Workshop, run: Run, terminal: Terminal) -> int:
    terminal.say(harmless(screen(run)).rstrip("\n"))
    root = workshop.repository.root
    if not Path.cwd().is_relative_to(root):
        terminal.say(f"{'':<12}all of it from {root}")
    left_its_scope = run.state is Stand.WAITING and run.is_beyond_scope
    return 1 if run.state is Stand.FAILED or left_its_scope else 0


def _style(state: Stand) -> tuple[Style, ...]:
    match state:
        case Stand.WAITING | Stand.UNFINISHED | Stand.APPROVED:
            return (Style.YELLOW,)
        case Stand.COMMITTED:
            return (Style.GREEN,)
        case Stand.FAILED | Stand.REJECTED:
            return (Style.RED,)


@contextmanager
def progress(workshop: Workshop, name: str, terminal: Terminal) -> Iterator[None]:
    """While a person waits on a terminal: each step as the ledger tells it."""
    if not terminal.err.isatty():
        with _interruptible(name, terminal):
            yield
        return
    over = threading.Event()
    watch = threading.Thread(target=_follow, args=(workshop, name, terminal, over), daemon=True)
    watch.start()
    try:
        with _interruptible(name, terminal):
            yield
    finally:
        over.set()
        watch.join()


@contextmanager
def _interruptible(name: str, terminal: Terminal) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        terminal.complain(f"`specwright resume {name}` goes on where it was.")
        raise


def _events(workshop: Workshop, name: str) -> tuple[Event, ...]:
    try:
        return workshop.show(name).events
    except Refusal:  # it has not begun
        return ()


def _follow(workshop: Workshop, name: str, terminal: Terminal, over: threading.Event) -> None:
    told = 0
    while True:
        is_last = over.wait(PAUSE)
        events = _events(workshop, name)
        for event in events[told:]:
            terminal.progress(harmless(f"  {event.name:<14}{event.facts.get('saw', '')}"))
        told = len(events)
        if is_last:
            return
