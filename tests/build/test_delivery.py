from collections.abc import Mapping
from pathlib import Path

import pytest

from specwright.build import Compiled, State, compile_bundle, draft, manifest
from specwright.build.comparison import Lying
from specwright.build.delivery import Wishes, branch_of, delivery
from specwright.build.drafting import Origin
from specwright.build.tidying import tidied
from specwright.cli.folder import read_folder
from specwright.cli.starting import PARTS, text_of
from specwright.diagnostic import Report
from specwright.tree import Tree
from specwright.workflow import Delivery

NOTHING = Tree({})
NOTES = Tree({part: text_of(part, "notes") for part in PARTS})
TASKS = """\
- [ ] T001 Read FR-001
- [ ] T002 Read FR-001 and FR-002
- [ ] T003 Set the project up
- [X] T004 Read FR-001 too
* [ ] **T005** [P] Publish (FR-001)
"""


def compiled(files: Mapping[str, str], before: Tree = NOTHING) -> Compiled:
    return compile_bundle("notes", Tree(files), Report(), state=State.of(before), tidy=tidied)


def delivered(
    files: Mapping[str, str],
    before: Tree = NOTHING,
    *eject: str,
) -> Delivery:
    found = compiled(files, before)
    assert found.backend is not None
    drafted = draft(
        found.backend, Origin("notes", "0.1.0"), State.of(before), Lying.of(before), eject
    )
    drafted.expect_allowed()
    return delivery(found, found.backend, drafted, tidied, Wishes("001-notes", Path("/notes")))


@pytest.fixture(scope="module")
def first() -> Delivery:
    return delivered(NOTES)


def test_the_parts_make_up_the_tree_and_the_manifest(first: Delivery) -> None:
    backend = compiled(NOTES).backend
    assert backend is not None
    assert first.final.keys() - backend.tree.keys() == {manifest.PATH}
    assert all(first.final[path] == text for path, text in backend.tree.items())


def test_before_the_code_every_operation_answers_501(first: Delivery) -> None:
    app = first.core["backend/app.py"]
    assert "501" in app
    for path in ("/v1/documents", "/v1/documents/{id}/publish"):
        assert f'"{path}"' in app
    assert "documents" not in first.core["backend/worker.py"]
    assert first.code["backend/app.py"] != app


def test_the_core_holds_what_tests_and_migrations_import_and_nothing_that_acts(
    first: Delivery,
) -> None:
    acting = ("service", "routes", "repository", "policies", "lifecycle", "jobs", "operations")
    names = [Path(path).stem for path in first.core if path.startswith("backend/documents/")]
    assert sorted(names) == ["__init__", "models"]
    assert not set(acting) & set(names)
    for path in (
        "backend/core/database.py",
        "dev/postgres.py",
        "migrations/env.py",
        "pyproject.toml",
    ):
        assert path in first.core


def test_only_tests_of_the_schema_need_not_be_seen_red(first: Delivery) -> None:
    assert first.exempt
    assert all(path.startswith("tests/schema/test_") for path in first.exempt)
    assert first.round_trip[0] in first.exempt
    assert set(first.test_files) - set(first.exempt)


def test_a_second_delivery_holds_only_the_new_migration(first: Delivery) -> None:
    model = NOTES["data-model.md"].replace("  title     v", "  due_on date\n  title v")
    second = delivered({**NOTES, "data-model.md": model}, first.final)
    assert list(second.migrations) == [
        "migrations/versions/0002_add_documents_due_on.py",
        "migrations/versions/0002_add_documents_due_on.rollback.sql",
    ]
    assert "migrations/versions/0001_initial.py" in second.code[manifest.PATH]
    assert second.message.summary == "follow the specification"
    assert first.message.summary == "build the backend from its specification"


def test_what_a_person_took_over_is_no_part_of_it(first: Delivery) -> None:
    before = first.final | {"README.md": "# Mine\n"}
    second = delivered(NOTES, before, "README.md")
    assert "README.md" not in second.final
    assert "README.md" in second.code[manifest.PATH]


def test_tasks_are_done_if_all_that_they_cite_is_met() -> None:
    done = delivered({**NOTES, "tasks.md": TASKS}).tasks
    assert done is not None
    assert done.done == ("T001", "T005")
    assert done.path == "/notes/tasks.md"


def test_tasks_stay_open_where_something_is_left_out() -> None:
    rules = NOTES["rules.md"].replace("`publishDocument`, `withdrawDocument`", "`withdrawDocument`")
    found = delivered({**NOTES, "rules.md": rules, "tasks.md": TASKS})
    assert found.tasks is None
    assert any("publishDocument is left out" in question for question in found.open_questions)


HOOKED = {
    **NOTES,
    "rules.md": NOTES["rules.md"].replace(
        "    document.author_id: actor.id\n",
        "    document.author_id: actor.id\n"
        "publishDocument:\n"
        "  do: hook.polished(document.body) -> text\n"
        "  set:\n"
        "    document.body: polished\n",
    ),
}
PUBLISHES = "tests/scenarios/test_publishing.py::test_an_editor_publishes_a_draft"
HAND_WRITTEN = "backend/documents/hooks.py"


def test_a_hook_without_a_body_stays_open_and_its_scenarios_wait() -> None:
    found = delivered(HOOKED)
    assert found.open_questions == (f"hook {HAND_WRITTEN}:polished has no body",)
    assert PUBLISHES in found.waiting
    assert {test.partition("::")[0] for test in found.waiting} == {PUBLISHES.partition("::")[0]}
    assert "polished" in found.code[HAND_WRITTEN]
    assert HAND_WRITTEN not in found.before_code


def test_a_hook_that_is_written_is_no_part_of_it_and_nothing_waits() -> None:
    first = delivered(HOOKED)
    stub = first.final[HAND_WRITTEN]
    written = stub.replace('raise HookNotWritten("polished")', "return body.strip()")
    assert written != stub
    second = delivered(HOOKED, first.final | {HAND_WRITTEN: written})
    assert HAND_WRITTEN not in second.final
    assert (second.open_questions, second.waiting) == ((), ())


@pytest.mark.parametrize(
    ("text", "branch"),
    [
        ("**Status**: Draft  **Feature Branch**: `002-notes`\n", "002-notes"),
        ("**Feature Branch**: 002-notes", "notes"),
        ("", "notes"),
    ],
)
def test_the_branch_is_the_one_that_the_specification_names(text: str, branch: str) -> None:
    assert branch_of("notes", Tree({"spec.md": text})) == branch


def test_the_example_is_delivered_whole() -> None:
    folder = Path(__file__).parents[2] / "examples" / "taskboard"
    found = delivered(read_folder(folder, Report()))
    assert found.open_questions == ()
    assert found.typed == ("backend", "dev", "tests")
