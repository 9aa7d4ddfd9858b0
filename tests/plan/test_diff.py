"""What changes between two data models, in words."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from random_schemas import BIGINT, INT, TEXT, UUID, schemas

from specwright.model.sql_types import Kind, SqlType
from specwright.plan import Schema, destructive, plan_schema
from specwright.plan.changes import Change, reversed_changes
from specwright.plan.schema import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique

ID = Column("id", UUID, nullable=False, default="gen_random_uuid()")


def table(name: str, *columns: Column, **parts: object) -> Table:
    return replace(Table(name, (ID, *columns), PrimaryKey(f"pk_{name}", ("id",))), **parts)


def of(*tables: Table) -> Schema:
    return Schema(tables)


def reference(source: str, column: str, target: str) -> ForeignKey:
    return ForeignKey(f"fk_{source}_{column}_{target}", (column,), target, ("id",))


def said(changes: tuple[Change, ...]) -> list[str]:
    """Each change with its flags."""
    return [
        f"{change.title}{' !' * change.is_destructive}{' ?' * change.needs_backfill}"
        for change in changes
    ]


DUE = Column("due_on", SqlType(Kind.DATE))
STATE = Column("state", TEXT, nullable=False, default="'new'")
SIZE = Column("size", INT)
OWNER = Column("owner_id", UUID)
TASKS = table("tasks")
USERS = table("users")


def state(*values: str) -> Check:
    listed = ", ".join(f"'{value}'" for value in values)
    return Check("ck_tasks_state", f"state IN ({listed})", ("state",))


def with_state(*values: str) -> Table:
    return table("tasks", STATE, checks=(state(*values),))


def sized(sql: str) -> Table:
    return table("tasks", SIZE, checks=(Check("ck_tasks_size", sql, ("size",)),))


def typed(before: SqlType, after: SqlType) -> tuple[Schema, Schema]:
    return of(table("tasks", Column("it", before))), of(table("tasks", Column("it", after)))


CASES: dict[str, tuple[Schema | None, Schema, list[str]]] = {
    "nothing": (of(TASKS), of(TASKS), []),
    "an empty database": (None, of(TASKS), ["create table tasks"]),
    "the order of tables": (of(TASKS, USERS), of(USERS, TASKS), []),
    "a new table": (of(TASKS), of(TASKS, USERS), ["create table users"]),
    "a lost table": (of(TASKS, USERS), of(TASKS), ["drop table users !"]),
    "tables in the order of their references": (
        None,
        of(table("tasks", OWNER, foreign_keys=(reference("tasks", "owner_id", "users"),)), USERS),
        ["create table users", "create table tasks"],
    ),
    "tables that refer to each other": (
        None,
        of(
            table("tasks", OWNER, foreign_keys=(reference("tasks", "owner_id", "users"),)),
            table("users", OWNER, foreign_keys=(reference("users", "owner_id", "tasks"),)),
        ),
        [
            "create table tasks",
            "create table users",
            "add foreign key fk_tasks_owner_id_users to tasks",
        ],
    ),
    "a table that refers to itself": (
        None,
        of(table("tasks", OWNER, foreign_keys=(reference("tasks", "owner_id", "tasks"),))),
        ["create table tasks"],
    ),
    "a column that may be null": (of(TASKS), of(table("tasks", DUE)), ["add column tasks.due_on"]),
    "a column that every row needs": (
        of(TASKS),
        of(table("tasks", replace(DUE, nullable=False))),
        ["add column tasks.due_on ?"],
    ),
    "a column that every row needs and gets": (
        of(TASKS),
        of(table("tasks", STATE)),
        ["add column tasks.state"],
    ),
    "a lost column": (of(table("tasks", DUE)), of(TASKS), ["drop column tasks.due_on !"]),
    "a longer text": (
        *typed(SqlType(Kind.VARCHAR, length=9), SqlType(Kind.VARCHAR, length=10)),
        ["change the type of tasks.it from varchar(9) to varchar(10)"],
    ),
    "a shorter text": (
        *typed(SqlType(Kind.VARCHAR, length=9), SqlType(Kind.VARCHAR, length=8)),
        ["change the type of tasks.it from varchar(9) to varchar(8) !"],
    ),
    "a greater number": (*typed(INT, BIGINT), ["change the type of tasks.it from int to bigint"]),
    "a smaller number": (*typed(BIGINT, INT), ["change the type of tasks.it from bigint to int !"]),
    "anything as text": (*typed(UUID, TEXT), ["change the type of tasks.it from uuid to text"]),
    "text as anything": (*typed(TEXT, UUID), ["change the type of tasks.it from text to uuid !"]),
    "what nothing converts": (
        *typed(UUID, INT),
        ["drop column tasks.it !", "add column tasks.it"],
    ),
    "a column that becomes required": (
        of(table("tasks", DUE)),
        of(table("tasks", replace(DUE, nullable=False))),
        ["require tasks.due_on ?"],
    ),
    "a column that is required no more": (
        of(table("tasks", replace(DUE, nullable=False))),
        of(table("tasks", DUE)),
        ["let tasks.due_on be null"],
    ),
    "another default": (
        of(table("tasks", STATE)),
        of(table("tasks", replace(STATE, default="'old'"))),
        ["set the default of tasks.state to 'old'"],
    ),
    "no default any more": (
        of(table("tasks", STATE)),
        of(table("tasks", replace(STATE, default=None))),
        ["drop the default of tasks.state"],
    ),
    "another value of an enum": (
        of(with_state("a", "b")),
        of(with_state("a", "b", "c")),
        ["drop check ck_tasks_state of tasks", "change check ck_tasks_state of tasks"],
    ),
    "a value of an enum that goes": (
        of(with_state("a", "b")),
        of(with_state("a")),
        ["drop check ck_tasks_state of tasks", "change check ck_tasks_state of tasks ?"],
    ),
    "wider bounds": (
        of(sized("size BETWEEN 0 AND 9")),
        of(sized("size >= 0")),
        ["drop check ck_tasks_size of tasks", "change check ck_tasks_size of tasks"],
    ),
    "narrower bounds": (
        of(sized("size >= 0")),
        of(sized("size > 0")),
        ["drop check ck_tasks_size of tasks", "change check ck_tasks_size of tasks ?"],
    ),
    "a check that cannot be compared": (
        of(sized("size >= 0 OR size < -9")),
        of(sized("size >= 0 OR size < -99")),
        ["drop check ck_tasks_size of tasks", "change check ck_tasks_size of tasks ?"],
    ),
    "a new check over a column that is there": (
        of(table("tasks", SIZE)),
        of(sized("size >= 0")),
        ["add check ck_tasks_size to tasks ?"],
    ),
    "a new check over a new column": (
        of(TASKS),
        of(sized("size >= 0")),
        ["add column tasks.size", "add check ck_tasks_size to tasks"],
    ),
    "a check whose column gets another type": (
        of(sized("size >= 0")),
        of(
            table(
                "tasks",
                replace(SIZE, type=BIGINT),
                checks=(Check("ck_tasks_size", "size >= 0", ("size",)),),
            )
        ),
        [
            "drop check ck_tasks_size of tasks",
            "change the type of tasks.size from int to bigint",
            "add check ck_tasks_size to tasks",
        ],
    ),
    "a reference": (
        of(TASKS, USERS),
        of(
            table(
                "tasks",
                OWNER,
                foreign_keys=(reference("tasks", "owner_id", "users"),),
                indexes=(Index("ix_tasks_owner_id", ("owner_id",)),),
            ),
            USERS,
        ),
        [
            "add column tasks.owner_id",
            "add foreign key fk_tasks_owner_id_users to tasks",
            "add index ix_tasks_owner_id to tasks",
        ],
    ),
    "a unique column that was not": (
        of(table("tasks", DUE)),
        of(table("tasks", DUE, uniques=(Unique("uq_tasks_due_on", ("due_on",)),))),
        ["add unique constraint uq_tasks_due_on to tasks ?"],
    ),
    "a unique column that folds case from now on": (
        of(table("tasks", STATE, uniques=(Unique("uq_tasks_state", ("state",)),))),
        of(table("tasks", STATE, uniques=(Unique("uq_tasks_state", ("state",), ("state",)),))),
        [
            "drop unique constraint uq_tasks_state of tasks",
            "add unique index uq_tasks_state to tasks ?",
        ],
    ),
    "another primary key, and what points at it": (
        of(TASKS, table("notes", OWNER, foreign_keys=(reference("notes", "owner_id", "tasks"),))),
        of(
            table(
                "tasks",
                STATE,
                primary_key=PrimaryKey("pk_tasks", ("id", "state")),
                uniques=(Unique("uq_tasks_id", ("id",)),),
            ),
            table("notes", OWNER, foreign_keys=(reference("notes", "owner_id", "tasks"),)),
        ),
        [
            "drop foreign key fk_notes_owner_id_tasks of notes",
            "drop primary key pk_tasks of tasks",
            "add column tasks.state",
            "change primary key pk_tasks of tasks ?",
            "add unique constraint uq_tasks_id to tasks ?",
            "add foreign key fk_notes_owner_id_tasks to notes",
        ],
    ),
    "rows that the database numbers": (
        *typed(INT, SqlType(Kind.INT, identity=True)),
        ["number new rows of tasks by it"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_planned(case: tuple[Schema | None, Schema, list[str]]) -> None:
    before, after, expected = case
    assert said(plan_schema(before, after)) == expected


@settings(max_examples=30, deadline=None, derandomize=True)
@given(schemas(), schemas())
def test_the_reverse_of_a_plan_is_the_plan_of_the_way_back(before: Schema, after: Schema) -> None:
    back = plan_schema(after, before)
    reverse = reversed_changes(plan_schema(before, after))
    assert sorted(change.title for change in reverse) == sorted(change.title for change in back)


def test_destructive_changes_are_named() -> None:
    changes = plan_schema(of(table("tasks", DUE, SIZE), USERS), of(table("tasks", SIZE)))
    assert [change.title for change in destructive(changes)] == [
        "drop column tasks.due_on",
        "drop table users",
    ]


@pytest.mark.parametrize(
    ("before", "after", "title", "reason"),
    [
        (of(), of(TASKS), "create table tasks", "new in data-model.md"),
        (of(TASKS), of(), "drop table tasks", "no longer in data-model.md"),
        (
            *typed(INT, BIGINT),
            "change the type of tasks.it from int to bigint",
            "was int, is bigint in data-model.md",
        ),
        (
            of(table("tasks", OWNER), USERS),
            of(table("tasks", OWNER, indexes=(Index("ix", ("owner_id",), "`a` reads it"),)), USERS),
            "add index ix to tasks",
            "a reads it",
        ),
        (
            of(with_state("a", "b")),
            of(with_state("a", "c")),
            "change check ck_tasks_state of tasks",
            "changed in data-model.md: state may be c and state may no longer be b",
        ),
        (
            of(sized("size > 0 OR size < 0")),
            of(sized("size <> 0")),
            "change check ck_tasks_size of tasks",
            "changed in data-model.md: was size > 0 OR size < 0",
        ),
    ],
)
def test_a_change_says_why(before: Schema, after: Schema, title: str, reason: str) -> None:
    reasons = {change.title: change.reason for change in plan_schema(before, after)}
    assert reasons[title] == reason


def test_the_index_of_a_reference_says_what_it_is_for() -> None:
    refers = table("tasks", OWNER, foreign_keys=(reference("tasks", "owner_id", "users"),))
    indexed = replace(refers, indexes=(Index("ix_tasks_owner_id", ("owner_id",)),))
    why = "tasks.owner_id is a foreign key: deleting from users would scan tasks without this index"
    (added,) = plan_schema(of(refers, USERS), of(indexed, USERS))
    assert added.reason == why
    *_, created = plan_schema(None, of(USERS, indexed))
    assert created.reason == f"new in data-model.md; ix_tasks_owner_id: {why}"


def test_what_looks_like_a_rename_is_not_guessed_but_said() -> None:
    until = replace(DUE, name="until")
    _, dropped = plan_schema(of(table("tasks", DUE)), of(table("tasks", until)))
    assert dropped.title == "drop column tasks.due_on"
    assert dropped.hint == (
        "If due_on became until, say so: `until … [was: 'due_on']`. As planned, its values are lost."
    )
    _, lost = plan_schema(of(table("tasks", DUE, STATE)), of(table("todos", DUE, STATE)))
    assert lost.title == "drop table tasks"
    assert lost.hint is not None
    assert lost.hint.startswith("If tasks became todos, say so: `Table todos [was: 'tasks']`.")
    *_, other = plan_schema(of(table("tasks", DUE)), of(table("tasks", SIZE)))
    assert other.hint is None


def test_what_was_called_otherwise_is_renamed_with_all_that_is_named_after_it() -> None:
    before = of(
        table("people"),
        table(
            "tasks",
            STATE,
            OWNER,
            checks=(state("new"),),
            foreign_keys=(reference("tasks", "owner_id", "people"),),
            indexes=(Index("ix_tasks_state", ("state",)),),
        ),
    )
    phase = replace(STATE, name="phase", was="state")
    after = of(
        table("users", was="people"),
        table(
            "tasks",
            phase,
            OWNER,
            checks=(Check("ck_tasks_phase", "phase IN ('new')", ("phase",)),),
            foreign_keys=(reference("tasks", "owner_id", "users"),),
            indexes=(Index("ix_tasks_phase", ("phase",)),),
        ),
    )
    changes = plan_schema(before, after)
    assert said(changes) == [
        "rename table people to users",
        "rename column state of tasks to phase",
        "rename constraint pk_people of users to pk_users",
        "rename constraint ck_tasks_state of tasks to ck_tasks_phase",
        "rename constraint fk_tasks_owner_id_people of tasks to fk_tasks_owner_id_users",
        "rename index ix_tasks_state of tasks to ix_tasks_phase",
    ]
    assert plan_schema(after, after) == ()


def test_what_was_renamed_may_change_besides() -> None:
    size = Column("size", BIGINT, nullable=False, was="length")
    before, after = of(table("tasks", Column("length", INT))), of(table("tasks", size))
    assert said(plan_schema(before, after)) == [
        "rename column length of tasks to size",
        "change the type of tasks.size from int to bigint",
        "require tasks.size ?",
    ]


@pytest.mark.parametrize(
    "before",
    [
        of(table("tasks", replace(SIZE, name="length"), SIZE)),  # both were there
        of(table("tasks", SIZE)),  # it was renamed long ago
        of(TASKS),  # neither was
    ],
)
def test_nothing_is_renamed_where_the_old_name_alone_was_not_there(before: Schema) -> None:
    after = of(table("tasks", replace(SIZE, was="length")))
    assert not any("rename" in line for line in said(plan_schema(before, after)))
