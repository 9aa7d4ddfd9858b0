"""`specwright plan`: what will be built or changed, and why."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from specwright.build import Backend, Compiled, Destination, Draft, draft
from specwright.build.comparison import Fate
from specwright.build.compilation import NOTHING
from specwright.build.drafting import Origin, paths_in_question
from specwright.build.tidying import tidied
from specwright.cli import checking
from specwright.cli.checking import Folder
from specwright.cli.findings import Standpoint
from specwright.cli.terminal import Style, Terminal, harmless, say_json
from specwright.cli.topics import by_topic
from specwright.cli.version import VERSION
from specwright.diagnostic import Level, Place
from specwright.emit.hooks import Unwritten, unwritten
from specwright.model import Model
from specwright.model.errors import explained_errors
from specwright.model.rules import Job
from specwright.plan.changes import Change

SHOWN = {
    Fate.NEW: "new",
    Fate.CHANGED: "changed",
    Fate.REMOVED: "removed",
    Fate.LEFT: "no longer built; written by hand, so it stays",
    Fate.EDITED: "REFUSED: edited by hand",
    Fate.UNKNOWN: "REFUSED: there already, and not built by Specwright",
    Fate.BLOCKED: "REFUSED: a link or a folder is in its place",
}
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
_STANDS_OUT = re.compile(r"^\S.*$")


@dataclass(frozen=True)
class Plan:
    """A compiled bundle, and what it would do to a folder if one was named."""

    compiled: Compiled
    backend: Backend
    into: Path | None
    draft: Draft | None

    @property
    def unwritten(self) -> tuple[Unwritten, ...]:
        """The hooks that a person has still to write."""
        return self.draft.unwritten if self.draft else unwritten(self.compiled.model, {})


def plan(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    destination = Destination.at(asked.into, folder.path) if asked.into else None
    found = _planned(folder, asked.into, destination)
    if isinstance(found, Compiled):
        if asked.json:
            say_json(terminal, checking.about(folder, found.diagnostics))
        else:
            checking.show(folder, found.diagnostics, terminal)
        return 1
    if asked.json:
        say_json(
            terminal,
            checking.about(folder, found.compiled.diagnostics) | as_json(found, folder.seen),
        )
    else:
        for line in lines(found, folder.seen):
            terminal.say(harmless(line), *_style(line))
    return int(found.draft is not None and bool(found.draft.compared.refused))


def _planned(folder: Folder, into: Path | None, destination: Destination | None) -> Plan | Compiled:
    """The plan, or, where there are errors, what was compiled."""
    if destination is None:
        compiled = folder.understood().onto(NOTHING)
        backend = compiled.backend
        return Plan(compiled, backend, None, None) if backend else compiled
    state = destination.state()
    compiled = folder.understood().onto(state, tidied)
    backend = compiled.backend
    if backend is None:
        return compiled
    lying = destination.lying(paths_in_question(backend, state), backend.written_once)
    origin = Origin(compiled.model.name, VERSION)
    return Plan(compiled, backend, into, draft(backend, origin, state, lying))


# -- For people


def lines(found: Plan, seen: Standpoint) -> Iterator[str]:
    model = found.compiled.model
    yield f"{model.name}: {model.title}"
    yield _share(model)
    yield from _operations(found)
    yield from explained_errors(found.compiled.model.errors)
    yield from _jobs(found.compiled.model.jobs)
    yield from _tables(found)
    yield from _migration(found)
    yield from _tests(found.backend)
    yield from _to_write(found)
    yield from _left_out(found, seen)
    yield from _still_open(found, seen)
    yield from _files(found)


def _share(model: Model) -> str:
    """How much of what is asked for is determined."""
    built, asked = len(model.operations), len(_asked(model))
    said = f"{built} of {asked} operations {'is' if built == 1 else 'are'} built"
    traces = len(model.traces)
    if not traces:
        return f"{said}."
    shown = _fulfilled(model)
    return (
        f"{said}, and {shown} of {traces} requirements {'is' if shown == 1 else 'are'} fulfilled."
    )


def _fulfilled(model: Model) -> int:
    """The requirements that are linked or shown, and of which nothing is left out."""
    left_out = {one.id for one in model.left_out}
    missing = {one.id for one in model.uncovered}
    return sum(one.id not in missing and left_out.isdisjoint(one.links) for one in model.traces)


def _asked(model: Model) -> set[str]:
    contract = model.contract.operations if model.contract else ()
    return {one.id for one in model.operations} | {one.id.value for one in contract}


def _operations(found: Plan) -> Iterator[str]:
    operations = found.compiled.model.operations
    yield from _heading(len(operations), "operation", "operations")
    for operation in operations:
        cited = f"  {', '.join(operation.requirements)}" if operation.requirements else ""
        yield f"  {operation.id}{cited}"
        yield from (f"    {sentence}" for sentence in operation.how)


def _jobs(jobs: tuple[Job, ...]) -> Iterator[str]:
    yield from _heading(len(jobs), "job", "jobs")
    for job in jobs:
        when = f"every {job.every_seconds} s" if job.every_seconds else f"at {job.cron}"
        yield f"  {job.name}"
        yield f"    Runs {when}."


def _tables(found: Plan) -> Iterator[str]:
    entities = found.compiled.model.entities
    yield from _heading(len(entities), "table", "tables")
    for entity in entities:
        yield f"  {entity.table}: {', '.join(column.name for column in entity.columns)}"


def _migration(found: Plan) -> Iterator[str]:
    paths = [path for path in found.backend.migrations if path.endswith(".py")]
    yield from _heading(len(paths), "migration", "migrations")
    for path in paths:
        yield f"  {path}"
        for change in found.backend.changes:
            yield from _change(change)


def _change(change: Change) -> Iterator[str]:
    warnings = [
        *(["DESTRUCTIVE, needs --allow-destructive"] if change.is_destructive else []),
        *(["rows that exist may not fit"] if change.needs_backfill else []),
    ]
    marks = f"  ({'; '.join(warnings)})" if warnings else ""
    reason, *more = change.reason.split("; ")
    yield f"    {change.title}: {reason}{marks}"
    yield from (f"      {words}" for words in more)
    if change.hint:
        yield f"      {change.hint}"


def _tests(backend: Backend) -> Iterator[str]:
    counts = {path: len(_TEST.findall(text)) for path, text in backend.tests.items()}
    yield from _heading(sum(counts.values()), "test", "tests")
    yield from (f"  {path}: {count}" for path, count in counts.items() if count)
    yield from (f"    Not shown by a test: {sentence}" for sentence in backend.not_shown)


def _to_write(found: Plan) -> Iterator[str]:
    left = found.unwritten
    yield from _heading(len(left), "hook to write", "hooks to write")
    for one in left:
        yield f"  {one.path}: {one.function}"
        yield f"    Until then what asks `{one.hook}` is answered 501 `hook-not-written`."


def _left_out(found: Plan, seen: Standpoint) -> Iterator[str]:
    if found.compiled.model.left_out:
        yield ""
        yield "Left out"
    for one in found.compiled.model.left_out:
        yield f"  {one.id}  {seen.place(one.place)}"
        yield from (f"    {reason}" for reason in one.reasons)


def _still_open(found: Plan, seen: Standpoint) -> Iterator[str]:
    groups = [(f"Open: {topic}", of) for topic, of in by_topic(found.compiled.at(Level.OPEN))]
    later = found.compiled.at(Level.LATER)
    groups += [("Later", [*later])] if later else []
    for heading, diagnostics in groups:
        yield ""
        yield heading
        for one in diagnostics:
            yield f"  {seen.place(one.place)}: {one.message}"
            yield from (f"    {line}" for line in (one.hint or "").splitlines())
    if found.compiled.model.uncovered:
        yield ""
        yield "Required, but neither linked nor shown by a scenario"
    for trace in found.compiled.model.uncovered:
        yield f"  {trace.id}  {seen.place(trace.place)}"


def _files(found: Plan) -> Iterator[str]:
    if found.draft is None:
        yield ""
        yield f"{len(found.backend.tree)} files"
        return
    compared = found.draft.compared
    yield ""
    yield f"In {found.into}: {counted(found.draft)}"
    for fate, words in SHOWN.items():
        yield from (f"  {path}: {words}" for path in compared.of(fate))


def counted(drafted: Draft) -> str:
    """`3 new, 1 changed, 60 the same`."""
    compared = drafted.compared
    counts = [
        (len(compared.of(Fate.NEW)), "new"),
        (len(compared.of(Fate.CHANGED)), "changed"),
        (len(compared.of(Fate.REMOVED)), "removed"),
        (len(compared.of(Fate.SAME)), "the same"),
        (len(compared.of(Fate.YOURS)), "yours"),
        (len(compared.of(Fate.LEFT)), "left"),
        (len(compared.refused), "refused"),
    ]
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def _heading(count: int, one: str, several: str) -> Iterator[str]:
    if count:
        yield ""
        yield f"{count} {one if count == 1 else several}"


def _style(line: str) -> tuple[Style, ...]:
    if _STANDS_OUT.match(line):
        return (Style.BOLD,)
    if "DESTRUCTIVE" in line or "REFUSED" in line:
        return (Style.RED,)
    return () if line.startswith("  ") and line[2:3] != " " else (Style.DIM,)


# -- For programs


def as_json(found: Plan, seen: Standpoint) -> dict[str, object]:
    model = found.compiled.model
    return {
        "operations": [
            {
                "id": one.id,
                "method": one.method.upper(),
                "path": one.path,
                "kind": one.kind,
                "entity": one.entity,
                "domain": one.domain,
                "requirements": list(one.requirements),
                "how": list(one.how),
                **_at(one.place, seen),
            }
            for one in model.operations
        ],
        "asked": {
            "operations": len(_asked(model)),
            "requirements": len(model.traces),
            "fulfilled": _fulfilled(model),
        },
        "errors": list(explained_errors(model.errors)),
        "jobs": [
            {"name": job.name, "every_seconds": job.every_seconds, "cron": job.cron}
            for job in model.jobs
        ],
        "tables": [
            {"name": entity.table, "columns": [column.name for column in entity.columns]}
            for entity in model.entities
        ],
        "migrations": [path for path in found.backend.migrations if path.endswith(".py")],
        "changes": [_change_as_json(change) for change in found.backend.changes],
        "tests": {
            path: names
            for path, text in found.backend.tests.items()
            if (names := _TEST.findall(text))
        },
        "not_shown": list(found.backend.not_shown),
        **unwritten_as_json(found.unwritten),
        **left_out_as_json(found.compiled, seen),
        "uncovered": [trace.id for trace in model.uncovered],
        "files": list(found.backend.tree) if found.draft is None else files_as_json(found.draft),
    }


def unwritten_as_json(left: tuple[Unwritten, ...]) -> dict[str, object]:
    """Only where there is hand-written code to write."""
    told = [{"file": one.path, "function": one.function, "hook": one.hook} for one in left]
    return {"unwritten": told} if told else {}


def left_out_as_json(compiled: Compiled, seen: Standpoint) -> dict[str, object]:
    return {
        "left_out": [
            {
                "id": one.id,
                **_at(one.place, seen),
                "reasons": list(one.reasons),
            }
            for one in compiled.model.left_out
        ]
    }


def _at(place: Place, seen: Standpoint) -> dict[str, object]:
    return {"file": seen.path(place.file), "line": place.line, "column": place.column}


def files_as_json(drafted: Draft) -> dict[str, list[str]]:
    return {fate: list(drafted.compared.of(fate)) for fate in Fate}


def _change_as_json(change: Change) -> dict[str, object]:
    return {
        "title": change.title,
        "table": change.table_name,
        "reason": change.reason,
        "hint": change.hint,
        "destructive": change.is_destructive,
        "needs_backfill": change.needs_backfill,
    }
