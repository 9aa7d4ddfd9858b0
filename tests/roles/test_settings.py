"""Settings: where they are written, who is heard, and what words say them."""

from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.roles import Level, Said, read_role, settle, shown
from specwright.roles.bundle import read_bundle_settings
from specwright.roles.front_matter import read_front_matter
from specwright.roles.kinds import Choice
from specwright.roles.recognition import recognised
from specwright.roles.role import settings_of
from specwright.roles.settings import CLARIFY, COMMIT, DOCS_TODO, P95, PATHS, SETTINGS, TRACKER
from specwright.roles.variables import filled, missing_variables
from specwright.spec.text import Text
from specwright.tree import Tree


def said(name: str, value: str, level: Level, where: str | None = None) -> Said:
    setting = SETTINGS[name]
    read = setting.read(value)
    assert read is not None
    return Said(setting, read, level, where or f"{level.name.lower()}:1")


# -- Who is heard


def test_a_person_is_heard_before_bundle_project_role_and_product() -> None:
    everybody = [
        said("clarify", "all", Level.ROLE),
        said("clarify", "blocking", Level.PROJECT),
        said("clarify", "none-record", Level.BUNDLE),
        said("clarify", "all", Level.PERSON),
    ]
    for count, expected in enumerate(["blocking", "all", "blocking", "none-record", "all"]):
        settings, problems = settle(everybody[:count])
        assert settings[CLARIFY] == expected
        assert problems == ()
        settings, _ = settle(reversed(everybody[:count]))
        assert settings[CLARIFY] == expected


def test_two_of_one_level_that_disagree_are_both_named() -> None:
    _, problems = settle(
        [said("lock", "row", Level.ROLE, "a.md:3"), said("lock", "version", Level.ROLE, "a.md:9")]
    )
    assert [str(one) for one in problems] == [
        "a.md:3 and a.md:9 disagree: `lock: row` (a.md:3) against `lock: version` (a.md:9)."
    ]


def test_two_that_say_the_same_do_not_disagree_and_who_is_above_them_decides() -> None:
    same = [said("lock", "row", Level.ROLE, "a:1"), said("lock", "row", Level.ROLE, "a:2")]
    other = said("lock", "version", Level.ROLE, "a:3")
    assert settle(same)[1] == ()
    assert settle([*same, other])[1] != ()
    assert settle([*same, other, said("lock", "row", Level.PROJECT)])[1] == ()


@pytest.mark.parametrize(
    ("name", "before", "asked", "is_loosened"),
    [
        ("commit.mode", "pause", "auto", True),
        ("commit.mode", "pause", "never", False),
        ("commit.mode", "auto", "pause", False),
        ("migrations.owner", "other-role", "implementer", True),
        ("migrations.owner", "implementer", "other-role", False),
        ("paths", "backend/**", "backend/orders/**", False),
        ("paths", "backend/**", "backend/**, deploy/**", True),
        ("paths", "backend/**", "backend/../**", True),
        ("paths", "backend/**, !backend/schema/**", "backend/**", True),
        ("paths", "backend/**", "backend/**, !backend/schema/**", False),
        ("clarify", "all", "none-record", False),  # not of safety
    ],
)
def test_a_bundle_may_tighten_what_is_safe_and_never_loosen_it(
    name: str, before: str, asked: str, is_loosened: bool
) -> None:
    ones = [said(name, before, Level.ROLE, "a.md:21"), said(name, asked, Level.BUNDLE, "plan.md:3")]
    settings, problems = settle(ones)
    assert bool(problems) is is_loosened
    if is_loosened:
        assert "plan.md:3" in str(problems[0])
        assert "a.md:21" in str(problems[0])
        assert settle([*ones, said(name, asked, Level.PERSON)])[1] == ()
    else:
        assert settings[SETTINGS[name]] == SETTINGS[name].read(asked)


def test_a_bundle_alone_does_not_loosen_the_product_default() -> None:
    _, (problem,) = settle([said("commit.mode", "auto", Level.BUNDLE, "plan.md:3")])
    assert str(problem) == (
        "A bundle may tighten `commit.mode`, and never loosen it: `commit.mode: auto` (plan.md:3) "
        "against `commit.mode: pause` (product default)."
    )


def test_what_is_chosen_and_not_obeyed_is_told() -> None:
    chosen = [
        said("tracker", "linear", Level.ROLE),
        said("budget.p95_ms", "1000", Level.ROLE),
        said("layout", "domain", Level.ROLE),  # the default, which is what is built
        said("commit.mode", "auto", Level.ROLE),  # obeyed
        said("kb.search", "off", Level.ROLE),  # nothing searches
        said("kb.search", "on", Level.PROJECT),
    ]
    assert [one.setting.name for one in settle(chosen)[0].later] == [
        *("tracker", "kb.search", "budget.p95_ms")
    ]
    assert settle([])[0].later == ()


# -- Where they are written


def test_a_file_that_a_person_edits_is_read_with_their_line() -> None:
    written = (
        "settings:\n"
        "  commit.mode: { is: auto, line: 21 }\n"
        "  budget.p95_ms: 200\n"
        "  paths: [a/**, b.md]\n"
        "variables:\n"
        "  PROJECT_NAME: Orders\n"
    )
    report = Report()
    role = read_role(Text("roles/x.yaml", written), "prose", report)
    assert len(report) == 0
    assert [(one.value, one.where) for one in role.said] == [
        ("auto", "roles/x.md:21"),
        (200, "roles/x.yaml:3"),
        (("a/**", "b.md"), "roles/x.yaml:4"),
    ]
    assert role.variables == {"PROJECT_NAME": "Orders"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("settings:\n  comit.mode: auto\n", "x.yaml:2:3: error unknown-key: `comit.mode` is no setting.\n    Did you mean `commit.mode`?"),
        ("settings:\n  commit.mode: later\n", "x.yaml:2:16: error wrong-shape: `commit.mode` must be `auto`, `pause` or `never`, not the text `later`."),
        ("settings:\n  commit.mode: { line: 3 }\n", "x.yaml:2:16: error wrong-shape: `commit.mode` must be `auto`, `pause` or `never`, not a mapping."),
        ("settings:\n  budget.p95_ms: soon\n", "x.yaml:2:18: error wrong-shape: `budget.p95_ms` must be a whole number, not the text `soon`."),
        ("settings: [a]\n", "x.yaml:1:11: error wrong-shape: `settings` must be lines such as `commit.mode: pause`, not a list."),
        ("commit.mode: auto\n", "x.yaml:1:1: error unknown-key: `commit.mode` is no part of a file of settings.\n    Settings stand below `settings:`."),
        ("- a\n", "x.yaml:1:1: error wrong-shape: `x.yaml` must be `settings:` and what it says, not a list."),
        ("variables:\n  A: [1]\n", "x.yaml:2:6: error wrong-shape: `A` must be a text, not a list."),
    ],
)  # fmt: skip
def test_a_slip_in_a_file_is_said_at_its_place(written: str, message: str) -> None:
    report = Report()
    read_role(Text("x.yaml", written), None, report)
    assert [str(found) for found in report] == [message]


def test_blocks_of_a_bundle_are_read_and_two_that_disagree_are_an_error() -> None:
    files = {
        "plan.md": "# Plan\n\n```yaml settings\nhttp.validation_status: 422\n```\n",
        "spec.md": "```yaml settings\nclarify: all\nhttp.validation_status: 400\n```\n",
    }
    report = Report()
    found = read_bundle_settings(Tree(files), report)
    assert [(one.setting.name, one.where, one.level) for one in found] == [
        ("clarify", "spec.md:2", Level.BUNDLE),
        ("http.validation_status", "spec.md:3", Level.BUNDLE),
    ]
    assert [str(one) for one in report] == [
        "plan.md:3:4: error declared-twice: `http.validation_status: 400` (spec.md:3) stands "
        "against `http.validation_status: 422` (plan.md:4).\n    Keep one of the two."
    ]


# -- Words that say them


def recognised_in(prose: str) -> dict[str, object]:
    found = recognised(prose, read_front_matter(prose), "x.md")
    assert all(one.where.startswith("x.md:") for one in found)
    return {one.setting.name: one.value for one in found}


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("Commit your changes on the user's behalf.", {"commit.mode": "auto"}),
        ("Never commit your changes on the user's behalf.", {"commit.mode": "never"}),
        ("**Pause before committing** so that I can look.", {"commit.mode": "pause"}),
        ("Do not commit until the tests are green.", {}),
        ("We do not commit automatically here, we wait.", {"commit.mode": "never"}),
        ("Do not create migrations.", {"migrations.owner": "other-role"}),
        ("Do not avoid migrations.", {}),
        ("- Write migrations for all schema changes", {"migrations.owner": "implementer"}),
        ("You never write tests first.", {}),
        ("```\nWrite tests first.\n```", {}),
        ("~~~\n```\nWrite tests first.\n~~~\nWrite the tests first.", {"tests.order": "first"}),
        ("---\nmodel: opus\nmemory: cloud\ntools: [Read]\n---\n", {"model": "opus", "tools": ("Read",)}),
        ("Target <250ms p95 for reads", {"budget.p95_ms": 250}),
    ],
)  # fmt: skip
def test_known_words_say_a_setting_and_others_say_nothing(
    prose: str, expected: dict[str, object]
) -> None:
    assert recognised_in(prose) == expected


def test_a_document_that_contradicts_itself_keeps_both_lines() -> None:
    document = "Commit automatically.\n\nPause before you commit.\n"
    written = settings_of("x", document)
    assert "commit.mode: [{ is: auto, line: 1 }, { is: pause, line: 3 }]" in written
    role = read_role(Text("x.yaml", written), document, Report())
    _, (problem,) = settle(role.said)
    assert str(problem).startswith("x.md:1 and x.md:3 disagree")
    decided = read_role(Text("x.yaml", "settings:\n  commit.mode: pause\n"), document, Report())
    settings, problems = settle(decided.said)
    assert (settings[COMMIT], problems) == ("pause", ())


def test_a_document_that_says_nothing_has_the_product_defaults() -> None:
    role = read_role(Text("x.yaml", settings_of("x", "Be kind.\n")), "Be kind.\n", Report())
    settings, _ = settle(role.said)
    assert role.said == ()
    assert {one.where for one in settings.all()} == {"product default"}
    assert (settings[TRACKER], settings[P95], settings[DOCS_TODO]) == ("none", 500, "")
    assert settings[PATHS] == ("**",)


# -- Variables


def test_variables_are_filled_in_and_a_missing_one_has_its_line() -> None:
    text = "a {{NAME}}\nb {{ OTHER }} {{NAME}}\n"
    assert missing_variables(text, {"NAME": "x"}) == {"OTHER": 2}
    assert filled(text, {"NAME": "x", "OTHER": "y"}) == "a x\nb y x\n"


# -- The page


def test_the_page_has_every_setting_with_its_values_and_default() -> None:
    page = (Path(__file__).parents[2] / "docs/roles.md").read_text()
    rows = {
        line.split("`")[1]: line
        for line in page.partition("## All settings")[2].splitlines()
        if line.startswith("| `")
    }
    assert list(rows) == list(SETTINGS)
    for name, setting in SETTINGS.items():
        assert shown(setting.default) == "" or f"**`{shown(setting.default)}`**" in rows[name]
        assert (" †" in rows[name]) is setting.is_safety
        if isinstance(setting, Choice):
            assert all(f"`{value}`" in rows[name] for value in type(setting.default))
