"""From one schema to another: the changes, in an order in which each can be made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from specwright.plan import changes as to
from specwright.plan import conversions, tightening
from specwright.plan.changes import Change
from specwright.plan.renames import Renamed
from specwright.plan.schema import (
    AnyIndex,
    Check,
    Column,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)

_NEW = "new in data-model.md"
_GONE = "no longer in data-model.md"
_REBUILT = "its columns change type, and it has to be made for the new one"
_CHANGED = "changed in data-model.md"

_Columns = frozenset[tuple[str, str]]  # table, column
_Keys = frozenset[tuple[str, frozenset[str]]]  # table, columns of which there is one row each


def plan_schema(before: Schema | None, after: Schema) -> tuple[Change, ...]:
    """The changes that make `after` of `before`, of which None is an empty database."""
    renamed = Renamed.of(before or Schema(), after)
    found = _Comparison(renamed.schema, after)
    return (*renamed.changes, *sorted(found.changes(), key=_order))


def _order(change: Change) -> int:
    match change:
        case to.DropConstraint(constraint=ForeignKey()):
            return 0
        case to.DropConstraint():
            return 1
        case to.DropIndex(is_in_the_way=True):
            return 2
        case to.DropColumn(is_in_the_way=True) | to.DropTable(is_in_the_way=True):
            return 3
        case _:
            return _KINDS.index(type(change)) + 4


_KINDS: tuple[type[Change], ...] = (
    to.CreateTable,
    to.AddColumn,
    to.AlterType,
    to.SetDefault,
    to.SetIdentity,
    to.DropNotNull,
    to.SetNotNull,
    to.AddConstraint,
    to.CreateIndex,
    to.DropIndex,
    to.DropColumn,
    to.DropTable,
)


@dataclass(frozen=True)
class _Comparison:
    before: Schema
    after: Schema

    def changes(self) -> Iterator[Change]:
        pairs = [_Pair.of(old, self.after.by_name[old.name]) for old in self._kept()]
        moved = _Moved.of(pairs)
        yield from self._dropped(moved)
        yield from self._created(moved)
        names_before, names_after = _names(self.before), _names(self.after)
        for pair in pairs:
            yield from pair.columns()
            yield from pair.constraints(moved)
            yield from pair.indexes(names_before, names_after)

    def _kept(self) -> list[Table]:
        return [table for table in self.before.tables if table.name in self.after.by_name]

    def _created(self, moved: "_Moved") -> Iterator[Change]:
        new = [table for table in self.after.tables if table.name not in self.before.by_name]
        replaces = _clash(new, self.before)
        for table, deferred in _in_order(new, moved.columns, moved.added_keys):
            yield to.CreateTable(_without(table, deferred), replaces, reason=_why_table(table))
            for key in deferred:
                late = _target(key) in moved.added_keys
                reason = f"{table.name} and {key.target} have to be there first"
                yield to.AddConstraint(
                    table.name, key, is_new_table=True, late=late, tightens=False, reason=reason
                )

    def _dropped(self, moved: "_Moved") -> Iterator[Change]:
        gone = [table for table in self.before.tables if table.name not in self.after.by_name]
        in_the_way = _clash(gone, self.after)
        for table, deferred in reversed(_in_order(gone, moved.columns, moved.dropped_keys)):
            for key in deferred:
                late = _target(key) in moved.dropped_keys
                reason = f"{table.name} is {_GONE}"
                yield to.DropConstraint(
                    table.name, key, is_new_table=True, late=late, reason=reason
                )
            hint = self._rename_of(table)
            yield to.DropTable(_without(table, deferred), in_the_way, reason=_GONE, hint=hint)

    def _rename_of(self, table: Table) -> str | None:
        columns = {column.name for column in table.columns}
        for new in self.after.tables:
            if new.name in self.before.by_name:
                continue
            shared = columns & {column.name for column in new.columns}
            if 2 * len(shared) > len(columns):
                return (
                    f"If {table.name} became {new.name}, say so: "
                    f"`Table {new.name} [was: '{table.name}']`. As planned, its rows are lost."
                )
        return None


@dataclass(frozen=True)
class _Moved:
    """What changes in the tables that stay, as far as foreign keys of any table care."""

    columns: _Columns
    added_keys: _Keys
    dropped_keys: _Keys

    @classmethod
    def of(cls, pairs: Sequence["_Pair"]) -> "_Moved":
        return cls(
            frozenset((pair.after.name, name) for pair in pairs for name in pair.moved),
            frozenset(key for pair in pairs for key in _keys(pair.after, pair.added_keys())),
            frozenset(key for pair in pairs for key in _keys(pair.before, pair.dropped_keys())),
        )

    def touches(self, key: ForeignKey) -> bool:
        """Whether the foreign key has to make way."""
        is_moved = any((key.target, name) in self.columns for name in key.target_columns)
        return is_moved or _target(key) in self.dropped_keys


@dataclass(frozen=True)
class _Pair:
    """One table before and after."""

    before: Table
    after: Table
    altered: frozenset[str]  # columns that get another type
    replaced: frozenset[
        str
    ]  # columns that are dropped and added, for nothing converts their values

    @classmethod
    def of(cls, before: Table, after: Table) -> "_Pair":
        both = [
            (old, after.by_name[old.name]) for old in before.columns if old.name in after.by_name
        ]
        other = [(old, new) for old, new in both if old.type.sql != new.type.sql]
        altered = frozenset(o.name for o, n in other if conversions.converts(o.type, n.type))
        return cls(before, after, altered, frozenset(o.name for o, _ in other) - altered)

    @property
    def moved(self) -> frozenset[str]:
        return self.altered | self.replaced

    @property
    def _added(self) -> frozenset[str]:
        old = self.before.by_name
        return self.replaced | {name for name in self.after.by_name if name not in old}

    # -- columns

    def columns(self) -> Iterator[Change]:
        table = self.after.name
        for column in self.before.columns:
            if column.name not in self.after.by_name:
                hint = self._rename_of(column)
                yield to.DropColumn(table, column, reason=_GONE, hint=hint)
            elif column.name in self.replaced:
                yield from self._replaced(column, self.after.by_name[column.name])
        for column in self.after.columns:
            if column.name not in self.before.by_name:
                yield to.AddColumn(table, column, reason=_NEW)
            elif column.name not in self.replaced:
                yield from _column(table, self.before.by_name[column.name], column)

    def _replaced(self, old: Column, new: Column) -> Iterator[Change]:
        reason = f"nothing converts {old.type.sql} to {new.type.sql}"
        yield to.DropColumn(self.after.name, old, is_in_the_way=True, reason=reason)
        yield to.AddColumn(self.after.name, new, replaces=True, reason=reason)

    def _rename_of(self, column: Column) -> str | None:
        """Renames are never guessed: what looks like one is said."""
        for new in self.after.columns:
            if new.name not in self.before.by_name and new.type.sql == column.type.sql:
                return (
                    f"If {column.name} became {new.name}, say so: "
                    f"`{new.name} … [was: '{column.name}']`. As planned, its values are lost."
                )
        return None

    # -- constraints

    def added_keys(self) -> Iterator[PrimaryKey | Unique]:
        return (key for key in self._keys(self.after) if self._is_other(key, self.before))

    def dropped_keys(self) -> Iterator[PrimaryKey | Unique]:
        return (key for key in self._keys(self.before) if self._is_other(key, self.after))

    def _keys(self, table: Table) -> Iterator[PrimaryKey | Unique]:
        return (c for c in table.constraints() if isinstance(c, PrimaryKey | Unique))

    def _is_other(self, constraint: Constraint, table: Table) -> bool:
        return constraint not in table.constraints() or not self.replaced.isdisjoint(
            constraint.columns
        )

    def constraints(self, moved: _Moved) -> Iterator[Change]:
        for constraint in self.before.constraints():
            if self._is_other(constraint, self.after) or self._makes_way(constraint, moved):
                yield to.DropConstraint(
                    self.after.name,
                    constraint,
                    late=_is_late(constraint, moved.dropped_keys),
                    is_swap=_is_swap(constraint, self.after),
                    reason=self._why_dropped(constraint),
                )
        for constraint in self.after.constraints():
            if self._is_other(constraint, self.before) or self._makes_way(constraint, moved):
                yield to.AddConstraint(
                    self.after.name,
                    constraint,
                    late=_is_late(constraint, moved.added_keys),
                    is_swap=_is_swap(constraint, self.before),
                    tightens=self._tightens(constraint),
                    reason=self._why_added(constraint),
                )

    def _makes_way(self, constraint: Constraint, moved: _Moved) -> bool:
        """Whether it has to be dropped and added, although it stays the same."""
        is_altered = not self.altered.isdisjoint(constraint.columns)
        match constraint:
            case ForeignKey():
                return is_altered or moved.touches(constraint)
            case Check():
                return is_altered
            case _:
                return False

    def _why_dropped(self, constraint: Constraint) -> str:
        if constraint in self.after.constraints():
            return _REBUILT
        return _CHANGED if _of_name(constraint.name, self.after) else _GONE

    def _why_added(self, constraint: Constraint) -> str:
        if constraint in self.before.constraints():
            return _REBUILT
        old = _of_name(constraint.name, self.before)
        if isinstance(constraint, Check) and isinstance(old, Check):
            return f"{_CHANGED}: {tightening.difference(old, constraint)}"
        if isinstance(constraint, Unique) and constraint.reason:
            return constraint.reason.replace("`", "")
        return _CHANGED if old else _NEW

    def _tightens(self, constraint: Constraint | AnyIndex) -> bool:
        old = _of_name(constraint.name, self.before)
        if isinstance(constraint, Check) and isinstance(old, Check):
            return not tightening.allows_all_of(constraint, old)
        if constraint in (*self.before.constraints(), *self.before.own_indexes()):
            return not self.replaced.isdisjoint(constraint.columns)
        new = [self.after.by_name[name] for name in constraint.columns]
        if not all(column.name in self._added for column in new):
            return True
        if isinstance(constraint, Check):
            return False  # a default that breaks its own check would break every insert
        return any(
            column.default is not None and not conversions.is_volatile(column.default)
            for column in new
        )

    # -- indexes

    def indexes(
        self, names_before: frozenset[str], names_after: frozenset[str]
    ) -> Iterator[Change]:
        table, old, new = self.after.name, self.before.own_indexes(), self.after.own_indexes()
        for index in old:
            if index not in new or self._is_rebuilt(index):
                in_the_way = index.name in names_after or not self.moved.isdisjoint(index.columns)
                reason = _REBUILT if index in new else _GONE
                yield to.DropIndex(table, index, in_the_way, reason=reason)
        for index in new:
            if index not in old or self._is_rebuilt(index):
                replaces = index.name in names_before or not self.moved.isdisjoint(index.columns)
                reason = _REBUILT if index in old else _why_index(self.after, index)
                tightens = self._tightens(index)
                yield to.CreateIndex(table, index, replaces, tightens=tightens, reason=reason)

    def _is_rebuilt(self, index: AnyIndex) -> bool:
        """PostgreSQL alters an index along with its columns, but not `lower(…)` of them."""
        own = self.moved if isinstance(index, Unique) else self.replaced
        return not own.isdisjoint(index.columns)


def _why_table(table: Table) -> str:
    """Which of its indexes nobody wrote is said too."""
    reasons = {index.name: _why_index(table, index) for index in table.own_indexes()}
    derived = [f"{name}: {reason}" for name, reason in reasons.items() if reason != _NEW]
    return "; ".join([_NEW, *derived])


def _why_index(table: Table, index: AnyIndex) -> str:
    for key in table.foreign_keys:
        if key.columns == index.columns:
            columns = ", ".join(f"{table.name}.{name}" for name in key.columns)
            return (
                f"{columns} is a foreign key: deleting from {key.target} "
                f"would scan {table.name} without this index"
            )
    return index.reason.replace("`", "") or _NEW


def _column(table: str, old: Column, new: Column) -> Iterator[Change]:
    was = f"was {old.type.sql}, is {new.type.sql} in data-model.md"
    if old.type.sql != new.type.sql:
        yield to.AlterType(table, old, new, reason=was)
    elif old.default != new.default:
        yield to.SetDefault(table, new.name, old.default, new.default, reason=_CHANGED)
    if old.type.identity != new.type.identity:
        yield to.SetIdentity(table, new.name, new.type.identity, reason=_CHANGED)
    if old.nullable and not new.nullable:
        yield to.SetNotNull(table, new.name, reason="not null in data-model.md")
    elif new.nullable and not old.nullable:
        yield to.DropNotNull(table, new.name, reason="no longer not null in data-model.md")


def _in_order(
    tables: Sequence[Table], moved: _Columns, moving: _Keys
) -> list[tuple[Table, tuple[ForeignKey, ...]]]:
    """Each after those that it points at, and the foreign keys for which it is still too early."""
    left = {table.name: table for table in tables}
    placed: list[tuple[Table, tuple[ForeignKey, ...]]] = []
    while left:
        free = (table for table in left.values() if not _waits(table, left))
        table = left.pop(next(free, next(iter(left.values()))).name)
        deferred = tuple(
            key
            for key in table.foreign_keys
            if key.target in left
            or _target(key) in moving
            or any((key.target, name) in moved for name in key.target_columns)
        )
        placed.append((table, deferred))
    return placed


def _waits(table: Table, left: Mapping[str, Table]) -> bool:
    return any(key.target in left and key.target != table.name for key in table.foreign_keys)


def _without(table: Table, deferred: Iterable[ForeignKey]) -> Table:
    late = tuple(deferred)
    return replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key not in late))


def _is_late(constraint: Constraint, keys: _Keys) -> bool:
    return isinstance(constraint, ForeignKey) and _target(constraint) in keys


def _target(key: ForeignKey) -> tuple[str, frozenset[str]]:
    return key.target, frozenset(key.target_columns)


def _keys(
    table: Table, keys: Iterable[PrimaryKey | Unique]
) -> Iterator[tuple[str, frozenset[str]]]:
    return ((table.name, frozenset(key.columns)) for key in keys)


def _of_name(name: str, table: Table) -> Constraint | AnyIndex | None:
    every = (*table.constraints(), *table.own_indexes())
    return next((found for found in every if found.name == name), None)


def _clash(tables: Iterable[Table], other: Schema) -> bool:
    """Whether one of the tables keeps a name, then all go or come together, as they refer."""
    taken = _names(other)
    return any(name in taken for table in tables for name in table.relation_names())


def _is_swap(constraint: Constraint, other: Table) -> bool:
    found = _of_name(constraint.name, other)
    return found is not None and found != constraint


def _names(schema: Schema) -> frozenset[str]:
    return frozenset(name for table in schema.tables for name in table.relation_names())
