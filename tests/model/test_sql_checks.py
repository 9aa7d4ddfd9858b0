from decimal import Decimal

import pytest

from specwright.diagnostic import Report
from specwright.model.sql_checks import (
    Bound,
    Comparison,
    OneOf,
    Shape,
    check_sql_default,
    read_check,
)
from specwright.spec.text import Text

COLUMNS = ("price", "reserved", "on_hand", "status", "title", "starts_at", "ends_at", "a", "b", "x")


@pytest.mark.parametrize(
    ("sql", "shapes"),
    [
        ("price >= 0", [Bound("price", low=0)]),
        ("price > 0", [Bound("price", low=0, low_is_outside=True)]),
        ("0 < price", [Bound("price", low=0, low_is_outside=True)]),
        ("price <= 10", [Bound("price", high=10)]),
        ("10 >= price", [Bound("price", high=10)]),
        ("price < 2.5", [Bound("price", high=Decimal("2.5"), high_is_outside=True)]),
        ("price = 3", [Bound("price", 3, 3)]),
        ("price BETWEEN 0 AND 9", [Bound("price", 0, 9)]),
        ("price between -5 and 5", [Bound("price", -5, 5)]),
        ("(price >= 0)", [Bound("price", low=0)]),
        ("((price >= 0) AND (price <= 9))", [Bound("price", low=0), Bound("price", high=9)]),
        ("a <> b", [Comparison("a", "<>", "b")]),
        ("a != b", [Comparison("a", "<>", "b")]),
        ("starts_at <= ends_at", [Comparison("starts_at", "<=", "ends_at")]),
        (
            "reserved >= 0 AND reserved <= on_hand",
            [Bound("reserved", low=0), Comparison("reserved", "<=", "on_hand")],
        ),
        (
            "price BETWEEN 1 AND 2 AND a = b",
            [Bound("price", 1, 2), Comparison("a", "=", "b")],
        ),
        ("status IN ('open', 'don''t know')", [OneOf("status", ("open", "don't know"))]),
        ("x in (1, 2)", [OneOf("x", (1, 2))]),
        ("char_length(title) <= 80", [Bound("title", high=80, of_length=True)]),
        ("length(title) BETWEEN 1 AND 80", [Bound("title", 1, 80, of_length=True)]),
        ('"price" >= 0', [Bound("price", low=0)]),
    ],
)
def test_simple_conditions_have_a_shape(sql: str, shapes: list[Shape]) -> None:
    report = Report()
    read = read_check(Text("d.md", sql), COLUMNS, report)
    assert not list(report)
    assert read is not None
    assert (list(read.shapes), read.whole) == (shapes, True)


@pytest.mark.parametrize(
    ("sql", "shapes"),
    [
        ("(status = 'in_progress') = (ends_at IS NOT NULL)", []),
        ("price >= 0 OR price = -1", []),
        ("NOT (price >= 0)", []),
        ("price >= 0 AND lower(title) = title", [Bound("price", low=0)]),
        ("price + x > 3", []),
        ("price - -1 > 3", []),
        ("title ~ '^[a-z]+$'", []),
        ("NULLIF(btrim(title), '') IS NOT NULL", []),
        ("num_nonnulls(a, b) = 1", []),
        ("price::int > 3", []),
        ("extract(year from starts_at) > 2000", []),
        ("price BETWEEN 0 AND on_hand", []),
    ],
)
def test_what_is_beyond_shapes_stands_verbatim(sql: str, shapes: list[Shape]) -> None:
    report = Report()
    read = read_check(Text("d.md", sql), COLUMNS, report)
    assert not list(report)
    assert read is not None
    assert (list(read.shapes), read.whole) == (shapes, False)


@pytest.mark.parametrize(
    ("sql", "column", "message"),
    [
        ("prise >= 0", 1, "`prise` is no column of this table."),
        ("Price >= 0 AND Prise > 1", 16, "`prise` is no column of this table."),
        ("price >= 0; DROP TABLE x", 11, "`;` cannot stand"),
        ("price >= 0 -- a", 12, "`-` cannot stand"),
        ("price >= 0 /* a */", 12, "`/` cannot stand"),
        ("price >= $1", 10, "`$` cannot stand"),
        ("price >= (SELECT 1)", 11, "`SELECT` cannot stand"),
        ("pg_sleep(10) > 0", 1, "`pg_sleep` is no function"),
        ("(price >= 0", 1, "The parentheses do not pair up."),
        ("price >= 0)", 1, "The parentheses do not pair up."),
        ("(" * 30 + "price" + ")" * 30, 1, "Parentheses stand more than 20 deep."),
        ("", 1, "This SQL expression is empty."),
        ("x" * 5000, 1, "This SQL expression is longer than 4000 characters."),
        ("title = 'open", 9, "`'` cannot stand"),
        ("price >= 0\\g", 11, "`\\` cannot stand"),
    ],
)
def test_an_expression_that_cannot_stand_is_told_where(sql: str, column: int, message: str) -> None:
    report = Report()
    read_check(Text("d.md", sql), COLUMNS, report)
    found = list(report)
    assert found, sql
    assert message in found[0].message
    assert found[0].place.column == column


@pytest.mark.parametrize(
    "sql", ["now()", "gen_random_uuid()", "CURRENT_TIMESTAMP", "'x'::text", "-1"]
)
def test_defaults_of_plain_postgresql_stand(sql: str) -> None:
    report = Report()
    check_sql_default(Text("d.md", sql), report)
    assert not list(report)


@pytest.mark.parametrize("sql", ["uuid_generate_v4()", "price", "now(); x", "(SELECT 1)"])
def test_defaults_beyond_it_do_not(sql: str) -> None:
    report = Report()
    check_sql_default(Text("d.md", sql), report)
    assert len(list(report)) == 1
