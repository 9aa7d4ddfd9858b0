"""What a run has proven, as one document; and how whatever is done to it shows."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from toy import BARE, DELIVERY, PROMISES, Git, Ticking

from specwright.tree import digest
from specwright.workflow import Refusal, Repository, Workshop, verifying
from specwright.workflow.delivery import Tasks, Todo
from specwright.workflow.steps import CHECKS
from specwright.workflow.verifying import Outcome

pytestmark = pytest.mark.slow

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "evidence.schema.json"
TRACED = replace(DELIVERY, promises=PROMISES)


def evidence_of(workshop: Workshop) -> dict[str, Any]:
    return json.loads(workshop.evidence("r1"))


def file_of(workshop: Workshop) -> Path:
    return workshop.repository.root / ".specwright/runs/r1/evidence.json"


def verified(workshop: Workshop, text: str | None = None) -> dict[str, verifying.Check]:
    text = file_of(workshop).read_text() if text is None else text
    return {check.name: check for check in verifying.verify(text, workshop.repository)}


def broken(checks: dict[str, verifying.Check]) -> dict[str, str]:
    return {
        name: " ".join(check.says)
        for name, check in checks.items()
        if check.outcome is Outcome.BROKEN
    }


# -- What it says


def test_it_has_the_published_shape(workshop: Workshop) -> None:
    todo = Todo("TODO.md", "# Plan")
    replace(workshop, checks=CHECKS).begin(replace(TRACED, todo=todo), "r1")
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(evidence_of(workshop))
    assert broken(verified(workshop)) == {}


def test_it_leads_from_a_requirement_to_operations_tests_and_verdicts(workshop: Workshop) -> None:
    workshop.begin(TRACED, "r1")
    told = evidence_of(workshop)
    read, schema, budget = told["requirements"]
    assert read["operations"] == ["readTask"]
    assert sorted(read["tests"]) == [
        "tests/test_tasks.py::test_a_stranger_is_refused",
        "tests/test_tasks.py::test_a_task_can_be_read",
    ]
    assert [one["verdict"] for one in (read, schema, budget)] == ["red-green", "green", "no-test"]
    assert told["scenarios"][0]["verdict"] == "red-green"
    tests = {one["test"].rpartition("::")[2]: one for one in told["tests"]}
    assert tests["test_a_task_can_be_read"] == {
        "test": "tests/test_tasks.py::test_a_task_can_be_read",
        "red": "failed",
        "said": "assert 501 == 200",
        "green": "passed",
        "about": ["readTask"],
    }
    assert tests["test_up_down_and_up_again_keeps_the_rows"]["red"] == "spared"
    assert told["doubts"] == [
        "SC-001 (spec.md:5:1) names `plan.md#limits`: no test is known to show that.",
        "Nothing shows that two readers do not meet.",
        "The scenario `Nobody writes` (spec.md:8:3) has no test.",
    ]
    assert told["open"] == ["spec.md:12:3: how long may a title be?"]


def test_it_says_which_files_and_which_tools(workshop: Workshop) -> None:
    workshop.begin(TRACED, "r1")
    told = evidence_of(workshop)
    files = {one["path"]: (one["part"], one["sha256"]) for one in told["files"]}
    assert files["backend/app.py"] == ("code", digest(DELIVERY.final["backend/app.py"]))
    assert files["tests/test_tasks.py"] == ("test", digest(DELIVERY.tests["tests/test_tasks.py"]))
    assert files["migrations/0001_tasks.sql"][0] == "migration"
    assert told["tools"]["packages"].keys() >= {"pytest", "ruff", "mypy"}
    assert told["tools"]["python"]["version"].startswith("3.")
    assert (told["runner"], told["asked_by"]) == ("specwright", "Ada Example <ada@example.com>")


def test_it_is_on_disk_before_anybody_is_waited_for_and_follows_from_the_ledger(
    workshop: Workshop,
) -> None:
    run = workshop.begin(TRACED, "r1")
    written = file_of(workshop).read_text()
    assert digest(written) == run.told("waiting")["evidence"]
    file_of(workshop).unlink()
    assert workshop.evidence("r1") == written
    assert file_of(workshop).read_text() == written


def test_there_is_none_before_the_pause(workshop: Workshop) -> None:
    wrong = DELIVERY.code | {"backend/app.py": "def answer(path): return 404\n"}
    workshop.begin(replace(DELIVERY, code=wrong), "r1")
    with pytest.raises(Refusal, match="r1 is failed: evidence is written when"):
        workshop.evidence("r1")


# -- Verified


def test_it_holds_before_and_after_approval(workshop: Workshop) -> None:
    workshop.begin(TRACED, "r1")
    before = verified(workshop)
    assert before["commit"].outcome is Outcome.NOT_CHECKED
    workshop.approve("r1")
    after = verified(workshop)
    assert {check.outcome for check in after.values()} == {Outcome.HOLDS}
    assert "names this evidence" in after["commit"].says[0]
    assert "7 files in " in after["files"].says[0]


def test_a_clone_can_check_it_without_the_folder_of_the_run(
    workshop: Workshop, home: dict[str, str], tmp_path: Path, git: Git
) -> None:
    workshop.begin(TRACED, "r1")
    workshop.approve("r1")
    clone = tmp_path / "clone"
    git("clone", "-q", str(workshop.repository.root), str(clone))
    text = file_of(workshop).read_text()
    checks = {
        check.name: check
        for check in verifying.verify(text, type(workshop.repository).at(clone, home))
    }
    assert checks["run"].outcome is Outcome.NOT_CHECKED
    assert [checks[name].outcome for name in ("chain", "record", "commit", "files")] == [
        Outcome.HOLDS
    ] * 4


def test_without_a_repository_it_is_checked_in_itself(workshop: Workshop) -> None:
    workshop.begin(TRACED, "r1")
    checks = verifying.verify(file_of(workshop).read_text(), None)
    assert [check.outcome for check in checks] == [Outcome.HOLDS] * 2 + [Outcome.NOT_CHECKED] * 3


# -- Tampered with: in the file


def _edited(**changes: Any) -> Callable[[str], str]:
    """The file with something else at a place such as `gates.0.verdict`."""

    def edit(text: str) -> str:
        content = json.loads(text)
        for place, value in changes.items():
            *way, last = [int(key) if key.isdigit() else key for key in place.split("__")]
            inner = content
            for key in way:
                inner = inner[key]
            inner[last] = value
        return json.dumps(content, indent=1) + "\n"

    return edit


def _without_a_test(text: str) -> str:
    content = json.loads(text)
    del content["tests"][0]
    return json.dumps(content, indent=1) + "\n"


def _line_dropped(text: str) -> str:
    content = json.loads(text)
    del content["ledger"]["lines"][3]
    return json.dumps(content, indent=1) + "\n"


def _line_reworded(text: str) -> str:
    content = json.loads(text)
    lines = content["ledger"]["lines"]
    lines[3] = lines[3].replace("assert 501", "assert 502")
    return json.dumps(content, indent=1) + "\n"


def _rechained(text: str) -> str:
    """A forger who knows the chain, and writes all that follows from the lie as well."""
    content = json.loads(text)
    before, lines = "", []
    for line in content["ledger"]["lines"]:
        event = json.loads(line.replace("how long may a title be?", "nothing"))
        lines.append(json.dumps({**event, "before": before}))
        before = digest(lines[-1])
    content["ledger"] = {"head": before, "lines": lines}
    content["open"] = ["spec.md:12:3: nothing"]
    return json.dumps(content, indent=1) + "\n"


IN_THE_FILE = {
    "a verdict": (_edited(gates__0__verdict="failed"), "record", '/gates/0/verdict is "failed"'),
    "what was seen": (_edited(gates__1__saw="9 of 9 passed"), "record", "/gates/1/saw is"),
    "a digest": (_edited(files__0__sha256="0" * 64), "record", "/files/0/sha256 is"),
    "a doubt": (_edited(doubts=[]), "record", "/doubts has 0 entries"),
    "a requirement": (_edited(requirements__2__verdict="green"), "record", "/requirements/2/verd"),
    "a tool": (_edited(tools__specwright="9.9"), "record", "/tools/specwright is"),
    "an addition": (_edited(approved="yes"), "record", "/approved was added"),
    "a test": (_without_a_test, "record", "/tests has 2 entries"),
    "the head": (_edited(ledger__head="0" * 64), "record", "/ledger/head is"),
    "its spacing": (lambda text: text.replace("\n ", "\n"), "record", "in other bytes"),
    "another run": (_edited(run="r2"), "record", '/run is "r2"'),
    "a line": (_line_reworded, "chain", "ledger:5: this line is not what was written"),
    "a line less": (_line_dropped, "chain", "ledger:4: this line is not what was written"),
    "all of it": (_rechained, "run", "says something else from event 1, `begun` on"),
    "a version": (_edited(version=2), "chain", "A newer Specwright wrote it (version 2)"),
    "nonsense": (lambda _: "[" * 100_000, "chain", "no evidence"),
    "a list": (lambda _: "[]", "chain", "no evidence"),
    "no lines": (_edited(ledger__lines=[]), "chain", "holds no ledger"),
    "a hostile name": (_edited(run="../../etc"), "chain", "names no run"),
}


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A run at its pause, whose files nobody touches."""
    folder = tmp_path_factory.mktemp("forged")
    (folder / ".gitconfig").write_text("[user]\nname = Ada Example\nemail = ada@example.com\n")
    home = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    repository = Repository.made(folder / "repo", home)
    workshop = Workshop(repository, home, clock=Ticking(), checks=(), given=BARE)
    workshop.begin(TRACED, "r1")
    return workshop


@pytest.mark.parametrize("name", IN_THE_FILE)
def test_whoever_edits_the_file_is_told_what_is_wrong(name: str, forged: Workshop) -> None:
    tamper, check, says = IN_THE_FILE[name]
    found = broken(verified(forged, tamper(file_of(forged).read_text())))
    assert says in found[check]


# -- Tampered with: beside it


def test_every_file_that_is_not_what_was_checked_is_named(workshop: Workshop) -> None:
    workshop.begin(TRACED, "r1")
    worktree = workshop.repository.root / ".specwright/worktrees/r1"
    (worktree / "tests/test_tasks.py").write_text("def test_nothing(): pass\n")
    (worktree / "backend/core.py").unlink()
    app = worktree / "backend/app.py"
    app.rename(worktree / "elsewhere.py")
    app.symlink_to(worktree / "elsewhere.py")
    assert broken(verified(workshop)) == {
        "files": "backend/app.py (code) is missing. backend/core.py (code) is missing. "
        "tests/test_tasks.py (sealed test) is not what the checks saw."
    }


def test_a_commit_that_was_made_over_is_named(workshop: Workshop, git: Git, repo: Path) -> None:
    workshop.begin(TRACED, "r1")
    workshop.approve("r1")
    git("stash", "-q", "-u")
    git("checkout", "-q", "001-toy")
    (repo / "backend/app.py").write_text("def answer(path): return 200\n")
    (repo / "backdoor.py").write_text("")
    git("add", ".")
    git("commit", "-q", "--amend", "-m", "feat: ours\n\nSpecwright-Run: r1")
    text = file_of(workshop).read_text()
    subprocess.run(["rm", "-r", str(file_of(workshop).parent)], check=True)
    git("reflog", "expire", "--expire=now", "--all")
    found = broken(verified(workshop, text))
    assert "names other evidence: none" in found["commit"]
    assert "backend/app.py (code) is not what the checks saw." in found["files"]
    assert "backdoor.py is changed in" in found["files"]


def test_a_run_whose_ledger_was_rewritten_is_named(workshop: Workshop) -> None:
    workshop.begin(TRACED, "r1")
    ledger = file_of(workshop).with_name("ledger.jsonl")
    ledger.write_text(ledger.read_text().replace("assert 501", "assert 502"))
    assert "ledger.jsonl:5: this line is not what was written" in broken(verified(workshop))["run"]


def test_evidence_that_was_edited_is_not_approved(workshop: Workshop, git: Git) -> None:
    workshop.begin(TRACED, "r1")
    file = file_of(workshop)
    file.write_text(file.read_text().replace("how long may", "how short may"))
    with pytest.raises(Refusal, match=r"evidence\.json is not what was written at the pause"):
        workshop.approve("r1")
    with pytest.raises(Refusal, match="evidence verify"):
        workshop.evidence("r1")
    assert git("branch", "--list") == "* main"
    file.unlink()
    workshop.approve("r1")


def test_ticked_tasks_and_the_plan_are_files_that_were_checked(
    workshop: Workshop, committed: Path, git: Git
) -> None:
    tasks = committed / "tasks.md"
    tasks.write_text("- [ ] T001 Read\n")
    git("add", "tasks.md")
    git("commit", "-q", "-m", "docs: tasks")
    done = Tasks(str(tasks), ("T001",))
    workshop.begin(replace(TRACED, tasks=done, todo=Todo("TODO.md", "# Plan")), "r1")
    workshop.approve("r1")
    assert broken(verified(workshop)) == {}
    parts = {one["path"]: one["part"] for one in evidence_of(workshop)["files"]}
    assert parts["tasks.md"] == parts["TODO.md"] == "document"


# -- Run again


def test_tests_and_gates_run_again_say_the_same(workshop: Workshop, committed: Path) -> None:
    whole = replace(workshop, checks=CHECKS)
    whole.begin(TRACED, "r1")
    told = verifying.read(workshop.evidence("r1"))
    assert not isinstance(told, verifying.Check)
    check = verifying.same(told.told, whole.rerun("r1"))
    assert check.outcome is Outcome.HOLDS
    assert check.says == ("3 tests and 7 gates say the same, with the same tools",)
    assert [one.name for one in (committed / ".specwright/worktrees").iterdir()] == ["r1"]
    assert broken(verified(workshop)) == {}


def test_a_test_that_says_something_else_this_time_is_named(
    workshop: Workshop, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    app = (
        DELIVERY.code["backend/app.py"]
        + f'\n\nimport os\nif not os.path.exists("{flag}"):\n    KNOWN.clear()\n'
    )
    workshop.begin(replace(TRACED, code=DELIVERY.code | {"backend/app.py": app}), "r1")
    flag.unlink()
    told = verifying.read(workshop.evidence("r1"))
    assert not isinstance(told, verifying.Check)
    check = verifying.same(told.told, workshop.rerun("r1"))
    assert check.outcome is Outcome.BROKEN
    assert "tests/test_tasks.py::test_a_task_can_be_read: fails in its call" in check.says[0]
