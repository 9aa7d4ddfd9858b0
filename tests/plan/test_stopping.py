"""A migration that stops half-way: nothing is lost, and it can be run again."""

import re
from collections.abc import Iterator

import pytest
from catalog import Database
from random_schemas import BIGINT, INT, TEXT, UUID
from sqlalchemy.exc import IntegrityError

from specwright.emit.migrations import emit_migration
from specwright.model.sql_types import Kind, SqlType
from specwright.plan import plan_schema, up_sql
from specwright.plan.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)

pytestmark = pytest.mark.slow

BEFORE = Schema(
    (
        Table(
            "ants",
            (
                Column("id", INT, nullable=False),
                Column("name", TEXT),
                Column("state", TEXT, nullable=False, default="'a'"),
                Column("size", INT, nullable=False, default="1"),
                Column("gone", TEXT),
            ),
            PrimaryKey("pk_ants", ("id",)),
            uniques=(Unique("uq_ants_name", ("name",)),),
            checks=(
                Check("ck_ants_state", "state IN ('a', 'b')", ("state",)),
                Check("ck_ants_size", "size > 0", ("size",)),
            ),
            indexes=(Index("ix_ants", ("name",)), Index("ix_gone", ("gone",))),
        ),
        Table("bees", (Column("id", INT, nullable=False),), PrimaryKey("pk_bees", ("id",))),
    )
)
AFTER = Schema(
    (
        Table(
            "ants",
            (
                Column("id", INT, nullable=False),
                Column("name", TEXT, nullable=False),
                Column("state", TEXT, nullable=False, default="'a'"),
                Column("size", BIGINT, nullable=False, default="2"),
                Column("token", UUID, nullable=False, default="gen_random_uuid()"),
                Column("due", SqlType(Kind.DATE)),
                Column("bee", INT),
                Column("number", SqlType(Kind.BIGINT, identity=True), nullable=False),
            ),
            PrimaryKey("pk_ants", ("id", "name")),
            uniques=(
                Unique("uq_ants_name", ("name",), folded=("name",)),
                Unique("uq_ants_id", ("id",)),
                Unique("uq_ants_token", ("token",)),
            ),
            checks=(
                Check("ck_ants_state", "state IN ('a', 'c')", ("state",)),
                Check("ck_ants_size", "size > 0", ("size",)),
                Check("ck_ants_due", "due > '2000-01-01'", ("due",)),
            ),
            foreign_keys=(ForeignKey("fk_ants_bee_bees", ("bee",), "bees", ("id",)),),
            indexes=(Index("ix_ants", ("state", "due")), Index("ix_ants_bee", ("bee",))),
        ),
        Table(
            "bees",
            (Column("id", INT, nullable=False), Column("ant", INT)),
            PrimaryKey("pk_bees", ("id",)),
            foreign_keys=(ForeignKey("fk_bees_ant_ants", ("ant",), "ants", ("id",)),),
        ),
        Table(
            "cats",
            (Column("id", INT, nullable=False), Column("ant", INT)),
            PrimaryKey("pk_cats", ("id",)),
            foreign_keys=(ForeignKey("fk_cats_ant_ants", ("ant",), "ants", ("id",)),),
            indexes=(Index("ix_cats_ant", ("ant",)),),
        ),
    )
)


def committed(script: str) -> Iterator[str]:
    """The beginnings of a script after which something is done for good, but not all of it."""
    for block in re.finditer(r"BEGIN;\n.*?COMMIT;\n|[^;]+;\n", script, re.DOTALL):
        if block.end() < len(script):
            yield script[: block.end()]


@pytest.mark.parametrize(("here", "there"), [(BEFORE, AFTER), (AFTER, BEFORE)], ids=["up", "down"])
def test_wherever_a_migration_stops_it_can_be_run_again(
    database: Database, here: Schema, there: Schema
) -> None:
    database.empty()
    database.script(up_sql(plan_schema(None, there)))
    wanted = database.holds()
    script = up_sql(plan_schema(here, there))
    beginnings = list(committed(script))
    assert len(beginnings) > 12
    for beginning in beginnings:
        database.empty()
        database.script(up_sql(plan_schema(None, here)))
        database.script(beginning)
        database.script(script)
        assert database.holds() == wanted


def test_rows_that_break_a_new_rule_stop_it_until_they_are_put_right(database: Database) -> None:
    database.empty()
    database.script(up_sql(plan_schema(None, BEFORE)))
    database.run("INSERT INTO ants (id, name, state) VALUES (1, NULL, 'b')")
    migration = emit_migration(2, plan_schema(BEFORE, AFTER), "0001_old")
    with pytest.raises(IntegrityError, match="ck_ants_name_not_null"):
        database.migrate(migration.python, "upgrade")
    assert database.select("SELECT name, state, gone FROM ants") == [(None, "b", None)]
    database.run("UPDATE ants SET name = 'Ann', state = 'c'")
    database.migrate(migration.python, "upgrade")
    assert database.select("SELECT name, state, size, number FROM ants") == [("Ann", "c", 1, 1)]


def test_a_column_that_every_row_needs_is_filled_in_where_the_comment_stands(
    database: Database,
) -> None:
    ants = BEFORE.by_name["ants"]
    columns = (*ants.columns, Column("due", SqlType(Kind.DATE), nullable=False))
    after = Schema((Table("ants", columns, ants.primary_key),))
    before = Schema((Table("ants", ants.columns, ants.primary_key),))
    python = emit_migration(2, plan_schema(before, after), "0001_old").python
    database.empty()
    database.script(up_sql(plan_schema(None, before)))
    database.run("INSERT INTO ants (id) VALUES (1)")
    with pytest.raises(IntegrityError, match="ck_ants_due_not_null"):
        database.migrate(python, "upgrade")

    comment = '# No row has a "due" yet.'
    filling = """op.execute("UPDATE ants SET due = '2024-02-29'")\n        """
    assert python.count(comment) == 1
    database.migrate(python.replace(comment, filling + comment), "upgrade")
    assert database.select("SELECT due::text FROM ants") == [("2024-02-29",)]
    database.migrate(python, "downgrade")
    assert database.select("SELECT * FROM ants") == [(1, None, "a", 1, None)]


def test_numbering_goes_on_behind_the_rows_that_exist(database: Database) -> None:
    key = PrimaryKey("pk_ants", ("id",))
    before = Schema((Table("ants", (Column("id", INT, nullable=False),), key),))
    numbered = Column("id", SqlType(Kind.INT, identity=True), nullable=False)
    database.empty()
    database.script(up_sql(plan_schema(None, before)))
    database.run("INSERT INTO ants VALUES (7)")
    database.script(up_sql(plan_schema(before, Schema((Table("ants", (numbered,), key),)))))
    database.run("INSERT INTO ants DEFAULT VALUES")
    assert database.select("SELECT id FROM ants ORDER BY id") == [(7,), (8,)]


def test_others_read_and_write_while_rows_are_looked_at() -> None:
    """What takes long takes no lock that keeps anybody from a row."""
    script = up_sql(plan_schema(BEFORE, AFTER))
    transactions = re.findall(r"BEGIN;\n.*?COMMIT;\n", script, re.DOTALL)
    outside = re.sub(r"BEGIN;\n.*?COMMIT;\n", "", script, flags=re.DOTALL)
    assert "VALIDATE" not in "".join(transactions)
    assert "CREATE INDEX" not in "".join(transactions).replace(
        "CREATE INDEX IF NOT EXISTS ix_cats", ""
    )
    for statement in filter(None, map(str.strip, outside.split(";\n"))):
        assert re.match(
            r"SET |UPDATE |ALTER TABLE \w+ VALIDATE |(CREATE|CREATE UNIQUE|DROP) INDEX CONCURRENTLY",
            statement,
        )
