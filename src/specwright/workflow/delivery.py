"""What is to be implemented: the compiler's output, as values."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any

from specwright.agents import Commission, Hook
from specwright.roles.choices import Approver, CommitMode, OrderOfTests, TasksTick
from specwright.tree import Tree
from specwright.workflow import promises
from specwright.workflow.promises import Promises

SUBJECT = 72  # characters that the first line of a commit message may have
KINDS = ("feat", "fix", "refactor", "perf", "docs", "test", "build", "ci", "chore")

# Git reads these wherever they stand; runs and their worktrees are never part of a delivery.
RESERVED = (".git", ".specwright/runs", ".specwright/worktrees")


class Stage(IntEnum):
    """What lies on the bench."""

    PLAN = 0  # the TODO document
    UNTESTED = 1  # the code alone, where tests come after it
    TESTS = 2  # tests, migrations, and an app that answers 501
    CODE = 3  # the code in the place of that app
    DONE = 4  # the tasks ticked


@dataclass(frozen=True, slots=True)
class Message:
    """A conventional commit message."""

    kind: str
    scope: str
    summary: str
    body: str = ""
    breaking: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.summary.strip():
            raise ValueError(f"not a conventional commit: {self.kind!r}: {self.summary!r}")

    @property
    def subject(self) -> str:
        scope = f"({self.scope})" if self.scope else ""
        line = f"{self.kind}{scope}{'!' if self.breaking else ''}: {self.summary}"
        return textwrap.shorten(line, SUBJECT, placeholder="…")


@dataclass(frozen=True, slots=True)
class Todo:
    """The document that a role wants to see before any test: its path, and its plan."""

    path: str
    plan: str


@dataclass(frozen=True, slots=True)
class Tasks:
    """The `tasks.md` of the bundle, by its absolute path, and the tasks that this run does."""

    path: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run works, as those say who may: a role, a project, a bundle, a person."""

    role: str = ""
    commit: CommitMode = CommitMode.PAUSE
    commit_said: str = "product default"  # where
    approver: Approver = Approver.ANYONE
    approver_said: str = "product default"
    tests: OrderOfTests = OrderOfTests.FIRST
    tick: TasksTick = TasksTick.AFTER_GATES
    told: tuple[str, ...] = ()  # what a person should know of it
    later: tuple[str, ...] = ()  # what somebody chose, and nothing obeys yet

    @property
    def code_first(self) -> bool:
        return self.tests is OrderOfTests.AFTER


@dataclass(frozen=True)
class Delivery:
    """Everything a run writes, in the order of its stages, and what a person must know of it."""

    bundle: str
    bundle_digest: str
    branch: str
    message: Message
    core: Tree  # what the tests run on when red: the core, its app answering 501, the project file
    tests: Tree  # sealed after red: test files, conftest, their helpers
    migrations: Tree
    code: Tree  # the rest; its app replaces the one that answers 501
    removed: tuple[str, ...] = ()  # files of an earlier run that the bundle no longer asks for
    exempt: tuple[str, ...] = ()  # files or tests of the schema alone: they need not be seen red
    waiting: tuple[str, ...] = ()  # tests that stay red until a person has written their code
    round_trip: tuple[str, ...] = ("tests/test_migrations.py",)
    typed: tuple[str, ...] = ("backend", "tests")  # folders that mypy judges
    open_questions: tuple[str, ...] = ()
    try_it: tuple[str, ...] = ()  # commands for the person at the pause
    todo: Todo | None = None
    tasks: Tasks | None = None
    baseline: str | None = None  # the commit it was made for, if it matters
    promises: Promises = Promises()  # noqa: RUF009 - it is immutable
    bundle_files: Mapping[str, str] = field(default_factory=dict)  # their digests
    manner: Manner = Manner()
    commission: Commission | None = None  # to an outside agent

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> Iterator[str]:
        if not self.test_files:
            yield "a delivery without a test file proves nothing"
        for path in self.final.keys() & set(self.removed):
            yield f"{path} is both written and removed"
        for path in self.tests.keys() & {*self.core, *self.migrations, *self.code}:
            yield f"{path} is sealed with the tests, and cannot be anything else"
        for path in (*self.final, *self.removed):
            if is_reserved(path):
                yield f"{path} is not a place for files of a backend"

    @property
    def test_files(self) -> tuple[str, ...]:
        return tuple(path for path in self.tests if is_test_file(path))

    @property
    def places(self) -> tuple[str, ...]:
        """The folders, and the files at the top, where Python is written."""
        python = [PurePosixPath(path).parts[0] for path in self.final if path.endswith(".py")]
        return tuple(sorted(set(python)))

    @property
    def before_code(self) -> Tree:
        return self.core | self.migrations | self.tests

    @property
    def untested(self) -> Tree:
        return self.core | self.migrations | self.code

    @property
    def final(self) -> Tree:
        return self.before_code | self.code


def is_reserved(path: str) -> bool:
    """Whether a path is git's or a run's own."""
    return any(PurePosixPath(path.casefold()).is_relative_to(place) for place in RESERVED)


def is_test_file(path: str) -> bool:
    """Whether pytest looks for tests in a file of this name."""
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def to_json(delivery: Delivery) -> str:
    content = asdict(delivery)
    if not delivery.commission:  # as it was before agents could be asked
        del content["commission"]
    return json.dumps(content, ensure_ascii=True, sort_keys=True)


def from_json(text: str) -> Delivery:
    """The delivery that `to_json` wrote; its digest must have been compared before."""
    content = json.loads(text)
    for name in ("core", "tests", "migrations", "code"):
        content[name] = Tree(content[name]["files"])
    for one in fields(Delivery):
        if isinstance(content.get(one.name), list):
            content[one.name] = tuple(content[one.name])
    if content["todo"]:
        content["todo"] = Todo(**content["todo"])
    if content["tasks"]:
        content["tasks"] = Tasks(content["tasks"]["path"], tuple(content["tasks"]["done"]))
    content["message"] = Message(**content["message"])
    content["manner"] = _manner(content.get("manner", asdict(Manner())))
    if "promises" in content:  # an earlier version did not keep them
        content["promises"] = promises.from_content(content["promises"])
    if content.get("commission"):
        content["commission"] = _commission(content["commission"])
    return Delivery(**content)


def _commission(content: dict[str, Any]) -> Commission:
    hooks = tuple(
        Hook(**{**hook, "asked_by": tuple(hook["asked_by"]), "tests": tuple(hook["tests"])})
        for hook in content["hooks"]
    )
    shown = tuple((name, text) for name, text in content["shown"])
    granted = tuple(content["granted"])
    return Commission(**{**content, "hooks": hooks, "shown": shown, "granted": granted})


def _manner(content: dict[str, Any]) -> Manner:
    content["commit"] = CommitMode(content["commit"])
    content["approver"] = Approver(content.get("approver", Approver.ANYONE))
    content["tests"] = OrderOfTests(content["tests"])
    content["tick"] = TasksTick(content["tick"])
    content["told"], content["later"] = tuple(content["told"]), tuple(content["later"])
    return Manner(**content)
