import pytest

from specwright.diagnostic import Report
from specwright.spec.gherkin import MOST_LINES, read_scenarios
from specwright.spec.syntax import Scenario
from specwright.spec.text import Text


def read(source: str) -> tuple[Scenario, ...]:
    report = Report()
    scenarios = read_scenarios(Text("spec.md", source), "A story", "US1", report)
    assert [str(found) for found in report] == []
    return scenarios


def problems(source: str) -> list[str]:
    report = Report()
    read_scenarios(Text("spec.md", source), "A story", "US1", report)
    return [
        f"{found.place.line}:{found.place.column} {found.code}: {found.message} | {found.hint}"
        for found in report
    ]


def told(scenario: Scenario) -> list[str]:
    return [f"{step.keyword} {step.text.value}" for step in scenario.steps]


def test_the_background_comes_first_and_an_and_takes_the_keyword_before_it() -> None:
    (first, second) = read(
        """
        Feature: F
          Background:
            Given a
          Scenario: one
            And b
            When c
            But d
            Then e
            * f
          Scenario: two
            Then g
        """
    )
    assert told(first) == ["Given a", "Given b", "When c", "When d", "Then e", "Then f"]
    assert told(second) == ["Given a", "Then g"]
    assert (first.feature, first.name.value, first.story) == ("F", "one", "US1")


def test_a_block_without_a_feature_has_the_name_of_its_story() -> None:
    (scenario,) = read("Scenario: one\n  When a")
    assert scenario.feature == "A story"
    assert str(scenario.name.place) == "spec.md:1:11"
    assert str(scenario.steps[0].text.place(0)) == "spec.md:2:8"


def test_tables_and_doc_strings_know_their_places() -> None:
    (scenario,) = read(
        "Scenario: one\n"
        "  Given rows:\n"
        "    | a   | b \\| c |\n"
        "    |  1  |        |\n"
        "  When sent:\n"
        '    """json\n'
        "    {\n"
        '      "x": 1\n'
        "    }\n"
        '    """\n'
    )
    table, document = scenario.steps[0].table, scenario.steps[1].document
    assert table is not None
    assert document is not None
    assert [[f"{cell}@{cell.place.line}:{cell.place.column}" for cell in row] for row in table] == [
        ["a@3:7", "b | c@3:13"],
        ["1@4:8", "@4:20"],
    ]
    assert document.value == '{\n  "x": 1\n}'
    assert str(document.place(document.value.index("x"))) == "spec.md:8:8"


def test_an_outline_is_one_scenario_for_each_row() -> None:
    first, second, third = read(
        '''
        Scenario Outline: buying
          When <who> buys <count>
            | n       |
            | <count> |
          Then sent:
            """
            {"n": <count>}
            """
          Examples: few
            | who | count |
            | ann | 1     |
            | bob | 2     |
          Examples:
            | who | count |
            | eve | 99    |
        '''
    )
    assert [s.name.value for s in (first, second, third)] == [
        "buying (ann, 1)", "buying (bob, 2)", "buying (eve, 99)",
    ]  # fmt: skip
    assert told(second)[0] == "When bob buys 2"
    assert second.steps[0].table is not None
    assert second.steps[0].table[1][0].value == "2"
    assert third.steps[1].document is not None
    assert third.steps[1].document.value == '{"n": 99}'
    assert str(third.steps[0].text.place(0)) == "spec.md:3:16"


def test_an_outline_that_names_its_rows_itself_gets_no_suffix() -> None:
    (scenario,) = read("Scenario Outline: buy <n>\nWhen <n> and <m> > 1\nExamples:\n|n|m|\n|7|8|\n")
    assert scenario.name.value == "buy 7"


def test_a_rule_has_the_background_of_its_feature_and_its_own() -> None:
    (scenario,) = read(
        "Feature: F\nBackground:\nGiven a\nRule: R\nBackground:\nGiven b\nExample: x\nWhen c"
    )
    assert told(scenario) == ["Given a", "Given b", "When c"]


def test_tags_comments_and_a_description_change_nothing() -> None:
    (scenario,) = read(
        """@smoke
        Feature: F
          As a customer I order.
          * fast
          # Given a
          @a @b
          Scenario: one
            # no step
            When a
        """
    )
    assert told(scenario) == ["When a"]


def test_other_languages_have_the_same_keywords_when_read() -> None:
    (scenario,) = read(
        "# language: fr\nFonctionnalité: F\n  Scénario: un\n    Soit a\n    Quand b\n    Alors c\n"
    )
    assert told(scenario) == ["Given a", "When b", "Then c"]


STEPS = "A step starts with `Given`, `When`, `Then`, `And` or `But`."


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "Scenario: a\n  When b\n  Than c\n  then d\n  The e",
            [
                "3:3 scenario-step: `Than` is no step keyword. | Did you mean `Then`?",
                "4:3 scenario-step: `then` is no step keyword. | Did you mean `Then`?",
                "5:3 scenario-step: `The` is no step keyword. | Did you mean `Then`?",
            ],
        ),
        (  # the parser would take the line for a description, and say nothing
            "Scenario: a\n  Gven b\n  Then c",
            ["2:3 scenario-step: `Gven` is no step keyword. | Did you mean `Given`?"],
        ),
        (
            "Scenario: a\n  Stock is low.\n  Then c",
            [f"2:3 scenario-step: `Stock` is no step keyword. | {STEPS}"],
        ),
        (
            "Feature: F\n  Scenaro: a\n  Scenario: b\n  When c",
            ["2:3 scenario-syntax: `Scenaro:` starts nothing. | Did you mean `Scenario:`?"],
        ),
        (
            "Feature: F\nScenario: b\nWhen c\nscenario: d\nWhen e",
            ["4:1 scenario-syntax: `scenario:` starts nothing. | Did you mean `Scenario:`?"],
        ),
        (
            "Scenario: b\nWhen c\nScenario d e\nWhen f",
            ["3:1 scenario-syntax: `Scenario` needs a colon. | Write `Scenario: d e`."],
        ),
        (
            "Feature: F\n  Given a",
            [
                ("2:3 scenario-step: This step stands outside a scenario: `Given a`. "
                "| Write `Scenario: …` above it.")
            ],
        ),
        (
            "hello\nScenario: a\nWhen b",
            [
                ("1:1 scenario-syntax: This line stands above the first scenario: `hello`. "
                "| Start the block with `Feature: …`, or make the line a comment with `#`.")
            ],
        ),
        (
            "Scenario: a\nWhen b\nBackground:\nGiven c",
            [
                "3:1 scenario-syntax: The background comes once, before the first scenario. | None",
            ],
        ),
        (
            "Feature: F\nScenario: a\nWhen b\n  Feature: G\nScenario: c\nWhen d",
            [
                ("4:3 scenario-syntax: One block holds one feature: start another block for this "
                "one. | None")
            ],
        ),
        (
            "Scenario: a\n  | x |\nWhen b",
            ["2:3 scenario-syntax: This table belongs to no step. | Write it below its step."],
        ),
        (
            'Scenario: a\n  """\n  """\nWhen b',
            ["2:3 scenario-syntax: This doc string belongs to no step. | Write it below its step."],
        ),
        (
            'Scenario: a\nWhen b\n  """\n  c',
            [
                ("3:3 scenario-syntax: This doc string is never closed: "
                'it needs a line `"""` below. | None')
            ],
        ),
        (
            "Scenario: a\nWhen b\n  | x | y |\n  | 1 |\n",
            [
                ("4:3 scenario-table: This row has more or fewer cells than the first row of its "
                "table. | Write `\\|` for a `|` that belongs to a cell, and nothing for an empty cell.")
            ],
        ),
        (
            "Scenario: a\nAnd b",
            [
                ("2:1 scenario-step: `And` continues a step, but none stands before it. "
                "| Start with `Given` or `When`.")
            ],
        ),
        (
            "Scenario:\nWhen b",
            [("1:1 scenario-empty: This `Scenario:` has no name, and its test is named after it. "
             "| None")],
        ),
        (
            "Feature: F\nScenario: a\nScenario: b\nWhen c",
            [
                ("2:1 scenario-empty: The scenario `a` has no steps. "
                "| Write `When …` and `Then …` below it.")
            ],
        ),
        (
            "\n  # nothing\n",
            [
                ("1:1 scenario-empty: This block holds no scenario. "
                "| Write `Scenario: …` with its steps, or leave the block out.")
            ],
        ),
        (
            "Scenario Outline: a\nWhen <contu>\nExamples:\n|count|\n|1|",
            ["2:6 scenario-outline: The examples have no column `contu`. | Did you mean `count`?"],
        ),
        (
            "Scenario Outline: a\nWhen b",
            [
                ("1:1 scenario-outline: The outline `a` has no examples. "
                "| Write `Examples:` with a table below it, or call it `Scenario:`.")
            ],
        ),
        (
            "Scenario: a\nWhen <b>\nExamples:\n|b|",
            [
                ("3:1 scenario-outline: These examples need a table: a heading, and a row for each "
                "scenario. | None")
            ],
        ),
        (
            "Scenario: a\nWhen <b>\nExamples:\n|b|\n|1|\nThen c",
            [
                ("6:1 scenario-step: A step cannot follow the examples: `Then c`. "
                "| Move the examples to the end.")
            ],
        ),
        (
            "# language: tlhh\nScenario: a\nWhen b",
            [
                ("1:1 scenario-syntax: Gherkin has no language `tlhh`. "
                "| Leave the line out for English, or write a code such as `fr` or `ja`.")
            ],
        ),
    ],
)  # fmt: skip
def test_each_slip_is_told_once_at_its_place(source: str, expected: list[str]) -> None:
    assert problems(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "Scenario: a\n" + "When b\n" * (MOST_LINES + 1),
        "Scenario Outline: a\n" + "When <b>\n" * 500 + "Examples:\n|b|\n" + "|1|\n" * 500,
        "Background:\n" + "Given a\n" * 300 + "Scenario: b\nWhen c\n" * 300,
    ],
    ids=["lines", "outline", "background"],
)
def test_a_block_without_end_is_cut_off_with_one_sentence(source: str) -> None:
    (only,) = problems(source)
    assert "scenario-too-long" in only


def test_many_tags_cost_no_quadratic_time() -> None:
    assert told(read("@a\n" * 2_900 + "Scenario: a\nWhen b")[0]) == ["When b"]
