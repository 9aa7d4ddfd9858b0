"""One meaning, compiled twice: what Python says of rows, PostgreSQL says of them too."""

import ast
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import asyncpg
import expression_texts
import msgspec
import orders_world as world
import pytest
import sqlalchemy
from hypothesis import HealthCheck, example, given, reject, settings
from orders_world import Database

from specwright.diagnostic import Report
from specwright.emit.python_expressions import PythonSource, UnloadedRelation, to_python
from specwright.emit.python_source import Import
from specwright.emit.rendering import verbatim
from specwright.emit.sql_expressions import Form, NotInSql, SqlSource, Subject, to_sql
from specwright.model.expressions import check, check_condition
from specwright.model.typed import Typed, reads_relations, relations
from specwright.spec.cel import parse
from specwright.spec.text import Text

EXAMPLES = int(os.environ.get("EXPRESSION_EXAMPLES", "120"))
ORDER = Subject("order", "Order")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with world.database() as found:
        yield found


def typed(text: str, *, condition: bool = False) -> Typed:
    report = Report()
    expression = parse(Text("rules.md", text), report)
    assert expression is not None, [*map(str, report)]
    found = (check_condition if condition else check)(expression, world.SCOPE, report)
    assert found is not None, [text, *map(str, report)]
    return found


def imported(imports: tuple[Import, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in imports:
        if one.module.startswith("backend."):  # what a built backend has of its own
            exec(verbatim(f"{one.module.replace('.', '/')}.py"), found)
            continue
        exec(f"from {one.module} import {one.name}", found)
    return found


def in_python(source: PythonSource, order: world.OrderRow, bound: Mapping[str, Any]) -> Any:
    names = {**world.GLOBALS, **imported(source.imports), **bound, "order": order}
    return eval(source.text, names)


def as_clause(source: SqlSource) -> Any:
    names: dict[str, Any] = {**imported(source.imports), **world.GLOBALS}
    names |= {entity: getattr(world, entity) for entity in source.entities}
    for line in source.definitions:
        exec(line, names)
    return eval(source.text, names)


def parameters(
    source: SqlSource, bound: Mapping[str, Any], order: world.OrderRow | None = None
) -> dict[str, Any]:
    return {
        name: in_python(to_python(one, world.NAMES), order or world.ORDERS[0], bound)
        for name, one in source.binds.items()
    }


def in_postgresql(
    database: Database, expression: Typed, bound: Mapping[str, Any], forms: tuple[Form, ...]
) -> dict[Any, tuple[Any, ...]]:
    """What PostgreSQL says of every order in each of the forms, by the order's id."""
    sources = [to_sql(expression, ORDER, form=form) for form in forms]
    columns = [column(source).label(form) for source, form in zip(sources, forms, strict=True)]
    values = {name: one for source in sources for name, one in parameters(source, bound).items()}
    found = database.select(sqlalchemy.select(world.Order.id, *columns), values)
    return {record[0]: tuple(record)[1:] for record in found}


def column(source: SqlSource) -> Any:
    clause = as_clause(source)
    return clause if hasattr(clause, "label") else sqlalchemy.literal(clause)


def chosen(database: Database, expression: Typed, bound: Mapping[str, Any]) -> set[Any]:
    """The orders for which PostgreSQL finds the condition true."""
    source = to_sql(expression, ORDER)
    statement = sqlalchemy.select(world.Order.id).where(as_clause(source))
    return {record["id"] for record in database.select(statement, parameters(source, bound))}


def of_one(database: Database, expression: Typed, bound: Mapping[str, Any]) -> Any:
    """What PostgreSQL says where no row is its own: the order, too, comes as parameters."""
    source = to_sql(expression, form="value")
    statement = sqlalchemy.select(column(source).label("found"))
    return database.select(statement, parameters(source, bound, ONE))[0]["found"]


ONE = world.ORDERS[7]
PYTHON = [
    ("order.customer_id == actor.id", "order.customer_id == actor.id"),
    ("order.reviewer_id == actor.id", "order.reviewer_id == actor.id"),
    ("order.reviewer_id != actor.id", "order.reviewer_id is not None and order.reviewer_id != actor.id"),
    (
        "order.reviewer_id == actor.manager_id",
        "order.reviewer_id is not None and order.reviewer_id == actor.manager_id",
    ),
    ("order.customer_id == guest.id", "guest is not None and order.customer_id == guest.id"),
    ("order.status == 'in-transit'", "order.status is OrderStatus.IN_TRANSIT"),
    ("'draft' != order.status", "order.status is not OrderStatus.DRAFT"),
    (
        "!(order.status in ['draft', 'placed'])",
        "order.status not in {OrderStatus.DRAFT, OrderStatus.PLACED}",
    ),
    (
        "order.placed_at < now - duration('90m')",
        "order.placed_at is not None and order.placed_at < now - timedelta(minutes=90)",
    ),
    (
        "order.placed_at == null || !(order.placed_at < now)",
        "order.placed_at is None or order.placed_at >= now",
    ),
    (
        "order.urgent && (order.gift || order.note == 'x') || !order.urgent",
        '(order.urgent and (order.gift is True or order.note == "x")) or not order.urgent',
    ),
    ("order.gift == false", "order.gift is False"),
    ("order.metadata != null", "order.metadata_ is not None"),
    ("order.reviewer == null", "order.reviewer_id is None"),
    ("order.lines.size() > 0", "len(lines) > 0"),
    ("order.lines.all(l, l.quantity > 0)", "all(line.quantity > 0 for line in lines)"),
    (
        "order.lines.filter(l, l.label != '').exists_one(x, x.quantity > 1)",
        'sum(1 for line in lines if line.label != "" and line.quantity > 1) == 1',
    ),
    (
        "order.lines.map(l, l.quantity * l.quantity).sum()",
        "sum(line.quantity * line.quantity for line in lines)",
    ),
    (
        "order.lines.map(l, l.unit_price_cents).max()",
        "max((line.unit_price_cents for line in lines if line.unit_price_cents is not None),"
        " default=None)",
    ),
    (
        "order.lines.exists(sum, sum.product.price > 10.5)",
        'any(products[line.product_id] is not None and products[line.product_id].price > Decimal("10.5")'
        " for line in lines)",
    ),
    (
        "order.lines.map(l, l.quantity).exists(q, q * 2 > request.limit)",
        "any(line.quantity * 2 > request.limit for line in lines)",
    ),
    ("1 in order.lines.map(l, l.quantity)", "1 in {line.quantity for line in lines}"),
    ("order.total_cents / 2 % 7", "int(Decimal(int(Decimal(order.total_cents) // 2)) % 7)"),
    ("-(order.total_cents - 1)", "-(order.total_cents - 1)"),
    ("order.total_cents - (1 - 2)", "order.total_cents - (1 - 2)"),
    ("order.note + 'x'", 'order.note + "x" if order.note is not None else None'),
    ("order.urgent ? 1 : order.gift ? 2 : 3", "1 if order.urgent else 2 if order.gift is True else 3"),
    ("order.urgent ? true : false", "order.urgent"),
    (
        "timestamp('2026-01-31T10:30:00+01:00') < now",
        "now > datetime(2026, 1, 31, 9, 30, tzinfo=UTC)",
    ),
    ("date(now) == date('2026-01-31')", "now.astimezone(UTC).date() == date(2026, 1, 31)"),
    ("order.note.startsWith('a\\n')", "order.note is not None and order.note.startswith('a\\n')"),
    ("actor.email == 'A@B'", 'actor.email.lower() == "a@b"'),
    ("!order.urgent", "not order.urgent"),
    ("!(order.created_at < now || order.urgent)", "not (order.created_at < now or order.urgent)"),
    (
        "order.id == '00000000-0000-0000-0000-000000000001'",
        'order.id == UUID("00000000-0000-0000-0000-000000000001")',
    ),
]  # fmt: skip
LOADED = {"order.lines": "lines", "OrderLine.product": "products[{row}.product_id]"}


@pytest.mark.parametrize(("text", "python"), PYTHON)
def test_python_reads_as_if_written_by_hand(text: str, python: str) -> None:
    assert to_python(typed(text), LOADED).text == python


OPPOSITES = [
    (
        "order.placed_at < now",
        "not (order.placed_at is not None and order.placed_at < now)",
        '(Order.placed_at < bindparam("now")).is_not(true())',
    ),
    (
        "order.customer_id == guest.id",
        "not (guest is not None and order.customer_id == guest.id)",
        '(Order.customer_id == bindparam("guest_id")).is_not(true())',
    ),
    ("order.gift", "order.gift is not True", "Order.gift.is_not(true())"),
    (
        "order.lines.size() < 3",
        "len(lines) >= 3",
        "select(func.count()).where(OrderLine.order_id == Order.id).correlate(Order)"
        ".scalar_subquery() >= 3",
    ),
    (
        "order.urgent && order.total_cents > 0",
        "not (order.urgent and order.total_cents > 0)",
        "or_(~Order.urgent, Order.total_cents <= 0)",
    ),
]


@pytest.mark.parametrize(("text", "python", "sql"), OPPOSITES)
def test_the_opposite_of_a_rule_holds_where_the_rule_is_unknown(
    text: str, python: str, sql: str
) -> None:
    condition = typed(text, condition=True)
    assert to_python(condition, LOADED, negated=True).text == python
    assert to_sql(condition, ORDER, form="opposite").text == sql


SQL = [
    ("order.customer_id == actor.id", 'Order.customer_id == bindparam("actor_id")'),
    ("order.customer.id == actor.id", 'Order.customer_id == bindparam("actor_id")'),
    ("order.status == 'in-transit'", "Order.status == OrderStatus.IN_TRANSIT"),
    (
        "!(order.status in ['draft', 'placed'])",
        "Order.status != all_(literal([OrderStatus.DRAFT, OrderStatus.PLACED], ARRAY(Text)))",
    ),
    ("order.lines.size() > 0", "exists().where(OrderLine.order_id == Order.id).correlate(Order)"),
    ("order.lines.size() == 0", "~exists().where(OrderLine.order_id == Order.id).correlate(Order)"),
    (
        "order.lines.all(l, l.quantity > 0)",
        "~exists().where(OrderLine.order_id == Order.id, OrderLine.quantity <= 0).correlate(Order)",
    ),
    (
        "order.lines.all(l, l.unit_price_cents > 0)",
        "~exists().where(OrderLine.order_id == Order.id,"
        " (OrderLine.unit_price_cents > 0).is_not(true())).correlate(Order)",
    ),
    (
        "actor.orders.filter(o, o.status == 'draft').size() < 3",
        'select(func.count()).where(_order.customer_id == bindparam("actor_id"),'
        " _order.status == OrderStatus.DRAFT).correlate(None).scalar_subquery() < 3",
    ),
    (
        "order.customer.orders.all(other, other.customer.role == 'staff')",
        "~exists().where(Order.customer_id == User.id, _other.customer_id == User.id,"
        " _other.customer_id == _customer.id, _customer.role != Role.STAFF).correlate(Order)",
    ),
    (
        "order.reviewer.role == 'staff'",
        "select(User.role).where(Order.reviewer_id == User.id).correlate(Order)"
        ".scalar_subquery() == Role.STAFF",
    ),
    (
        "order.lines.map(l, l.quantity * l.quantity).sum() > 10",
        "select(cast(func.coalesce(func.sum(cast(OrderLine.quantity, BigInteger)"
        " * OrderLine.quantity), 0), BigInteger)).where(OrderLine.order_id == Order.id)"
        ".correlate(Order).scalar_subquery() > 10",
    ),
    ("order.reviewer == null", "Order.reviewer_id.is_(None)"),
    ("guest == null", 'bindparam("guest_is_null", type_=Boolean)'),
    ("order.gift", "Order.gift.is_(true())"),
    ("order.note < 'b'", 'Order.note.collate("C") < "b"'),
    ("order.note.contains('50%')", 'Order.note.contains("50%", autoescape=True)'),
    ("order.note.startsWith(request.note)", 'func.starts_with(Order.note, bindparam("request_note", type_=Text), type_=Boolean)'),
    ("order.note in request.tags", 'Order.note == any_(bindparam("request_tags", type_=ARRAY(Text)))'),
    ("order.total_cents > 3000000000", "Order.total_cents > literal(3000000000, BigInteger)"),
    ("order.placed_at + duration('5m') < now", 'Order.placed_at + timedelta(minutes=5) < bindparam("now", type_=DateTime(timezone=True))'),
    ("order.metadata == null", 'func.coalesce(func.jsonb_typeof(Order.metadata_), "null") == "null"'),
    ("order.lines.exists(l, l.product.price > 0.105)", 'exists().where(OrderLine.order_id == Order.id, select(Product.price).where(OrderLine.product_id == Product.id).correlate(OrderLine).scalar_subquery() > literal(Decimal("0.105"), Numeric)).correlate(Order)'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sql"), SQL)
def test_sql_reads_as_if_written_by_hand(text: str, sql: str) -> None:
    assert to_sql(typed(text, condition=True), ORDER).text == sql


def test_parts_of_a_condition_stand_side_by_side_in_a_where() -> None:
    source = to_sql(typed("order.urgent && order.lines.size() > 0 && order.gift"), ORDER)
    assert source.conditions == (
        "Order.urgent",
        "exists().where(OrderLine.order_id == Order.id).correlate(Order)",
        "Order.gift.is_(true())",
    )
    assert source.text == f"and_({', '.join(source.conditions)})"


def test_sql_says_what_it_needs() -> None:
    text = "actor.orders.exists(o, o.status == 'draft' && o.placed_at < now && o.id == order.id)"
    source = to_sql(typed(text), ORDER)
    assert sorted(source.binds) == ["actor_id", "now"]
    assert source.definitions == ('_order = aliased(Order, name="_order")',)
    assert source.imports == (
        Import("sqlalchemy", "bindparam"),
        Import("sqlalchemy", "exists"),
        Import("sqlalchemy.orm", "aliased"),
    )
    assert source.enums == ("order_status",)
    assert source.entities == ("Order",)


def test_an_alias_of_another_table_keeps_its_name() -> None:
    text = "actor.orders.exists(o, o.urgent)"
    source = to_sql(typed(text), ORDER, taken={"order": "Product"})
    assert source.definitions == ('_order_2 = aliased(Order, name="_order_2")',)
    again = to_sql(typed(text), ORDER, taken={"order": "Order"})
    assert again.definitions == ('_order = aliased(Order, name="_order")',)


def test_a_subquery_takes_no_table_from_the_statement_around_it(database: Database) -> None:
    source = to_sql(typed("order.lines.exists(l, l.quantity > 1)"), ORDER)
    statement = (
        sqlalchemy.select(world.Order.id)
        .join(world.OrderLine, world.OrderLine.order_id == world.Order.id)
        .where(as_clause(source), world.OrderLine.quantity <= 2)
    )
    expected = [
        line.order_id
        for line in world.LINES
        if line.quantity <= 2
        and any(other.quantity > 1 for other in world.LINES if other.order_id == line.order_id)
    ]
    found = [record["id"] for record in database.select(statement, {})]
    assert sorted(found) == sorted(expected)
    assert found


def test_a_condition_keeps_its_meaning_in_an_update(database: Database) -> None:
    source = to_sql(typed("order.customer.orders.exists(o, o.id != order.id && o.urgent)"), ORDER)
    statement = sqlalchemy.update(world.Order).values(note="x").where(as_clause(source))
    found = database.select(statement.returning(world.Order.id), {})
    python = to_python(
        typed("order.customer.orders.exists(o, o.id != order.id && o.urgent)"), world.NAMES
    )
    wanted = {order.id for order in world.ORDERS if in_python(python, order, world.BOUND)}
    assert {record["id"] for record in found} == wanted


def test_a_relation_that_nobody_loaded_is_never_loaded_here() -> None:
    condition = typed("order.lines.exists(l, l.product.on_hand > 0)")
    assert reads_relations(condition)
    assert [one.name for one in relations(condition)] == ["lines", "product"]
    with pytest.raises(UnloadedRelation, match=r"l\.product"):
        to_python(condition, {"order.lines": "lines"})


@pytest.mark.parametrize("text", ["order.reviewer == null", "order.customer.id == actor.id"])
def test_what_the_row_itself_tells_reads_no_relation(text: str) -> None:
    assert not reads_relations(typed(text))


def test_a_list_of_the_request_cannot_be_searched_for_every_row() -> None:
    with pytest.raises(NotInSql, match=r"request\.items"):
        to_sql(typed("request.items.exists(i, i.quantity > order.total_cents)"), ORDER)


def test_what_python_can_tell_comes_as_one_parameter() -> None:
    source = to_sql(typed("request.items.exists(i, i.quantity > request.limit)"), ORDER)
    (name,) = source.binds
    assert source.text == f'bindparam("{name}", type_=Boolean)'
    python = to_python(source.binds[name])
    assert python.text == "any(i.quantity > request.limit for i in request.items)"


def test_nothing_in_a_text_can_leave_its_quotes() -> None:
    condition = typed(r'''order.note == "\\\"); import os  # \n'\u2028\U000e0001"''')
    for source in (to_python(condition).text, to_sql(condition, ORDER).text):
        said = ast.literal_eval(source.partition("== ")[2])
        assert said == "\\\"); import os  # \n'\u2028\U000e0001"


LABELLED = msgspec.structs.replace(world.REQUEST, labels=("gift", "zz"), note=None, since=None)
SIGNED_IN = {"guest": world.USERS[2], "actor": world.USERS[1], "request": LABELLED}


def beyond_64_bits(error: asyncpg.NumericValueOutOfRangeError) -> None:
    """Only there may PostgreSQL give up where Python goes on."""
    assert str(error) != "integer out of range"
    reject()


BOUND = (world.BOUND, {**world.BOUND, **SIGNED_IN})
differential = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


HARD = (
    "order.total_cents in order.customer.orders.map(o, o.lines.size())",  # an alias like a table
    "order.id == guest.id && guest.id == order.id",  # one parameter, known and not known
    "order.lines.exists_one(a, order.lines.exists_one(b, a.id == b.id))",
    "order.lines.all(l, l.product.on_hand > 0)",  # no product: unknown, so false
    "order.lines.exists(l, l.product == null || l.product.on_hand < 0)",
    "order.customer.orders.exists(o, o.lines.exists(l, l.order.id == order.id && l.quantity > 1))",
    "order.note < 'gift' || order.note > 'zz'",  # by code points, not by a language
    "order.note.contains('_') || order.note.contains('%') || order.note.contains('\\\\c')",
    "order.note.endsWith(request.note) && order.note.startsWith(request.note)",
    "order.note.slugify() == 'creme-brulee'",
    "order.note.lowerAscii() == 'éa😀' || order.note.trim() == '50% off'",
    "actor.email == 'BOB@example.org' || order.customer.email in ['x', 'ALICE@EXAMPLE.ORG']",
    "order.lines.map(l, l.quantity * l.quantity).sum() > 9223372036",  # beyond 32 bits
    "order.total_cents + 1 > 0 && order.total_cents - 1 < 0 || -order.total_cents > 5",
    "order.total_cents / 2 == -3 && order.total_cents % 4 == -3",
    "(order.placed_at < now) == (order.gift == true)",
    "request.labels != null && order.note in request.labels",
    "order.lines.map(l, l.unit_price_cents).max() > order.lines.map(l, l.quantity).min()",
    "order.total_cents != 0 && 1000 / order.total_cents > 8",
    "order.metadata == null",
    "order.reviewer.manager.id == actor.id",
)


def with_examples(test: Callable[..., None]) -> Callable[..., None]:
    for text in HARD:
        test = example(text=text)(test)
    return test


@differential
@with_examples
@given(text=expression_texts.conditions(world.SCOPE))
def test_a_condition_holds_in_postgresql_where_it_holds_in_python(
    database: Database, text: str
) -> None:
    condition = typed(text, condition=True)
    python = to_python(condition, world.NAMES)
    opposite = to_python(condition, world.NAMES, negated=True)
    for bound in BOUND:
        said = {order.id: in_python(python, order, bound) for order in world.ORDERS}
        denied = {order.id: in_python(opposite, order, bound) for order in world.ORDERS}
        assert {type(one) for one in said.values()} == {bool}, python.text
        assert denied == {one: not value for one, value in said.items()}
        try:
            found = in_postgresql(database, condition, bound, ("value", "opposite"))
            assert found == {one: (value, not value) for one, value in said.items()}
            true = {one for one, value in said.items() if value}
            assert chosen(database, condition, bound) == true
            assert of_one(database, condition, bound) == said[ONE.id]
        except asyncpg.NumericValueOutOfRangeError as error:
            beyond_64_bits(error)


@differential
@given(text=expression_texts.values(world.SCOPE))
def test_a_value_is_the_same_in_postgresql_and_in_python(database: Database, text: str) -> None:
    value = typed(text)
    python = to_python(value, world.NAMES)
    said = {order.id: in_python(python, order, world.BOUND) for order in world.ORDERS}
    try:
        found = in_postgresql(database, value, world.BOUND, ("value",))
        assert found == {one: (said_of,) for one, said_of in said.items()}
        assert of_one(database, value, world.BOUND) == said[ONE.id]
    except asyncpg.NumericValueOutOfRangeError as error:
        beyond_64_bits(error)
