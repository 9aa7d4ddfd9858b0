"""Migrations as files: exactly these texts, one number each, and nothing that a linter refuses."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import migration_lint as lint
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from specwright.diagnostic import Report
from specwright.emit.migrations import SeveralHeads, emit_migration, emit_migrations, latest
from specwright.model import build_model
from specwright.model.sql_types import Kind, SqlType
from specwright.plan import Schema, plan_schema, schema_of, stored, up_sql
from specwright.plan.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    Table,
    Unique,
)
from specwright.plan.sql import identifier
from specwright.spec import read_bundle
from specwright.tree import Tree

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "taskboard"
BUNDLE = ROOT / "examples" / "taskboard"
LABELLED = ROOT.parent / "shared" / "fixtures" / "migration-lint.json"
VERSIONS = "migrations/versions"

INT = SqlType(Kind.INT)
TEXT = SqlType(Kind.TEXT)
ID = Column("id", INT, nullable=False)


def table(name: str, *columns: Column, **parts: object) -> Table:
    return replace(Table(name, (ID, *columns), PrimaryKey(f"pk_{name}", ("id",))), **parts)


def taskboard() -> Schema:
    paths = [path for path in BUNDLE.rglob("*") if path.is_file()]
    files = {path.relative_to(BUNDLE).as_posix(): path.read_text() for path in paths}
    report = Report()
    return schema_of(build_model(read_bundle("taskboard", Tree(files), report), report).entities)


def formatted(python: str) -> str:
    arguments = [sys.executable, "-m", "ruff", "format", "-", "--line-length", "100"]
    run = subprocess.run(arguments, input=python, capture_output=True, text=True, check=True)
    return run.stdout


# -- The texts -------------------------------------------------------------------------------------


def test_the_first_migration_of_the_task_board_is_the_golden_one() -> None:
    files = emit_migrations({}, taskboard())
    assert list(files) == [
        stored.PATH,
        f"{VERSIONS}/0001_initial.py",
        f"{VERSIONS}/0001_initial.rollback.sql",
    ]
    assert stored.read(files[stored.PATH]) == taskboard()
    for path in (f"{VERSIONS}/0001_initial.py", f"{VERSIONS}/0001_initial.rollback.sql"):
        text = formatted(files[path]) if path.endswith(".py") else files[path]
        assert text == (GOLDEN / path).read_text()


def test_a_later_migration_takes_its_time_outside_of_transactions() -> None:
    before = Schema((table("tasks"), table("users")))
    tasks = table(
        "tasks",
        Column("owner", INT),
        foreign_keys=(ForeignKey("fk_owner", ("owner",), "users", ("id",), "cascade"),),
        indexes=(Index("ix_owner", ("owner",)),),
    )
    changes = plan_schema(before, Schema((tasks, table("users"))))
    migration = emit_migration(2, changes, "0001_a")
    assert migration.stem == "0002_add_tasks_owner"
    assert formatted(migration.python) == (
        f'''"""Add column tasks.owner.

Purpose:
- add column tasks.owner: new in data-model.md
- add foreign key fk_owner to tasks: new in data-model.md
- add index ix_owner to tasks: tasks.owner is a foreign key: deleting from users would scan tasks
  without this index

Impact:
- tasks: locked for moments, and never waited for longer than 3s.
- it runs in several steps: should it stop half-way, run it again.
"""

import sqlalchemy as sa
from alembic import op

revision = "{migration.revision}"
down_revision = "0001_a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '3s'")
    op.execute("SET statement_timeout = '30s'")
    op.drop_constraint("fk_owner", "tasks", if_exists=True)
    op.add_column("tasks", sa.Column("owner", sa.Integer(), nullable=True), if_not_exists=True)
    op.create_foreign_key(
        "fk_owner",
        "tasks",
        "users",
        ["owner"],
        ["id"],
        ondelete="CASCADE",
        postgresql_not_valid=True,
    )
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute("SET statement_timeout = 0")
        op.drop_index("ix_owner", table_name="tasks", postgresql_concurrently=True, if_exists=True)
        op.create_index("ix_owner", "tasks", ["owner"], postgresql_concurrently=True)
        op.execute("ALTER TABLE tasks VALIDATE CONSTRAINT fk_owner")


def downgrade() -> None:
    op.execute("SET lock_timeout = '3s'")
    op.execute("SET statement_timeout = '30s'")
    op.drop_constraint("fk_owner", "tasks", if_exists=True)
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute("SET statement_timeout = 0")
        op.drop_index("ix_owner", table_name="tasks", postgresql_concurrently=True, if_exists=True)
    op.execute("SET lock_timeout = '3s'")
    op.execute("SET statement_timeout = '30s'")
    op.drop_column("tasks", "owner", if_exists=True)
'''
    )
    assert migration.rollback == (
        f"""-- Takes back 0002_add_tasks_owner, as `alembic downgrade` does, for when only SQL is at hand:
--     psql --set ON_ERROR_STOP=1 --file 0002_add_tasks_owner.rollback.sql "$DATABASE_URL"
-- What stands between the transactions runs outside of them, so that nobody waits for it.
-- Should it stop half-way, run it again from its start.

BEGIN;
SET lock_timeout = '3s';
SET statement_timeout = '30s';
ALTER TABLE tasks DROP CONSTRAINT IF EXISTS fk_owner;
COMMIT;

SET lock_timeout = 0;
SET statement_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS ix_owner;

BEGIN;
SET lock_timeout = '3s';
SET statement_timeout = '30s';
ALTER TABLE tasks DROP COLUMN IF EXISTS owner;
UPDATE alembic_version SET version_num = '0001_a' WHERE version_num = '{migration.revision}';
COMMIT;
"""
    )


def test_what_an_upgrade_does_is_there_as_sql() -> None:
    due = Column("due", SqlType(Kind.DATE), nullable=False)
    before, after = Schema((table("tasks"),)), Schema((table("tasks", due),))
    assert up_sql(plan_schema(before, after)) == (
        """BEGIN;
SET lock_timeout = '3s';
SET statement_timeout = '30s';
ALTER TABLE tasks DROP CONSTRAINT IF EXISTS ck_tasks_due_not_null;
ALTER TABLE tasks ADD COLUMN IF NOT EXISTS due date;
COMMIT;

SET lock_timeout = 0;
SET statement_timeout = 0;
-- No row has a due yet: fill it in here.

BEGIN;
SET lock_timeout = '3s';
SET statement_timeout = '30s';
ALTER TABLE tasks ADD CONSTRAINT ck_tasks_due_not_null CHECK (due IS NOT NULL) NOT VALID;
COMMIT;

SET lock_timeout = 0;
SET statement_timeout = 0;
ALTER TABLE tasks VALIDATE CONSTRAINT ck_tasks_due_not_null;

BEGIN;
SET lock_timeout = '3s';
SET statement_timeout = '30s';
ALTER TABLE tasks ALTER COLUMN due SET NOT NULL;
ALTER TABLE tasks DROP CONSTRAINT IF EXISTS ck_tasks_due_not_null;
COMMIT;
"""
    )


@pytest.mark.parametrize(
    ("after", "impact"),
    [
        (table("tasks", Column("it", SqlType(Kind.BIGINT))), "tasks is written anew, and nobody"),
        (table("tasks"), "values may be lost for good: drop column tasks.it."),
        (
            table("tasks", Column("it", INT, nullable=False)),
            "it stops, and nothing is lost, at rows that do not fit: require tasks.it.",
        ),
        (
            table("tasks", Column("it", INT), Column("at", INT, nullable=False)),
            "no row has a tasks.at yet: fill it in where the comment says so",
        ),
    ],
)
def test_a_migration_says_what_it_costs(after: Table, impact: str) -> None:
    before = Schema((table("tasks", Column("it", INT)),))
    python = emit_migration(2, plan_schema(before, Schema((after,))), "0001_a").python
    assert impact in (ast.get_docstring(ast.parse(python)) or "")


def test_a_migration_that_rewrites_a_table_is_given_the_time() -> None:
    before = Schema((table("tasks", Column("it", INT)),))
    after = Schema((table("tasks", Column("it", SqlType(Kind.BIGINT))),))
    assert "SET statement_timeout = 0" in up_sql(plan_schema(before, after))


# -- What it is called -----------------------------------------------------------------------------

TASKS = table("tasks", Column("it", INT))
NAMES: dict[str, tuple[Table, ...]] = {
    "add_tasks_due": (replace(TASKS, columns=(*TASKS.columns, Column("due", INT))),),
    "drop_tasks_it": (table("tasks"),),
    "create_labels": (TASKS, table("labels")),
    "create_labels_and_1_more_change": (TASKS, table("labels"), table("notes")),
    "drop_tasks": (),
    "change_type_of_tasks_it": (table("tasks", Column("it", TEXT)),),
    "require_tasks_it": (table("tasks", Column("it", INT, nullable=False)),),
    "set_default_of_tasks_it": (table("tasks", Column("it", INT, default="1")),),
    "add_ck_it": (replace(TASKS, checks=(Check("ck_it", "it > 0", ("it",)),)),),
    "add_ix_it": (replace(TASKS, indexes=(Index("ix_it", ("it",)),)),),
    "add_ix_odd_name": (replace(TASKS, indexes=(Index("IX: Odd/../Name", ("it",)),)),),
    "add_" + "x" * 56: (replace(TASKS, indexes=(Index("x" * 63, ("it",)),)),),
}


@pytest.mark.parametrize(("name", "after"), NAMES.items(), ids=NAMES)
def test_a_migration_is_named_after_what_it_does(name: str, after: tuple[Table, ...]) -> None:
    changes = plan_schema(Schema((TASKS,)), Schema(after))
    assert emit_migration(12, changes, "0011_a").stem == f"0012_{name}"


def test_another_value_of_an_enum_is_one_change() -> None:
    less, more = (
        table("tasks", Column("state", TEXT), checks=(Check("ck_tasks_state", sql, ("state",)),))
        for sql in ("state IN ('new')", "state IN ('new', 'blocked')")
    )
    before, after = Schema((less,)), Schema((more,))
    migration = emit_migration(2, plan_schema(before, after), "0001_a")
    assert migration.stem == "0002_change_ck_tasks_state"
    assert "state may be blocked" in migration.python


def test_two_branches_have_two_revisions_and_the_same_change_has_one() -> None:
    one = plan_schema(Schema((table("tasks"),)), Schema((TASKS,)))
    other = plan_schema(Schema((table("tasks"),)), Schema((table("tasks", Column("it", TEXT)),)))
    first, second = (emit_migration(2, changes, "0001_a") for changes in (one, other))
    assert first.stem == second.stem
    assert first.revision != second.revision
    assert first == emit_migration(2, one, "0001_a")
    assert first.revision != emit_migration(2, one, "0001_b").revision
    assert re.fullmatch(r"0002_[0-9a-f]{8}", first.revision)


# -- The next one ----------------------------------------------------------------------------------


def test_what_is_there_is_never_written_again() -> None:
    built = emit_migrations({}, Schema((TASKS,)))
    assert emit_migrations(built, Schema((TASKS,))) == Tree({stored.PATH: built[stored.PATH]})
    more = emit_migrations(built, Schema((TASKS, table("labels"))))
    assert [path for path in more if path != stored.PATH] == [
        f"{VERSIONS}/0002_create_labels.py",
        f"{VERSIONS}/0002_create_labels.rollback.sql",
    ]
    _, head = latest(built)
    assert f'down_revision = "{head}"' in more[f"{VERSIONS}/0002_create_labels.py"]


def test_the_next_migration_follows_one_that_a_person_wrote() -> None:
    built = emit_migrations({}, Schema((TASKS,)))
    _, head = latest(built)
    by_hand = f'revision: str = "ab12"\ndown_revision: str | None = "{head}"\n'
    theirs = built | {f"{VERSIONS}/0007_by_hand.py": by_hand, f"{VERSIONS}/__init__.py": ""}
    assert latest(theirs) == (7, "ab12")


def test_two_heads_are_for_a_person_to_join() -> None:
    built = emit_migrations({}, Schema((TASKS,)))
    left = built | emit_migrations(built, Schema((TASKS, table("labels"))))
    both = left | emit_migrations(built, Schema((TASKS, table("notes"))))
    with pytest.raises(SeveralHeads, match="alembic merge heads"):
        latest(both)
    _, head = latest(left)
    (other,) = {latest(emit_migrations(built, Schema((TASKS, table("notes")))) | built)[1]}
    merge = f'revision = "0003_m"\ndown_revision = ("{head}", "{other}")\n'
    assert latest(both | {f"{VERSIONS}/0003_merge.py": merge}) == (3, "0003_m")


# -- Names and texts from outside ------------------------------------------------------------------

NASTY = ['it\'s "odd"', 'a"""b', "x\nDROP TABLE users;", "back\\slash", "select", "ends\\", "Ünï"]


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_stays_a_name(name: str) -> None:
    check = Check(name, "it <> 0", ("it",))
    changes = plan_schema(Schema((TASKS,)), Schema((replace(TASKS, checks=(check,)),)))
    migration = emit_migration(2, changes, "0001_a")
    ast.parse(migration.python)
    quoted = identifier(name)
    assert quoted.startswith('"')
    outside = migration.rollback.partition("\n\n")[2].replace(quoted, "")
    assert name not in outside
    assert "DROP TABLE" not in outside
    strings = [
        n.value for n in ast.walk(ast.parse(migration.python)) if isinstance(n, ast.Constant)
    ]
    assert name in strings


@pytest.mark.parametrize(
    "sql",
    [
        "it <> ':name'",
        "it <> 'a:b' AND it <> ' :c'",
        "it <> ':name:' AND it <> ':name'",
        "it::text <> ''",
        r"it <> '\:d'",
        r"it <> '\'",
        "it NOT LIKE '50%'",
        "it <> '%(x)s'",
        "it <> 'a\nb'",
        "it <> '" + "long " * 60 + "'",
        "it <> '" + "x" * 300 + "'",
        "it <> '\"'",
    ],
)
def test_what_looks_like_a_parameter_of_sqlalchemy_is_none(sql: str) -> None:
    assert as_sqlalchemy_says_it(sql) == sql


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="ab: \\'", max_size=12))
def test_colons_and_backslashes_come_through(inner: str) -> None:
    assert as_sqlalchemy_says_it(f"it <> '{inner}'") == f"it <> '{inner}'"


def as_sqlalchemy_says_it(sql: str) -> str:
    """What of a check arrives at the database."""
    checked = table("tasks", Column("it", TEXT), checks=(Check("ck", sql, ("it",)),))
    python = emit_migration(1, plan_schema(None, Schema((checked,))), None).python
    calls = [node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Call)]
    (said,) = (c.args[0] for c in calls if ast.unparse(c.func) == "sa.CheckConstraint")
    value = eval(ast.unparse(said), {"sa": sa})
    clause = sa.text(value) if isinstance(value, str) else value
    return str(clause.compile(dialect=postgresql.asyncpg.dialect()))


def test_a_whole_number_that_is_a_key_is_numbered_only_where_that_is_said() -> None:
    plain = emit_migration(1, plan_schema(None, Schema((table("tasks"),))), None).python
    assert 'sa.Column("id", sa.Integer(), autoincrement=False, nullable=False)' in plain
    numbered = replace(ID, type=SqlType(Kind.INT, identity=True))
    tasks = Table("tasks", (numbered,), PrimaryKey("pk_tasks", ("id",)))
    python = emit_migration(1, plan_schema(None, Schema((tasks,))), None).python
    assert 'sa.Column("id", sa.Integer(), sa.Identity(), nullable=False)' in python


# -- Linters ---------------------------------------------------------------------------------------

LEFT = Schema(
    (
        table("users", Column("name", TEXT), Column("mail", TEXT), Column("gone", TEXT)),
        table(
            "tasks",
            Column("state", TEXT, default="'a'"),
            Column("size", INT, nullable=False),
            Column("odd", SqlType(Kind.UUID)),
            uniques=(Unique("uq_tasks_size", ("size",)),),
            checks=(Check("ck_tasks_state", "state IN ('a')", ("state",)),),
            indexes=(Index("ix_tasks_state", ("state",)),),
        ),
        table("lost", Column("name", TEXT)),
    )
)
RIGHT = Schema(
    (
        table(
            "users",
            Column("name", TEXT, nullable=False),
            Column("mail", TEXT),
            Column("token", SqlType(Kind.UUID), nullable=False, default="gen_random_uuid()"),
            Column("since", SqlType(Kind.TIMESTAMPTZ), nullable=False, default="now()"),
            Column("born", SqlType(Kind.DATE), nullable=False),
            uniques=(Unique("uq_users_mail", ("mail",), ("mail",)),),
        ),
        table(
            "tasks",
            Column("state", TEXT, nullable=False, default="'b'"),
            Column("size", SqlType(Kind.BIGINT)),
            Column("odd", INT),
            Column("owner", INT),
            primary_key=PrimaryKey("pk_tasks", ("id", "state")),
            uniques=(Unique("uq_tasks_id", ("id",)),),
            checks=(
                Check("ck_tasks_state", "state IN ('a', 'b')", ("state",)),
                Check("ck_tasks_size", "size > 0", ("size",)),
            ),
            foreign_keys=(ForeignKey("fk_tasks_owner", ("owner",), "users", ("id",)),),
            indexes=(Index("ix_tasks_owner", ("owner",)), Index("ix_tasks_size", ("size",))),
        ),
        table(
            "found",
            Column("task", INT),
            foreign_keys=(ForeignKey("fk_found_task", ("task",), "tasks", ("id",)),),
            indexes=(Index("ix_found_task", ("task",)),),
        ),
    )
)


def labelled() -> list[dict[str, str]]:
    if not LABELLED.exists():
        pytest.skip(f"{LABELLED} is not here")
    found: list[dict[str, str]] = json.loads(LABELLED.read_text())
    return found


def test_every_rule_with_labels_is_held_or_has_a_reason_not_to_be() -> None:
    assert {label["rule"] for label in labelled()} == set(lint.RULES) | set(lint.NOT_OURS)


def test_the_rules_judge_the_labelled_statements_as_labelled() -> None:
    for label in labelled():
        rule = lint.RULES.get(label["rule"])
        if rule is None or label["test"] in _BEYOND:
            continue
        is_refused = rule(lint.statements(label["sql"]))
        assert is_refused == (label["expect"] == "error"), (label["rule"], label["test"])


_BEYOND = {
    "regression_gh_issue_628_pg11_with_validated_check_err": "PostgreSQL 11 is not supported",
    "err_other_ddl_operations": "there are no types",
    "err_reindex_concurrently_false_uses_non_concurrent_lock": "nothing is indexed anew",
    "err_lock_access_share_uses_correct_article": "nothing is locked by name",
    "err_only_statement_timeout_rule_enabled": "of another rule",
}


@pytest.mark.parametrize(
    ("before", "after"), [(LEFT, RIGHT), (RIGHT, LEFT), (None, RIGHT)], ids=["up", "down", "first"]
)
@pytest.mark.parametrize("rule", lint.RULES)
def test_no_linter_has_anything_to_say(before: Schema | None, after: Schema, rule: str) -> None:
    changes = plan_schema(before, after)
    down = None if before is None else "0001_a"
    for sql in (up_sql(changes), emit_migration(2, changes, down).rollback):
        assert not lint.RULES[rule](lint.statements(sql))


def test_the_python_is_clean_by_the_rules_of_the_project_that_it_goes_into(tmp_path: Path) -> None:
    folder = tmp_path / VERSIONS
    folder.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text((GOLDEN / "pyproject.toml").read_text())
    long = Check("ck_long", "state <> '" + "long " * 60 + "'", ("state",))
    right = Schema((*RIGHT.tables, table("notes", Column("state", TEXT), checks=(long,))))
    first, second = plan_schema(None, LEFT), plan_schema(LEFT, right)
    for number, changes in ((1, first), (2, second)):
        migration = emit_migration(number, changes, "0001_a" if number > 1 else None)
        (folder / f"{migration.stem}.py").write_text(formatted(migration.python))
    arguments = [sys.executable, "-m", "ruff", "check", "--no-cache", "--extend-ignore=PLR0915"]
    arguments.append(str(tmp_path))  # a migration may be long
    run = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_text_does_not_depend_on_the_order_in_which_python_hashes() -> None:
    program = (
        "from test_migrations import *;"
        "m = emit_migration(2, plan_schema(LEFT, RIGHT), '0001_a'); print(m.python, m.rollback)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
