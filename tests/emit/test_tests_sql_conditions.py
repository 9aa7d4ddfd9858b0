"""Whether a row breaks a CHECK, told without a database."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from specwright.emit.tests.sql_conditions import violates

BROKEN = [
    ("priority BETWEEN 0 AND 9", {"priority": 10}),
    ("priority between 0 and 9 AND title <> ''", {"priority": 0, "title": ""}),
    ("(status = 'held') = (lease IS NOT NULL)", {"status": "open", "lease": 1}),
    ("status IN ('a', 'b')", {"status": "c"}),
    ("status NOT IN ('a', 'b')", {"status": "a"}),
    ("length(code) = 3", {"code": "ABCD"}),
    ("code ~ '^[A-Z]+$'", {"code": "abc"}),
    ("name LIKE 'a%'", {"name": "b"}),
    ("name NOT LIKE '_'", {"name": "b"}),
    ("reserved >= 0 AND reserved <= on_hand", {"reserved": 3, "on_hand": 2}),
    ("a IS DISTINCT FROM b", {"a": None, "b": None}),
    ("NOT paid OR paid_at IS NOT NULL", {"paid": True, "paid_at": None}),
    ("num_nonnulls(a, b) = 1", {"a": 1, "b": 2}),
    ("coalesce(a, 0) > 0", {"a": None}),
    ("price * 2 >= 1.5 + 1", {"price": Decimal(1)}),
    ("-a > 0", {"a": 1}),
    ("\"order\" <> 'x'", {"order": "x"}),
    ("a::text <> 'x'", {"a": "x"}),
    ("one <> other", {"one": UUID(int=1), "other": UUID(int=1)}),
    (
        "begins < ends",
        {"begins": datetime(2026, 1, 2, tzinfo=UTC), "ends": datetime(2026, 1, 1, tzinfo=UTC)},
    ),
    ("it = 'it''s'", {"it": "its"}),
]
KEPT = [
    ("priority BETWEEN 0 AND 9", {"priority": 9}),
    ("length(code) = 3", {"code": None}),  # null is not false
    ("a > 1 OR b > 1", {"a": None, "b": 2}),
    ("NOT (a > 1)", {"a": None}),
    ("(status = 'held') = (lease IS NOT NULL)", {"status": "held", "lease": 1}),
    ("mod(n, 2) = 0", {"n": 4}),
]
BEYOND = [
    ("jsonb_path_exists(a, '$.x')", {"a": {}}),
    ("a > (SELECT 1)", {"a": 1}),
    ("missing > 1", {"a": 1}),
    ("a >", {"a": 1}),
    ("a ~ '('", {"a": "x"}),
    ("a < 'x'", {"a": 1}),
    ("a / 0 = 1", {"a": 1}),
    ("$$", {}),
]


@pytest.mark.parametrize(("sql", "row"), BROKEN)
def test_a_row_breaks_a_check(sql: str, row: dict[str, object]) -> None:
    assert violates(sql, row) is True


@pytest.mark.parametrize(("sql", "row"), KEPT)
def test_a_row_keeps_a_check(sql: str, row: dict[str, object]) -> None:
    assert violates(sql, row) is False


@pytest.mark.parametrize(("sql", "row"), BEYOND)
def test_what_is_not_understood_is_not_guessed(sql: str, row: dict[str, object]) -> None:
    assert violates(sql, row) is None
