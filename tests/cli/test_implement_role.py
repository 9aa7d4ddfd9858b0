"""One small bundle under two values of each setting: two behaviours."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from talk import Run, Said

from specwright.roles.choices import CommitMode, OrderOfTests, TasksTick
from specwright.workflow import Delivery, Refusal, Workshop

HERE = ("--into", "repo", "--python", sys.executable)


@pytest.fixture(autouse=True)
def person(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\nname = Ada Example\nemail = ada@example.com\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


class Orders:
    """What runs were asked to implement, in place of implementing it."""

    def __init__(self) -> None:
        self.given: list[Delivery] = []

    @property
    def last(self) -> Delivery:
        return self.given[-1]


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Orders:
    taken = Orders()

    def begin(_: Workshop, delivery: Delivery, _name: str) -> Any:
        taken.given.append(delivery)
        raise Refusal("It would begin.")

    monkeypatch.setattr(Workshop, "begin", begin)
    return taken


@pytest.fixture
def implement(run: Run, bundle: Path) -> Run:
    def implementing(*words: str) -> Said:
        return run("implement", bundle.name, *HERE, *words)

    return implementing


def profile(tmp_path: Path, *lines: str) -> None:
    (tmp_path / ".specwright").mkdir(exist_ok=True)
    text = "".join(f"  {line}\n" for line in lines)
    (tmp_path / ".specwright/profile.yaml").write_text(f"settings:\n{text}")


def say(bundle: Path, *lines: str) -> None:
    with (bundle / "plan.md").open("a") as file:
        file.write("\n```yaml settings\n" + "".join(f"{line}\n" for line in lines) + "```\n")


# -- How a run works


def test_without_a_role_the_product_defaults_hold(implement: Run, orders: Orders) -> None:
    assert implement().err == "It would begin.\n"
    manner = orders.last.manner
    assert (manner.commit, manner.tests, manner.tick) == (
        *(CommitMode.PAUSE, OrderOfTests.FIRST, TasksTick.AFTER_GATES),
    )
    assert (manner.role, manner.told, manner.later) == ("", (), ())


def test_a_role_says_who_commits_and_when_tests_come(implement: Run, orders: Orders) -> None:
    implement("--role", "tdd-expert")
    assert orders.last.manner.commit is CommitMode.AUTO
    assert orders.last.manner.commit_said == "001:21"
    implement("--role", "staff-fullstack", "--set", "tasks.tick=after-approval")
    assert orders.last.manner.commit is CommitMode.PAUSE
    assert orders.last.manner.tests is OrderOfTests.AFTER
    assert orders.last.manner.tick is TasksTick.AFTER_APPROVAL


def test_what_nothing_obeys_yet_is_told(implement: Run, orders: Orders) -> None:
    implement("--role", "backend-developer", "--set", "migrations.owner=implementer")
    later = "\n".join(orders.last.manner.later)
    assert "003: " in later
    assert "tracker: linear (10)" in later
    assert "tracker.required: on (8)" in later


# -- Precedence


def test_a_person_comes_before_bundle_before_project_before_role(
    implement: Run, orders: Orders, bundle: Path, tmp_path: Path
) -> None:
    implement("--role", "tdd-expert")
    assert orders.last.manner.commit is CommitMode.AUTO
    profile(tmp_path, "commit.mode: pause")
    implement("--role", "tdd-expert")
    assert orders.last.manner.commit is CommitMode.PAUSE
    say(bundle, "commit.mode: never")
    implement("--role", "tdd-expert")
    assert orders.last.manner.commit is CommitMode.NEVER
    implement("--role", "tdd-expert", "--set", "commit.mode=auto")
    assert orders.last.manner.commit is CommitMode.AUTO


def test_a_bundle_that_would_commit_by_itself_is_refused_with_both_lines(
    implement: Run, orders: Orders, bundle: Path
) -> None:
    say(bundle, "commit.mode: auto")
    said = implement("--role", "staff-fullstack")
    line = (bundle / "plan.md").read_text().splitlines().index("commit.mode: auto") + 1
    assert said.code == 1
    assert said.err.startswith(
        "A bundle may tighten `commit.mode`, and never loosen it: `commit.mode: auto` "
        f"(plan.md:{line}) against `commit.mode: pause` (000:86).\n"
    )
    assert orders.given == []
    assert not Path("repo").exists()


def test_a_role_that_contradicts_itself_stops_the_run_until_a_person_decides(
    run: Run, implement: Run, orders: Orders, tmp_path: Path
) -> None:
    (tmp_path / "torn.md").write_text("Never commit.\nCommit automatically.\n")
    run("role", "import", "torn.md")
    said = implement("--role", "torn")
    assert said.code == 1
    assert said.err.startswith(
        ".specwright/roles/torn.md:1 and .specwright/roles/torn.md:2 disagree"
    )
    assert "`--set commit.mode=…`" in said.err
    implement("--role", "torn", "--set", "commit.mode=never")
    assert orders.last.manner.commit is CommitMode.NEVER


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (("--role", "nobody"), "There is no role `nobody`."),
        (("--set", "comit.mode=auto"), "specwright: `comit.mode` is no setting."),
        (("--set", "commit.mode=now"), "specwright: `commit.mode` must be `auto`, `pause` or `never`, not `now`."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_before_anything_is_made(
    implement: Run, words: tuple[str, ...], err: str
) -> None:
    assert implement(*words).err.splitlines()[0] == err
    assert not Path("repo").exists()


# -- clarify


def test_open_questions_stop_a_run_as_clarify_has_it(
    run: Run, implement: Run, orders: Orders, bundle: Path
) -> None:
    with (bundle / "spec.md").open("a") as spec:
        spec.write("\n[NEEDS CLARIFICATION: how long?]\n")
    assert "1 open question" in run("check", bundle.name).out
    asked = implement("--set", "clarify=all")
    assert asked.code == 1
    assert "how long?" in asked.out
    assert "Nothing was begun: `clarify: all` (--set clarify) asks first." in asked.out
    assert orders.given == []
    implement()  # blocking: nothing is left out
    assert len(orders.given) == 1

    rules = (bundle / "rules.md").read_text()
    row = next(line for line in rules.splitlines() if line.startswith("| `"))
    (bundle / "rules.md").write_text(rules.replace(f"{row}\n", "", 1))
    blocked = implement()
    assert blocked.code == 1
    assert "`clarify: blocking` (product default) asks first." in blocked.out
    assert len(orders.given) == 1
    implement("--set", "clarify=none-record")
    assert len(orders.given) == 2
    assert any("is left out" in one for one in orders.last.open_questions)


# -- docs.create, docs.todo_path, files.prefer_edit


def test_the_plan_lies_where_the_role_wants_it_or_nowhere(implement: Run, orders: Orders) -> None:
    implement("--role", "tdd-expert", "--branch", "feat/notes")
    todo = orders.last.todo
    assert todo is not None
    assert todo.path == ".nasustim-documents/TODO_feat-notes.md"
    implement("--role", "tdd-expert", "--set", "docs.create=on-request")
    assert orders.last.todo is None
    assert any("docs.todo_path" in line for line in orders.last.manner.told)
    implement("--role", "spec-implementer", "--set", r"docs.todo_path=docs\TODO.md")
    todo = orders.last.todo
    assert todo is not None
    assert todo.path == "docs/TODO.md"


def test_a_plan_never_lands_on_somebodys_file(implement: Run, orders: Orders) -> None:
    subprocess.run(
        "git init -q repo && cd repo && echo mine > TODO.md && git add . && git commit -qm a",
        shell=True,
        check=True,
    )
    said = implement("--todo", "TODO.md")
    assert said.code == 2
    assert "`TODO.md` (--todo) is there already, and is no plan of a run." in said.err
    assert orders.given == []


def test_new_files_have_reasons_in_the_plan_where_they_need_them(
    implement: Run, orders: Orders
) -> None:
    implement("--todo", "TODO.md")
    on = orders.last.todo
    implement("--todo", "TODO.md", "--set", "files.prefer_edit=off")
    off = orders.last.todo
    assert on is not None
    assert off is not None
    assert "- Tests of what is built: `tests/" in on.plan
    assert "New files, and why" not in off.plan
    new = [line for line in on.plan.splitlines() if line.startswith("- ")]
    assert sum(line.count("`") for line in new) >= 2 * len(orders.last.final) - 4


# -- migrations.owner


def test_a_role_without_migrations_asks_their_owner_and_goes_on_when_they_are_there(
    run: Run, implement: Run, orders: Orders
) -> None:
    said = implement("--role", "backend-developer")
    assert said.code == 1
    assert said.err.startswith(
        "notes waits for 2 changes of the schema, which data-engineer makes: "
        "`migrations.owner: other-role` (003:110).\n"
    )
    assert "--role data-engineer`, then again." in said.err
    assert orders.given == []
    request = Path("repo/.specwright/requests/notes.md").read_text()
    assert request.startswith("# notes: schema request to data-engineer\n")
    assert "- [ ] create table documents" in request
    assert "notes: schema request to data-engineer" in run("runs", "repo").out
    assert subprocess.check_output(["git", "-C", "repo", "status", "--porcelain"]) == b""

    implement("--role", "data-engineer")
    assert orders.last.migrations
    for path, text in orders.last.final.items():
        file = Path("repo") / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    commit = "git checkout -q -b notes && git add -f . && git commit -qm 'feat: the schema'"
    subprocess.run(commit, shell=True, check=True, cwd="repo")
    implement("--role", "backend-developer")
    assert not orders.last.migrations
    assert not Path("repo/.specwright/requests/notes.md").exists()


# -- http.validation_status


def test_the_status_of_what_is_not_valid_is_the_roles_where_the_contract_is_silent(
    implement: Run, orders: Orders
) -> None:
    implement("--role", "tdd-expert")
    assert "400" in orders.last.final["backend/core/errors.py"]
    implement("--role", "tdd-expert", "--set", "http.validation_status=422")
    assert "422" in orders.last.final["backend/core/errors.py"]
    tests = "".join(orders.last.tests.values())
    assert "422 invalid" in tests
    assert "400 invalid" not in tests


def test_a_contract_that_documents_a_status_is_heard_before_the_role(
    implement: Run, orders: Orders, bundle: Path
) -> None:
    contract = bundle / "contracts/openapi.yaml"
    text = contract.read_text()
    at = text.index("      responses:\n") + len("      responses:\n")
    contract.write_text(f"{text[:at]}        '422': {{ description: Not valid }}\n{text[at:]}")
    implement("--role", "tdd-expert")
    assert "422" in orders.last.final["backend/core/errors.py"]
    said = implement("--set", "http.validation_status=400")
    assert said.code == 1
    assert "is not what the contract documents, which is 422" in said.err


# -- The whole job under a role


@pytest.mark.slow
def test_a_role_that_commits_by_itself_does_so_once_all_is_green(implement: Run) -> None:
    said = implement("--role", "tdd-expert", "--set", "http.validation_status=422")
    assert said.code == 0, said.out + said.err
    assert said.out.startswith("notes is committed  (notes-1)\n")
    assert "As          tdd-expert\n" in said.out
    assert Path("repo/.nasustim-documents/TODO_notes.md").is_file()
