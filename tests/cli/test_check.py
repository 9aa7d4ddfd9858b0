import io
import json
import os
import sys
from pathlib import Path

import pytest
from talk import Run, edit

from specwright.cli import findings
from specwright.cli.findings import Standpoint
from specwright.cli.terminal import Terminal
from specwright.diagnostic import Code, Diagnostic, Level, Place
from specwright.tree import Tree


def test_a_bundle_with_nothing_wrong_says_so(run: Run, bundle: Path) -> None:
    assert (said := run("check", bundle.name)).out == "Nothing wrong.\n"
    assert (said.code, said.err) == (0, "")


def test_every_problem_stands_at_its_line_with_what_would_be_right(run: Run, bundle: Path) -> None:
    edit(bundle / "data-model.md", "varchar(200)", "varchr(200)")
    edit(bundle / "spec.md", "→ `publishDocument`", "→ `publishDocumnt`")
    said = run("check", "notes")
    assert said.out == Path(__file__).with_name("check.txt").read_text()
    assert (said.code, said.err) == (1, "")


def test_places_are_seen_from_where_one_stands(
    run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(bundle / "data-model.md", "varchar(200)", "varchr(200)")

    def first(path: str | Path) -> str:
        return run("check", path).out.partition(":")[0]

    assert first("notes") == "notes/data-model.md"
    assert first("./notes/") == "notes/data-model.md"
    assert first(bundle) == "notes/data-model.md"
    monkeypatch.chdir(bundle)
    assert first(".") == "data-model.md"
    assert first("../notes") == "../notes/data-model.md"
    monkeypatch.chdir(bundle / "contracts")
    assert first(bundle) == str(bundle / "data-model.md")


def test_programs_get_the_same_as_json(run: Run, bundle: Path) -> None:
    edit(bundle / "spec.md", "→ `publishDocument`", "→ `publishDocumnt`")
    said = run("check", "notes", "--json")
    assert said.code == 1
    assert json.loads(said.out) == {
        "bundle": "notes",
        "diagnostics": [
            {
                "file": "notes/spec.md",
                "line": 35,
                "column": 58,
                "level": "error",
                "code": "unknown-link",
                "message": "`publishDocumnt` is nothing in this bundle.",
                "hint": "Did you mean `publishDocument`?",
            }
        ],
        "counts": {"error": 1, "open": 0, "later": 0},
    }


def test_open_questions_are_listed_and_are_no_errors(run: Run, bundle: Path) -> None:
    edit(bundle / "spec.md", "Authors write", "[NEEDS CLARIFICATION: who else?] Authors write")
    said = run("check", "notes")
    assert said.code == 0
    assert "open open-question:" in said.out
    assert said.out.endswith("1 open question\n")


@pytest.mark.parametrize(("path", "why"), [("nope", "does not exist"), ("file.md", "is no folder")])
@pytest.mark.parametrize("command", ["check", "plan"])
def test_what_is_no_folder_is_a_misuse(
    run: Run, tmp_path: Path, path: str, why: str, command: str
) -> None:
    (tmp_path / "file.md").write_text("# A bundle?\n")
    said = run(command, path)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"specwright: `{path}` {why}.\n    Name the folder of a bundle.\n"


def test_an_empty_folder_lacks_its_files_and_nothing_more(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = run("check", "empty")
    assert [line for line in said.out.splitlines() if line.startswith("empty/")] == [
        "empty/contracts/openapi.yaml:1:1: error missing-file: `contracts/openapi.yaml` is missing.",
        "empty/data-model.md:1:1: error missing-file: `data-model.md` is missing.",
        "empty/rules.md:1:1: open missing-file: `rules.md` is missing.",
    ]
    assert said.code == 1


def test_a_link_out_of_the_bundle_is_not_followed(run: Run, bundle: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("## hidden\n")
    (bundle / "research.md").symlink_to(secret)
    said = run("check", "notes")
    assert "notes/research.md:1:1: error leaves-folder:" in said.out


@pytest.mark.parametrize(("folder", "name"), [("über uns", "ber-uns"), ("日本", "backend")])
def test_whatever_its_folder_is_called_a_project_can_be_called_so(
    run: Run, bundle: Path, tmp_path: Path, folder: str, name: str
) -> None:
    bundle.rename(tmp_path / folder)
    assert json.loads(run("check", folder, "--json").out)["bundle"] == name


WILD = sorted((Path(__file__).parents[3] / "shared" / "bundles" / "wild").glob("*/*"))


@pytest.mark.parametrize("folder", WILD, ids=lambda folder: folder.name)
def test_what_strangers_wrote_is_read_and_answered(run: Run, folder: Path) -> None:
    said = run("check", folder)
    assert said.err == ""
    assert said.code in (0, 1)
    assert all(line.startswith(("    ", str(folder))) for line in said.out.splitlines()[:-1])


# -- On a terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(diagnostic: Diagnostic, text: str, **environment: str) -> list[str]:
    screen = Screen()
    terminal = Terminal(screen, screen, environment)
    seen = Standpoint(Path("b"), Path("/here"))
    findings.show([diagnostic], Tree({diagnostic.place.file: text}), seen, terminal)
    return screen.getvalue().splitlines()


def at(line: int, column: int, message: str = "No.") -> Diagnostic:
    return Diagnostic(Place("a.md", line, column), Code.WRONG_SHAPE, Level.ERROR, message, "Yes.")


@pytest.mark.parametrize(
    ("text", "place", "lines"),
    [
        ("one\ntwo\n", (2, 3), ["     2 | two", "       |   ^"]),
        ("\ttwo\n", (1, 2), ["     1 | \ttwo", "       | \t^"]),
        ("日本x\n", (1, 3), ["     1 | 日本x", "       |     ^"]),
        ("x" * 500 + "y", (1, 501), [f"     1 | {'x' * 60}y", f"       | {' ' * 60}^"]),
        ("\x1b[2Jevil\n", (1, 6), ["     1 | \ufffd[2Jevil", "       |      ^"]),
        ("one\n", (1, 4), ["     1 | one", "       |    ^"]),
        ("one\n", (9, 1), []),
        ("one\n\n", (2, 1), []),
    ],
)
def test_a_terminal_shows_the_line_with_a_caret(
    text: str, place: tuple[int, int], lines: list[str]
) -> None:
    start, end = "b/a.md:{}:{}: error wrong-shape: No.".format(*place), "    Yes."
    assert shown(at(*place), text, NO_COLOR="1") == [start, *lines, end]


def test_a_terminal_has_colour_unless_it_must_not() -> None:
    assert shown(at(1, 1), "one")[0] == (
        "\x1b[1mb/a.md:1:1\x1b[0m: \x1b[31;1merror wrong-shape\x1b[0m: No."
    )
    assert "\x1b" not in "".join(shown(at(1, 1), "one", NO_COLOR="1"))
    assert "\x1b" not in "".join(shown(at(1, 1), "one", TERM="dumb"))


def test_no_bundle_speaks_to_the_terminal() -> None:
    assert "\x1b" not in "".join(shown(at(1, 1, "\x1b]0;evil\x07"), "a", NO_COLOR="1"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_said_in_a_sentence(bundle: Path) -> None:
    code = os.system(f"{sys.executable} -m specwright check {bundle} > /dev/full 2> {bundle}/err")
    assert os.waitstatus_to_exitcode(code) == 1
    assert "Traceback" not in (bundle / "err").read_text()
