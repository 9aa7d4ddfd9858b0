"""What the two examples mean, call by call and rule by rule."""

from specwright.model import Model
from specwright.model.operations import (
    EnvelopeField,
    EnvelopeRole,
    LinkEnd,
    LinkRow,
    OrderKey,
    PathKey,
    RelatedView,
    RowInPath,
)
from specwright.model.rules import DoRule, Rule
from specwright.model.typed import Typed
from specwright.spec.cel import cel_spelling

A_TASK = RowInPath("Task", (PathKey("id", "id"),))


def rule(model: Model, name: str) -> Rule:
    found = model.rule(name)
    assert found is not None
    return found


def words(typed: Typed | None) -> str | None:
    return None if typed is None else cel_spelling(typed.source)


# -- Task board


def test_every_call_of_the_task_board_is_bound(taskboard: Model) -> None:
    assert [
        (op.id, str(op.kind), op.entity, op.row, op.needs_if_match) for op in taskboard.operations
    ] == [
        ("listTasks", "list", "Task", None, False),
        ("createTask", "create", "Task", None, False),
        ("claimNextTask", "pick", "Task", None, False),
        ("getTask", "read", "Task", A_TASK, False),
        ("updateTask", "update", "Task", A_TASK, True),
        ("deleteTask", "delete", "Task", A_TASK, True),
        ("addBlocker", "link", "TaskBlocker",
         RowInPath("TaskBlocker", (PathKey("blocker_id", "blocker_id"),), A_TASK,
                   (("task_id", "id"),)), False),
        ("removeBlocker", "unlink", "TaskBlocker",
         RowInPath("TaskBlocker", (PathKey("blocker_id", "blocker_id"),), A_TASK,
                   (("task_id", "id"),)), False),
        ("claimTask", "transition", "Task", A_TASK, False),
        ("heartbeat", "transition", "Task", A_TASK, False),
        ("giveUp", "transition", "Task", A_TASK, False),
        ("reopenTask", "transition", "Task", A_TASK, False),
        ("cancelTask", "transition", "Task", A_TASK, False),
        ("completeTask", "transition", "Task", A_TASK, False),
    ]  # fmt: skip
    assert taskboard.left_out == ()
    assert {op.domain for op in taskboard.operations} == {"tasks"}
    assert not any(op.is_public for op in taskboard.operations)
    assert taskboard.domains == ("tasks", "projects", "users")


def test_a_blocker_is_a_link_of_two_tasks(taskboard: Model) -> None:
    operation = taskboard.operation("addBlocker")
    assert operation is not None
    assert operation.link == LinkRow(
        "TaskBlocker",
        (
            LinkEnd("task_id", "Task", "id", "id", "id"),
            LinkEnd("blocker_id", "Task", "id", "blocker_id", "id"),
        ),
    )
    assert operation.conflicts == ("ck_blockers_self",)


def test_the_list_of_tasks_is_filtered_paged_and_ordered(taskboard: Model) -> None:
    operation = taskboard.operation("listTasks")
    assert operation is not None
    assert [(one.parameter.name, one.column) for one in operation.filters] == [("status", "status")]
    assert operation.paging is not None
    assert (operation.paging.default_size, operation.paging.largest_size) == (20, 100)
    assert operation.order == (OrderKey("created_at", True), OrderKey("id", True))
    page = operation.answers[0].page
    assert page is not None
    assert (page.name, page.items) == ("TaskPage", "items")
    assert page.fields == (
        EnvelopeField(
            ("next_page_token",), EnvelopeRole.NEXT_TOKEN, required=False, nullable=False
        ),
    )


def test_a_new_task_is_what_its_body_says_and_the_rest_is_ours(taskboard: Model) -> None:
    operation = taskboard.operation("createTask")
    assert operation is not None
    assert operation.body is not None
    assert [(one.name, one.column, one.required) for one in operation.body.fields] == [
        ("title", "title", True),
        ("description", "description", False),
        ("priority", "priority", False),
    ]
    assert operation.conflicts == ()  # the contract lets no priority through that the CHECK refuses
    assert [(answer.status, answer.view and answer.view.name) for answer in operation.answers] == [
        (201, "Task")
    ]


def test_what_a_deletion_can_violate_is_known(taskboard: Model) -> None:
    operation = taskboard.operation("deleteTask")
    assert operation is not None
    assert operation.conflicts == ("fk_task_blockers_blocker_id_tasks",)


def test_a_search_that_finds_nothing_answers_without_a_body(taskboard: Model) -> None:
    operation = taskboard.operation("claimNextTask")
    assert operation is not None
    assert [(answer.status, answer.view is None) for answer in operation.answers] == [
        (200, False),
        (204, True),
    ]
    search = rule(taskboard, "claimNextTask").block.search
    assert search is not None
    assert (search.name, search.entity, search.locks, search.none_status) == (
        "task", "Task", True, 204,
    )  # fmt: skip
    assert [(one.column, one.descending) for one in search.order_by] == [
        ("priority", True),
        ("created_at", False),
    ]


def test_what_is_picked_is_claimed(taskboard: Model) -> None:
    block = rule(taskboard, "claimNextTask").block
    assert [(one.name, one.kind, one.row) for one in block.do if isinstance(one, DoRule)] == [
        ("claimTask", "operation", "task")
    ]
    assert taskboard.done_by("claimNextTask") == ("claimNextTask", "claimTask", "take")


def test_a_rule_that_counts_locks_the_row_whose_rows_it_counts(taskboard: Model) -> None:
    (require,) = rule(taskboard, "claimTask").block.require
    assert (require.status, require.error) == (409, "too-many-claims")
    assert [words(owner) for owner in require.locks] == ["actor"]
    assert rule(taskboard, "heartbeat").block.require[0].locks == ()


def test_effects_set_columns_of_their_row(taskboard: Model) -> None:
    assert [(one.target.words, words(one.value)) for one in rule(taskboard, "take").block.set] == [
        ("task.claimed_by", "actor.id"),
        ("task.claimed_at", "now"),
        ("task.lease_until", 'now + duration("5m")'),
        ("task.attempts", "task.attempts + 1"),
    ]


def test_a_rule_that_a_job_reaches_has_no_actor(taskboard: Model) -> None:
    assert {one.name: one.has_actor for one in taskboard.rules} == {
        "claimTask": True,
        "claimNextTask": True,
        "heartbeat": True,
        "completeTask": True,
        "take": True,
        "extend": True,
        "letGo": False,
        "reset": True,
    }


def test_a_job_goes_round_the_rows_that_fit(taskboard: Model) -> None:
    (job,) = taskboard.jobs
    assert (job.name, job.every_seconds, job.cron) == ("expireLeases", 30, None)
    (each,) = job.block.each
    assert (each.name, each.entity, each.collection) == ("task", "Task", None)
    assert each.block.where_words == 'task.status == "in_progress" && task.lease_until < now'
    assert [one.name for one in each.block.do] == ["giveUp"]


def test_the_cells_of_the_access_table_are_by_role(taskboard: Model) -> None:
    assert taskboard.roles is not None
    assert taskboard.roles.values == ("admin", "member", "agent")
    access = taskboard.access_to("giveUp")
    assert access is not None
    assert [(one.role, one.words) for one in access.permissions] == [
        ("agent", "task.claimed_by == actor.id")
    ]
    assert access.of("admin") is None
    anyone = taskboard.access_to("getTask")
    assert anyone is not None
    assert [(one.role, one.condition) for one in anyone.permissions] == [
        ("member", None),
        ("agent", None),
        ("admin", None),
    ]


def test_requirements_lead_to_operations(taskboard: Model) -> None:
    claim = taskboard.operation("claimTask")
    assert claim is not None
    assert claim.requirements == ("FR-001", "FR-003")
    assert taskboard.uncovered == ()


def test_how_a_transition_was_understood_is_said(taskboard: Model) -> None:
    operation = taskboard.operation("giveUp")
    assert operation is not None
    assert operation.how == (
        "POST /v1/tasks/{id}/give-up moves one row of `tasks` through its lifecycle.",
        "`{id}` is `id` of Task; one that the caller cannot see is 404.",
        "200 shows `Task`.",
        "From `in_progress` to `pending` if task.attempts < 3, and `letGo`.",
        "From `in_progress` to `failed`, else, and `letGo`.",
    )


# -- Orders


def test_what_depends_on_something_not_built_is_left_out(orders: Model) -> None:
    assert [(op.id, str(op.kind)) for op in orders.operations] == [
        ("registerUser", "create"),
        ("login", "sign-in"),
        ("refresh", "refresh"),
        ("listProducts", "list"),
        ("getProduct", "read"),
        ("updateProduct", "update"),
        ("listOrders", "list"),
        ("getOrder", "read"),
        ("shipOrder", "transition"),
    ]
    assert {one.id: one.reasons for one in orders.left_out} == {
        "createOrder": ("Idempotency keys are not built yet.",),
        "placeOrder": (
            "Outgoing webhooks are not built yet.",
            "Idempotency keys are not built yet.",
            "Calls of other services are not built yet.",
        ),
        "cancelOrder": ("Outgoing webhooks are not built yet.",),
        "receivePaymentEvent": (
            "Outgoing webhooks are not built yet.",
            "Incoming webhooks are not built yet.",
            "Calls of other services are not built yet.",
        ),
        "expireOrders": ("Outgoing webhooks are not built yet.",),
    }
    assert orders.jobs == ()


def test_what_is_not_built_is_meant_all_the_same(orders: Model) -> None:
    (call,) = rule(orders, "placeOrder").block.after
    assert (call.client, call.operation, words(call.key)) == (
        "payments",
        "createCharge",
        "order.id",
    )
    assert [(name, words(value)) for name, value in call.arguments] == [
        ("amount_cents", "order.total_cents"),
        ("reference", "order.id"),
    ]
    created, declined = call.then
    assert (created[0], created[1].set[0].target.words) == ("201", "order.charge_id")
    assert (declined[0], declined[1].do[0].name) == ("402", "cancelOrder")
    cases = rule(orders, "receivePaymentEvent").block.switch
    assert [case.words for case in cases] == [
        'event.type == "charge.succeeded" && order.status == "placed"',
        'event.type == "charge.succeeded" && order.status == "cancelled"',
        'event.type == "charge.failed" && order.status == "placed"',
    ]


def test_an_order_is_shown_with_its_lines(orders: Model) -> None:
    operation = orders.operation("getOrder")
    assert operation is not None
    assert operation.view is not None
    lines = operation.view.fields[-1]
    assert isinstance(lines.source, RelatedView)
    assert (lines.source.relation, lines.source.many, lines.source.view.name) == (
        "lines", True, "OrderLine",
    )  # fmt: skip
    assert list(operation.view.relations()) == ["lines"]


def test_a_list_is_ordered_by_the_default_of_its_parameter(orders: Model) -> None:
    operation = orders.operation("listOrders")
    assert operation is not None
    assert operation.sorting is not None
    assert [(key.value, key.column, key.descending) for key in operation.sorting.keys] == [
        ("created_at", "created_at", False),
        ("-created_at", "created_at", True),
        ("total_cents", "total_cents", False),
        ("-total_cents", "total_cents", True),
    ]
    assert operation.order == (OrderKey("created_at", True), OrderKey("id", True))


def test_a_change_that_a_constraint_may_refuse_knows_its_name(orders: Model) -> None:
    operation = orders.operation("updateProduct")
    assert operation is not None
    assert operation.conflicts == ("ck_products_reserved",)  # the contract keeps prices from 0 on


def test_what_a_caller_may_read_is_what_exists_for_them(orders: Model) -> None:
    visibility = orders.visibility_of("Order")
    assert visibility is not None
    assert (visibility.operation, [(p.role, p.words) for p in visibility.permissions]) == (
        "getOrder",
        [("customer", "order.customer_id == actor.id"), ("staff", None)],
    )
    assert orders.visibility_of("OrderLine") is None


def test_hidden_fields_are_seen_by_those_who_fulfil_a_condition(orders: Model) -> None:
    assert [(one.entity, one.column, one.words) for one in orders.hidden] == [
        ("Order", "charge_id", 'actor.role == "staff"'),
        ("Product", "reserved", 'actor.role == "staff"'),
    ]


def test_rounds_set_columns_of_the_rows_that_theirs_lead_to(orders: Model) -> None:
    (each,) = rule(orders, "reserveStock").block.each
    assert (each.name, each.entity, words(each.collection)) == ("line", "OrderLine", "order.lines")
    (change,) = each.block.set
    assert (change.target.entity, change.target.column) == ("Product", "reserved")
    assert words(change.value) == "line.product.reserved + line.quantity"
    assert each.block.require[0].error == "insufficient-stock"


def test_public_operations_take_callers_without_a_token(orders: Model) -> None:
    public = ["registerUser", "login", "refresh", "listProducts", "getProduct"]
    assert [op.id for op in orders.operations if op.is_public] == public
