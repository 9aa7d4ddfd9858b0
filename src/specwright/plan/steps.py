"""The steps of a migration: each is one thing that is done to a database, at its time."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from specwright.model.sql_types import SqlType
from specwright.plan.schema import AnyIndex, Check, Column, Constraint, PrimaryKey, Table, Unique


class Time(IntEnum):
    """When a step is due. Steps of one time keep the order in which they are planned.

    What stands in the way goes first, what is lost goes last, and what takes long is done outside
    of transactions, where it keeps nobody from reading and writing.
    """

    RENAME = 0  # before all else: what follows knows the new names
    DROP_FOREIGN_KEY = 1  # before the keys that it points at
    DROP_CONSTRAINT = 2
    DROP_INDEX_IN_THE_WAY = 3
    DROP_IN_THE_WAY = 4
    CREATE_TABLE = 5
    ADD_COLUMN = 6
    DROP_DEFAULT = 7
    ALTER_TYPE = 8
    SET_DEFAULT = 9
    ALLOW_NULL = 10
    FILL = 11
    ADD_CONSTRAINT = 12
    CREATE_INDEX = 13
    DROP_INDEX = 14
    VALIDATE = 15
    REQUIRE = 16
    IDENTIFY = 17
    USE_INDEX = 18
    ADD_LATE_FOREIGN_KEY = 19  # to a key that is made at USE_INDEX
    VALIDATE_LATE = 20
    DROP_COLUMN = 21
    DROP_TABLE = 22
    RENAME_BACK = 23  # after all else, for the same reason


_LONG = frozenset({
    Time.DROP_INDEX_IN_THE_WAY, Time.FILL, Time.CREATE_INDEX, Time.DROP_INDEX, Time.VALIDATE,
    Time.VALIDATE_LATE,
})  # fmt: skip


@dataclass(frozen=True)
class CreateTable:
    content: Table
    time: Time = Time.CREATE_TABLE

    @property
    def table(self) -> str:
        return self.content.name


@dataclass(frozen=True)
class DropTable:
    content: Table
    time: Time = Time.DROP_TABLE

    @property
    def table(self) -> str:
        return self.content.name


@dataclass(frozen=True)
class RenameTable:
    before: str
    after: str
    time: Time = Time.RENAME

    @property
    def table(self) -> str:
        return self.after


@dataclass(frozen=True)
class RenameColumn:
    table: str
    before: str
    after: str
    time: Time = Time.RENAME


@dataclass(frozen=True)
class RenameConstraint:
    table: str
    before: str
    after: str
    time: Time = Time.RENAME


@dataclass(frozen=True)
class RenameIndex:
    table: str
    before: str
    after: str
    time: Time = Time.RENAME


@dataclass(frozen=True)
class AddColumn:
    table: str
    column: Column
    time: Time = Time.ADD_COLUMN


@dataclass(frozen=True)
class DropColumn:
    table: str
    column: str
    time: Time = Time.DROP_COLUMN


@dataclass(frozen=True)
class AlterType:
    """`using` is how a value becomes one of the new type, where PostgreSQL would not know."""

    table: str
    column: str
    type: SqlType
    using: str | None = None
    rewrites: bool = False  # the whole table, which nobody can read meanwhile
    time: Time = Time.ALTER_TYPE


@dataclass(frozen=True)
class SetDefault:
    table: str
    column: str
    default: str
    time: Time = Time.SET_DEFAULT


@dataclass(frozen=True)
class DropDefault:
    table: str
    column: str
    time: Time = Time.DROP_DEFAULT


@dataclass(frozen=True)
class AllowNull:
    table: str
    column: str
    time: Time = Time.ALLOW_NULL


@dataclass(frozen=True)
class Require:
    """SET NOT NULL; a validated check has made sure of it, so that PostgreSQL need not look."""

    table: str
    column: str
    time: Time = Time.REQUIRE


@dataclass(frozen=True)
class AddIdentity:
    table: str
    column: str
    time: Time = Time.IDENTIFY


@dataclass(frozen=True)
class DropIdentity:
    table: str
    column: str
    time: Time = Time.DROP_DEFAULT


@dataclass(frozen=True)
class Fill:
    """Give the rows that exist the default of a new column, where adding it does not do so."""

    table: str
    column: str
    default: str
    time: Time = Time.FILL


@dataclass(frozen=True)
class FillByHand:
    """A person has to say what the rows that exist get; a comment in the migration says so."""

    table: str
    column: str
    time: Time = Time.FILL


@dataclass(frozen=True)
class AddConstraint:
    """For a table with rows it is `not_valid` at first: they are looked at by `Validate`."""

    table: str
    constraint: Constraint
    not_valid: bool = True
    time: Time = Time.ADD_CONSTRAINT


@dataclass(frozen=True)
class Validate:
    table: str
    constraint: str
    time: Time = Time.VALIDATE


@dataclass(frozen=True)
class DropConstraint:
    """`table_may_miss`, in a second attempt, where the table comes or goes too."""

    table: str
    constraint: str
    table_may_miss: bool = False
    time: Time = Time.DROP_CONSTRAINT


@dataclass(frozen=True)
class CreateIndex:
    table: str
    index: AnyIndex
    concurrently: bool = True
    time: Time = Time.CREATE_INDEX

    @property
    def unique(self) -> bool:
        return isinstance(self.index, Unique)


@dataclass(frozen=True)
class DropIndex:
    table: str
    index: str
    time: Time = Time.DROP_INDEX


@dataclass(frozen=True)
class UseIndex:
    """Make a constraint of the unique index of its name."""

    table: str
    constraint: PrimaryKey | Unique
    time: Time = Time.USE_INDEX


RenameStep: TypeAlias = RenameTable | RenameColumn | RenameConstraint | RenameIndex
ColumnStep: TypeAlias = AlterType | SetDefault | DropDefault | AllowNull | Require | DropIdentity
ConstraintStep: TypeAlias = AddConstraint | Validate | DropConstraint | UseIndex
Step: TypeAlias = (
    CreateTable
    | DropTable
    | AddColumn
    | DropColumn
    | AddIdentity
    | Fill
    | FillByHand
    | CreateIndex
    | DropIndex
    | RenameStep
    | ColumnStep
    | ConstraintStep
)


def is_long(step: Step) -> bool:
    """Whether it belongs outside of a transaction."""
    return step.time in _LONG


def not_null(table: str, column: str, name: str) -> tuple[Step, ...]:
    """Refuse null in a column of a table with rows, and let it be read and written meanwhile."""
    check = Check(name, f"{column} IS NOT NULL", (column,))
    return (
        AddConstraint(table, check),
        Validate(table, name),
        Require(table, column),
        DropConstraint(table, name, time=Time.REQUIRE),
    )
