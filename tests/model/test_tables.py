from collections.abc import Callable

import pytest

from specwright.diagnostic import Level, Report
from specwright.model import Model
from specwright.model.entities import (
    Check,
    Entity,
    ForeignKey,
    Index,
    Key,
    LiteralDefault,
    Relation,
    SqlDefault,
    TenantPath,
    Unique,
)
from specwright.model.sql_checks import Bound, Comparison
from specwright.model.sql_types import Kind, SqlType

Small = Callable[..., tuple[Model, Report]]


def entity(small: Small, tables: str, name: str) -> Entity:
    model, report = small(tables)
    assert not report.at(Level.ERROR), list(report)
    return model.entity(name)


def test_a_task_has_the_columns_of_its_partials_and_its_own(taskboard: Model) -> None:
    task = taskboard.entity("Task")
    assert [(c.name, c.type.sql, c.nullable) for c in task.columns] == [
        ("id", "uuid", False),
        ("created_at", "timestamptz", False),
        ("updated_at", "timestamptz", False),
        ("version", "int", False),
        ("project_id", "uuid", False),
        ("title", "varchar(200)", False),
        ("description", "text", True),
        ("priority", "int", False),
        ("status", "text", False),
        ("claimed_by", "uuid", True),
        ("claimed_at", "timestamptz", True),
        ("lease_until", "timestamptz", True),
        ("attempts", "int", False),
        ("result", "jsonb", True),
    ]
    assert (task.row, task.table, task.domain) == ("task", "tasks", "tasks")
    assert task.versioned
    assert task.columns_by_name["id"].default == SqlDefault("gen_random_uuid()")
    assert task.columns_by_name["priority"].default == LiteralDefault(0)
    assert task.columns_by_name["status"].type == SqlType(Kind.ENUM, enum="task_status")


def test_a_task_has_the_constraints_that_its_table_says(taskboard: Model) -> None:
    task = taskboard.entity("Task")
    assert task.primary_key == Key("pk_tasks", ("id",))
    assert task.uniques == ()
    assert task.checks == (
        Check(
            "ck_tasks_status",
            "status IN ('pending', 'in_progress', 'done', 'failed', 'cancelled')",
            ("status",),
            whole=True,
            enum_column="status",
        ),
        Check(
            "ck_tasks_priority",
            "priority BETWEEN 0 AND 9",
            ("priority",),
            (Bound("priority", 0, 9),),
            whole=True,
        ),
        Check(
            "ck_tasks_lease",
            "(status = 'in_progress') = (lease_until IS NOT NULL)",
            ("status", "lease_until"),
        ),
    )
    assert [(key.name, key.target, key.on_delete) for key in task.foreign_keys] == [
        ("fk_tasks_project_id_projects", "Project", "no action"),
        ("fk_tasks_claimed_by_users", "User", "restrict"),
    ]


def test_indexes_are_added_for_lists_and_for_references_that_none_serves(
    taskboard: Model, orders: Model
) -> None:
    assert taskboard.entity("Task").indexes == (
        Index(
            "ix_tasks_project_id_status_priority_created_at",
            ("project_id", "status", "priority", "created_at"),
        ),
        Index(
            "ix_tasks_project_id_created_at_id",
            ("project_id", "created_at", "id"),
            "`listTasks` reads the rows in this order",
        ),
        Index(
            "ix_tasks_claimed_by",
            ("claimed_by",),
            "no other index serves the reference to `users`",
        ),
    )
    assert [index.name for index in taskboard.entity("TaskBlocker").indexes] == [
        "ix_task_blockers_blocker_id"  # the primary key serves task_id
    ]
    assert [(i.name, i.derived) for i in orders.entity("Order").indexes] == [
        ("ix_orders_customer_id_created_at", False),
        ("ix_orders_created_at_id", True),
    ]
    assert [index.name for index in orders.entity("OrderLine").indexes] == [
        "ix_order_lines_product_id"  # the unique index serves order_id
    ]


def test_citext_is_text_that_is_unique_in_lower_case(taskboard: Model) -> None:
    user = taskboard.entity("User")
    assert user.columns_by_name["email"].type == SqlType(Kind.TEXT, folded=True)
    assert user.uniques == (Unique("uq_users_email", ("email",), folded=("email",)),)


def test_relations_are_named_by_their_columns_and_by_the_reference(taskboard: Model) -> None:
    task = taskboard.entity("Task")
    assert task.relations == (
        Relation(
            "project", "one", "Project", ("project_id",), ("id",),
            nullable=False, foreign_key="fk_tasks_project_id_projects",
            is_reverse=False, inverse=None,
        ),
        Relation(
            "claimed_by_user", "one", "User", ("claimed_by",), ("id",),
            nullable=True, foreign_key="fk_tasks_claimed_by_users",
            is_reverse=False, inverse="claims",
        ),
        Relation(
            "blockers", "many", "TaskBlocker", ("id",), ("task_id",),
            nullable=False, foreign_key="fk_task_blockers_task_id_tasks",
            is_reverse=True, inverse="task",
        ),
    )  # fmt: skip
    claims = taskboard.entity("User").relation("claims")
    assert claims is not None
    assert (claims.kind, claims.target, claims.inverse) == ("many", "Task", "claimed_by_user")


def test_a_table_belongs_to_the_folder_of_what_is_done_with_it(
    taskboard: Model, orders: Model
) -> None:
    assert {e.name: e.domain for e in taskboard.entities} == {
        "Project": "projects",
        "User": "users",
        "Task": "tasks",
        "TaskBlocker": "tasks",
    }
    assert {e.name: e.domain for e in orders.entities} == {
        "User": "accounts",
        "RefreshToken": "accounts",  # no bundle writes it
        "Product": "products",
        "Order": "orders",
        "OrderLine": "orders",  # no operation has it; its owner has
    }


def test_checks_over_several_columns_have_a_shape_too(orders: Model) -> None:
    reserved = orders.entity("Product").checks[1]
    assert (reserved.name, reserved.whole) == ("ck_products_reserved", True)
    assert reserved.shapes == (
        Bound("reserved", low=0),
        Comparison("reserved", "<=", "on_hand"),
    )


def test_whole_numbers_have_bounds_that_are_within(small: Small) -> None:
    found = entity(
        small,
        "Table parts {\n id uuid [pk]\n n int [check: `n > 0 AND n < 10`]\n"
        " d numeric(6, 2) [check: `d > 0`]\n}",
        "Part",
    )
    assert found.checks[0].shapes == (Bound("n", low=1), Bound("n", high=9))
    assert found.checks[1].shapes == (Bound("d", low=0, low_is_outside=True),)


def test_every_type_has_one_spelling(small: Small) -> None:
    written = {
        "string": "text", "character varying(7)": "varchar(7)", "int4": "int", "int8": "bigint",
        "int2": "smallint", "decimal(10,2)": "numeric(10, 2)", "numeric": "numeric",
        "float8": "double precision", "boolean": "bool", "json": "jsonb", "blob": "bytea",
        "date": "date", "serial": "int", "bigserial": "bigint",
    }  # fmt: skip
    lines = "\n".join(f' c{n} "{name}"' for n, name in enumerate(written))
    found = entity(small, f"Table parts {{\n id uuid [pk]\n{lines}\n}}", "Part")
    assert [column.type.sql for column in found.columns[1:]] == list(written.values())
    assert found.columns_by_name["c12"].type.identity
    assert not found.columns_by_name["c12"].nullable


def test_a_reference_of_one_to_one_is_unique_and_leads_back_to_one_row(small: Small) -> None:
    model, report = small(
        "Table profiles {\n id uuid [pk]\n user_id uuid [not null]\n}\n"
        "Ref profile: users.id - profiles.user_id"
    )
    assert not report.at(Level.ERROR)
    profile = model.entity("Profile")
    assert profile.uniques == (
        Unique(
            "uq_profiles_user_id", ("user_id",), reason="the reference to `users` is one to one"
        ),
    )
    assert profile.indexes == ()
    back = model.entity("User").relation("profile")
    assert back is not None
    assert (back.kind, back.nullable) == ("one", True)


def test_a_composite_reference_is_named_by_the_column_that_differs(small: Small) -> None:
    found = entity(
        small,
        "Table teams {\n id uuid [pk]\n}\n"
        "Table rooms {\n id uuid [pk]\n team_id uuid [not null, ref: > teams.id]\n"
        " parent_id uuid\n indexes { (team_id, id) [unique] }\n}\n"
        "Ref children: rooms.(team_id, parent_id) > rooms.(team_id, id)",
        "Room",
    )
    assert [(r.name, r.kind, r.columns) for r in found.relations] == [
        ("team", "one", ("team_id",)),
        ("parent", "one", ("team_id", "parent_id")),
        ("children", "many", ("team_id", "id")),
    ]
    assert [key.name for key in found.foreign_keys] == [
        "fk_rooms_team_id_teams",
        "fk_rooms_team_id_parent_id_rooms",
    ]


def test_references_know_what_happens_when_their_row_goes(small: Small) -> None:
    found = entity(
        small,
        "Table notes {\n id uuid [pk]\n user_id uuid\n}\n"
        "Ref: notes.user_id > users.id [delete: set null, update: cascade]",
        "Note",
    )
    key = found.foreign_keys[0]
    assert isinstance(key, ForeignKey)
    assert (key.on_delete, key.on_update) == ("set null", "cascade")


def test_every_row_tells_its_tenant(taskboard: Model, orders: Model) -> None:
    assert {e.name: e.tenant for e in taskboard.entities} == {
        "Project": TenantPath((), "id", is_root=True),
        "User": TenantPath((), "project_id"),
        "Task": TenantPath((), "project_id"),
        "TaskBlocker": TenantPath(("task",), "project_id"),
    }
    assert taskboard.tenancy is not None
    assert taskboard.tenancy.root == "Project"
    assert orders.tenancy is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("Table t1 {\n id money [pk]\n}", "`money` is neither a type of a column"),
        ("Table t1 {\n id numeric(2,3) [pk]\n}", "`numeric(2,3)` has a size that does not fit."),
        ("Table t1 {\n id uuid(3) [pk]\n}", "`uuid(3)` has a size that does not fit."),
        ("Table t1 {\n id text [pk, increment]\n}", "`increment` counts, but `id` is `text`."),
        ("Table t1 {\n id uuid [pk]\n b bool [default: 3]\n}", "`3` is no value of the type"),
        ("Table person {\n id uuid [pk]\n}\nTable people {\n id uuid [pk]\n}",
         "The entity of the table `people` is `Person`, and so is that of `person`."),
        ("Table roles {\n id uuid [pk]\n}",
         "The entity of the table `roles` is `Role`, and so is the enum `role`."),
        ("Table t1 {\n id uuid [pk]\n x_id uuid [ref: > users.id]\n x int\n}",
         "The relation `x` of `T1` has the name of a column."),
        (f"Table {'t' * 64} {{\n id uuid [pk]\n}}", "is longer than 63 bytes"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_stand_is_told(small: Small, table: str, message: str) -> None:
    _, report = small(table)
    found = [one.message for one in report.at(Level.ERROR)]
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize(
    ("table", "row", "word"),
    [
        ("actors", "actor_row", "actor"),
        ("classes", "class_row", "class"),
        ("lists", "list_row", "list"),
        ("order_lines", "order_line", "order_line"),
        ("events", "event", "event"),
    ],
)
def test_a_row_has_a_name_of_its_own(small: Small, table: str, row: str, word: str) -> None:
    model, report = small(f"Table {table} {{\n id uuid [pk]\n}}")
    entity = next(one for one in model.entities if one.table == table)
    assert report.at(Level.ERROR) == []
    assert (entity.row, entity.word) == (row, word)
