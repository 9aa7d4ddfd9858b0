"""`specwright implement`: the whole job, up to the pause."""

import argparse
import os
import re
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
from specwright.build.tidying import tidied
from specwright.cli import checking, planning, running
from specwright.cli.building import NOT_WHOLE
from specwright.cli.checking import Folder
from specwright.cli.misuse import Misuse
from specwright.cli.planning import Plan
from specwright.cli.terminal import Terminal
from specwright.cli.version import VERSION
from specwright.tree import PathLeavesTree, Tree
from specwright.workflow import Delivery, Repository, Workshop
from specwright.workflow.delivery import Todo
from specwright.workflow.person import Person


def implement(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    understood = folder.understood()
    if understood.tests is None:
        checking.show(folder, understood.diagnostics, terminal)
        return 1
    Destination.at(asked.into, folder.path)  # not in the bundle
    repository = Repository.made(asked.into, os.environ)
    repository.hide_runs()
    order = _Order(folder, understood, repository, asked).delivery()
    python = asked.python or _made_python(repository, order, terminal)
    workshop = Workshop(repository, os.environ, python=running.sound(python))
    name = _next_name(workshop, order.bundle)
    running.remember(workshop, name)
    with running.progress(workshop, name, terminal):
        run = workshop.begin(order, name)
    code = running.shown(workshop, run, terminal)
    return code or (0 if understood.is_whole else NOT_WHOLE)


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
        wishes = Wishes(
            branch,
            self.folder.path,
            baseline.commit if self.repository.head or baseline.tip else None,
            self._todo(Plan(compiled, compiled.backend, self.asked.into, drafted)),
        )
        return delivery(compiled, compiled.backend, drafted, tidied, wishes)

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
