"""Five documents from the wild: each imports unchanged, and each setting is what a line of it says."""

from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.roles import Role, builtin_roles, read_role
from specwright.roles.front_matter import read_front_matter
from specwright.roles.recognition import recognised
from specwright.roles.role import imported_name, known_as, settings_of
from specwright.roles.settings import MEMORY, SETTINGS
from specwright.spec.text import Text

SEEDS = Path(__file__).parents[3] / "shared/seeds"
NUMBERS = {
    "000": "staff-fullstack",
    "001": "tdd-expert",
    "002": "senior-backend",
    "003": "backend-developer",
    "004": "spec-implementer",
}
BY_NAME = {NUMBERS[file.name[:3]]: file.read_bytes().decode() for file in sorted(SEEDS.iterdir())}


def builtin(name: str) -> Role:
    return next(role for role in builtin_roles() if role.name == name)


def settings(role: Role) -> dict[str, object]:
    return {said.setting.name: said.value for said in role.said}


def test_the_five_are_there() -> None:
    assert set(BY_NAME) == set(NUMBERS.values())


def test_the_roles_of_specwright_are_read_without_a_diagnostic() -> None:
    folder = Path(__file__).parents[2] / "src/specwright/roles/builtin"
    assert {file.stem for file in folder.iterdir()} == {*BY_NAME, "data-engineer"}
    for file in folder.iterdir():
        report = Report()
        read_role(Text(file.name, file.read_text()), None, report)
        assert [str(found) for found in report] == []


@pytest.mark.parametrize("name", BY_NAME)
def test_each_document_is_known_by_its_bytes_and_nothing_less(name: str) -> None:
    document = BY_NAME[name]
    assert known_as(document) is builtin(name)
    assert known_as(document.replace("\n", "\r\n")) is builtin(name)
    assert known_as(document.replace("a", "b", 1)) is None


@pytest.mark.parametrize("name", BY_NAME)
def test_an_import_has_the_settings_of_the_role_and_cites_its_own_lines(name: str) -> None:
    document, report = BY_NAME[name], Report()
    written = Text(f"roles/{name}.yaml", settings_of(name, document))
    imported = read_role(written, document, report)
    assert [str(found) for found in report] == []
    assert settings(imported) == settings(builtin(name))
    lines = document.split("\n")
    cited = 0
    for said in imported.said:
        file, line = said.where.split(":")
        if file == f"roles/{name}.md":
            assert lines[int(line) - 1].strip(), said
            cited += 1
    assert cited >= len(imported.said) - 5  # what the document is silent about


@pytest.mark.parametrize("name", BY_NAME)
def test_what_the_reader_recognises_is_what_the_role_says(name: str) -> None:
    """The words that are known, read without knowing the document."""
    known = settings(builtin(name))
    found = recognised(BY_NAME[name], read_front_matter(BY_NAME[name]), f"{name}.md")
    assert len(found) >= 6
    for said in found:
        if said.setting is not MEMORY:  # where front matter and prose together say more
            assert known.get(said.setting.name) == said.value, said


@pytest.mark.parametrize(
    ("name", "setting", "value", "where"),
    [
        ("staff-fullstack", "commit.mode", "pause", "000:86"),
        ("staff-fullstack", "tests.order", "after", "000:45"),
        ("tdd-expert", "commit.mode", "auto", "001:21"),
        ("tdd-expert", "clarify", "all", "001:92"),
        ("senior-backend", "docs.create", "required-set", "002:105"),
        ("senior-backend", "budget.p95_ms", 500, "002:406"),
        ("backend-developer", "migrations.owner", "other-role", "003:110"),
        ("backend-developer", "migrations.role", "data-engineer", "003:108"),
        ("spec-implementer", "files.prefer_edit", "on", "004:131"),
    ],
)
def test_a_setting_has_the_line_that_says_it(
    name: str, setting: str, value: object, where: str
) -> None:
    said = next(one for one in builtin(name).said if one.setting.name == setting)
    assert (said.value, said.where) == (value, where)


def test_no_product_default_is_outside_its_own_list() -> None:
    for setting in SETTINGS.values():
        assert (
            setting.read(
                ", ".join(setting.default)
                if isinstance(setting.default, tuple)
                else str(setting.default)
            )
            == setting.default
        )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("staff-fullstack", "staff-fullstack"),  # it has no name of its own
        ("tdd-expert", "backend-impl-expert"),
        ("senior-backend", "senior-backend-engineer"),
    ],
)
def test_a_role_is_called_as_its_document_calls_itself(name: str, expected: str) -> None:
    assert imported_name(BY_NAME[name], "000_54c8") == expected


# -- Front matter


def test_what_was_tolerated_is_said_at_its_line() -> None:
    said = {
        name: [(one.line, one.how) for one in read_front_matter(document).tolerated]
        for name, document in BY_NAME.items()
    }
    assert said["senior-backend"] == said["backend-developer"] == []
    assert said["staff-fullstack"] == [
        (2, "`argument-hint` reads as a list in YAML, and is kept as the text `[spec-name]`")
    ]
    assert said["tdd-expert"] == [
        (3, "`description` holds a backslash and an n for each line break")
    ]
    (no_yaml, breaks) = said["spec-implementer"]
    assert no_yaml == (
        3,
        "the front matter is no YAML (A value that contains `: ` must be quoted.), so each line is "
        "read as `key: text`",
    )
    assert breaks[0] == 3


def test_front_matter_of_every_document_is_kept_whole() -> None:
    front = {name: read_front_matter(document) for name, document in BY_NAME.items()}
    assert front["staff-fullstack"].text("argument-hint") == "[spec-name]"
    assert front["tdd-expert"].text("memory") == "user"
    assert front["senior-backend"].fields["allowed-tools"].texts[:3] == (
        *("execute_code", "Read", "Edit"),
    )
    assert front["senior-backend"].fields["expertise"].line == 21
    assert list(front["backend-developer"].fields) == ["name", "description"]
    assert front["spec-implementer"].text("color") == "purple"
    assert "Examples:\\n\\n<example>" in (front["spec-implementer"].text("description") or "")


@pytest.mark.parametrize(
    ("document", "fields", "tolerated"),
    [
        ("", {}, 0),
        ("# No front matter\n", {}, 0),
        ("---\nname: a\n", {}, 1),  # never closed
        ("---\n---\nprose\n", {}, 1),
        ("\ufeff---\r\nname: a\r\n---\r\nprose\r\n", {"name": "a"}, 0),
        (
            "---\nname: a: b\ntools:\n  - Read\n  - 'Edit'\n---\n",
            {"name": "a: b", "tools": "Read, Edit"},
            1,
        ),
        ("---\nname: a: b\nabout: >\n  one\n  two\n---\n", {"name": "a: b", "about": "one two"}, 1),
        (
            "---\nname: a: b\ntools: [Read, Edit]\nname: c\n---\n",
            {"name": "a: b", "tools": "Read, Edit"},
            1,
        ),
        ("---\njust words\n---\n", {}, 1),
    ],
)
def test_front_matter_is_read_as_far_as_it_goes(
    document: str, fields: dict[str, str], tolerated: int
) -> None:
    front = read_front_matter(document)
    assert {key: one.text for key, one in front.fields.items()} == fields
    assert len(front.tolerated) == tolerated
