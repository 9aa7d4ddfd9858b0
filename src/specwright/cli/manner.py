"""How a run is to work, of all who may say so; and what keeps it from beginning."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from specwright.build import Compiled
from specwright.cli import checking
from specwright.cli.checking import Folder
from specwright.cli.misuse import Misuse
from specwright.cli.shelf import Shelf
from specwright.cli.terminal import Terminal
from specwright.diagnostic import Diagnostic, Level, did_you_mean
from specwright.roles import Level as Who
from specwright.roles import Said, Settings, shown
from specwright.roles.choices import Clarify, DocsCreate
from specwright.roles.kinds import Built
from specwright.roles.settings import (
    APPROVER,
    CLARIFY,
    COMMIT,
    DOCS_CREATE,
    DOCS_TODO,
    SETTINGS,
    TASKS_TICK,
    TESTS_ORDER,
    VALIDATION_STATUS,
)
from specwright.workflow import Refusal
from specwright.workflow.delivery import Manner

ON_A_LINE = 3
PLACEHOLDERS = ("{task_or_branch_name}", "{branch}")


def said_by_others(asked: argparse.Namespace) -> tuple[Said, ...]:
    """What the person, the project and the role say, of whatever bundle."""
    shelf = Shelf(tuple(dict.fromkeys((asked.into, Path()))))
    role = shelf.role(asked.role) if asked.role else None
    return (*shelf.said(role), *_said_by_person(asked))


def _said_by_person(asked: argparse.Namespace) -> Iterator[Said]:
    if asked.todo is not None:
        yield Said(DOCS_TODO, asked.todo, Who.PERSON, "--todo")
    for written in asked.set:
        name, _, text = written.partition("=")
        setting = SETTINGS.get(name.strip())
        if setting is None:
            hint = did_you_mean(name.strip(), SETTINGS) or "docs/roles.md lists them."
            raise Misuse(f"`{name}` is no setting.", hint)
        value = setting.read(text.strip())
        if value is None:
            raise Misuse(f"`{name}` must be {setting.wanted}, not `{text}`.")
        yield Said(setting, value, Who.PERSON, f"--set {name}")


# -- What keeps a run from beginning


def expect_agreed(understood: Compiled) -> None:
    """Two who may say as much, and do not agree, are both named; nobody chooses for them."""
    for problem in understood.disagreements:
        raise Refusal(
            str(problem), f"Decide with `--set {problem.name}=…`, or change one of the two."
        )
    asked = understood.settings.of(VALIDATION_STATUS)
    built = understood.model.validation_status
    if asked.value != str(built):
        raise Refusal(f"{asked} is not what the contract documents, which is {built}.")


def questions(understood: Compiled) -> tuple[Diagnostic, ...]:
    """The open questions that stop a run, as `clarify` has it."""
    found = understood.at(Level.OPEN)
    match understood.settings[CLARIFY]:
        case Clarify.ALL:
            return found
        case Clarify.BLOCKING:
            return found if _is_blocked(understood) else ()
        case Clarify.NONE_RECORD:
            return ()


def _is_blocked(understood: Compiled) -> bool:
    """Whether something is left out because nobody said how it is meant."""
    later = {one.message for one in understood.at(Level.LATER)}
    return any(not later.issuperset(one.reasons) for one in understood.model.left_out)


def ask(
    folder: Folder, understood: Compiled, found: Sequence[Diagnostic], terminal: Terminal
) -> None:
    checking.show(folder, found, terminal)
    said = understood.settings.of(CLARIFY)
    terminal.say(f"Nothing was begun: {said} asks first.")
    terminal.say("Answer in the bundle, or go on without with `--set clarify=none-record`.")


# -- How it works


def manner_of(settings: Settings, role: str | None) -> Manner:
    return Manner(
        role=role or "",
        commit=settings[COMMIT],
        commit_said=settings.of(COMMIT).where,
        approver=settings[APPROVER],
        approver_said=settings.of(APPROVER).where,
        tests=settings[TESTS_ORDER],
        tick=settings[TASKS_TICK],
        told=tuple(_told(settings)),
        later=tuple(_later(settings)),
    )


def _told(settings: Settings) -> Iterator[str]:
    for said in settings.all():
        is_obeyed = said.setting.built is Built.OBEYED and not said.setting.is_later(said.value)
        if is_obeyed and said.value != said.setting.default:
            yield str(said)
    if settings[DOCS_TODO] and not _wants_todo(settings):
        yield f"{settings.of(DOCS_TODO)} waits for {settings.of(DOCS_CREATE)} to be other."


def _later(settings: Settings) -> Iterator[str]:
    """File by file, a few on each line, so that all of them fit the screen."""
    by_file: dict[str, list[str]] = {}
    for said in settings.later:
        file, _, line = said.where.rpartition(":")
        one = f"{said.setting.name}: {shown(said.value)}"
        by_file.setdefault(file or said.where, []).append(f"{one} ({line})" if file else one)
    for file, several in by_file.items():
        for start in range(0, len(several), ON_A_LINE):
            yield f"{file}: {', '.join(several[start : start + ON_A_LINE])}"


def todo_path(settings: Settings, branch: str) -> str | None:
    """Where the plan is written, if it is; with `/`, whatever the role's own machine had."""
    if not (settings[DOCS_TODO] and _wants_todo(settings)):
        return None
    path = settings[DOCS_TODO].replace("\\", "/")
    for placeholder in PLACEHOLDERS:
        path = path.replace(placeholder, branch.replace("/", "-"))
    return path


def _wants_todo(settings: Settings) -> bool:
    is_asked_for = settings.of(DOCS_TODO).level is Who.PERSON
    return is_asked_for or settings[DOCS_CREATE] is not DocsCreate.ON_REQUEST
