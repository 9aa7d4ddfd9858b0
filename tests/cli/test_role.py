"""Roles from a terminal: imported as they are, shown with the lines that say each setting."""

from pathlib import Path

import pytest
from talk import Run, edit

DOCUMENTS = sorted((Path(__file__).parents[3] / "shared/seeds").iterdir())
ROLES = Path(".specwright/roles")


@pytest.mark.parametrize("document", DOCUMENTS, ids=[file.stem for file in DOCUMENTS])
def test_a_document_is_kept_to_the_byte(run: Run, document: Path) -> None:
    said = run("role", "import", document, "--name", "mine")
    assert (said.code, said.err) == (0, "")
    assert (ROLES / "mine.md").read_bytes() == document.read_bytes()
    assert run("role", "show", "mine").code == 0


def test_show_says_each_setting_who_says_it_and_what_is_later(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(
        "---\ndescription: Works with care\nmodel: opus\n---\nNever commit.\n"
    )
    run("role", "import", "mine.md")
    lines = [" ".join(line.split()) for line in run("role", "show", "mine").out.splitlines()]
    assert lines[:3] == ["mine", "description Works with care", "model opus"]
    assert "commit.mode never .specwright/roles/mine.md:5" in lines
    assert "model opus (later) .specwright/roles/mine.md:3" in lines
    assert "tests.order first product default" in lines
    assert "budget.p95_ms 500 (later) product default" in lines


def test_a_setting_that_is_edited_is_heard_and_survives_a_second_import(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "mine.md").write_text("Never commit.\n")
    run("role", "import", "mine.md")
    edit(tmp_path / ROLES / "mine.yaml", "{ is: never, line: 1 }", "pause")
    assert run("role", "import", "mine.md").code == 0
    shown = run("role", "show", "mine").out
    assert f"{ROLES}/mine.yaml:3" in shown
    assert "never  " not in shown


def test_a_slip_in_a_role_is_said_at_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / ROLES).mkdir(parents=True)
    (tmp_path / ROLES / "mine.yaml").write_text("settings:\n  comit.mode: auto\n")
    said = run("role", "show", "mine")
    assert said.code == 1
    assert said.err == (
        f"{ROLES}/mine.yaml:2:3: `comit.mode` is no setting.\n    Did you mean `commit.mode`?\n"
    )


def test_list_has_those_imported_and_those_of_specwright(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nname: Our Own\ndescription: We care\n---\n")
    run("role", "import", "a.md")
    names = [line.split()[0] for line in run("role", "list").out.splitlines()]
    assert names == [
        *("our-own", "backend-developer", "data-engineer", "senior-backend"),
        *("spec-implementer", "staff-fullstack", "tdd-expert"),
    ]


@pytest.mark.parametrize(
    ("content", "code", "err"),
    [
        (None, 2, "specwright: a.md is no file."),
        (b"", 1, "a.md is empty."),
        (b"\xff\xfe", 1, "a.md is no text in UTF-8."),
        (b"a\0b", 1, "a.md is no text."),
        (b"x" * 1_000_001, 1, "a.md is larger than 1 MB."),
    ],
)
def test_what_is_no_document_is_refused(
    run: Run, tmp_path: Path, content: bytes | None, code: int, err: str
) -> None:
    if content is not None:
        (tmp_path / "a.md").write_bytes(content)
    said = run("role", "import", "a.md")
    assert (said.code, said.err.splitlines()[0]) == (code, err)
    assert not (tmp_path / ".specwright").exists()


def test_another_document_of_the_same_name_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Never commit.\n")
    run("role", "import", "a.md")
    (tmp_path / "a.md").write_text("Commit automatically.\n")
    said = run("role", "import", "a.md")
    assert said.code == 1
    assert said.err.startswith(f"{ROLES}/a.md is there already, and is another.")
    assert run("role", "import", "a.md", "--name", "../b").code == 2


def test_a_role_that_is_not_there_is_said(run: Run) -> None:
    said = run("role", "show", "tdd-exprt")
    assert (said.code, said.err) == (
        1,
        "There is no role `tdd-exprt`.\n    Did you mean `tdd-expert`?\n",
    )


def test_the_document_is_shown_with_its_variables_or_not_at_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Work on {{PROJECT_NAME}}\nin {{CLOUD}}.\n")
    run("role", "import", "a.md")
    said = run("role", "show", "a", "--document")
    assert (said.code, said.err) == (
        1,
        f"{ROLES}/a.md:2: `{{{{CLOUD}}}}` has no value.\n"
        f"    Write `CLOUD: …` below `variables:` in {ROLES}/a.yaml.\n",
    )
    with (tmp_path / ROLES / "a.yaml").open("a") as file:
        file.write("variables:\n  CLOUD: the cellar\n")
    assert (
        run("role", "show", "a", "--document").out == f"Work on {tmp_path.name}\nin the cellar.\n"
    )
