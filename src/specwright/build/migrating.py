"""The next migration, or why there cannot be one."""

from specwright.build.comparison import HISTORY
from specwright.emit.migrations import SeveralHeads, emit_migrations
from specwright.plan import stored
from specwright.plan.changes import Change, destructive
from specwright.plan.diff import plan_schema
from specwright.plan.schema import Schema
from specwright.tree import Tree
from specwright.workflow import Refusal


def changes_since(built: Tree, after: Schema) -> tuple[Change, ...]:
    """What must change in a database that the earlier build made."""
    before = stored.PATH in built
    if not before and built:
        raise Refusal(
            f"{HISTORY} has migrations, but {stored.PATH} is missing: what they made is not known.",
            f"Take {stored.PATH} back from version control.",
        )
    try:
        return plan_schema(stored.read(built[stored.PATH]) if before else None, after)
    except stored.NotASchema as error:
        raise Refusal(str(error)) from error


def next_migration(built: Tree, after: Schema) -> Tree:
    """Its files, if there is anything to migrate; and the schema that it leads to."""
    try:
        return emit_migrations(built, after)
    except SeveralHeads as error:
        raise Refusal(str(error)) from error
    except SyntaxError as error:
        raise Refusal(f"A migration in {HISTORY} is no Python: {error}.") from error


def expect_nothing_lost(changes: tuple[Change, ...]) -> None:
    lost = destructive(changes)
    if lost:
        raise Refusal(
            f"This would lose what is in the database: {'; '.join(c.title for c in lost)}.",
            "\n    ".join(
                [
                    *(change.hint for change in lost if change.hint),
                    "If it may be lost, say so with `--allow-destructive`.",
                ]
            ),
        )
