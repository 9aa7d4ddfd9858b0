"""`migrations/versions/`: the changes of the schema, for Alembic to run and for SQL to undo."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from specwright.emit.alembic_steps import lines
from specwright.emit.migration_words import docstring, slug
from specwright.emit.rendering import render
from specwright.emit.wording import listed, quoted
from specwright.plan import script, sql, stored
from specwright.plan.changes import Change
from specwright.plan.diff import plan_schema
from specwright.plan.schema import Schema
from specwright.plan.script import Phase, Script
from specwright.tree import Tree, digest

FOLDER = "migrations/versions"


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
    stem = f"{number:04d}_{'initial' if down_revision is None else slug(changes)}"
    python = render(
        "migrations/versions/migration.py",
        docstring=docstring(changes, up),
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
