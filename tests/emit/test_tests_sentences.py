"""The sentences of scenarios: what each becomes, and what is asked where one is not understood."""

import pytest
from library import library

from specwright.diagnostic import Level, Report
from specwright.emit.tests import emit_tests
from specwright.emit.tests.sentences import PATTERNS


def told(*steps: str) -> tuple[str, list[str]]:
    """The test of a scenario of these steps, and what is asked about it."""
    report = Report()
    scenario = "  Scenario: A story\n" + "\n".join(f"    {step}" for step in steps)
    model = library(scenarios=scenario, report=report)
    tree = emit_tests(model, report).tree
    asked = [str(one) for one in report.at(Level.OPEN) if one.code == "scenario-step"]
    return tree.get("tests/scenarios/test_lending.py", ""), asked


ANN = 'Given "ann" is a reader'
BOOK = 'And book "b1" exists'
ASKED = (
    'When ann calls askForLoan with:\n      """\n      {"book_id": "b1", "renewals": 1}\n      """'
)
LENT = 'Given "ann" is a reader with a lent loan "l1"'
BECOMES = [
    ([LENT], 'await given.loan(world, "lent", member_id=ann["id"])'),
    ([ANN], 'await given.member(world, role="reader")'),
    ([ANN, 'And member "ann" has fines 3'], 'world.change("members", ann, fines=3)'),
    ([ANN, "And every member has fines 2"], 'world.change("members", member, fines=2)'),
    (
        [LENT, 'And loan "l1" has state "returned"'],
        'world.change("loans", l1, state="returned", due_at=None)',
    ),
    (
        [LENT, 'When ann calls renewLoan on loan "l1"'],
        """world.call(ann, "POST", f"/loans/{l1['id']}/renew")""",
    ),
    ([ANN, "When 3 days pass"], "world.pass_time(timedelta(days=3))"),
    (['Given book "12345" exists'], 'given.book(world, isbn="12345")'),
    (['Given book "12345" exists', 'Then book "12345" has copies 1'], '["copies"] == 1'),
    ([LENT, 'Then loan "l1" has renewals 0 and state "lent"'], 'assert l1["state"] == "lent"'),
    ([LENT, 'Then loan "l1" has no due_at'], 'assert l1["due_at"] is None'),
    ([LENT, 'Then loan "l1" has member_id "ann"'], 'assert l1["member_id"] == ann["id"]'),
    (['Given book "b1" exists with copies 3'], 'given.book(world, isbn="b1", copies=3)'),
    (
        [ANN, 'And a lent loan "l1" exists in "ann" with renewals 2'],
        'given.loan(world, "lent", member_id=ann["id"], renewals=2)',
    ),
    (
        [ANN, BOOK, 'When ann calls askForLoan with book_id "b1" and renewals 2'],
        'world.call(ann, "POST", "/loans", {"book_id": b1["id"], "renewals": 2})',
    ),
    (
        [ANN, BOOK, ASKED],
        'world.call(ann, "POST", "/loans", {"book_id": b1["id"], "renewals": 1})',
    ),
    (
        [ANN, BOOK, ASKED, 'Then the response has state "asked" and renewals 1'],
        'assert answer.body["state"] == "asked"',
    ),
    (
        [LENT, "When ann calls listLoans", 'Then the response lists loans "l1"'],
        """assert [one["id"] for one in answer.body["items"]] == [world.wire(l1["id"])]""",
    ),
    (
        [ANN, "When ann calls listLoans", "Then the response lists no loans"],
        'assert len(answer.body["items"]) == 0',
    ),
    (
        [LENT, 'Then there is 1 loan with state "lent" and member_id "ann"'],
        'assert len(await world.rows("loans", state="lent", member_id=ann["id"])) == 1',
    ),
    ([ANN, "Then there are no loans"], 'assert len(await world.rows("loans")) == 0'),
]


@pytest.mark.parametrize(("steps", "line"), BECOMES)
def test_a_step_becomes_what_it_says(steps: list[str], line: str) -> None:
    text, asked = told(*steps)

    assert asked == []
    assert line in text


def test_calls_at_the_same_time_race_on_connections_of_their_own() -> None:
    text, asked = told(
        'Given "bob" is a clerk',
        'And "ann" is a reader with a lent loan "l1"',
        'When bob calls returnBook on loan "l1" and bob calls returnBook on loan "l1" at the same time',
        'Then one response is 200 and the other is 409 "wrong-status"',
    )
    assert asked == []
    assert "racing_world" in text
    assert (
        'assert sorted(answer.outcome for answer in answers) == ["200", "409 wrong-status"]' in text
    )


def test_a_call_whose_response_nobody_asks_about_must_still_be_answered() -> None:
    text, _ = told(
        'Given "ann" is a reader with a lent loan "l1"',
        'When ann calls renewLoan on loan "l1"',
        'Then loan "l1" has state "lent"',
    )
    assert 'assert answer.outcome < "5"' in text


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        ('When ann calls renewLon on loan "l1"', "renewLoan"),
        ('When ann call renewLoan on loan "l1"', "calls"),
        ('Then loan "l2" has state "lent"', "l2"),
        ('Then loan "l1" has stat "lent"', "state"),
        ('Then loan "l1" has state "lend"', "lend"),
        ('When ann calls askForLoan with book_id "b9"', "b9"),
        ("When ann calls askForLoan with renewal 3", "renewals"),
        ("When ann calls askForLoan", "book_id"),
        ('Given book "b1" exists in "ann"', "no way"),
        ('When ann calls renewLoan on loan "l1" with renewals 3', "renewals"),
    ],
)
def test_a_step_that_is_not_understood_is_an_open_question(step: str, hint: str) -> None:
    text, asked = told('Given "ann" is a reader with a lent loan "l1"', step)

    assert len(asked) == 1
    assert hint in asked[0]
    assert text == ""


def test_every_pattern_has_the_form_of_its_own_example() -> None:
    for pattern in PATTERNS:
        assert pattern.form.fullmatch(pattern.shape), pattern.shape
