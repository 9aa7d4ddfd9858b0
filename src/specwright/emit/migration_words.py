"""What a migration is called, what it is for and what it costs, in words."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from specwright.address import snake
from specwright.emit.wording import listed
from specwright.plan import changes as to
from specwright.plan import sql
from specwright.plan.changes import Change
from specwright.plan.schema import ForeignKey
from specwright.plan.script import Script

_WIDTH = 100
_LONGEST_SLUG = 60
_LONGEST_SUMMARY = 90


def slug(changes: Sequence[Change]) -> str:
    """The name of a file, as in `add_tasks_due_on` or `create_labels_and_2_more_changes`."""
    first, *others = _main(changes)
    name = snake(_short(first))[:_LONGEST_SLUG].rstrip("_")
    return f"{name}_and_{_more(others)}".replace(" ", "_") if others else name


def _summary(changes: Sequence[Change]) -> str:
    first, *others = _main(changes)
    tables = [
        change.table_name for change in (first, *others) if isinstance(change, to.CreateTable)
    ]
    if len(tables) == 1 + len(others):
        named = f"Create {listed(tables)}."
        is_long = len(named) > _LONGEST_SUMMARY
        return f"Create {tables[0]} and {len(tables) - 1} more tables." if is_long else named
    start = first.title[0].upper() + first.title[1:]
    return f"{start}, and {_more(others)}." if others else f"{start}."


def _more(others: Sequence[Change]) -> str:
    return f"{len(others)} more change{'s' if len(others) > 1 else ''}"


def _short(change: Change) -> str:  # noqa: PLR0911 - a table
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
        case to.RenameColumn():
            return f"{verb} {change.table} {change.before} to {change.after}"
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
    """What is part of a new or lost column or reference, is made anew, or is half of a swap."""
    match change:
        case to.RenameConstraint() | to.RenameIndex():
            return True
        case to.AddConstraint(constraint=part) | to.CreateIndex(index=part):
            return any(
                isinstance(other, to.CreateTable)
                or (isinstance(other, to.AddColumn) and other.column.name in part.columns)
                or _refers_by(other, part.columns)
                or (isinstance(other, to.DropConstraint) and other.constraint == part)
                or (isinstance(other, to.DropIndex) and other.index == part)
                for other in changes
                if other is not change and other.table_name == change.table_name
            )
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


def docstring(changes: Sequence[Change], up: Script) -> str:
    """A literal, of the summary, of why each change is there and of what users will notice."""
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
    yield _locking(changes) if up.locks else "nothing that stays is locked."
    for change in changes:
        yield from _cost(change)
    if up.resumable:
        yield "it runs in several steps: should it stop half-way, run it again."


def _locking(changes: Sequence[Change]) -> str:
    new = {change.table_name for change in changes if isinstance(change, to.CreateTable)}
    tables = dict.fromkeys(c.table_name for c in changes if c.table_name not in new)
    locked = listed(list(tables)) if tables else "what the new tables refer to"
    return f"{locked}: locked for moments, and never waited for longer than {sql.LOCK_TIMEOUT}."


def _cost(change: Change) -> Iterator[str]:
    if isinstance(change, to.RenameTable | to.RenameColumn):
        table = f"{change.table}." if isinstance(change, to.RenameColumn) else ""
        asked = f"{table}{change.before}"
        yield f"a backend of before asks for {asked}, and fails until it is replaced."
    if isinstance(change, to.AlterType) and change.rewrites:
        yield f"{change.table_name} is written anew, and nobody can use it meanwhile."
    if change.is_destructive:
        yield f"values may be lost for good: {change.title}."
    if isinstance(change, to.AddColumn) and change.needs_backfill:
        column = f"{change.table_name}.{change.column.name}"
        yield f"no row has a {column} yet: fill it in where the comment says so, or it stops there."
    elif change.needs_backfill:
        yield f"it stops, and nothing is lost, at rows that do not fit: {change.title}."
