"""What a run is to implement: a draft for a repository, in the parts that it is proven in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from specwright.address import kebab
from specwright.agents import Commission, Hook
from specwright.build import manifest
from specwright.build.comparison import HISTORY, Fate
from specwright.build.compilation import TESTS, Backend, Compiled, Tidy
from specwright.build.drafting import Draft
from specwright.build.tracing import promises
from specwright.diagnostic import Level
from specwright.emit.tests import EXEMPT
from specwright.model import Model
from specwright.plan.changes import destructive
from specwright.tree import Tree, digest
from specwright.workflow import Delivery
from specwright.workflow.delivery import Manner, Message, Tasks, Todo, is_test_file

SHOWN = ("spec.md", "rules.md", "data-model.md")  # files of a bundle that an agent is shown
ROUND_TRIP = "tests/schema/test_migrations.py"

_BRANCH = re.compile(r"\*\*Feature Branch\*\*:[ \t]*`([^`\n]{1,200})`")
_TASK = re.compile(r"^[ \t]*[-*] \[ \] (?:\*\*)?(T\d+)\b(.*)$", re.MULTILINE)
_REQUIREMENT = re.compile(r"\bFR-\d+\b")


@dataclass(frozen=True)
class Wishes:
    """What a person may say of a run."""

    branch: str
    bundle_folder: Path
    baseline: str | None = None
    todo: Todo | None = None
    manner: Manner = Manner()  # noqa: RUF009 - it is immutable
    agent: str | None = None  # whom to ask for hooks
    granted: tuple[str, ...] = ()  # variables that the agent sees


def branch_of(folder_name: str, files: Tree) -> str:
    """The branch that the specification names, or one named like its folder."""
    named = _BRANCH.search(files.get("spec.md", ""))
    return named[1].strip() if named else folder_name


def delivery(
    compiled: Compiled, backend: Backend, draft: Draft, tidy: Tidy, wishes: Wishes
) -> Delivery:
    """The draft as a delivery; files that a person took over are in no part of it."""
    wanted = _wanted(draft)
    commission = _commission(compiled, backend, draft, wishes)
    red = {path: text for path, text in backend.red(tidy).items() if path in wanted}
    tests = {path: text for path, text in wanted.items() if path.startswith(TESTS)}
    migrations = {path: text for path, text in wanted.items() if path.startswith(HISTORY)}
    core = {path: text for path, text in red.items() if path not in migrations}
    code = {
        path: text
        for path, text in wanted.items()
        if path not in tests and path not in migrations and core.get(path) != text
    }
    return Delivery(
        bundle=compiled.model.name,
        bundle_digest=compiled.files.digest,
        bundle_files={path: digest(text) for path, text in compiled.files.items()},
        branch=wishes.branch,
        message=_message(backend, draft),
        core=Tree(core),
        tests=Tree(tests),
        migrations=Tree(migrations),
        code=Tree({**code, manifest.PATH: draft.manifest}),
        removed=draft.removed,
        exempt=tuple(path for path in tests if _is_of_schema(path)),
        round_trip=(ROUND_TRIP,),
        typed=("backend", "dev", "tests"),
        waiting=() if commission else tuple(_waiting(backend, draft)),
        open_questions=(
            *(() if commission else _without_body(draft)),
            *_open_questions(compiled),
        ),
        try_it=("make seed", "make serve"),
        todo=wishes.todo,
        tasks=_tasks(compiled, wishes.bundle_folder),
        baseline=wishes.baseline,
        manner=wishes.manner,
        promises=promises(backend),
        commission=commission,
    )


def _wanted(draft: Draft) -> Tree:
    """The files of the tree that are ours to write, those of earlier builds included."""
    ours = draft.compared.of(Fate.NEW, Fate.CHANGED, Fate.SAME)
    return Tree({path: draft.tree[path] for path in ours if path in draft.tree})


def _is_of_schema(path: str) -> bool:
    """What the database keeps by itself cannot be seen red."""
    return is_test_file(path) and any(path.startswith(f"{folder}/") for folder in EXEMPT)


def _message(backend: Backend, draft: Draft) -> Message:
    is_first = draft.known.manifest is None
    summary = "build the backend from its specification" if is_first else "follow the specification"
    scope = kebab(backend.model.name)
    body = "\n".join(f"- {change.title}" for change in backend.changes)
    return Message("feat", scope, summary, body, breaking=bool(destructive(backend.changes)))


def _waiting(backend: Backend, draft: Draft) -> Iterator[str]:
    """The tests that come to hand-written code which is not there yet."""
    left = {one.hook for one in draft.unwritten}
    return (test for test, hooks in backend.needs_hooks.items() if left.intersection(hooks))


def _commission(
    compiled: Compiled, backend: Backend, draft: Draft, wishes: Wishes
) -> Commission | None:
    """The hooks without a body, for the agent that was named, if one was."""
    if wishes.agent is None or not draft.unwritten:
        return None
    rules = {hook.name: hook.rules for hook in backend.model.hooks}
    hooks = tuple(
        Hook(
            name=one.hook,
            path=one.path,
            function=one.function,
            protocol=str(PurePosixPath(one.path).with_name("hooks_protocol.py")),
            asked_by=rules[one.hook],
            tests=tuple(test for test, asked in backend.needs_hooks.items() if one.hook in asked),
        )
        for one in draft.unwritten
    )
    shown = tuple((path, compiled.files[path]) for path in SHOWN if path in compiled.files)
    folder = str(wishes.bundle_folder.resolve())
    return Commission(wishes.agent, hooks, folder, shown, wishes.granted)


def _without_body(draft: Draft) -> Iterator[str]:
    for hook in draft.unwritten:
        yield f"hook {hook.path}:{hook.function} has no body"


def _open_questions(compiled: Compiled) -> Iterator[str]:
    for one in compiled.model.left_out:
        yield f"{one.place}: {one.id} is left out: {' '.join(one.reasons)}"
    for found in compiled.at(Level.OPEN):
        yield f"{found.place}: {found.message}"


def _tasks(compiled: Compiled, folder: Path) -> Tasks | None:
    """The open tasks that cite requirements, all of which are met by what is built."""
    text = compiled.files.get("tasks.md")
    if text is None:
        return None
    met = _met(compiled.model)
    done = tuple(
        task[1]
        for task in _TASK.finditer(text)
        if (cited := set(_REQUIREMENT.findall(task[2]))) and cited <= met
    )
    return Tasks(str(folder.resolve() / "tasks.md"), done) if done else None


def _met(model: Model) -> set[str]:
    missing = {one.id for one in model.left_out}
    return {trace.id for trace in model.traces if trace.links and missing.isdisjoint(trace.links)}
