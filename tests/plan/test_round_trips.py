"""What is planned and emitted, run on PostgreSQL: up to exactly there, down to exactly here."""

import re
from dataclasses import replace

import pytest
from catalog import Database, Held
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from random_schemas import INT, TEXT, UUID, VALUES, only_once, schemas

from specwright.emit.migrations import emit_migration
from specwright.model.sql_types import Kind, SqlType
from specwright.plan import changes as to
from specwright.plan import conversions, plan_schema, stored
from specwright.plan.changes import Change, reversed_changes
from specwright.plan.schema import Column, ForeignKey, Index, PrimaryKey, Schema, Table
from specwright.plan.script import upgrade
from specwright.plan.sql import text

pytestmark = pytest.mark.slow

_NOT_OF_ANY_TEXT = (Kind.UUID, Kind.DATE, Kind.TIMESTAMPTZ)


def _table(
    name: str, *targets: str, indexes: tuple[Index, ...] = (), id_type: SqlType = INT
) -> Table:
    columns = (
        Column("id", id_type, nullable=False),
        *(Column(f"{t}_id", id_type) for t in targets),
    )
    keys = (ForeignKey(f"fk_{name}_{t}", (f"{t}_id",), t, ("id",)) for t in targets)
    key = PrimaryKey(f"pk_{name}", ("id",))
    return Table(name, columns, key, foreign_keys=tuple(keys), indexes=indexes)


ONLY = (Index("ix_only", ("id",)),)


@example(  # a name that goes to a new table, to which other new ones refer
    before=Schema((_table("ants"), _table("bees", indexes=ONLY))),
    after=Schema(
        (_table("cats", "ants", indexes=ONLY), _table("ants"), _table("dogs", "ants", "cats"))
    ),
)
@example(  # a new reference to a column that gets another type
    before=Schema((_table("ants", id_type=TEXT),)),
    after=Schema((_table("bees", "ants", id_type=UUID), _table("ants", id_type=UUID))),
)
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # making a failure smaller would take minutes
    suppress_health_check=list(HealthCheck),
)
@given(schemas().filter(only_once), schemas().filter(only_once))
def test_up_is_exactly_the_new_schema_and_down_exactly_the_old_one(
    database: Database, before: Schema, after: Schema
) -> None:
    changes = plan_schema(before, after)
    assume(changes)
    database.empty()
    database.script(text(upgrade(plan_schema(None, after))))
    wanted = database.holds()
    database.empty()
    database.script(text(upgrade(plan_schema(None, before))))
    old = database.holds()
    migration = emit_migration(2, changes, "0001_old")
    database.run(
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
        f"INSERT INTO alembic_version VALUES ('{migration.revision}')",
    )
    kept = _fill(database, before, after, changes)
    rows = database.rows(kept)

    database.migrate(migration.python, "upgrade")
    assert database.holds() == wanted
    assert all(len(found) == len(rows[table]) for table, found in database.rows(kept).items())
    database.migrate(migration.python, "downgrade")
    assert database.holds() == old
    assert database.rows(kept) == rows
    database.migrate(migration.python, "upgrade")
    assert database.holds() == wanted
    database.script(migration.rollback)
    assert database.holds() == old
    assert database.rows(kept) == rows
    assert database.select("SELECT version_num FROM alembic_version") == [("0001_old",)]


def _renamed(schema: Schema) -> Schema:
    """With `ants` called `emus`, and `a` called `z`, wherever they are named."""
    text = stored.written(schema).replace("ants", "emus")
    found = stored.read(re.sub(r"(?<=[_\W])a(?=[_\W])", "z", text))
    was = {"emus": "ants", "emus_id": "ants_id", "z": "a"}
    return Schema(
        tuple(
            replace(
                table,
                columns=tuple(replace(one, was=was.get(one.name)) for one in table.columns),
                was=was.get(table.name),
            )
            for table in found.tables
        )
    )


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(schemas().filter(only_once), st.one_of(st.none(), schemas().filter(only_once)))
def test_what_is_renamed_keeps_its_rows_whatever_else_changes(
    database: Database, before: Schema, other: Schema | None
) -> None:
    after = _renamed(other or before)
    changes = plan_schema(before, after)
    assume(any(isinstance(change, to.RenameTable | to.RenameColumn) for change in changes))
    database.empty()
    database.script(text(upgrade(plan_schema(None, after))))
    wanted = _but_sequences(database)
    database.empty()
    database.script(text(upgrade(plan_schema(None, before))))
    old = _but_sequences(database)
    migration = emit_migration(2, changes, "0001_old")
    database.run(
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
        f"INSERT INTO alembic_version VALUES ('{migration.revision}')",
    )
    kept = _fill(database, before, before, ()) if other is None else {}
    rows = database.rows(kept)

    database.migrate(migration.python, "upgrade")
    assert _but_sequences(database) == wanted
    renamed = {
        _NEW.get(table, table): [_NEW.get(column, column) for column in columns]
        for table, columns in kept.items()
    }
    assert [*database.rows(renamed).values()] == [*rows.values()]
    database.migrate(migration.python, "downgrade")
    assert _but_sequences(database) == old
    assert database.rows(kept) == rows
    database.migrate(migration.python, "upgrade")
    database.script(migration.rollback)
    assert _but_sequences(database) == old
    assert database.rows(kept) == rows


_NEW = {"ants": "emus", "ants_id": "emus_id", "a": "z"}


def _but_sequences(database: Database) -> Held:
    """A sequence keeps its name; the column that it numbers knows it."""
    return {kind: found for kind, found in database.holds().items() if kind != "sequences"}


def _fill(
    database: Database, before: Schema, after: Schema, changes: tuple[Change, ...]
) -> dict[str, list[str]]:
    """A row in each table for which one can fit both; its columns whose values must survive."""
    filled = {t.name for t in before.tables if t.name in after.by_name} - set(_unfit(changes))
    while lonely := {t.name for t in _both(before, after) if _misses(t, filled)} & filled:
        filled -= lonely
    for name in sorted(filled):
        columns = before.by_name[name].columns
        values = ", ".join(VALUES[column.type.sql] for column in columns)
        names = ", ".join(column.name for column in columns)
        database.run(
            "SET session_replication_role = replica",
            f"INSERT INTO {name} ({names}) VALUES ({values})",
        )
    return {name: _kept(before.by_name[name], after.by_name[name]) for name in sorted(filled)}


def _both(before: Schema, after: Schema) -> tuple[Table, ...]:
    return (*before.tables, *after.tables)


def _misses(table: Table, filled: set[str]) -> bool:
    return any(key.target not in filled for key in table.foreign_keys)


def _unfit(changes: tuple[Change, ...]) -> list[str]:
    both = (*changes, *reversed_changes(changes))
    required = [c.table_name for c in both if isinstance(c, to.AddColumn) and c.needs_backfill]
    converted = [c for c in changes if isinstance(c, to.AlterType)]
    return required + [
        change.table_name
        for change in converted
        if change.after.type.kind in _NOT_OF_ANY_TEXT
        and change.before.type.kind in (Kind.TEXT, Kind.VARCHAR)
    ]


def _kept(before: Table, after: Table) -> list[str]:
    return [
        column.name
        for column in before.columns
        if (new := after.by_name.get(column.name)) and _survives(column, new)
    ]


def _survives(before: Column, after: Column) -> bool:
    return before.type.sql == after.type.sql or (
        conversions.converts(before.type, after.type) and conversions.keeps(before.type, after.type)
    )
