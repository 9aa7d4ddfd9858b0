"""The search for situations: it finds both sides of a rule, close together, and guesses nothing."""

from datetime import timedelta

import pytest
from library import library

from specwright.emit.tests.conditions import conditions_of
from specwright.emit.tests.factories import Factories
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.simulation import parts
from specwright.emit.tests.situations import Pair, Situations
from specwright.emit.tests.values import NOW, Ref
from specwright.model import Model

LENT = """
renewLoan:
  require:
    - rule: {rule}
      error: 409 no-more
"""


def situations(model: Model, operation: str, role: str) -> Situations:
    found = model.operation(operation)
    assert found is not None
    return Situations(Factories(model), found, role)


def pair_of(model: Model, operation: str, role: str, answer: str) -> Pair | None:
    found = situations(model, operation, role)
    asked = model.operation(operation)
    assert asked is not None
    for condition in conditions_of(model, asked, role):
        for part in parts(condition):
            pair = found.pair(part, answer)
            if pair is not None:
                return pair
    return None


def said(pair: Pair, variable: str, column: str) -> tuple[object, object]:
    """What both situations say of a column of a row, the allowed one first."""
    both = (pair.allowed.situation, pair.refused.situation)
    values = [
        given.said.get(column)
        for situation in both
        for given in situation.givens
        if given.variable == variable
    ]
    return values[0], values[1]


@pytest.mark.parametrize(
    ("rule", "column", "allowed", "refused"),
    [
        ("loan.renewals < 3", "renewals", 2, 3),
        ("loan.renewals <= 3", "renewals", 3, 4),
        ("loan.due_at != null && loan.due_at > now", "due_at", NOW + timedelta(seconds=1), NOW),
        (
            'loan.due_at != null && loan.due_at >= now + duration("2h")',
            "due_at",
            NOW + timedelta(hours=2),
            NOW + timedelta(hours=2) - timedelta(seconds=1),
        ),
    ],
)
def test_both_sides_of_a_rule_are_as_near_as_can_be(
    rule: str, column: str, allowed: object, refused: object
) -> None:
    pair = pair_of(library(LENT.format(rule=rule)), "renewLoan", "reader", "409 no-more")

    assert pair is not None
    assert said(pair, "loan", column) == (allowed, refused)


def test_rows_that_are_counted_are_there_as_often_as_it_takes() -> None:
    rule = 'actor.loans.filter(l, l.state == "lent").size() <= 2'
    pair = pair_of(library(LENT.format(rule=rule)), "renewLoan", "reader", "409 no-more")

    assert pair is not None
    times = [
        sum(given.times for given in one.situation.givens if given.entity == "Loan")
        for one in (pair.allowed, pair.refused)
    ]
    assert times == [2, 3]  # the loan in question is one of them


def test_a_row_that_a_relation_leads_to_is_given_when_a_rule_asks_about_it() -> None:
    pair = pair_of(library(guard="loan.book.copies > 0"), "lendBook", "clerk", "409 guard-failed")

    assert pair is not None
    assert said(pair, "book", "copies") == (1, 0)
    assert said(pair, "loan", "book_id") == (Ref("book", "id"), Ref("book", "id"))


def test_a_row_is_made_the_callers_own_where_access_asks_for_that() -> None:
    found = situations(library(), "renewLoan", "reader").success()

    assert found is not None
    loan = next(given for given in found.situation.givens if given.variable == "loan")
    assert loan.status == "lent"
    assert loan.said["member_id"] == Ref("reader", "id")


def test_a_side_that_cannot_be_is_not_found() -> None:
    always = 'loan.state == "lent"'  # of a trigger that starts from there
    assert pair_of(library(LENT.format(rule=always)), "renewLoan", "reader", "409 no-more") is None


def test_what_is_not_found_is_said_and_not_emitted() -> None:
    model = library(LENT.format(rule='loan.state == "lent"'))
    plan = Plan(model)
    from specwright.emit.tests.rules import emit_rules  # noqa: PLC0415

    text = emit_rules(plan, plan.domains[0])

    assert text is not None
    assert "no-more" not in text
    assert 'renewLoan: `loan.state == "lent"` being false alone.' in plan.not_shown


def test_no_situation_breaks_a_check_of_the_tables() -> None:
    """`due_at` is there in one state only: the factory of each state knows."""
    factory = Factories(library())["Loan"]
    statuses = {status.name: dict(status.values) for status in factory.statuses}
    assert statuses == {
        "asked": {},
        "lent": {"due_at": NOW + timedelta(days=14)},
        "returned": {},
    }


def test_a_race_is_not_claimed_where_what_is_given_counts_and_the_call_changes_nothing() -> None:
    plan = Plan(library(LENT.format(rule="actor.loans.size() < 3")))
    from specwright.emit.tests.races import emit_races  # noqa: PLC0415

    text = emit_races(plan, plan.domains[0]) or ""

    assert "renew_loan_lets_no_more" not in text
    assert "renewLoan: several at once against `actor.loans.size() < 3`." in plan.not_shown
