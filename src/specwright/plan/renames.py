"""What the data model says was called otherwise (`was`): renamed, so that nothing of it is lost."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from specwright.plan import changes as to
from specwright.plan.changes import Change
from specwright.plan.schema import (
    AnyIndex,
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)

_OF_COLUMNS = "it is over what is renamed"
_WORDS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+")

_Named = TypeVar("_Named", PrimaryKey, Unique, Check, ForeignKey, Index)


@dataclass(frozen=True)
class Renamed:
    """The renames, and the schema of before as it is once they are made."""

    changes: tuple[Change, ...]
    schema: Schema

    @classmethod
    def of(cls, before: Schema, after: Schema) -> "Renamed":
        new_names = _New.of(before, after)
        tables = [new_names.of_table(table) for table in before.tables]
        changes = [*new_names.changes()]
        for number, (old, table) in enumerate(zip(before.tables, tables, strict=True)):
            if table != old and table.name in after.by_name:
                tables[number], found = _with_names_of(after.by_name[table.name], table)
                changes += found
        return cls(tuple(changes), Schema(tuple(tables)))


@dataclass(frozen=True)
class _New:
    """The new names of tables, and of the columns of tables by their new names."""

    tables: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, before: Schema, after: Schema) -> "_New":
        tables = {
            table.was: table.name
            for table in after.tables
            if table.was in before.by_name
            and table.was not in after.by_name
            and table.name not in before.by_name
        }
        kept = [(old, after.by_name.get(tables.get(old.name, old.name))) for old in before.tables]
        return cls(tables, {new.name: _columns(old, new) for old, new in kept if new is not None})

    def changes(self) -> Iterator[Change]:
        for old, new in self.tables.items():
            yield to.RenameTable(old, new, reason=f"data-model.md says that it was {old}")
        for table, columns in self.columns.items():
            for old, new in columns.items():
                reason = f"data-model.md says that it was {old}"
                yield to.RenameColumn(table, old, new, reason=reason)

    def of_table(self, table: Table) -> Table:
        name = self.tables.get(table.name, table.name)
        own = self.columns.get(name, {})
        return replace(
            table,
            name=name,
            columns=tuple(
                replace(column, name=own.get(column.name, column.name)) for column in table.columns
            ),
            primary_key=self._over(table.primary_key, own),
            uniques=tuple(
                replace(self._over(unique, own), folded=_names(unique.folded, own))
                for unique in table.uniques
            ),
            checks=tuple(
                replace(self._over(check, own), sql=_sql(check.sql, own)) for check in table.checks
            ),
            foreign_keys=tuple(self._key(key, own) for key in table.foreign_keys),
            indexes=tuple(self._over(index, own) for index in table.indexes),
        )

    def _over(self, part: _Named, columns: Mapping[str, str]) -> _Named:
        return replace(part, columns=_names(part.columns, columns))

    def _key(self, key: ForeignKey, columns: Mapping[str, str]) -> ForeignKey:
        target = self.tables.get(key.target, key.target)
        far = _names(key.target_columns, self.columns.get(target, {}))
        return replace(self._over(key, columns), target=target, target_columns=far)


def _columns(old: Table, new: Table) -> dict[str, str]:
    return {
        column.was: column.name
        for column in new.columns
        if column.was in old.by_name
        and column.was not in new.by_name
        and column.name not in old.by_name
    }


def _names(columns: tuple[str, ...], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(new.get(name, name) for name in columns)


def _sql(sql: str, columns: Mapping[str, str]) -> str:
    """As PostgreSQL has it once its columns are renamed."""
    return _WORDS.sub(lambda word: columns.get(word[0], word[0]), sql)


def _with_names_of(after: Table, table: Table) -> tuple[Table, list[Change]]:
    """What differs by its name alone is renamed along."""
    reason = _OF_COLUMNS
    parts = {_nameless(part): part.name for part in (*after.constraints(), *after.own_indexes())}
    taken = {part.name for part in (*table.constraints(), *table.own_indexes())}
    names: dict[str, str] = {}
    found: list[Change] = []
    for part in (*table.constraints(), *table.own_indexes()):
        name = parts.get(_nameless(part))
        if name is None or name in taken:
            continue
        names[part.name] = name
        is_index = isinstance(part, Index) or (isinstance(part, Unique) and bool(part.folded))
        kind = to.RenameIndex if is_index else to.RenameConstraint
        found.append(kind(table.name, part.name, name, reason=reason))
    return _renamed(table, names), found


def _nameless(part: Constraint | AnyIndex) -> Constraint | AnyIndex:
    return replace(part, name="")


def _renamed(table: Table, names: Mapping[str, str]) -> Table:
    def each(parts: tuple[_Named, ...]) -> tuple[_Named, ...]:
        return tuple(replace(part, name=names.get(part.name, part.name)) for part in parts)

    (key,) = each((table.primary_key,))
    return replace(
        table,
        primary_key=key,
        uniques=each(table.uniques),
        checks=each(table.checks),
        foreign_keys=each(table.foreign_keys),
        indexes=each(table.indexes),
    )
