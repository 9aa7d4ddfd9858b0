"""What one can type, and what is said of what one mistypes."""

import subprocess
import sys
from pathlib import Path

import pytest
from talk import Run

from specwright.cli import arguments
from specwright.cli.entry import MODULES


def test_the_front_page_names_every_command_and_every_exit_code(run: Run) -> None:
    said = run("--help")
    assert (said.code, said.err) == (0, "")
    named = {line.split()[0] for line in said.out.splitlines() if line.startswith("    ")}
    assert named == set(MODULES)
    assert "0 nothing wrong · 1 errors · 2 usage · 3 built" in said.out


def test_the_front_page_fits_on_a_terminal() -> None:
    lines = arguments.FRONT_PAGE.splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 100 for line in lines)


def test_nothing_typed_is_answered_with_the_front_page(run: Run) -> None:
    said = run()
    assert (said.code, said.out) == (2, "")
    assert said.err == arguments.FRONT_PAGE


@pytest.mark.parametrize("command", MODULES)
def test_every_command_says_what_it_is_for(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: specwright {command} ")
    assert ". " in said.out or ".\n" in said.out


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == "specwright 0.1.0\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["biuld"], "there is no command `biuld`. Did you mean `build`?"),
        (["frobnicate"], "there is no command `frobnicate`. `specwright --help` lists them all."),
        (["build", "notes"], "the following arguments are required: --into"),
        (["check"], "the following arguments are required: BUNDLE"),
        (["reject", "r1"], "the following arguments are required: --comment"),
        (["try", "r1", "--port", "x"], "argument --port: `x` is no port."),
        (["check", "notes", "--jsno"], "unrecognized arguments: --jsno"),
        (["build", "notes", "--int", "x"], "the following arguments are required: --into"),
    ],
)
def test_what_is_mistyped_is_said_in_a_sentence(run: Run, typed: list[str], said: str) -> None:
    answer = run(*typed)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"specwright: {said}\n    usage: specwright ")


def test_help_does_not_wait_for_the_compiler() -> None:
    loaded = "import sys, specwright.cli; print('specwright.model' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


# -- new


def test_a_new_bundle_is_named_and_builds_as_it_stands(run: Run) -> None:
    said = run("new", "001-lending-library")
    assert said.code == 0
    assert said.out.splitlines()[-1] == (
        "Next: specwright check 001-lending-library && "
        "specwright build 001-lending-library --into backend"
    )
    assert (
        Path("001-lending-library/spec.md")
        .read_text()
        .startswith("# Feature Specification: Lending library\n")
    )
    assert run("check", "001-lending-library").out == "Nothing wrong.\n"
    assert run("build", "001-lending-library", "--into", "backend").code == 0
    assert Path("backend/README.md").read_text().startswith("# Lending library API\n")


def test_a_new_bundle_may_lie_in_a_folder_below(run: Run) -> None:
    assert run("new", "specs/001-orders").code == 0
    assert Path("specs/001-orders/contracts/openapi.yaml").exists()


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "", ".", "..", "-x/..", "a b", "é", "a" * 61]
)
def test_a_name_that_leaves_the_folder_or_is_none_is_a_misuse(
    run: Run, name: str, tmp_path: Path
) -> None:
    said = run("new", name)
    assert said.code == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over(run: Run) -> None:
    Path("notes").mkdir()
    Path("notes/spec.md").write_text("mine\n")
    said = run("new", "notes")
    assert (said.code, said.err) == (1, "notes is there already.\n    Choose another name.\n")
    assert Path("notes/spec.md").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["evidence", "verify"], "`evidence verify` checks a FILE."),
        (["evidence", "verify", "none.json"], "none.json is no file."),
        (["evidence", "r1", "r2"], "`r2` is more than one run."),
        (["evidence", "r1", "--rerun"], "`--rerun` is of `evidence verify FILE`."),
    ],
)
def test_evidence_is_asked_for_or_verified(run: Run, typed: list[str], said: str) -> None:
    answer = run(*typed)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"specwright: {said}")


def test_what_is_no_evidence_is_said(run: Run) -> None:
    Path("nonsense.json").write_bytes(b"\xff{")
    said = run("evidence", "verify", "nonsense.json")
    assert (said.code, said.err) == (1, "")
    assert said.out == "✗ chain   This is no evidence of a run.\n\nThis evidence does not hold.\n"
