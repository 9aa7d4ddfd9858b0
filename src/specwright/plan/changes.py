"""The changes of a schema: what each does, why it is there, what it costs, and what undoes it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from specwright.model import naming
from specwright.plan import conversions, steps
from specwright.plan.schema import (
    AnyIndex,
    Column,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Table,
    Unique,
)
from specwright.plan.steps import Step, Time


@dataclass(frozen=True)
class Change(ABC):
    reason: str = field(kw_only=True)
    hint: str | None = field(default=None, kw_only=True)

    @property
    @abstractmethod
    def table_name(self) -> str: ...

    @property
    @abstractmethod
    def title(self) -> str:
        """What it does, as one would ask for it: `add column tasks.due_on`."""

    @property
    @abstractmethod
    def up(self) -> tuple[Step, ...]: ...

    @property
    def down(self) -> tuple[Step, ...]:
        return self.reverse().up

    @abstractmethod
    def reverse(self) -> "Change": ...

    @property
    def is_destructive(self) -> bool:
        """Whether values may be lost that no reverse brings back."""
        return False

    @property
    def needs_backfill(self) -> bool:
        """Whether rows that exist may not fit: nothing is lost, but the migration stops at them."""
        return False

    @property
    def _undone(self) -> str:
        return f"undoes: {self.title}"


def destructive(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Those that nobody should run without having said so."""
    return tuple(change for change in changes if change.is_destructive)


def reversed_changes(changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(change.reverse() for change in reversed(changes))


@dataclass(frozen=True)
class CreateTable(Change):
    """With all that belongs to it but foreign keys whose target is not there yet.

    `replaces` when names of it belonged to something that goes.
    """

    table: Table
    replaces: bool = False

    @property
    def table_name(self) -> str:
        return self.table.name

    @property
    def title(self) -> str:
        return f"create table {self.table.name}"

    @property
    def up(self) -> tuple[Step, ...]:
        indexes = (
            steps.CreateIndex(self.table.name, index, concurrently=False, time=Time.CREATE_TABLE)
            for index in self.table.own_indexes()
        )
        return (steps.CreateTable(self.table), *indexes)

    def reverse(self) -> "DropTable":
        return DropTable(self.table, self.replaces, reason=self._undone)


@dataclass(frozen=True)
class DropTable(Change):
    table: Table
    is_in_the_way: bool = False

    is_destructive = True

    @property
    def table_name(self) -> str:
        return self.table.name

    @property
    def title(self) -> str:
        return f"drop table {self.table.name}"

    @property
    def up(self) -> tuple[Step, ...]:
        time = Time.DROP_IN_THE_WAY if self.is_in_the_way else Time.DROP_TABLE
        return (steps.DropTable(self.table, time),)

    def reverse(self) -> CreateTable:
        return CreateTable(self.table, self.is_in_the_way, reason=self._undone)


@dataclass(frozen=True)
class _OfTable(Change):
    table: str

    @property
    def table_name(self) -> str:
        return self.table


@dataclass(frozen=True)
class RenameTable(Change):
    """`is_back` when it undoes one: then what else there is to undo goes first, by the new name."""

    before: str
    after: str
    is_back: bool = False

    @property
    def table_name(self) -> str:
        return self.after

    @property
    def title(self) -> str:
        return f"rename table {self.before} to {self.after}"

    @property
    def up(self) -> tuple[Step, ...]:
        return (steps.RenameTable(self.before, self.after, _time_of_rename(self.is_back)),)

    def reverse(self) -> "RenameTable":
        return RenameTable(self.after, self.before, not self.is_back, reason=self._undone)


@dataclass(frozen=True)
class _Rename(_OfTable):
    """Of a part of a table, by the name that the table has then."""

    before: str
    after: str
    is_back: bool = False

    _kind: ClassVar[type[steps.RenameColumn | steps.RenameConstraint | steps.RenameIndex]]
    _what: ClassVar[str]

    @property
    def title(self) -> str:
        return f"rename {self._what} {self.before} of {self.table} to {self.after}"

    @property
    def up(self) -> tuple[Step, ...]:
        time = _time_of_rename(self.is_back)
        return (self._kind(self.table, self.before, self.after, time),)

    def reverse(self) -> Self:
        return replace(
            self,
            before=self.after,
            after=self.before,
            is_back=not self.is_back,
            reason=self._undone,
        )


@dataclass(frozen=True)
class RenameColumn(_Rename):
    _kind = steps.RenameColumn
    _what = "column"


@dataclass(frozen=True)
class RenameConstraint(_Rename):
    _kind = steps.RenameConstraint
    _what = "constraint"


@dataclass(frozen=True)
class RenameIndex(_Rename):
    _kind = steps.RenameIndex
    _what = "index"


@dataclass(frozen=True)
class _OfColumn(_OfTable):
    column: Column

    @property
    def _name(self) -> str:
        return f"{self.table}.{self.column.name}"


@dataclass(frozen=True)
class AddColumn(_OfColumn):
    replaces: bool = False  # a column of the same name that goes

    @property
    def title(self) -> str:
        return f"add column {self._name}"

    @property
    def needs_backfill(self) -> bool:
        is_filled = self.column.default is not None or self.column.type.identity
        return not (self.column.nullable or is_filled)

    @property
    def up(self) -> tuple[Step, ...]:
        column, default = self.column, self.column.default
        is_volatile = default is not None and conversions.is_volatile(default)
        if not is_volatile and not self.needs_backfill:
            return (steps.AddColumn(self.table, column),)
        added: list[Step] = [
            steps.AddColumn(self.table, replace(column, nullable=True, default=None))
        ]
        if default is not None:
            added.append(steps.SetDefault(self.table, column.name, default))
            added.append(steps.Fill(self.table, column.name, default))
        else:
            added.append(steps.FillByHand(self.table, column.name))
        if not column.nullable:
            added += _not_null(self.table, column.name)
        return tuple(added)

    def reverse(self) -> "DropColumn":
        return DropColumn(self.table, self.column, self.replaces, reason=self._undone)


@dataclass(frozen=True)
class DropColumn(_OfColumn):
    is_in_the_way: bool = False

    is_destructive = True

    @property
    def title(self) -> str:
        return f"drop column {self._name}"

    @property
    def up(self) -> tuple[Step, ...]:
        time = Time.DROP_IN_THE_WAY if self.is_in_the_way else Time.DROP_COLUMN
        return (steps.DropColumn(self.table, self.column.name, time),)

    def reverse(self) -> AddColumn:
        return AddColumn(self.table, self.column, self.is_in_the_way, reason=self._undone)


@dataclass(frozen=True)
class AlterType(_OfTable):
    """Of a column with its default, which has to change along."""

    before: Column
    after: Column

    @property
    def title(self) -> str:
        return (
            f"change the type of {self.table}.{self.after.name} "
            f"from {self.before.type.sql} to {self.after.type.sql}"
        )

    @property
    def is_destructive(self) -> bool:
        return not conversions.keeps(self.before.type, self.after.type)

    @property
    def rewrites(self) -> bool:
        return conversions.rewrites(self.before.type, self.after.type)

    @property
    def up(self) -> tuple[Step, ...]:
        name, before, after = self.after.name, self.before.type, self.after.type
        altered: list[Step] = []
        if self.before.default is not None:
            altered.append(steps.DropDefault(self.table, name))
        using = conversions.using(name, before, after)
        altered.append(steps.AlterType(self.table, name, after, using, self.rewrites))
        if self.after.default is not None:
            altered.append(steps.SetDefault(self.table, name, self.after.default))
        return tuple(altered)

    def reverse(self) -> "AlterType":
        return AlterType(self.table, self.after, self.before, reason=self._undone)


@dataclass(frozen=True)
class SetDefault(_OfTable):
    """New rows get it; those that exist keep what they have. None is no default."""

    column: str
    before: str | None
    after: str | None

    @property
    def title(self) -> str:
        if self.after is None:
            return f"drop the default of {self.table}.{self.column}"
        return f"set the default of {self.table}.{self.column} to {self.after}"

    @property
    def up(self) -> tuple[Step, ...]:
        if self.after is None:
            return (steps.DropDefault(self.table, self.column),)
        return (steps.SetDefault(self.table, self.column, self.after),)

    def reverse(self) -> "SetDefault":
        return SetDefault(self.table, self.column, self.after, self.before, reason=self._undone)


@dataclass(frozen=True)
class SetIdentity(_OfTable):
    """Whether the database numbers the rows."""

    column: str
    identity: bool

    @property
    def title(self) -> str:
        verb = "number" if self.identity else "stop numbering"
        return f"{verb} new rows of {self.table} by {self.column}"

    @property
    def up(self) -> tuple[Step, ...]:
        if self.identity:
            return (steps.AddIdentity(self.table, self.column),)
        return (steps.DropIdentity(self.table, self.column),)

    def reverse(self) -> "SetIdentity":
        return SetIdentity(self.table, self.column, not self.identity, reason=self._undone)


@dataclass(frozen=True)
class SetNotNull(_OfTable):
    column: str

    needs_backfill = True

    @property
    def title(self) -> str:
        return f"require {self.table}.{self.column}"

    @property
    def up(self) -> tuple[Step, ...]:
        return _not_null(self.table, self.column)

    def reverse(self) -> "DropNotNull":
        return DropNotNull(self.table, self.column, reason=self._undone)


@dataclass(frozen=True)
class DropNotNull(_OfTable):
    column: str

    @property
    def title(self) -> str:
        return f"let {self.table}.{self.column} be null"

    @property
    def up(self) -> tuple[Step, ...]:
        return (steps.AllowNull(self.table, self.column),)

    def reverse(self) -> SetNotNull:
        return SetNotNull(self.table, self.column, reason=self._undone)


@dataclass(frozen=True)
class _OfConstraint(_OfTable):
    """`is_new_table` when the table comes or goes too; `late` when a foreign key's target does.

    `is_swap` when another of the same name goes or comes.
    """

    constraint: Constraint
    is_new_table: bool = False
    late: bool = False
    is_swap: bool = False

    @property
    def _parts(self) -> tuple[str, Constraint, bool, bool, bool]:
        return self.table, self.constraint, self.is_new_table, self.late, self.is_swap

    @property
    def _what(self) -> str:
        match self.constraint:
            case PrimaryKey():
                return "primary key"
            case Unique():
                return "unique constraint"
            case ForeignKey():
                return "foreign key"
            case _:
                return "check"


@dataclass(frozen=True)
class AddConstraint(_OfConstraint):
    tightens: bool = True  # rows that exist may break it

    @property
    def title(self) -> str:
        if self.is_swap:
            return f"change {self._what} {self.constraint.name} of {self.table}"
        return f"add {self._what} {self.constraint.name} to {self.table}"

    @property
    def needs_backfill(self) -> bool:
        return self.tightens and not self.is_new_table

    @property
    def up(self) -> tuple[Step, ...]:
        constraint = self.constraint
        if isinstance(constraint, PrimaryKey | Unique):
            index = Unique(constraint.name, constraint.columns)
            return (steps.CreateIndex(self.table, index), steps.UseIndex(self.table, constraint))
        added = Time.ADD_LATE_FOREIGN_KEY if self.late else Time.ADD_CONSTRAINT
        if self.is_new_table:
            return (steps.AddConstraint(self.table, constraint, not_valid=False, time=added),)
        validated = Time.VALIDATE_LATE if self.late else Time.VALIDATE
        return (
            steps.AddConstraint(self.table, constraint, time=added),
            steps.Validate(self.table, constraint.name, validated),
        )

    def reverse(self) -> "DropConstraint":
        return DropConstraint(*self._parts, reason=self._undone)


@dataclass(frozen=True)
class DropConstraint(_OfConstraint):
    @property
    def title(self) -> str:
        return f"drop {self._what} {self.constraint.name} of {self.table}"

    @property
    def up(self) -> tuple[Step, ...]:
        is_key = isinstance(self.constraint, ForeignKey)
        time = Time.DROP_FOREIGN_KEY if is_key else Time.DROP_CONSTRAINT
        return (steps.DropConstraint(self.table, self.constraint.name, self.is_new_table, time),)

    def reverse(self) -> AddConstraint:
        return AddConstraint(*self._parts, reason=self._undone)


@dataclass(frozen=True)
class _OfIndex(_OfTable):
    index: AnyIndex

    @property
    def _what(self) -> str:
        return "unique index" if isinstance(self.index, Unique) else "index"


@dataclass(frozen=True)
class CreateIndex(_OfIndex):
    replaces: bool = False  # something of the same name, or over a column that is replaced
    tightens: bool = True

    @property
    def title(self) -> str:
        return f"add {self._what} {self.index.name} to {self.table}"

    @property
    def needs_backfill(self) -> bool:
        return self.tightens and isinstance(self.index, Unique)

    @property
    def up(self) -> tuple[Step, ...]:
        return (steps.CreateIndex(self.table, self.index),)

    def reverse(self) -> "DropIndex":
        return DropIndex(self.table, self.index, self.replaces, reason=self._undone)


@dataclass(frozen=True)
class DropIndex(_OfIndex):
    is_in_the_way: bool = False

    @property
    def title(self) -> str:
        return f"drop {self._what} {self.index.name} of {self.table}"

    @property
    def up(self) -> tuple[Step, ...]:
        time = Time.DROP_INDEX_IN_THE_WAY if self.is_in_the_way else Time.DROP_INDEX
        return (steps.DropIndex(self.table, self.index.name, time),)

    def reverse(self) -> CreateIndex:
        return CreateIndex(self.table, self.index, self.is_in_the_way, reason=self._undone)


def _time_of_rename(is_back: bool) -> Time:  # noqa: FBT001 - is what it is about
    return Time.RENAME_BACK if is_back else Time.RENAME


def _not_null(table: str, column: str) -> tuple[Step, ...]:
    return steps.not_null(table, column, naming.check_name(table, f"{column}_not_null"))
