import json
import re
from pathlib import Path

from talk import Run, edit

GOLDEN = Path(__file__).with_name("plan.txt")


def without_counts(text: str) -> str:
    """How many tests and files there are is for the tests of emitters to say."""
    text = re.sub(r"^  tests/.*: \d+\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\b\d+ (tests|files)\b", r"N \1", text)


def test_a_plan_says_what_will_be_built_and_why(run: Run, bundle: Path) -> None:
    said = run("plan", bundle.name)
    assert without_counts(said.out) == GOLDEN.read_text()
    assert (said.code, said.err) == (0, "")


def test_a_plan_writes_nothing(run: Run, bundle: Path, tmp_path: Path) -> None:
    run("plan", bundle.name, "--into", "backend")
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes"]


def test_beside_a_backend_it_says_what_would_change(run: Run, bundle: Path) -> None:
    run("build", bundle.name, "--into", "backend")
    assert re.search(
        r"\nIn backend: \d+ the same\n$", run("plan", "notes", "--into", "backend").out
    )
    edit(
        bundle / "data-model.md", "  title     varchar(200)", "  due_on date\n  title varchar(300)"
    )
    Path("backend/README.md").write_text("# Mine\n")
    said = run("plan", "notes", "--into", "backend")
    start = said.out.index("1 migration\n")
    assert said.out[start:].startswith(
        "1 migration\n"
        "  migrations/versions/0002_add_documents_due_on_and_1_more_change.py\n"
        "    add column documents.due_on: new in data-model.md\n"
    )
    assert "  backend/documents/models.py: changed\n" in said.out
    assert "  README.md: REFUSED: edited by hand\n" in said.out
    assert said.code == 1


def test_what_is_left_out_has_its_place_and_its_reason(run: Run, bundle: Path) -> None:
    edit(
        bundle / "rules.md",
        "publishDocument`, `withdrawDocument` ",
        "publishDocument`                    ",
    )
    said = run("plan", "notes")
    assert said.code == 0
    assert re.search(
        r"\nLeft out\n  withdrawDocument  notes/contracts/openapi\.yaml:\d+:\d+\n    \S", said.out
    )


def test_errors_come_instead_of_a_plan(run: Run, bundle: Path) -> None:
    edit(bundle / "data-model.md", "varchar(200)", "varchr(200)")
    said = run("plan", "notes")
    assert said.code == 1
    assert said.out == run("check", "notes").out


def test_programs_get_the_plan_in_a_stable_shape(run: Run, bundle: Path) -> None:
    plan = json.loads(run("plan", bundle.name, "--json").out)
    assert list(plan) == [
        *("bundle", "diagnostics", "counts", "operations", "asked", "errors", "jobs", "tables"),
        *("migrations", "changes", "tests", "not_shown", "left_out", "uncovered", "files"),
    ]
    assert plan["operations"][3]["id"] == "publishDocument"
    assert plan["operations"][3]["requirements"] == ["FR-001"]
    assert plan["changes"][0] == {
        "title": "create table users",
        "table": "users",
        "reason": "new in data-model.md",
        "hint": None,
        "destructive": False,
        "needs_backfill": False,
    }
    assert "backend/app.py" in plan["files"]

    run("build", bundle.name, "--into", "backend")
    files = json.loads(run("plan", bundle.name, "--into", "backend", "--json").out)["files"]
    assert list(files) == [
        *("new", "changed", "same", "removed", "yours", "left", "edited", "unknown", "blocked"),
    ]
