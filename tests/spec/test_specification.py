from pathlib import Path

import pytest

from specwright.diagnostic import Level, Report
from specwright.spec.markdown import read_markdown
from specwright.spec.specification import read_specification, report_questions
from specwright.spec.syntax import Scenario, Specification
from specwright.spec.text import Text

EXAMPLES = Path(__file__).parents[2] / "examples"
MANUAL_STORY = """
# Feature Specification: Carts

### User Story 2 - Fill a cart (Priority: P1)

**Acceptance Scenarios**:

1. **Given** a cart, **When** I add a product
   twice, **Then** it is there once; **And** the count is 2.
2. **When** I leave, **Then** the cart stays.
- **Note** that nothing here is a scenario: **When** is bold.

#### Details

3. **前提** カート、**操作** 押す、**結果** 増える

### Edge Cases

- **Given** no cart, **When** I pay, **Then** I am refused.
"""


def read(source: str) -> tuple[Specification, list[str]]:
    report = Report()
    blocks = read_markdown(Text("spec.md", source), report)
    specification = read_specification(blocks, report)
    report_questions(blocks, report)
    return specification, [str(found) for found in report]


def only(source: str) -> Specification:
    specification, said = read(source)
    assert said == []
    return specification


def canonical(name: str) -> Specification:
    return only((EXAMPLES / name / "spec.md").read_text("utf-8"))


def outline(scenario: Scenario) -> str:
    steps = "".join(step.keyword[0] for step in scenario.steps)
    return f"{scenario.story} | {scenario.feature} | {scenario.name} | {steps}"


def test_the_scenarios_of_orders_are_all_there() -> None:
    orders = canonical("orders")
    assert orders.title == "Order processing"
    assert [outline(scenario) for scenario in orders.scenarios] == [
        "US1 | Place an order | Stock is reserved for every line | GGGWTTTTT",
        "US1 | Place an order | One missing product reserves nothing | GGGWTTT",
        "US1 | Place an order | The last item is sold once | GGGGGWTT",
        "US2 | Payment | A settled charge pays the order | GGWTT",
        "US2 | Payment | The same webhook twice pays once | GGWTT",
        "US2 | Payment | A charge that settles after the order was cancelled is refunded | GGGWTT",
        "US2 | Payment | A forged webhook is refused | GGWT",
        "US2 | Payment | An unpaid order expires and its stock is given back | GGWTT",
        "US3 | Ship | Customers cannot ship | GWT",
        "US3 | Ship | Somebody else's order does not exist for me | GGWT",
    ]


def test_a_scenario_of_orders_has_every_step_with_its_table() -> None:
    steps = canonical("orders").scenarios[0].steps
    assert [(step.keyword, step.text.value) for step in steps] == [
        ("Given", "these products exist:"),
        ("Given", '"alice" is a customer'),
        ("Given", 'alice has a draft order "o1" with lines:'),
        ("When", 'alice calls placeOrder on order "o1"'),
        ("Then", "the response is 200"),
        ("Then", 'order "o1" has status "placed" and total_cents 11700'),
        ("Then", 'product "KB-01" has reserved 2'),
        ("Then", 'product "MS-02" has reserved 1'),
        ("Then", 'event "order.placed" was emitted once'),
    ]
    tables = [[[str(cell) for cell in row] for row in step.table or ()] for step in steps]
    assert tables[0] == [
        ["sku", "name", "price_cents", "on_hand"],
        ["KB-01", "Keyboard", "4900", "3"],
        ["MS-02", "Mouse", "1900", "1"],
    ]
    assert tables[2] == [["sku", "quantity"], ["KB-01", "2"], ["MS-02", "1"]]


def test_the_scenarios_of_taskboard_are_all_there() -> None:
    assert [outline(scenario) for scenario in canonical("taskboard").scenarios] == [
        "US1 | Claim work | The most urgent task that is not blocked comes first | GGGWTT",
        "US1 | Claim work | Two agents never get the same task | GGGWT",
        "US1 | Claim work | A task is claimed once | GGGWT",
        "US1 | Claim work | Nothing to do | GGGGWT",
        "US1 | Claim work | At most three claims at a time, even when they race | GGGGGWT",
        "US2 | Leases | A heartbeat keeps the claim | GGGWWWT",
        "US2 | Leases | A silent agent loses the task | GGGWT",
        "US2 | Leases | A lease that ran out cannot be renewed | GGGGWWT",
        "US2 | Leases | The third silence fails the task | GGGGWT",
        "US2 | Leases | Only the claimer completes | GGGWT",
        "US3 | Tenancy | Another project's task does not exist | GGWT",
        "US3 | Tenancy | Another project's task cannot become a blocker | GGWT",
    ]


def test_the_doc_string_of_taskboard_is_read() -> None:
    document = canonical("taskboard").scenarios[9].steps[3].document
    assert document is not None
    assert document.value == '{ "result": { "ok": true } }'
    assert str(document.place(0)) == "spec.md:82:7"


def test_the_requirements_of_both_point_at_what_fulfils_them() -> None:
    links = {
        name: [(str(r.id), [str(link) for link in r.links]) for r in canonical(name).requirements]
        for name in ("orders", "taskboard")
    }
    assert links == {
        "orders": [
            ("FR-001", ["placeOrder"]),
            ("FR-002", ["createOrder", "placeOrder"]),
            ("FR-003", ["createOrder"]),
            ("FR-004", ["data-model.md"]),
            ("SC-001", ["plan.md#limits"]),
        ],
        "taskboard": [
            ("FR-001", ["claimTask", "claimNextTask"]),
            ("FR-002", ["rules.md#tenancy"]),
            ("FR-003", ["claimTask"]),
            ("SC-001", ["plan.md#limits"]),
        ],
    }


def test_numbered_sentences_are_scenarios_of_their_story() -> None:
    first, second, third, fourth = only(MANUAL_STORY).scenarios
    assert outline(first) == "US2 | Fill a cart | US2/AC1 | GWTT"
    assert [step.text.value for step in first.steps] == [
        "a cart", "I add a product\ntwice", "it is there once", "the count is 2.",
    ]  # fmt: skip
    assert str(first.steps[2].text.place(0)) == "spec.md:9:20"
    assert outline(second) == "US2 | Fill a cart | US2/AC2 | WT"
    assert outline(third) == "US2 | Fill a cart | US2/AC3 | GWT"
    assert [step.text.value for step in third.steps] == ["カート", "押す", "増える"]
    assert outline(fourth) == "None | Carts | AC4 | GWT"


@pytest.mark.parametrize(
    ("heading", "story", "feature"),
    [
        ("### US1 - Place an order (P1)", "US1", "Place an order"),
        ("### User Story 12 \u2013 Pay (Priority: P2)", "US12", "Pay"),
        ("## us03: Ship", "US3", "Ship"),
        ("### US4", "US4", "US4"),
        ("### ユーザーストーリー 5 - カート (優先度: P1)", "US5", "カート (優先度: P1)"),
        ("### USB sticks", None, ""),
    ],
)
def test_a_heading_begins_a_story(heading: str, story: str | None, feature: str) -> None:
    (scenario,) = only(f"{heading}\n\n- **When** a **Then** b\n").scenarios
    assert (scenario.story, scenario.feature) == (story, feature)


@pytest.mark.parametrize(
    ("item", "identifier", "text", "links"),
    [
        ("- **FR-001**: It MUST work.", "FR-001", "It MUST work.", []),
        ("* **NFR-2a:** a → `b`, `c`.", "NFR-2a", "a", ["b", "c"]),
        ("- **SC-001** (new): a → `b` (`x`) and `c#d`", "SC-001", "a", ["b", "c#d"]),
        ("- **FR-010**: draft → placed → `paid` is the way", "FR-010",
         "draft → placed → `paid` is the way", []),
        ("- **FR-011**: draft → placed\n  it goes. → `placeOrder`", "FR-011",
         "draft → placed it goes.", ["placeOrder"]),
        ("- **FR-012**: a →", "FR-012", "a →", []),
    ],
)  # fmt: skip
def test_a_requirement_has_links_behind_its_last_arrow(
    item: str, identifier: str, text: str, links: list[str]
) -> None:
    (requirement,) = only(item).requirements
    assert requirement.id.value == identifier
    assert requirement.text == text
    assert [link.value for link in requirement.links] == links


def test_a_link_stands_where_it_was_written() -> None:
    (requirement,) = only("- **FR-001**: a\n  b → `c` (x), `d`").requirements
    assert [str(link.place) for link in requirement.links] == ["spec.md:2:8", "spec.md:2:17"]


def test_a_number_that_is_given_twice_is_an_error() -> None:
    assert read("- **FR-001**: a\n- **FR-002**: b\n- **FR-001**: c\n")[1] == [
        (
            "spec.md:3:5: error requirement-twice: `FR-001` is given twice; the first is "
            "on line 1.\n"
            "    Give this one a number of its own."
        )
    ]


def test_two_scenarios_of_one_name_are_an_error() -> None:
    block = "```gherkin\nFeature: F\nScenario: a\nWhen b\n```\n"
    assert read(block * 2)[1] == [
        (
            "spec.md:8:11: error scenario-twice: `F` has two scenarios `a`; the first is "
            "on line 3.\n"
            "    Name them apart: their tests are named after them."
        )
    ]


def test_an_open_question_keeps_the_bundle_open_and_is_quoted() -> None:
    report = Report()
    source = (
        "a [NEEDS CLARIFICATION: how\nlong?] b `[NEEDS CLARIFICATION: no]`\n\n"
        "| a |\n|---|\n| [NEEDS CLARIFICATION] |\n"
    )
    report_questions(read_markdown(Text("spec.md", source), report), report)
    assert [(str(f.place), f.level, f.message) for f in report] == [
        ("spec.md:1:3", Level.OPEN, "This question is open: “how long?”"),
        ("spec.md:6:3", Level.OPEN, "This question is open: “what is meant here”"),
    ]


def test_a_file_without_anything_says_nothing() -> None:
    assert only("some prose\n") == Specification("")
