"""`migrations/versions/`: each change of the schema as Alembic runs it, and as SQL takes it back."""

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specwright.address import snake
from specwright.emit.alembic_steps import lines
from specwright.emit.rendering import render
from specwright.emit.wording import listed, quoted
from specwright.plan import changes as to
from specwright.plan import script, sql, stored
from specwright.plan.changes import Change
from specwright.plan.diff import plan_schema
from specwright.plan.schema import ForeignKey, Schema
from specwright.plan.script import Phase, Script
from specwright.tree import Tree, digest

FOLDER = "migrations/versions"

_WIDTH = 100
_LONGEST_SLUG = 60


class SeveralHeads(Exception):
    """Two branches have each added a migration; the message says what to do."""


@dataclass(frozen=True)
class Migration:
    stem: str  # the name of its files, without what says their kind
    revision: str
    python: str
    rollback: str

    def files(self) -> Tree:
        return Tree(
            {
                f"{FOLDER}/{self.stem}.py": self.python,
                f"{FOLDER}/{self.stem}.rollback.sql": self.rollback,
            }
        )


def emit_migrations(built: Mapping[str, str], after: Schema) -> Tree:
    """What a built project lacks to have the schema `after`: a migration, and the schema kept.

    A migration that is there already is never written again.
    """
    before = stored.read(built[stored.PATH]) if stored.PATH in built else None
    kept = Tree({stored.PATH: stored.written(after)})
    changes = plan_schema(before, after)
    if not changes:
        return kept
    number, head = latest(built)
    return kept | emit_migration(number + 1, changes, head).files()


def latest(built: Mapping[str, str]) -> tuple[int, str | None]:
    """The number of the newest migration and the revision that the next one follows."""
    found = {path: text for path, text in built.items() if _is_migration(path)}
    names = [_revision_and_down(text) for text in found.values()]
    followed = {down for _, downs in names for down in downs}
    heads = sorted(revision for revision, _ in names if revision not in followed)
    if len(heads) > 1:
        raise SeveralHeads(
            f"The migrations {listed(heads)} follow nothing that follows them: join them with "
            "`alembic merge heads`, then build again."
        )
    numbers = [int(match[0]) for path in found if (match := re.match(r"\d+", _name(path)))]
    return max(numbers, default=0), heads[0] if heads else None


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_migration(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == FOLDER and name.endswith(".py") and name != "__init__.py"


def _revision_and_down(python: str) -> tuple[str, tuple[str, ...]]:
    """What a migration says of itself, whoever wrote it."""
    said = {name: value for name, value in _assigned(python) if name.endswith("revision")}
    down = said.get("down_revision")
    downs = down if isinstance(down, tuple | list) else (down,)
    return str(said.get("revision")), tuple(str(name) for name in downs if name is not None)


def _assigned(python: str) -> Iterator[tuple[str, object]]:
    for statement in ast.parse(python).body:
        match statement:
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, value):
                if isinstance(value, ast.Constant | ast.Tuple | ast.List):
                    yield name, ast.literal_eval(value)


def emit_migration(number: int, changes: Sequence[Change], down_revision: str | None) -> Migration:
    """The migration as no formatter has seen it yet.

    Its revision holds a digest of what it does: of two that follow the same one on two branches,
    Alembic can tell that they are two.
    """
    up, down = script.upgrade(changes), script.downgrade(changes)
    content = digest(f"{down_revision}\n{sql.text(up)}{sql.text(down)}")
    revision = f"{number:04d}_{content[:8]}"
    stem = f"{number:04d}_{'initial' if down_revision is None else _slug(changes)}"
    python = render(
        "migrations/versions/migration.py",
        docstring=_docstring(changes, up),
        revision=revision,
        down_revision=down_revision,
        upgrade=_body(up),
        downgrade=_body(down),
    )
    return Migration(stem, revision, python, _rollback(stem, revision, down_revision, down))


def _body(found: Script) -> str:
    return "\n".join(line for phase in found.phases for line in _phase(found, phase))


def _phase(found: Script, phase: Phase) -> Iterator[str]:
    inner = [f"op.execute({quoted(line)})" for line in sql.settings(found, phase)]
    inner += [line for step in phase.steps for line in lines(step, again=found.resumable)]
    if phase.long:
        yield "with op.get_context().autocommit_block():"
        yield from (f"    {line}" for line in inner)
    else:
        yield from inner


def _rollback(stem: str, revision: str, down_revision: str | None, down: Script) -> str:
    left = f"version_num = '{revision}'"
    forget = f"DELETE FROM alembic_version WHERE {left}"  # noqa: S608 - made of a number and a digest
    back = f"UPDATE alembic_version SET version_num = '{down_revision}' WHERE {left}"  # noqa: S608 - the same
    return render(
        "migrations/versions/migration.rollback.sql",
        stem=stem,
        how=_how(down),
        sql=sql.text(down, [back if down_revision else forget]),
    )


def _how(down: Script) -> list[str]:
    if not down.resumable and not any(phase.long for phase in down.phases):
        return ["It is one transaction: all of it happens, or nothing."]
    return [
        "What stands between the transactions runs outside of them, so that nobody waits for it.",
        "Should it stop half-way, run it again from its start.",
    ]


# -- What it is called -----------------------------------------------------------------------------


def _slug(changes: Sequence[Change]) -> str:
    first, *others = _main(changes)
    name = snake(_short(first))[:_LONGEST_SLUG].rstrip("_")
    return f"{name}_and_{_more(others)}".replace(" ", "_") if others else name


def _summary(changes: Sequence[Change]) -> str:
    first, *others = _main(changes)
    tables = [
        change.table_name for change in (first, *others) if isinstance(change, to.CreateTable)
    ]
    if len(tables) == 1 + len(others):
        return f"Create {listed(tables)}."
    start = first.title[0].upper() + first.title[1:]
    return f"{start}, and {_more(others)}." if others else f"{start}."


def _more(others: Sequence[Change]) -> str:
    return f"{len(others)} more change{'s' if len(others) > 1 else ''}"


def _short(change: Change) -> str:
    """Its verb and what it changes."""
    verb = change.title.split()[0]
    match change:
        case to.AddColumn() | to.DropColumn():
            return f"{verb} {change.table} {change.column.name}"
        case to.AlterType():
            return f"{verb} type of {change.table} {change.after.name}"
        case to.SetDefault():
            return f"{verb} default of {change.table} {change.column}"
        case to.AddConstraint() | to.DropConstraint():
            return f"{verb} {change.constraint.name}"
        case to.CreateIndex() | to.DropIndex():
            return f"{verb} {change.index.name}"
        case to.CreateTable() | to.DropTable():
            return f"{verb} {change.table_name}"
        case _:
            return change.title


def _main(changes: Sequence[Change]) -> list[Change]:
    """The changes without those that only go along, the weightiest first."""
    own = [change for change in changes if not _goes_along(change, changes)] or list(changes)
    return sorted(own, key=_weight)


def _weight(change: Change) -> int:
    weighty = (to.CreateTable, to.AddColumn, to.DropTable, to.DropColumn)
    return next((i for i, kind in enumerate(weighty) if isinstance(change, kind)), len(weighty))


def _goes_along(change: Change, changes: Sequence[Change]) -> bool:
    """A constraint or index of a new or lost column, the index of a new reference, half a swap."""
    match change:
        case to.AddConstraint(constraint=part) | to.CreateIndex(index=part):
            is_new = any(
                isinstance(other, to.CreateTable)
                or (isinstance(other, to.AddColumn) and other.column.name in part.columns)
                or _refers_by(other, part.columns)
                for other in changes
                if other is not change and other.table_name == change.table_name
            )
            return is_new
        case to.DropConstraint(constraint=part) | to.DropIndex(index=part):
            return any(
                isinstance(other, to.DropTable)
                or (isinstance(other, to.DropColumn) and other.column.name in part.columns)
                or (isinstance(other, to.AddConstraint) and other.constraint.name == part.name)
                or (isinstance(other, to.CreateIndex) and other.index.name == part.name)
                for other in changes
                if other.table_name == change.table_name
            )
        case _:
            return False


def _refers_by(change: Change, columns: tuple[str, ...]) -> bool:
    return (
        isinstance(change, to.AddConstraint)
        and isinstance(change.constraint, ForeignKey)
        and change.constraint.columns == columns
    )


# -- What it is for, and what it costs -------------------------------------------------------------


def _docstring(changes: Sequence[Change], up: Script) -> str:
    purpose = [f"{change.title}: {change.reason}" for change in changes]
    purpose += [change.hint for change in changes if change.hint]
    parts = [_summary(changes), "", "Purpose:", *_points(purpose), "", "Impact:"]
    text = "\n".join([*parts, *_points(_impact(changes, up))])
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}\n"""'


def _points(points: Iterable[str]) -> Iterator[str]:
    for point in points:
        yield from textwrap.wrap(
            " ".join(point.split()),
            _WIDTH,
            initial_indent="- ",
            subsequent_indent="  ",
            break_on_hyphens=False,
        )


def _impact(changes: Sequence[Change], up: Script) -> Iterator[str]:
    if not up.locks:
        yield "nothing that stays is locked."
        return
    gone = {change.table_name for change in changes if isinstance(change, to.CreateTable)}
    tables = [change.table_name for change in changes if change.table_name not in gone]
    locked = listed(list(dict.fromkeys(tables))) or "what the new tables refer to"
    yield f"{locked}: locked for moments, and never waited for longer than {sql.LOCK_TIMEOUT}."
    for change in changes:
        yield from _cost(change)
    if up.resumable:
        yield "it runs in several steps: should it stop half-way, run it again."


def _cost(change: Change) -> Iterator[str]:
    if isinstance(change, to.AlterType) and change.rewrites:
        yield f"{change.table_name} is written anew, and nobody can use it meanwhile."
    if change.is_destructive:
        yield f"values may be lost for good: {change.title}."
    if change.needs_backfill:
        yield f"it stops, and nothing is lost, at rows that do not fit: {change.title}."
