"""`rules.md`: its tables and its rule blocks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from specwright.diagnostic import Level, Report
from specwright.spec.markdown import read_markdown
from specwright.spec.rules import read_rules
from specwright.spec.syntax import Block, Call, Rules
from specwright.spec.text import Text

EXAMPLES = Path(__file__).parents[2] / "examples"
ACCESS = "| operation | anyone | staff |\n|---|---|---|\n"


def read(source: str) -> tuple[Rules, list[str]]:
    report = Report()
    rules = read_rules(read_markdown(Text("rules.md", source), report), report)
    assert not report.at(Level.LATER)
    return rules, [
        f"{found.place.line}:{found.place.column} {found.code}: {found.message}"
        + (f" | {found.hint}" if found.hint else "")
        for found in report
    ]


def only(source: str) -> Rules:
    rules, said = read(source)
    assert said == []
    return rules


def block(yaml: str) -> Rules:
    return only(f"```yaml rules\n{yaml}\n```\n")


def slips(yaml: str) -> list[str]:
    """Of a rule block whose first line is line 2."""
    return read(f"```yaml rules\n{yaml}\n```\n")[1]


# -- the canonical bundles, block by block


def outline(block: Block, indent: str = "  ") -> Iterator[str]:
    if block.search is not None:
        found = block.search
        order = f" by {' '.join(map(str, found.order_by))}" if found.order_by else ""
        yield f"{indent}{'pick' if found.locks else 'find'} {found.name} in {found.entity}{order}"
        yield f"{indent}  where {found.where.value if found.where else '-'} none {found.none}"
    if block.where is not None:
        yield f"{indent}where {block.where.value}"
    yield from _changes(block, indent)
    for event in block.emit:
        yield f"{indent}emit {event}"
    for performed in block.do:
        yield f"{indent}do {performed.text.value}"
    for case in block.switch:
        yield f"{indent}when {case.when.value if case.when else 'else'}"
        yield from outline(case.block, indent + "  ")
    for call in block.after:
        yield from _call(call, indent)


def _changes(block: Block, indent: str) -> Iterator[str]:
    for require in block.require:
        yield f"{indent}require {require.rule.value} or {require.status} {require.error}"
    for change in block.set:
        yield f"{indent}{change.target.value} := {change.value.value}"
    for creation in block.create:
        values = ", ".join(f"{v.target.value} := {v.value.value}" for v in creation.values)
        yield f"{indent}create {creation.entity} ({values})"
    for deleted in block.delete:
        yield f"{indent}delete {deleted.value}"
    for each in block.each:
        yield f"{indent}each {each.name} in {each.collection.value}"
        yield from outline(each.block, indent + "  ")


def _call(call: Call, indent: str) -> Iterator[str]:
    values = ", ".join(f"{v.target.value} := {v.value.value}" for v in call.arguments)
    yield f"{indent}call {call.operation} key {call.key.value if call.key else '-'} ({values})"
    for status, then in call.then:
        yield f"{indent}  {status}"
        yield from outline(then, indent + "    ")


def told(rules: Rules) -> str:
    lines = []
    for row in rules.access:
        cells = (f"{c.role}: {c.condition.value if c.condition else 'yes'}" for c in row.cells)
        lines.append(f"{' '.join(map(str, row.operations))} | {' | '.join(cells)}")
    lines.extend(f"hidden {h.entity}.{h.field}: {h.visible_to.value}" for h in rules.hidden)
    for kind, blocks in (("", rules.operations), ("effect ", rules.effects)):
        for name, what in blocks:
            lines.extend((f"{kind}{name}", *outline(what)))
    for job in rules.jobs:
        lines.extend((f"job {job.name} {job.every or job.cron}", *outline(job.block)))
    lines.extend(f"derived {name} := {text.value}" for name, text in rules.derived)
    lines.extend(f"stream {name}: {' '.join(map(str, events))}" for name, events in rules.streams)
    return "\n".join(lines)


ORDERS = """\
registerUser login refresh | anyone: yes
listProducts getProduct | anyone: yes | customer: yes | staff: yes
updateProduct | staff: yes
createOrder | customer: yes
listOrders getOrder | customer: order.customer_id == actor.id | staff: yes
placeOrder | customer: order.customer_id == actor.id
cancelOrder | customer: order.customer_id == actor.id | staff: yes
shipOrder | staff: yes
receivePaymentEvent | anyone: yes
hidden Order.charge_id: actor.role == "staff"
hidden Product.reserved: actor.role == "staff"
createOrder
  order.customer_id := actor.id
  each line in order.lines
    line.unit_price_cents := line.product.price_cents
placeOrder
  order.placed_at := now
  order.total_cents := order.lines.map(l, l.quantity * l.unit_price_cents).sum()
  emit order.placed
  call payments.createCharge key order.id (amount_cents := order.total_cents, reference := order.id)
    201
      order.charge_id := result.id
    402
      do cancelOrder
payOrder
  emit order.paid
cancelOrder
  emit order.cancelled
receivePaymentEvent
  find order in Order
    where order.id == event.data.reference none 204
  when event.type == "charge.succeeded" && order.status == "placed"
    do payOrder
  when event.type == "charge.succeeded" && order.status == "cancelled"
    call payments.refundCharge key order.id (reference := order.id)
  when event.type == "charge.failed" && order.status == "placed"
    do cancelOrder
effect reserveStock
  each line in order.lines
    require line.product.on_hand - line.product.reserved >= line.quantity or 409 insufficient-stock
    line.product.reserved := line.product.reserved + line.quantity
effect releaseStock
  each line in order.lines
    line.product.reserved := line.product.reserved - line.quantity
effect deductStock
  each line in order.lines
    line.product.on_hand := line.product.on_hand - line.quantity
    line.product.reserved := line.product.reserved - line.quantity
job expireOrders 1m
  each order in Order
    where order.status == "placed" && order.placed_at < now - duration("15m")
    do cancelOrder"""

TASKBOARD = """\
listTasks getTask | member: yes | agent: yes | admin: yes
createTask updateTask | member: yes | admin: yes
addBlocker removeBlocker | member: yes | admin: yes
cancelTask reopenTask | member: yes | admin: yes
deleteTask | admin: yes
claimTask claimNextTask | agent: yes
heartbeat completeTask giveUp | agent: task.claimed_by == actor.id
claimTask
  require actor.claims.filter(t, t.status == "in_progress").size() < 3 or 409 too-many-claims
claimNextTask
  pick task in Task by -priority created_at
    where task.status == "pending" && task.blockers.all(b, b.blocker.status == "done") none 204
  do claimTask
heartbeat
  require task.lease_until > now or 409 lease-expired
completeTask
  task.result := request.result
effect take
  task.claimed_by := actor.id
  task.claimed_at := now
  task.lease_until := now + duration("5m")
  task.attempts := task.attempts + 1
effect extend
  task.lease_until := now + duration("5m")
effect letGo
  task.claimed_by := null
  task.claimed_at := null
  task.lease_until := null
effect reset
  task.attempts := 0
job expireLeases 30s
  each task in Task
    where task.status == "in_progress" && task.lease_until < now
    do giveUp"""


@pytest.mark.parametrize(
    ("name", "expected", "roles", "tenant"),
    [
        ("orders", ORDERS, ["anyone", "customer", "staff"], None),
        ("taskboard", TASKBOARD, ["member", "agent", "admin"], "project_id"),
    ],
)
def test_the_canonical_rules_are_read_whole(
    name: str, expected: str, roles: list[str], tenant: str | None
) -> None:
    rules = only((EXAMPLES / name / "rules.md").read_text("utf-8"))
    assert told(rules) == expected
    assert [role.value for role in rules.roles] == roles
    assert (rules.tenant.value if rules.tenant else None) == tenant


def test_words_in_quotes_stand_behind_their_quote() -> None:
    rules = block("a:\n  find: 'order in Order'\n  where: \"b\"")
    search = rules.operations[0][1].search
    assert search is not None
    assert search.where is not None
    places = (search.name.place, search.entity.place, search.where.place(0))
    assert [str(place) for place in places] == ["rules.md:3:10", "rules.md:3:19", "rules.md:4:11"]


def test_expressions_stand_where_they_were_written() -> None:
    rules = only((EXAMPLES / "orders" / "rules.md").read_text("utf-8"))
    receive = rules.operations[4][1]
    condition = rules.access[4].cells[0].condition
    assert condition is not None
    assert receive.search is not None
    assert receive.search.where is not None
    assert [
        str(place)
        for place in (
            condition.place(0),
            receive.search.name.place,
            receive.search.entity.place,
            receive.search.where.place(0),
            rules.effects[0][1].each[0].block.require[0].error.place,
            rules.hidden[1].field.place,
        )
    ] == [
        "rules.md:14:50", "rules.md:65:9", "rules.md:65:18", "rules.md:66:10", "rules.md:87:24",
        "rules.md:23:12",
    ]  # fmt: skip


# -- what else may be written


def test_every_word_of_the_rule_block_is_read() -> None:
    rules = block(
        """
tenant: project_id
placeOrder:
  create:
    Note: { text: request.text, order_id: order.id }
  delete: [order.draft, order.notes]
  emit: [order.placed, order.seen]
  do: [payOrder, 'hook.scoreRisk(order, 3) -> int']
  switch:
    - when: 'a ? b : c'
      create:
        - Note: { n: 1 }
        - Note: { n: -2.5 }
    - else:
      do: a
  after:
    - call: payments.createCharge
    - call: payments.refundCharge
      then: { 4XX: { do: b }, default: { do: c } }
effects:
  e:
    switch:
      - else:
          do: d
derived:
  Order.total: order.lines.map(l, l.n).sum()
  Order.zero: 0
jobs:
  nightly:
    cron: '0 3 * * MON-FRI'
    find: task in Task
    where: task.old
    none: 404 not-found
  often:
    every: 500ms
    where: task.old
    set: { task.n: true }
streams:
  streamTasks: [task.claimed, task.done]
  streamOne: task.done
"""
    )
    assert (
        told(rules)
        == """\
placeOrder
  create Note (text := request.text, order_id := order.id)
  delete order.draft
  delete order.notes
  emit order.placed
  emit order.seen
  do payOrder
  do hook.scoreRisk(order, 3) -> int
  when a ? b : c
    create Note (n := 1)
    create Note (n := -2.5)
  when else
    do a
  call payments.createCharge key - ()
  call payments.refundCharge key - ()
    4XX
      do b
    default
      do c
effect e
  when else
    do d
job nightly 0 3 * * MON-FRI
  find task in Task
    where task.old none 404 not-found
job often 500ms
  where task.old
  task.n := true
derived Order.total := order.lines.map(l, l.n).sum()
derived Order.zero := 0
stream streamTasks: task.claimed task.done
stream streamOne: task.done"""
    )


def test_several_rule_blocks_read_as_one() -> None:
    rules, said = read(
        "```yaml rules\na:\n  do: b\neffects:\n  e:\n    do: b\n```\n"
        "```yml rules\neffects:\n  f:\n    do: b\n  e:\n    do: c\na:\n  do: c\n```\n"
    )
    assert [str(name) for name, _ in (*rules.operations, *rules.effects)] == ["a", "e", "f"]
    hint = "Keep one of the two."
    assert said == [
        f"12:3 declared-twice: `e` is defined twice: it stands on line 5 already. | {hint}",
        f"14:1 declared-twice: `a` is defined twice: it stands on line 2 already. | {hint}",
    ]


def test_a_cell_may_hold_an_or_with_or_without_backslashes() -> None:
    rules = only(ACCESS + "| `a` | `x || y` | `x \\|\\| y` |\n")
    conditions = [cell.condition for cell in rules.access[0].cells]
    assert [c.value for c in conditions if c is not None] == ["x || y", "x || y"]
    assert [str(c.place(5)) for c in conditions if c is not None] == [
        "rules.md:3:15",
        "rules.md:3:28",
    ]


@pytest.mark.parametrize("heading", ["Operation", "operations", "`operation`", "**Operation**"])
def test_the_first_heading_tells_an_access_table(heading: str) -> None:
    rules = only(f"| {heading} | Admin |\n|---|---|\n| a, b | Yes |\n")
    assert told(rules) == "a b | Admin: yes"


def test_tables_about_something_else_are_left_alone() -> None:
    assert only("| Field | Type |\n|---|---|\n| `createOrder` | maybe |\n") == Rules()


def test_prose_may_name_operations() -> None:
    assert only("`placeOrder` is `yes` for all.\n\n- `cancelOrder`: **no**\n") == Rules()


def test_access_may_be_said_in_several_tables() -> None:
    rules = only(
        "| operation | a | b |\n|---|---|---|\n| x | yes | |\n\n"
        "| operation | c | a |\n|---|---|---|\n| y | yes | `z` |\n"
    )
    assert [role.value for role in rules.roles] == ["a", "b", "c"]
    assert told(rules) == "x | a: yes\ny | c: yes | a: z"


# -- slips

READINGS = (
    "Write `yes`, leave the cell empty for no, or put a condition in backticks, "
    "such as `order.customer_id == actor.id`."
)
CONDITION = 'Put a condition in backticks, such as `actor.role == "staff"`.'
HIDDEN = "| hidden field | visible to |\n|---|---|\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            ACCESS + "| `a` | owner only | |",
            [f"3:9 unclear-cell: `owner only` is neither `yes` nor a condition. | {READINGS}"],
        ),
        (
            ACCESS + "| `a` | no | - |",
            [
                f"3:9 unclear-cell: `no` is neither `yes` nor a condition. | {READINGS}",
                f"3:14 unclear-cell: `-` is neither `yes` nor a condition. | {READINGS}",
            ],
        ),
        (
            ACCESS + "| `a` | `x | |",
            [f"3:9 unclear-cell: A backtick is missing in the cell of `anyone`. | {READINGS}"],
        ),
        (
            ACCESS + "| `a` | if `x` | |",
            [
                (
                    "3:9 unclear-cell: The cell of `anyone` holds more than a condition: `if`. "
                    f"| {READINGS}"
                )
            ],
        ),
        (
            ACCESS + "| `a` | `x` `y` | |",
            [
                (
                    "3:9 unclear-cell: The cell of `anyone` holds 2 conditions; it can hold one. "
                    "| Join them with `&&` or `||`."
                )
            ],
        ),
        (
            ACCESS + "| `a` | yes |",
            ["3:3 uneven-row: This row has 2 cells, its heading 3."],
        ),
        (
            ACCESS + "| `a` | x || y | yes | |",
            [
                (
                    "3:3 uneven-row: This row has 6 cells, its heading 3. "
                    "| Write `\\|` for a `|` that belongs to a cell."
                )
            ],
        ),
        (
            ACCESS + "| `a`, `b` | yes | |\n| `a` | | yes |",
            [
                (
                    "4:4 declared-twice: `a` has a row already, on line 3. "
                    "| An operation has one row: say in it who may call it."
                )
            ],
        ),
        (
            ACCESS + "| place an order | yes | |",
            [
                (
                    "3:3 unclear-cell: `place an order` is no name of an operation. "
                    "| Write for example `placeOrder`, `cancelOrder`."
                )
            ],
        ),
        (
            ACCESS + "| | yes | |",
            [
                (
                    "3:3 unclear-cell: This row names no operation. "
                    "| Write for example `placeOrder`, `cancelOrder`."
                )
            ],
        ),
        (
            "| operatoin | anyone |\n|---|---|\n| a | yes |",
            [
                (
                    "1:3 unread-block: This table is not read: its first column is called "
                    "`operatoin`. | Did you mean `operation`?"
                )
            ],
        ),
        (
            "| operation | all users | a | a |\n|---|---|---|---|\n| b | yes | | |",
            [
                (
                    "1:15 unclear-cell: `all users` cannot be a role. "
                    "| Head it with a role of the users, such as `admin`, with `anyone`, or with `signed in`."
                ),
                "1:31 declared-twice: `a` has two columns in this table. | Keep one of the two.",
            ],
        ),
        (
            "| operation |\n|---|\n| a |",
            [
                (
                    "1:3 unclear-cell: This table has no roles, so nobody may do anything. "
                    "| Add a column for each role: `| operation | anyone | admin |`."
                )
            ],
        ),
        (
            HIDDEN + "| `Order.charge_id` | staff |\n| charge_id | `x` |\n| `A.b`, `A.c` | |",
            [
                (
                    "3:23 unclear-cell: `staff` is no condition: say in CEL who sees the field. "
                    f"| {CONDITION}"
                ),
                (
                    "4:3 unclear-cell: `charge_id` is no name of a field. "
                    "| Write for example `Order.charge_id`."
                ),
                (
                    "5:18 unclear-cell: This cell is empty: say in CEL who sees the field. "
                    f"| {CONDITION}"
                ),
            ],
        ),
        (
            "| hidden field | visible for |\n|---|---|\n| `A.b` | `c` |",
            [
                (
                    "1:3 unread-block: This table of hidden fields is not read. "
                    "| Head it `| hidden field | visible to |`."
                )
            ],
        ),
        (
            "```yaml rule\na:\n  do: b\n```",
            [
                (
                    "1:4 unread-block: This block is not read: it begins with `yaml rule`. "
                    "| Begin it with ```yaml rules, or with ```text if it is only an example."
                )
            ],
        ),
        (
            "```yaml\na:\n  do: b\n```",
            [
                (
                    "1:4 unread-block: This block is not read: it begins with `yaml`. "
                    "| Begin it with ```yaml rules, or with ```text if it is only an example."
                )
            ],
        ),
    ],
)
def test_each_slip_in_a_table_is_told_once(source: str, expected: list[str]) -> None:
    assert read(source)[1] == expected


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("a:\n  emits: b", ["3:3 unknown-key: `emits` is no key of `a`. | Did you mean `emit`?"]),
        (
            "a:\n  each:\n    - as: b\n      in: c\n      emit: d",
            [
                (
                    "6:7 unknown-key: `emit` cannot stand in a round of `each`. | A round "
                    "of `each` "
                    "may have `as`, `in`, `where`, `require`, `set`, `create`, `delete` and `do`."
                )
            ],
        ),
        (
            "a:\n  each:\n    as: b\n    in: c",
            [
                (
                    "4:5 wrong-shape: `each` must be a list of rounds, not a mapping. "
                    "| Begin each round with `- as: line`, and `in: order.lines` below it."
                )
            ],
        ),
        (
            "a:\n  each:\n    - of: b",
            [
                "4:7 missing-key: `as` is missing in a round of `each`. | Write `as: line`.",
                "4:7 missing-key: `in` is missing in a round of `each`. | Write `in: order.lines`.",
                (
                    "4:7 unknown-key: `of` is no key of a round of `each`. | A round of `each` "
                    "may have `as`, `in`, `where`, `require`, `set`, `create`, `delete` and `do`."
                ),
            ],
        ),
        (
            "a:\n  require:\n    - rule: b\n      error: 409 OutOfStock",
            [
                (
                    "5:18 wrong-shape: The name of an error is in lower case with hyphens, unlike "
                    "`OutOfStock`. | Write `error: 409 out-of-stock`."
                )
            ],
        ),
        (
            "a:\n  require:\n    - rule: b\n      error: 500 broken",
            [
                (
                    "5:14 wrong-shape: A broken rule is answered with a status from 400 to "
                    "499, not "
                    "500. | Write `error: 409 broken`."
                )
            ],
        ),
        (
            "a:\n  require:\n    - rule: b\n      error: 409",
            [
                (
                    "5:14 wrong-shape: `error` must be a status and a name, not the number `409`. "
                    "| Write `error: 409 insufficient-stock`."
                )
            ],
        ),
        (
            "a:\n  require:\n    - rule: b\n      eror: 409 c",
            ["5:7 unknown-key: `eror` is no key of a rule of `require`. | Did you mean `error`?"],
        ),
        (
            (
                "a:\n  require:\n    - rule: true\n      error: 409 c\n    - rule: 5\n"
                "      error: 409 c"
            ),
            [
                (
                    "4:13 wrong-shape: `rule` must be an expression, not `true`. "
                    "| Write for example `rule: order.total_cents > 0`."
                ),
                (
                    "6:13 wrong-shape: `rule` must be an expression, not the number `5`. "
                    "| Write for example `rule: order.total_cents > 0`."
                ),
            ],
        ),
        (
            "a:\n  require:\n    rule: b\n    error: 409 c",
            [
                (
                    "4:5 wrong-shape: `require` must be a list of rules, not a mapping. "
                    "| Begin each with `- rule: …`, and `error: 409 insufficient-stock` below it."
                )
            ],
        ),
        (
            "a:\n  find: order\n  none: 302",
            [
                (
                    "3:9 wrong-shape: `find` must be `row in Entity`, not the text `order`. "
                    "| Write `find: order in Order`."
                )
            ],
        ),
        (
            "a:\n  pick: order in Order\n  none: 302\n  order_by: [a b]",
            [
                (
                    "4:9 wrong-shape: `none` must be a status, or one with an error, not "
                    "the number "
                    "`302`. | Write `none: 404 not-found`."
                ),
                (
                    "5:14 wrong-shape: `order_by` must be a list of columns, not the text `a b`. "
                    "| Write `order_by: [-priority, created_at]`."
                ),
            ],
        ),
        (
            "a:\n  find: b in B\n  pick: b in B",
            [
                (
                    "4:3 wrong-shape: `find` and `pick` cannot stand together: `pick` is "
                    "`find` with a "
                    "lock. | Keep one."
                )
            ],
        ),
        (
            "a:\n  order_by: b",
            [
                (
                    "3:3 missing-key: `order_by` belongs to a `find` or `pick`, and there is "
                    "none here. "
                    "| Write `find: order in Order` beside it."
                )
            ],
        ),
        (
            "a:\n  set:\n    b.c:\n    b.d: [1]\n    b.e: {f: g}",
            [
                (
                    "4:9 wrong-shape: `b.c` is empty: it must be an expression. "
                    "| Write `b.c: null` to clear it."
                ),
                "5:10 wrong-shape: `b.d` must be an expression, not a list.",
                (
                    "6:10 wrong-shape: `b.e` must be an expression, not a mapping. "
                    "| Quote the expression: `b.e: '…'`."
                ),
            ],
        ),
        (
            'a:\n  set:\n    b.c: d == "x #1"',
            [
                (
                    '4:10 cut-expression: YAML ends this expression behind `d == "x`: quote this '
                    "expression. | Write `b.c: 'd == \"x #1\"'`."
                )
            ],
        ),
        (
            "a:\n  require:\n    - { rule: b.all(l, l.c > 0), error: 409 d }",
            [
                (
                    "4:15 cut-expression: YAML ends this expression behind `b.all(l`: quote this "
                    "expression. | Write `rule: 'b.all(l, l.c > 0)'`."
                )
            ],
        ),
        (
            "a:\n  set: { b.c: d.all(l, l.c > 0) }",
            [
                (
                    "3:15 cut-expression: YAML ends this expression behind `d.all(l`: quote this "
                    "expression. | Write `b.c: 'd.all(l, l.c > 0)'`."
                )
            ],
        ),
        (
            "a:",
            [
                (
                    "2:3 wrong-shape: `a` is empty: it must be a mapping of what it does. "
                    "| Write what `a` does, or leave it out."
                )
            ],
        ),
        (
            "a:\n  do: cancel order\n  emit: 'order placed'",
            [
                (
                    "3:7 wrong-shape: `do` must be the name of an operation or effect, or "
                    "a hook, not "
                    "the text `cancel order`. "
                    "| Write `do: cancelOrder` or `do: hook.scoreRisk(order) -> int`."
                ),
                (
                    "4:9 wrong-shape: `emit` must be the name of an event, not the text "
                    "`order placed`. | Write `emit: order.placed`."
                ),
            ],
        ),
        (
            "a:\n  do: hook.scoreRisk",
            [
                (
                    "3:7 wrong-shape: `do` must be the name of an operation or effect, or "
                    "a hook, not "
                    "the text `hook.scoreRisk`. "
                    "| Write `do: cancelOrder` or `do: hook.scoreRisk(order) -> int`."
                )
            ],
        ),
        (
            "a:\n  switch:\n    - else:\n      do: b\n    - when: c\n      do: d",
            ["4:7 wrong-shape: `else` must be the last case: those below it never happen."],
        ),
        (
            "a:\n  switch:\n    - else: b",
            [
                (
                    "4:13 wrong-shape: `else` must be a mapping of what it does, not the text `b`. "
                    "| Write `- else:` and, below it, what it does."
                )
            ],
        ),
        (
            "a:\n  after:\n    call: createCharge\n    then:\n      created:\n        do: b",
            [
                (
                    "4:11 wrong-shape: `call` must be an operation of a client, not the text "
                    "`createCharge`. | Write `call: payments.createCharge`."
                ),
                (
                    "6:7 wrong-shape: `created` is no status of an answer. "
                    "| Write one such as `201`, `4XX` or `default`."
                ),
            ],
        ),
        (
            "jobs:\n  b:\n    do: c\n  d:\n    every: 1 minute\n  e:\n    every: 1m\n    cron: x",
            [
                (
                    "4:5 missing-key: The job `b` needs `every` or `cron`. "
                    '| Write either `every: 1m` or `cron: "0 3 * * *"`.'
                ),
                (
                    "6:12 wrong-shape: `every` must be a duration, not the text `1 minute`. "
                    "| Write `every: 30s`."
                ),
                (
                    "9:5 missing-key: The job `e` has both `every` and `cron`. "
                    '| Write either `every: 1m` or `cron: "0 3 * * *"`.'
                ),
                (
                    "9:11 wrong-shape: `cron` must be a line of five fields, not the text `x`. "
                    '| Write `cron: "0 3 * * *"`.'
                ),
            ],
        ),
        (
            "jobs:\n  b:\n    every: 1m\n    where: c\n    order_by: d",
            [
                (
                    "6:5 missing-key: `order_by` belongs to a `find` or `pick`, and there is none "
                    "here. | Write `find: order in Order` beside it."
                )
            ],
        ),
        (
            "efects:\n  take:\n    do: a",
            ["2:1 unknown-key: `efects` is no section of the rules. | Did you mean `effects`?"],
        ),
        (
            "effects: [a]\ntenant: [b]\nplace order:\n  do: a",
            [
                (
                    "2:10 wrong-shape: `effects` must be a mapping, not a list. "
                    "| Name an effect below it."
                ),
                (
                    "3:9 wrong-shape: `tenant` must be the column that holds the tenant, "
                    "not a list. "
                    "| Write `tenant: project_id`."
                ),
                (
                    "4:1 wrong-shape: `place order` cannot be the name of an operation. | "
                    "A name has "
                    "letters, digits, `_`, `-` and `.`, and starts with a letter."
                ),
            ],
        ),
        (
            "- a",
            [
                (
                    "2:1 wrong-shape: `yaml rules` must be a mapping of operations, not a list. "
                    "| Begin a line with the name of an operation, such as `placeOrder:`."
                )
            ],
        ),
        (
            "a:\n  require:\n    - rule: !b.c\n      error: 409 d",
            [
                (
                    "4:13 yaml-tag: `!b.c` is read as a YAML tag: quote this expression. "
                    "| Write `- rule: '!b.c'`."
                )
            ],
        ),
    ],
)
def test_each_slip_in_a_rule_block_is_told_once(yaml: str, expected: list[str]) -> None:
    assert slips(yaml) == expected


def test_an_empty_rule_block_says_nothing() -> None:
    assert block("# later\n") == Rules()
