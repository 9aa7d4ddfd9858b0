"""One meaning, compiled twice: what Python says of rows, PostgreSQL says of them too."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import expression_texts
import orders_world as world
import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, reject, settings
from orders_world import Database

from specwright.diagnostic import Report
from specwright.emit.python_expressions import PythonSource, to_python
from specwright.emit.python_source import Import
from specwright.emit.sql_expressions import Form, SqlSource, Subject, to_sql
from specwright.model.expressions import check, check_condition
from specwright.model.typed import Typed
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
        exec(f"from {one.module} import {one.name}", found)  # noqa: S102 - what is under test
    return found


def in_python(source: PythonSource, order: world.OrderRow, bound: Mapping[str, Any]) -> Any:
    names = {**world.GLOBALS, **imported(source.imports), **bound, "order": order}
    return eval(source.text, names)  # noqa: S307 - what is under test


def as_clause(source: SqlSource) -> Any:
    names: dict[str, Any] = {**imported(source.imports), **world.GLOBALS}
    names |= {entity: getattr(world, entity) for entity in source.entities}
    for line in source.definitions:
        exec(line, names)  # noqa: S102 - what is under test
    return eval(source.text, names)  # noqa: S307 - what is under test


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
BOUND = (world.BOUND, {**world.BOUND, "guest": world.USERS[2], "actor": world.USERS[1]})
differential = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@differential
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
        except asyncpg.NumericValueOutOfRangeError:
            reject()


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
    except asyncpg.NumericValueOutOfRangeError:
        reject()
