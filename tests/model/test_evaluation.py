"""What an expression comes to, told without a database: null counts as false, ints cut to zero."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from specwright.diagnostic import Report
from specwright.model import types
from specwright.model.evaluation import evaluate, holds
from specwright.model.expressions import check
from specwright.spec.cel import parse
from specwright.spec.text import Text

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIELDS: Mapping[str, Mapping[str, types.Field]] = {
    "Order": {
        "id": types.Column(types.UUID),
        "total": types.Column(types.INT),
        "note": types.Column(types.with_null(types.TEXT, nullable=True)),
        "paid_at": types.Column(types.with_null(types.TIMESTAMP, nullable=True)),
        "status": types.Column(types.OneOf("status", ("draft", "paid"))),
        "buyer_id": types.Column(types.with_null(types.UUID, nullable=True)),
        "price": types.Column(types.DECIMAL),
        "lines": types.Relation("Line", many=True, columns=(("id", "order_id"),)),
        "buyer": types.Relation("User", many=False, columns=(("buyer_id", "id"),), nullable=True),
    },
    "Line": {
        "order_id": types.Column(types.UUID),
        "count": types.Column(types.with_null(types.INT, nullable=True)),
    },
    "User": {"id": types.Column(types.UUID), "name": types.Column(types.TEXT)},
}
SCOPE = types.Scope(
    {"order": types.Row("Order"), "now": types.TIMESTAMP}, lambda name: FIELDS.get(name, {})
)
ONE, TWO = UUID(int=1), UUID(int=2)
ORDER: dict[str, Any] = {
    "id": ONE, "total": -7, "note": None, "paid_at": None, "status": "draft", "buyer_id": TWO,
    "price": Decimal("1.5"),
}  # fmt: skip
ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "Order": [ORDER],
    "Line": [
        {"order_id": ONE, "count": 2},
        {"order_id": ONE, "count": None},
        {"order_id": TWO, "count": 9},
    ],
    "User": [{"id": TWO, "name": "Ann"}],
}


def value(text: str, **changes: Any) -> Any:
    report = Report()
    expression = parse(Text("rules.md", text), report)
    assert expression is not None
    typed = check(expression, SCOPE, report)
    assert typed is not None, [text, *map(str, report)]
    names = {"order": {**ORDER, **changes}, "now": NOW}
    return evaluate(typed, names, lambda entity: ROWS[entity])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order.total / 2", -3),
        ("order.total % 2", -1),
        ("order.total + 1 < 0", True),
        ("-order.total", 7),
        ('order.note == "x"', False),
        ('order.note != null && order.note != "x"', False),
        ("order.note == null", True),
        ('order.paid_at != null && order.paid_at < now - duration("1h")', False),
        ('order.status in ["draft", "paid"]', True),
        ("order.lines.size()", 2),
        ("order.lines.exists(l, l.count != null && l.count > 1)", True),
        ("order.lines.all(l, l.count != null && l.count > 1)", False),
        ("order.lines.exists_one(l, l.count == null)", True),
        ("order.lines.filter(l, l.count != null).size()", 1),
        ("order.lines.map(l, l.count).sum()", 2),
        ("order.buyer == null", False),
        ('order.buyer != null && order.buyer.name == "Ann"', True),
        ("order.price * order.price", Decimal("2.25")),
        ('order.total < 0 ? "less" : "more"', "less"),
        ("string(order.status)", "draft"),
    ],
)
def test_an_expression_comes_to(text: str, expected: object) -> None:
    assert value(text) == expected


def test_a_relation_without_its_key_leads_nowhere() -> None:
    assert value("order.buyer == null", buyer_id=None) is True


def test_times_are_as_they_are() -> None:
    soon = NOW + timedelta(minutes=5)
    assert value('now + duration("5m")') == soon
    assert value("date(now)") == date(2026, 1, 1)


def test_no_condition_always_holds() -> None:
    assert holds(None, {}, lambda _entity: ())
