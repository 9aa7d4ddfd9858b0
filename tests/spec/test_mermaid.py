"""What a state diagram says, and what an author reads after a slip."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specwright.diagnostic import Level, Place, Report
from specwright.spec.mermaid import parse_state_diagram
from specwright.spec.syntax import StateDiagram, Transition, Word
from specwright.spec.text import Text

EXAMPLES = Path(__file__).parents[2] / "examples"


def fence(bundle: str) -> Text:
    source = (EXAMPLES / bundle / "data-model.md").read_text("utf-8")
    found = re.search(r"^```mermaid\n(.*?)^```", source, re.DOTALL | re.MULTILINE)
    assert found
    return Text("data-model.md", found[1], source.count("\n", 0, found.start(1)) + 1)


def read(source: str) -> tuple[StateDiagram, Report]:
    report = Report()
    diagram = parse_state_diagram(Text("m", f"stateDiagram-v2\n{source}"), None, report)
    assert diagram
    return diagram, report


def said(transition: Transition) -> str:
    source, target = (each.value if each else "[*]" for each in _ends(transition))
    label = [
        *([transition.trigger.value] if transition.trigger else []),
        *([f"[{transition.guard.value}]"] if transition.guard else []),
        *([f"/ {transition.effect.value}"] if transition.effect else []),
    ]
    return f"{source} --> {target}" + (f" : {' '.join(label)}" if label else "")


def _ends(transition: Transition) -> tuple[Word | None, Word | None]:
    return transition.source, transition.target


def lines(source: str) -> list[str]:
    diagram, report = read(source)
    assert list(report) == []
    return [said(transition) for transition in diagram.transitions]


# -- The worked bundles -------------------------------------------------------------------------


BLOCKERS_DONE = 'task.blockers.all(b, b.blocker.status == "done")'


@pytest.mark.parametrize(
    ("bundle", "transitions"),
    [
        (
            "orders",
            [
                "[*] --> draft",
                "draft --> placed : placeOrder [order.lines.size() > 0] / reserveStock",
                "draft --> cancelled : cancelOrder",
                "placed --> cancelled : cancelOrder / releaseStock",
                "placed --> paid : payOrder",
                "paid --> shipped : shipOrder / deductStock",
                "shipped --> [*]",
                "cancelled --> [*]",
            ],
        ),
        (
            "taskboard",
            [
                "[*] --> pending",
                "pending --> in_progress : claimTask [" + BLOCKERS_DONE + "] / take",
                "in_progress --> in_progress : heartbeat / extend",
                "in_progress --> done : completeTask / letGo",
                "in_progress --> pending : giveUp [task.attempts < 3] / letGo",
                "in_progress --> failed : giveUp [else] / letGo",
                "failed --> pending : reopenTask / reset",
                "pending --> cancelled : cancelTask",
                "in_progress --> cancelled : cancelTask / letGo",
            ],
        ),
    ],
)
def test_a_worked_lifecycle_is_read_as_it_stands(bundle: str, transitions: list[str]) -> None:
    report = Report()
    heading = Word("Lifecycle", Place("data-model.md", 1, 1))
    diagram = parse_state_diagram(fence(bundle), heading, report)
    assert list(report) == []
    assert diagram
    assert diagram.heading is heading
    assert [said(transition) for transition in diagram.transitions] == transitions


def test_every_part_of_a_transition_knows_its_place() -> None:
    diagram = parse_state_diagram(fence("orders"), None, Report())
    assert diagram
    source = (EXAMPLES / "orders" / "data-model.md").read_text("utf-8").split("\n")

    def at(place: Place) -> str:
        return source[place.line - 1][place.column - 1 :]

    assert at(diagram.place) == "stateDiagram-v2"
    placing = diagram.transitions[1]
    assert placing.source and placing.target and placing.trigger and placing.guard  # noqa: PT018
    assert placing.effect
    assert at(placing.place).startswith("draft ")
    assert at(placing.target.place).startswith("placed ")
    assert at(placing.trigger.place).startswith("placeOrder [")
    assert at(placing.guard.place(0)).startswith("order.lines.size()")
    assert at(placing.guard.place(placing.guard.value.index(">"))).startswith("> 0]")
    assert at(placing.effect.place) == "reserveStock"


# -- The notation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "transitions"),
    [
        ("a-->b", ["a --> b"]),
        ("a-->b:go[x>0]/run", ["a --> b : go [x>0] / run"]),
        ("a --> b : list-orders / wire.it", ["a --> b : list-orders / wire.it"]),
        ("a --> b : [x > 0]", ["a --> b : [x > 0]"]),
        ("[*] --> a : create\na --> [*]", ["[*] --> a : create", "a --> [*]"]),
        ("a:::hot --> b:::cold : go", ["a --> b : go"]),
        ("a --> b : go [l[0] == m[n[1]]] / run", ["a --> b : go [l[0] == m[n[1]]] / run"]),
        (
            """a --> b : go [x == "]" && y == ']/'] / r""",
            ["""a --> b : go [x == "]" && y == ']/'] / r"""],
        ),
        (r'a --> b : go [x == "\"]"] / r', [r'a --> b : go [x == "\"]"] / r']),
        ("a --> b : go [x / 2 > 0] / r", ["a --> b : go [x / 2 > 0] / r"]),
        ('a --> b : go [x == "%%"] %% a comment', ['a --> b : go [x == "%%"]']),
        ("a --> b : go [ else ]", ["a --> b : go [else]"]),
        ("a --> b : go [x ? y : z]", ["a --> b : go [x ? y : z]"]),
        ("a --> b : go\r\nb --> c\r\n", ["a --> b : go", "b --> c"]),
        ("direction LR\nnote --> state", ["note --> state"]),
        ("größe --> b2", ["größe --> b2"]),
    ],
)
def test_a_transition_says(source: str, transitions: list[str]) -> None:
    assert lines(source) == transitions


def test_what_only_explains_is_read_over() -> None:
    source = """
      direction LR
      %% a --> b
      %%{init: {
        "theme": "dark --> light"
      }}%%
      # a --> b
      accTitle: The life of an order
      accDescr {
        a --> b
      }
      hide empty description
      state "In progress" as in_progress
      state done
      done : all is done --> really
      lone
      note right of done
        x --> y
      end note
      note left of done : z --> w
      note "floating" as n
      classDef hot fill:#f00
      class done hot
      a --> in_progress
    """
    assert lines(source) == ["a --> in_progress"]


@pytest.mark.parametrize(
    "source",
    ["stateDiagram", "statediagram-V2", "---\ntitle: Life\n---\n\n%% x\n  stateDiagram-v2"],
)
def test_a_header_begins_a_state_diagram(source: str) -> None:
    report = Report()
    diagram = parse_state_diagram(Text("m", f"{source}\n a --> b"), None, report)
    assert diagram
    assert len(diagram.transitions) == 1
    assert list(report) == []


@pytest.mark.parametrize(
    "source",
    ["", "\n\n", "erDiagram\n A ||--o{ B : has", "classDiagram", "flowchart LR\n a --> b", "%% x"],
)
def test_another_diagram_is_no_lifecycle_and_no_mistake(source: str) -> None:
    report = Report()
    assert parse_state_diagram(Text("m", source), None, report) is None
    assert list(report) == []


# -- Slips --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message", "hint", "transition"),
    [
        (
            "placed -> paid      : payOrder",
            "10 `->` is no arrow of a state diagram.",
            "Write `placed --> paid : payOrder`.",
            "placed --> paid : payOrder",
        ),
        ("a ---> b", "5 `--->` is no arrow", "Write `a --> b`.", "a --> b"),
        ("a ==> b", "5 `==>` is no arrow", "Write `a --> b`.", "a --> b"),
        ("a -.-> b", "5 `-.->` is no arrow", "Write `a --> b`.", "a --> b"),
        ("a → b : go", "5 `→` is no arrow", "Write `a --> b : go`.", "a --> b : go"),
        ("a <-- b : go", "5 `<--` is no arrow", "Write `b --> a : go`.", "b --> a : go"),
        (
            "a -->|go| b",
            "5 An arrow of a state diagram has its label after a colon, not inside of it.",
            "Write `a --> b : go`.",
            "a --> b : go",
        ),
        ("a -- go --> b", "5 An arrow of a state", "Write `a --> b : go`.", "a --> b : go"),
        ("--> a", "3 This arrow comes from no state.", "Write `[*] --> a`.", None),
        ("a -->", "3 This arrow leads to no state.", "Write `a --> placed : placeOrder`.", None),
        ("a --> : go", "3 This arrow leads to no state.", None, None),
        ("(*) --> a", "3 Start and end are written `[*]`, not `(*)`.", None, "[*] --> a"),
        ("[ * ] --> a", "3 Start and end are written `[*]`", None, "[*] --> a"),
        (
            "in-progress --> a",
            "3 `in-progress` is no name of a state.",
            "Write `in_progress`, as the enum does.",
            "in_progress --> a",
        ),
        (
            '"In progress" --> a',
            '3 `"In progress"` is no name of a state.',
            None,
            "In_progress --> a",
        ),
        ("a --> b --> c", "11 A line draws one arrow only.", "Write `b --> …`", "a --> b"),
        (
            "a --> b go",
            "11 After the target of an arrow a colon is missing.",
            "Write `a --> b : go`.",
            "a --> b : go",
        ),
        ("a --> b :", "12 After the colon the trigger is missing.", None, "a --> b"),
        (
            "a --> b : place order",
            "13 A trigger is the name of one operation, not `place order`.",
            "Write `placeOrder`.",
            "a --> b : placeOrder",
        ),
        ("a --> b : go()", "13 A trigger is the name", "Write `go`.", "a --> b : go"),
        (
            "a --> b : go when x > 0",
            "13 A trigger is the name",
            "Write `go [x > 0]`.",
            "a --> b : go",
        ),
        (
            "a --> b : go [x > 0 / run",
            "16 This guard is never closed.",
            "Close it with `]`.",
            "a --> b : go [x > 0] / run",
        ),
        ("a --> b : go [x > 0", "16 This guard is never closed.", None, "a --> b : go [x > 0]"),
        ("a --> b : go []", "16 This guard is empty.", None, "a --> b : go"),
        (
            "a --> b : go / run [x]",
            "22 The guard comes before the effect.",
            None,
            "a --> b : go [x] / run",
        ),
        ("a --> b : go /", "17 After `/` the effect is missing.", None, "a --> b : go"),
        ("a --> b : go / one, two", "18 A transition has one effect", None, "a --> b : go"),
        ("a --> b : go [x] run", "20 After the guard comes `/ effect`", None, "a --> b : go [x]"),
        ("a, b --> c", "3 `a, b --> c` is no statement of a state diagram.", None, None),
        ("a b", "3 `a b` is no statement of a state diagram.", None, None),
        ("}", "3 `}` is no statement of a state diagram.", None, None),
        ("[*] --> [*]", "14 This arrow joins no states.", None, "[*] --> [*]"),
    ],
)
def test_a_slip_is_named_once_and_the_rest_is_read(
    line: str, message: str, hint: str | None, transition: str | None
) -> None:
    diagram, report = read(f"  [*] --> first\n  {line}\n  last --> [*]")
    found = list(report)
    assert len(found) == 1, found
    assert f"{found[0].place.line}:{found[0].place.column} {found[0].message}".startswith(
        f"3:{message}"
    )
    if hint is not None:
        assert (found[0].hint or "").startswith(hint)
    between = [said(each) for each in diagram.transitions][1:-1]
    assert between == ([transition] if transition else [])


def test_an_arrow_that_is_too_short_is_found_where_it_stands() -> None:
    whole = fence("orders")
    report = Report()
    slip = whole.value.replace("placed --> paid      : payOrder", "placed -> paid      : payOrder")
    parse_state_diagram(Text(whole.file, slip, whole.line), None, report)
    sentence, hint = "".join(str(found) for found in report).split("\n")
    assert (
        sentence == "data-model.md:83:10: error state-arrow: `->` is no arrow of a state diagram."
    )
    assert hint == "    Write `placed --> paid : payOrder`."


def test_a_guard_with_an_open_string_is_left_to_who_reads_expressions() -> None:
    assert lines('a --> b : go [x == "y] / run') == ['a --> b : go [x == "y] / run']
    assert lines("a --> b : go [l[0 > 1] / run") == ["a --> b : go [l[0 > 1] / run"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("state Paid {\n x --> y\n state Deep {\n  y --> z\n }\n}\na --> b", "States inside of"),
        ("state split <<fork>>\na --> b", "A fork is not built yet."),
        ("state pick <<choice>>\na --> b", "A choice is not built yet."),
        ("a --> b\n--\n", "Concurrent states are not built yet."),
    ],
)
def test_what_this_version_does_not_build_is_no_error(source: str, message: str) -> None:
    diagram, report = read(source)
    assert [found.level for found in report] == [Level.LATER]
    assert next(iter(report)).message.startswith(message)
    assert [said(each) for each in diagram.transitions] == ["a --> b"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("stateDiagram-v3\n a --> b", "1:1 `stateDiagram-v3` is no kind of Mermaid diagram."),
        ("state-diagram\n a --> b", "1:1 `state-diagram` is no kind of Mermaid diagram."),
        ("stateDiagram-v2\n", "1:1 This state diagram has no transitions."),
        ("stateDiagram\na --> b\nnote left of a\n x", "3:1 `note left of a` is never closed."),
    ],
)
def test_a_slip_around_the_transitions_is_named_once(source: str, message: str) -> None:
    report = Report()
    assert parse_state_diagram(Text("m", source), None, report)
    found = [f"{each.place.line}:{each.place.column} {each.message}" for each in report]
    assert found == [message]


# -- Nasty input --------------------------------------------------------------------------------

CANONICAL = [fence("orders").value, fence("taskboard").value]
PIECES = [*"{}[]()'\"`:,.|<>-/*\\\n #%\t\0é", "-->", "[*]", "%%{", "note x", "state a {", "--"]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    source = draw(st.sampled_from(CANONICAL))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(source)))
        end = start + draw(st.integers(0, 20))
        source = source[:start] + draw(st.sampled_from(["", *PIECES])) + source[end:]
    return source


@given(mutated() | st.lists(st.sampled_from(PIECES)).map(" ".join) | st.text())
@settings(max_examples=150, deadline=2000)
def test_no_text_makes_the_parser_fail(source: str) -> None:
    report = Report()
    parse_state_diagram(Text("m", source), None, report)
    parse_state_diagram(Text("m", f"stateDiagram-v2\n{source}"), None, report)
    assert all(found.place.line <= source.count("\n") + 2 and found.message for found in report)


@pytest.mark.parametrize(
    "unit",
    [
        "a --> b : c [",
        'a --> b : c ["\\',
        "'\n",
        '"',
        "\\'",
        "[",
        "%%",
        "a-",
        "-- ",
        "| ",
        " / ",
        "<<",
    ],
)
def test_nasty_texts_take_little_time(unit: str) -> None:
    start = time.process_time()
    read(f"a --> b : c {unit * 10000}")
    read(unit * 10000)
    assert time.process_time() - start < 5
