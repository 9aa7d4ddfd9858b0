"""`specwright implement` and what follows it: runs, and a person's decision on them."""

import argparse
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from specwright.address import kebab
from specwright.build import Backend, Compiled, Destination, Draft, State, draft
from specwright.build.comparison import Lying
from specwright.build.delivery import Wishes, branch_of, delivery
from specwright.build.drafting import Origin
from specwright.build.interpreter import interpreter
from specwright.build.migrating import expect_nothing_lost
from specwright.cli import checking, planning
from specwright.cli.checking import Folder, Misuse
from specwright.cli.planning import Plan
from specwright.cli.terminal import Style, Terminal, harmless
from specwright.cli.version import VERSION
from specwright.gates.tidy import tidy
from specwright.tree import PathLeavesTree, Tree
from specwright.workflow import Delivery, Refusal, Repository, Run, Workshop, screen
from specwright.workflow import State as Stand
from specwright.workflow.delivery import Todo
from specwright.workflow.ledger import Event
from specwright.workflow.person import Person

LEFT_OUT = 3
PAUSE = 0.3  # seconds between two looks at the ledger


def implement(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    first = folder.compiled()
    if first.backend is None:
        checking.show(folder, first.diagnostics, terminal)
        return 1
    Destination.at(asked.into, folder.path)  # not in the bundle
    repository = Repository.made(asked.into, os.environ)
    order = _Order(folder, repository, asked).delivery()
    python = asked.python or _made_python(repository, order, terminal)
    workshop = Workshop(repository, os.environ, python=_sound(python))
    name = _next_name(workshop, order.bundle)
    _remember(workshop, name, python)
    with _progress(workshop, name, terminal):
        run = workshop.begin(order, name)
    code = _shown(run, terminal)
    return LEFT_OUT if code == 0 and first.model.left_out else code


def runs(asked: argparse.Namespace, terminal: Terminal) -> int:
    found = _workshop(asked.repo).runs()
    if not found:
        terminal.say("There are no runs here yet: `specwright implement BUNDLE --into REPO`.")
    width = max((len(run.name) for run in found), default=0)
    for run in found:
        began = run.began.strftime("%Y-%m-%d %H:%M")
        state = terminal.styled(f"{run.state:<10}", *_style(run.state))
        terminal.say(f"{run.name:<{width}}  {state}  {began}  {harmless(run.branch)}")
    return 0


def show(asked: argparse.Namespace, terminal: Terminal) -> int:
    terminal.say(screen(_workshop(asked.repo).show(asked.run)).rstrip("\n"))
    return 0


def resume(asked: argparse.Namespace, terminal: Terminal) -> int:
    workshop = _workshop(asked.repo)
    workshop.show(asked.run)  # there is one
    python = asked.python or _remembered(workshop, asked.run)
    workshop = Workshop(workshop.repository, os.environ, python=_sound(python))
    with _progress(workshop, asked.run, terminal):
        run = workshop.resume(asked.run)
    return _shown(run, terminal)


def approve(asked: argparse.Namespace, terminal: Terminal) -> int:
    return _shown(_workshop(asked.repo).approve(asked.run), terminal)


def reject(asked: argparse.Namespace, terminal: Terminal) -> int:
    return _shown(_workshop(asked.repo).reject(asked.run, asked.comment), terminal)


# -- What is ordered


@dataclass(frozen=True)
class _Order:
    """A bundle, and the repository that it is to be implemented in."""

    folder: Folder
    repository: Repository
    asked: argparse.Namespace

    def delivery(self) -> Delivery:
        branch = self.asked.branch or branch_of(self.folder.name, self.folder.files)
        person = Person.at_work(self.repository.git)
        baseline = self.repository.branch_point(branch, person, datetime.now(UTC))
        before = self.repository.files(baseline.commit)
        compiled = self.folder.compiled(State.of(before), tidy)
        if compiled.backend is None:
            raise AssertionError("A bundle without errors has some in a repository.")
        drafted = self._drafted(compiled, compiled.backend, before)
        wishes = Wishes(
            branch,
            self.folder.path,
            baseline.commit if self.repository.head or baseline.tip else None,
            self._todo(Plan(compiled, compiled.backend, self.asked.into, drafted)),
        )
        return delivery(compiled, compiled.backend, drafted, tidy, wishes)

    def _drafted(self, compiled: Compiled, backend: Backend, before: Tree) -> Draft:
        origin = Origin(compiled.model.name, VERSION)
        found = draft(backend, origin, State.of(before), Lying.of(before), self.asked.eject)
        found.expect_allowed()
        if not self.asked.allow_destructive:
            expect_nothing_lost(backend.changes)
        return found

    def _todo(self, plan: Plan) -> Todo | None:
        path = self.asked.todo
        if path is None:
            return None
        try:
            (inside,) = Tree({path: ""})
        except PathLeavesTree as error:
            raise Misuse(f"`{path}` is not in the repository.", "Try `TODO.md`.") from error
        if inside in plan.backend.tree:
            raise Misuse(f"`{inside}` is a file of the backend.", "Try `TODO.md`.")
        text = "\n".join(planning.lines(plan, self.folder.seen))
        return Todo(inside, f"# What will be built\n\n```text\n{text}\n```")


# -- Where it is done


def _workshop(repo: Path) -> Workshop:
    return Workshop(Repository.at(repo, os.environ), os.environ)


def _made_python(repository: Repository, order: Delivery, terminal: Terminal) -> Path:
    pyproject = order.final["pyproject.toml"]
    return interpreter(repository.root, pyproject, os.environ, terminal.progress)


def _sound(python: Path) -> Path:
    """Absolute, for it is run elsewhere; never resolved, for that leaves its environment."""
    if not os.access(python, os.X_OK) or python.is_dir():
        raise Misuse(f"{python} is no program.", "Name a Python with `--python`.")
    return python.absolute()


def _remember(workshop: Workshop, name: str, python: Path) -> None:
    file = _memory(workshop, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{python.absolute()}\n", "utf-8")


def _remembered(workshop: Workshop, name: str) -> Path:
    try:
        return Path(_memory(workshop, name).read_text("utf-8").strip())
    except FileNotFoundError as error:
        raise Refusal(
            f"It is not known any more with which Python {name} was begun.",
            "Name one that has what the backend needs with `--python`.",
        ) from error


def _memory(workshop: Workshop, name: str) -> Path:
    return workshop.repository.root / ".specwright" / "runs" / f"{name}.python"


def _next_name(workshop: Workshop, bundle: str) -> str:
    """`orders-1`, `orders-2`."""
    start = re.sub(r"[^a-z0-9-]", "", kebab(bundle))[:60].strip("-") or "run"
    taken = {run.name for run in workshop.runs()}
    return next(
        name for number in range(1, len(taken) + 2) if (name := f"{start}-{number}") not in taken
    )


# -- What is said


def _shown(run: Run, terminal: Terminal) -> int:
    terminal.say(harmless(screen(run)).rstrip("\n"))
    return 1 if run.state is Stand.FAILED else 0


def _style(state: Stand) -> tuple[Style, ...]:
    match state:
        case Stand.WAITING | Stand.UNFINISHED | Stand.APPROVED:
            return (Style.YELLOW,)
        case Stand.COMMITTED:
            return (Style.GREEN,)
        case Stand.FAILED | Stand.REJECTED:
            return (Style.RED,)


@contextmanager
def _progress(workshop: Workshop, name: str, terminal: Terminal) -> Iterator[None]:
    """While a person waits on a terminal: each step as the ledger tells it."""
    if not terminal.err.isatty():
        yield
        return
    over = threading.Event()
    watch = threading.Thread(target=_follow, args=(workshop, name, terminal, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


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
