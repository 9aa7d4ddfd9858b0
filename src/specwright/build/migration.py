"""The next migration: what it changes, its number, and the one that it follows."""

import re
from collections.abc import Iterable, Sequence

from specwright.build.comparison import HISTORY
from specwright.build.state import State
from specwright.plan import stored
from specwright.plan.changes import Change
from specwright.plan.diff import plan_schema
from specwright.plan.schema import Schema
from specwright.tree import Tree
from specwright.workflow import Refusal

_NUMBER = re.compile(r"(\d{1,9})_")
_REVISION = re.compile(r"^revision\b[^=\n]*=\s*['\"]([^'\"\n]+)['\"]", re.MULTILINE)
_DOWN = re.compile(r"^down_revision\b[^=\n]*=\s*(.*)", re.MULTILINE)
_QUOTED = re.compile(r"['\"]([^'\"\n]+)['\"]")


def changes_since(state: State, after: Schema) -> tuple[Change, ...]:
    """What must change in a database that the earlier build made."""
    if state.schema is None and state.migrations:
        raise Refusal(
            f"{HISTORY} has migrations, but {stored.PATH} is missing: what they made is not known.",
            f"Take {stored.PATH} back from version control.",
        )
    try:
        before = None if state.schema is None else stored.read(state.schema)
    except stored.NotASchema as error:
        raise Refusal(str(error)) from error
    return plan_schema(before, after)


def next_number(migrations: Tree) -> int:
    names = (path.removeprefix(HISTORY) for path in migrations)
    return 1 + max((int(found[1]) for name in names if (found := _NUMBER.match(name))), default=0)


def head(migrations: Tree) -> str | None:
    """The revision that no other follows, be it ours or written by hand."""
    revisions = [found[1] for text in migrations.values() if (found := _REVISION.search(text))]
    followed = set(_followed(migrations.values()))
    heads = [revision for revision in revisions if revision not in followed]
    if len(heads) > 1:
        raise Refusal(
            f"{HISTORY} has several heads ({', '.join(heads)}): which comes first is not known.",
            "Join them with `alembic merge heads`, then build again.",
        )
    return heads[0] if heads else None


def _followed(texts: Iterable[str]) -> Sequence[str]:
    lines = (found[1] for text in texts if (found := _DOWN.search(text)))
    return [revision for line in lines for revision in _QUOTED.findall(line)]
