from collections.abc import Callable, Mapping

import pytest

from specwright.diagnostic import Level, Report
from specwright.model import Model

Small = Callable[..., tuple[Model, Report]]
Build = Callable[[str, Mapping[str, str]], tuple[Model, list[str]]]


def test_the_lifecycle_of_a_task_is_a_table_of_state_and_trigger(taskboard: Model) -> None:
    (lifecycle,) = taskboard.lifecycles
    assert (lifecycle.entity, lifecycle.column, lifecycle.initial) == ("Task", "status", "pending")
    assert lifecycle.states == ("pending", "in_progress", "done", "failed", "cancelled")
    assert [
        (a.source, a.trigger, a.words, a.is_else, a.target, a.effect) for a in lifecycle.transitions
    ] == [
        ("pending", "claimTask", 'task.blockers.all(b, b.blocker.status == "done")', False,
         "in_progress", "take"),
        ("in_progress", "heartbeat", None, False, "in_progress", "extend"),
        ("in_progress", "completeTask", None, False, "done", "letGo"),
        ("in_progress", "giveUp", "task.attempts < 3", False, "pending", "letGo"),
        ("in_progress", "giveUp", None, True, "failed", "letGo"),
        ("failed", "reopenTask", None, False, "pending", "reset"),
        ("pending", "cancelTask", None, False, "cancelled", None),
        ("in_progress", "cancelTask", None, False, "cancelled", "letGo"),
    ]  # fmt: skip
    assert all((a.guard is None) == (a.words is None) for a in lifecycle.transitions)


def test_final_states_are_those_that_lead_out(orders: Model) -> None:
    assert orders.lifecycles[0].final == ("shipped", "cancelled")


def test_a_trigger_that_only_rules_do_is_an_inner_operation(orders: Model) -> None:
    assert orders.inner_operations == ("payOrder",)


STATES = "Enum mood {\n calm\n angry\n}\n"
CATS = "Table cats {\n id uuid [pk]\n mood mood [not null]\n}\n"
DOGS = "Table dogs {\n id uuid [pk]\n mood mood [not null]\n}\n"
MOVES = " [*] --> calm\n calm --> angry : getUser"


@pytest.mark.parametrize(
    ("tables", "heading", "of"),
    [
        (STATES + CATS, "Lifecycle", "Cat"),
        (STATES + CATS + DOGS, "Dog lifecycle", "Dog"),
        (STATES + CATS + DOGS, "The life of cats", "Cat"),
    ],
)
def test_a_diagram_is_of_the_column_whose_values_are_its_states(
    small: Small, tables: str, heading: str, of: str
) -> None:
    model, _ = small(tables, diagram=MOVES, heading=heading)
    assert [one.entity for one in model.lifecycles] == [of]


def test_a_diagram_that_could_be_of_two_columns_is_told(small: Small) -> None:
    _, report = small(STATES + CATS + DOGS, diagram=MOVES)
    assert [one.message for one in report.at(Level.ERROR)] == [
        "This diagram could be the lifecycle of `cats.mood` or `dogs.mood`."
    ]


def test_a_diagram_of_no_column_is_told(small: Small) -> None:
    _, report = small(CATS.replace("mood mood", "mood text"), diagram=MOVES)
    assert [one.message for one in report.at(Level.ERROR)] == [
        "No column has an enum of the states of this diagram."
    ]


def test_two_diagrams_of_one_column_are_told(small: Small) -> None:
    twice = MOVES + "\n```\n\n```mermaid\nstateDiagram-v2\n" + MOVES
    _, report = small(STATES + CATS, diagram=twice)
    assert "`cats.mood` has two state diagrams." in [one.message for one in report]


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("task.attempts < 3", "task.attempts >= 3", False),
        ("task.attempts < 3", "3 <= task.attempts", False),
        ("task.attempts < 3", "task.attempts > 5", False),
        ("task.attempts < 3", "task.attempts == 3", False),
        ("task.attempts == 1", "task.attempts == 2", False),
        ("task.attempts == 1", "task.attempts != 1", False),
        ("task.claimed_by == null", "task.claimed_by != null", False),
        ("task.claimed_by == null", "task.claimed_by == actor.id", False),
        ('task.title == "a"', 'task.title == "b"', False),
        ("task.priority > 5", "!(task.priority > 5)", False),
        ("task.attempts < 3 && task.priority > 1", "task.attempts > 4", False),
        ("task.attempts < 3", "task.attempts > 2", True),  # whole numbers, but not told apart
        ("task.attempts < 3", "task.attempts < 4", True),
        ("task.attempts < 3", "task.priority >= 3", True),
        ("task.attempts < 3 || task.priority > 1", "task.attempts >= 3", True),
    ],
)
def test_guards_of_one_trigger_must_exclude_each_other(
    example: Callable[[str], Mapping[str, str]],
    build: Build,
    one: str,
    other: str,
    is_told: bool,  # a column of the table
) -> None:
    files = example("taskboard")
    drawn = files["data-model.md"].replace("[task.attempts < 3]", f"[{one}]")
    drawn = drawn.replace("[else]", f"[{other}]")
    assert drawn != files["data-model.md"]
    _, found = build("taskboard", {**files, "data-model.md": drawn})
    assert [line for line in found if "guards-overlap" not in line] == []
    assert bool(found) is is_told
