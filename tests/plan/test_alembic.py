"""The files as Alembic itself runs them, one after the other, and its record of where it is."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from catalog import Database
from random_schemas import BIGINT, INT, TEXT
from sqlalchemy import Connection

from specwright.emit.migrations import FOLDER, emit_migrations, latest
from specwright.plan import Schema
from specwright.plan.schema import Column, Index, PrimaryKey, Table
from specwright.tree import Tree

pytestmark = pytest.mark.slow

ENVIRONMENT = """
from alembic import context

context.configure(context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
"""


def ants(*columns: Column, index: bool = False) -> Schema:
    own = (Column("id", INT, nullable=False), *columns)
    indexes = (Index("ix_ants_name", ("name",)),) if index else ()
    return Schema((Table("ants", own, PrimaryKey("pk_ants", ("id",)), indexes=indexes),))


VERSIONS = (
    ants(),
    ants(Column("name", TEXT), index=True),
    ants(Column("name", TEXT, nullable=False), Column("size", INT)),
    ants(Column("size", BIGINT)),
)


def built(folder: Path) -> Tree:
    tree = Tree({})
    for schema in VERSIONS:
        tree |= emit_migrations(tree, schema)
    for path, text in (tree | {"migrations/env.py": ENVIRONMENT}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return tree


def alembic(database: Database, folder: Path, run: Any, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder / "migrations"))
    config.set_main_option("path_separator", "os")

    def on(connection: Connection) -> None:
        config.attributes["connection"] = connection
        run(config, revision)

    async def connected() -> None:
        async with database.engine.connect() as connection:
            await connection.run_sync(on)

    database.runner.run(connected())
    database.run("RESET ALL")


def test_four_versions_go_up_one_by_one_and_all_the_way_down(
    database: Database, tmp_path: Path
) -> None:
    database.empty()
    tree = built(tmp_path)
    number, head = latest(tree)
    assert number == 4
    alembic(database, tmp_path, command.upgrade, "head")
    assert database.select("SELECT version_num FROM alembic_version") == [(head,)]
    assert [name for _, name, *_ in database.holds()["columns"]] == ["id", "size"]
    alembic(database, tmp_path, command.downgrade, "-2")
    assert [name for _, name, *_ in database.holds()["columns"]] == ["id", "name"]
    alembic(database, tmp_path, command.upgrade, "head")
    alembic(database, tmp_path, command.downgrade, "base")
    assert not database.holds()["columns"]


def test_a_rollback_leaves_a_record_that_alembic_goes_on_from(
    database: Database, tmp_path: Path
) -> None:
    database.empty()
    tree = built(tmp_path)
    alembic(database, tmp_path, command.upgrade, "head")
    held = database.holds()
    rollbacks = [path for path in tree if path.startswith(FOLDER) and path.endswith(".sql")]
    assert len(rollbacks) == 4
    for path in reversed(rollbacks[1:]):
        database.script(tree[path])
    alembic(database, tmp_path, command.upgrade, "head")
    assert database.holds() == held
    for path in reversed(rollbacks):
        database.script(tree[path])
    assert not database.holds()["columns"]
    assert database.select("SELECT version_num FROM alembic_version") == []
