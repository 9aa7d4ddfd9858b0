"""`specwright implement`: the whole job, up to the pause."""

import argparse
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from specwright.address import kebab
from specwright.agents import NoSuchAgent, agent_of
from specwright.build import Backend, Compiled, Destination, Draft, State, draft
from specwright.build.comparison import HISTORY, Fate, Lying
from specwright.build.compilation import TESTS
from specwright.build.delivery import Wishes, branch_of, delivery
from specwright.build.drafting import Origin
from specwright.build.interpreter import interpreter
from specwright.build.migrating import expect_nothing_lost
from specwright.build.tidying import tidied
from specwright.cli import checking, manner, planning, running
from specwright.cli.building import NOT_WHOLE
from specwright.cli.checking import Folder
from specwright.cli.misuse import Misuse
from specwright.cli.planning import Plan
from specwright.cli.requesting import expect_schema
from specwright.cli.terminal import Terminal, harmless
from specwright.cli.version import VERSION
from specwright.roles.choices import Switch
from specwright.roles.settings import DOCS_TODO, PREFER_EDIT
from specwright.tree import PathLeavesTree, Tree
from specwright.workflow import Delivery, Repository, Workshop, documents
from specwright.workflow.delivery import Todo, is_reserved
from specwright.workflow.person import Person

TRY = "Try `TODO.md`."
DOMAIN_DEPTH = 2  # a file of a domain lies below `backend/orders`


def implement(asked: argparse.Namespace, terminal: Terminal) -> int:
    agent = _agent(asked)
    folder = Folder.read(asked.bundle)
    understood = folder.understood(manner.said_by_others(asked))
    if understood.tests is None:
        checking.show(folder, understood.diagnostics, terminal)
        return 1
    manner.expect_agreed(understood)
    open_ones = manner.questions(understood)
    if open_ones:
        manner.ask(folder, understood, open_ones, terminal)
        return 1
    Destination.at(asked.into, folder.path)  # not in the bundle
    repository = Repository.made(asked.into, os.environ)
    repository.hide_runs()
    order = _Order(folder, understood, repository, asked).delivery()
    if agent and not order.commission:
        terminal.say(f"Every hook has its body: {harmless(agent)} is not asked.")
    python = asked.python or _made_python(repository, order, terminal)
    workshop = Workshop(repository, os.environ, python=running.sound(python))
    name = _next_name(workshop, order.bundle)
    running.remember(workshop, name)
    with running.progress(workshop, name, terminal):
        run = workshop.begin(order, name)
    code = running.shown(workshop, run, terminal)
    return code or (0 if understood.is_whole else NOT_WHOLE)


def _agent(asked: argparse.Namespace) -> str | None:
    """The agent that is to write hooks, if one is and it is there."""
    try:
        return asked.agent if agent_of(asked.agent, os.environ) else None
    except NoSuchAgent as error:
        raise Misuse(str(error), error.hint) from error


def _made_python(repository: Repository, order: Delivery, terminal: Terminal) -> Path:
    pyproject = order.final["pyproject.toml"]
    return interpreter(repository.root, pyproject, os.environ, terminal.progress)


def _next_name(workshop: Workshop, bundle: str) -> str:
    """`orders-1`, `orders-2`."""
    start = re.sub(r"[^a-z0-9-]", "", kebab(bundle))[:60].strip("-") or "run"
    taken = {run.name for run in workshop.runs()}
    return next(
        name for number in range(1, len(taken) + 2) if (name := f"{start}-{number}") not in taken
    )


# -- What is ordered


@dataclass(frozen=True)
class _Order:
    """A bundle, and the repository that it is to be implemented in."""

    folder: Folder
    understood: Compiled
    repository: Repository
    asked: argparse.Namespace

    def delivery(self) -> Delivery:
        branch = self.asked.branch or branch_of(self.folder.name, self.folder.files)
        person = Person.at_work(self.repository.git)
        baseline = self.repository.branch_point(branch, person, datetime.now(UTC))
        before = self.repository.files(baseline.commit)
        compiled = self.understood.onto(State.of(before), tidied)
        if compiled.backend is None:
            raise AssertionError("A bundle without errors has a backend.")
        drafted = self._drafted(compiled, compiled.backend, before)
        settings = compiled.settings
        expect_schema(
            compiled.backend, settings, self.repository, self.asked.role, self.asked.bundle
        )
        plan = Plan(compiled, compiled.backend, self.asked.into, drafted)
        wishes = Wishes(
            branch,
            self.folder.path,
            baseline.commit if self.repository.head or baseline.tip else None,
            self._todo(plan, manner.todo_path(settings, branch), before),
            manner.manner_of(settings, self.asked.role),
            _agent(self.asked),
            tuple(self.asked.agent_env),
        )
        return delivery(compiled, compiled.backend, drafted, tidied, wishes)

    def _drafted(self, compiled: Compiled, backend: Backend, before: Tree) -> Draft:
        origin = Origin(compiled.model.name, VERSION)
        found = draft(backend, origin, State.of(before), Lying.of(before), self.asked.eject)
        found.expect_allowed()
        if not self.asked.allow_destructive:
            expect_nothing_lost(backend.changes)
        return found

    def _todo(self, plan: Plan, path: str | None, before: Tree) -> Todo | None:
        if path is None:
            return None
        said = str(plan.compiled.settings.of(DOCS_TODO).where)
        try:
            (inside,) = Tree({path: ""})
        except PathLeavesTree as error:
            raise Misuse(f"`{path}` ({said}) is not in the repository.", TRY) from error
        if is_reserved(inside):
            raise Misuse(f"`{inside}` ({said}) is no place for a plan.", TRY)
        if inside in plan.backend.tree:
            raise Misuse(f"`{inside}` ({said}) is a file of the backend.", TRY)
        if inside in before and not before[inside].startswith(documents.TODO_BEGINS):
            raise Misuse(f"`{inside}` ({said}) is there already, and is no plan of a run.", TRY)
        text = "\n".join(planning.lines(plan, self.folder.seen))
        reasons = "\n".join(_new_files(plan))
        return Todo(inside, f"# What will be built\n\n```text\n{text}\n```\n{reasons}")


def _new_files(plan: Plan) -> Iterator[str]:
    """Why there are new files, where a reason is asked for."""
    if plan.draft is None or plan.compiled.settings[PREFER_EDIT] is Switch.OFF:
        return
    by_reason: dict[str, list[str]] = {}
    is_first = plan.draft.known.manifest is None
    for path in plan.draft.compared.of(Fate.NEW):
        by_reason.setdefault(reason_of(path, is_first=is_first), []).append(path)
    yield "\n# New files, and why\n"
    for reason, paths in by_reason.items():
        yield f"- {reason}: {', '.join(f'`{path}`' for path in paths)}"


def reason_of(path: str, *, is_first: bool) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith(HISTORY):
        return "A migration, which is history and never edited"
    if path.startswith(TESTS):
        return "Tests of what is built"
    if parts[0] == "backend" and len(parts) > DOMAIN_DEPTH:
        return f"The folder `{'/'.join(parts[:2])}` is new"
    return "Every backend has these" if is_first else "What the bundle says now needs these"
