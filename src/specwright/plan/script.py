"""The steps of all changes in their order, cut into transactions and what must not be in one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from specwright.plan import steps
from specwright.plan.changes import Change, reversed_changes
from specwright.plan.schema import Table
from specwright.plan.steps import Step, Time, is_long


@dataclass(frozen=True)
class Phase:
    """Steps of one transaction, or, when they are `long`, each for itself."""

    steps: tuple[Step, ...]
    long: bool

    @property
    def rewrites(self) -> bool:
        """Whether it writes whole tables anew."""
        return any(
            (isinstance(step, steps.AlterType) and step.rewrites)
            or (isinstance(step, steps.AddColumn) and step.column.type.identity)
            for step in self.steps
        )


@dataclass(frozen=True)
class Script:
    phases: tuple[Phase, ...]
    locks: bool  # whether tables are locked that stay

    @property
    def resumable(self) -> bool:
        """Whether it may stop between two phases, and then has to be run again from its start."""
        return len(self.phases) > 1

    @property
    def steps(self) -> Iterator[Step]:
        return (step for phase in self.phases for step in phase.steps)


def upgrade(changes: Sequence[Change]) -> Script:
    planned = sorted((step for change in changes for step in change.up), key=_time)
    once = _phases(planned)
    phases = once if len(once) < 2 else _phases(sorted(_again(planned), key=_time))  # noqa: PLR2004
    return Script(phases, locks=_locks(planned))


def downgrade(changes: Sequence[Change]) -> Script:
    return upgrade(reversed_changes(changes))


def _time(step: Step) -> int:
    return step.time


def _phases(ordered: Iterable[Step]) -> tuple[Phase, ...]:
    return tuple(Phase(tuple(group), long) for long, group in groupby(ordered, is_long))


def _again(planned: Sequence[Step]) -> Iterator[Step]:
    """Before each step that adds something, one that drops what an earlier attempt left of it."""
    dropped: dict[tuple[type[Step], str, str], Time] = {}
    for step in planned:
        if isinstance(step, steps.DropConstraint | steps.DropIndex):
            dropped.setdefault(_what(step), step.time)
    for step in planned:
        drop = _drop(step)
        if drop is not None and not _is_there(dropped.get(_what(drop)), drop):
            yield drop
        yield step


def _is_there(dropped: Time | None, drop: steps.DropConstraint | steps.DropIndex) -> bool:
    """Whether what is dropped anyhow is dropped early enough."""
    return dropped is not None and dropped <= drop.time


def _what(drop: steps.DropConstraint | steps.DropIndex) -> tuple[type[Step], str, str]:
    name = drop.index if isinstance(drop, steps.DropIndex) else drop.constraint
    return type(drop), drop.table, name


def _drop(step: Step) -> steps.DropConstraint | steps.DropIndex | None:
    match step:
        case steps.AddConstraint(time=Time.ADD_LATE_FOREIGN_KEY):
            return steps.DropConstraint(
                step.table, step.constraint.name, not step.not_valid, Time.DROP_FOREIGN_KEY
            )
        case steps.AddConstraint(not_valid=False):
            return steps.DropConstraint(step.table, step.constraint.name, time=step.time)
        case steps.AddConstraint():  # early, so that rows can be filled in
            return steps.DropConstraint(step.table, step.constraint.name)
        case steps.UseIndex():
            return steps.DropConstraint(step.table, step.constraint.name)
        case steps.CreateIndex(concurrently=True):
            return steps.DropIndex(step.table, step.index.name, step.time)
        case _:
            return None


def _locks(planned: Sequence[Step]) -> bool:
    """Whether a table that is there before and after is locked: by itself or by a foreign key."""
    moving = {s.table for s in planned if isinstance(s, steps.CreateTable | steps.DropTable)}
    return any(
        not moving.issuperset(_targets(step.content))
        if isinstance(step, steps.CreateTable | steps.DropTable)
        else step.table not in moving
        for step in planned
    )


def _targets(table: Table) -> Iterator[str]:
    return (key.target for key in table.foreign_keys)
