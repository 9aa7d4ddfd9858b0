"""`specwright build`: the backend of a bundle, in a folder."""

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

from specwright.build import Backend, Compiled, Destination, Draft, draft
from specwright.build.drafting import Origin, paths_in_question
from specwright.build.migrating import expect_nothing_lost
from specwright.build.tidying import tidied
from specwright.cli import checking, planning
from specwright.cli.checking import Folder
from specwright.cli.findings import Standpoint
from specwright.cli.terminal import Style, Terminal, harmless, say_json
from specwright.cli.version import VERSION
from specwright.diagnostic import Level

NOT_WHOLE = 3


def build(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    destination = Destination.at(asked.into, folder.path)
    with destination.held():
        state = destination.state()
        compiled = folder.understood().onto(state, tidied)
        backend = compiled.backend
        if backend is None:
            return _not_built(folder, compiled, asked, terminal)
        lying = destination.lying(paths_in_question(backend, state), backend.written_once)
        origin = Origin(compiled.model.name, VERSION)
        drafted = draft(backend, origin, state, lying, asked.eject)
        drafted.expect_allowed()
        if not asked.allow_destructive:
            expect_nothing_lost(backend.changes)
        if not drafted.is_idle:
            destination.write(drafted.files, drafted.removed)
    if asked.json:
        say_json(terminal, _as_json(folder, compiled, backend, drafted))
    else:
        for line in _lines(asked.into, compiled, backend, drafted, folder.seen):
            terminal.say(harmless(line), *_style(line))
    return 0 if compiled.is_whole else NOT_WHOLE


def _not_built(
    folder: Folder, compiled: Compiled, asked: argparse.Namespace, terminal: Terminal
) -> int:
    if asked.json:
        say_json(terminal, checking.about(folder, compiled.diagnostics))
    else:
        checking.show(folder, compiled.diagnostics, terminal)
        terminal.say("Nothing was written.")
    return 1


def _lines(
    into: Path, compiled: Compiled, backend: Backend, drafted: Draft, seen: Standpoint
) -> Iterator[str]:
    name = compiled.model.name
    if drafted.is_idle:
        yield f"{into} is {name} as it is specified: nothing changed."
    else:
        yield f"{name} is built in {into}: {planning.counted(drafted)}."
        yield from _migrated(backend)
    yield from (f"  To write: {one.path}: {one.function}" for one in drafted.unwritten)
    yield from _missing(compiled, seen)
    if not drafted.is_idle:
        yield f"Next: cd {shlex.quote(str(into))} && make test && make seed && make serve"


def _missing(compiled: Compiled, seen: Standpoint) -> Iterator[str]:
    left_out = compiled.model.left_out
    for one in left_out:
        yield f"  Left out: {one.id}  {seen.place(one.place)}"
        yield from (f"    {reason}" for reason in one.reasons)
    said = {reason for one in left_out for reason in one.reasons}
    for level, word in ((Level.OPEN, "Open"), (Level.LATER, "Later")):
        for found in compiled.at(level):
            if found.message not in said:
                yield f"  {word}: {seen.place(found.place)}: {found.message}"


def _migrated(backend: Backend) -> Iterator[str]:
    for path in backend.migrations:
        if path.endswith(".py"):
            yield f"  {path}"
            yield from (f"    {change.title}" for change in backend.changes)


def _style(line: str) -> tuple[Style, ...]:
    return () if line.startswith(" ") else (Style.BOLD,)


def _as_json(
    folder: Folder, compiled: Compiled, backend: Backend, drafted: Draft
) -> dict[str, object]:
    return {
        **checking.about(folder, compiled.diagnostics),
        "changed": not drafted.is_idle,
        "migrations": [path for path in backend.migrations if path.endswith(".py")],
        **planning.unwritten_as_json(drafted.unwritten),
        **planning.left_out_as_json(compiled, folder.seen),
        "files": planning.files_as_json(drafted),
    }
