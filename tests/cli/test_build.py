import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from talk import Run, edit

from specwright.cli import building


@pytest.fixture
def built(run: Run, bundle: Path, tmp_path: Path) -> Path:
    """The backend of `notes`, built into the folder `backend`."""
    assert run("build", bundle.name, "--into", "backend").code == 0
    return tmp_path / "backend"


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file, and when it was written."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {
        file.relative_to(folder).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in files
    }


def test_a_build_says_what_it_wrote_and_what_to_do_next(run: Run, bundle: Path) -> None:
    said = run("build", bundle.name, "--into", "backend")
    lines = said.out.splitlines()
    assert lines[0].startswith("notes is built in backend: ")
    assert lines[1:] == [
        "  migrations/versions/0001_initial.py",
        "    create table users",
        "    create table documents",
        "Next: cd backend && make test && make seed && make serve",
    ]
    assert (said.code, said.err) == (0, "")


def test_the_manifest_names_every_file_and_what_it_was_made_from(built: Path) -> None:
    manifest = json.loads((built / ".specwright" / "manifest.json").read_text())
    own = {".specwright/manifest.json"}
    assert set(manifest["files"]) == set(contents(built)) - own
    assert manifest["files"]["backend/documents/models.py"]["from"] == ["notes.tables.documents"]
    assert (
        "notes.operations.publishDocument"
        in manifest["files"]["backend/documents/service.py"]["from"]
    )


def test_a_second_build_changes_nothing(run: Run, built: Path) -> None:
    before = contents(built)
    said = run("build", "notes", "--into", "backend")
    assert said.out == "backend is notes as it is specified: nothing changed.\n"
    assert said.code == 0
    assert contents(built) == before


def test_a_changed_bundle_touches_only_what_changed(run: Run, built: Path) -> None:
    before = contents(built)
    edit(
        Path("notes/data-model.md"),
        "  title     varchar(200)",
        "  due_on date\n  title varchar(200)",
    )
    said = run("build", "notes", "--into", "backend")
    after = contents(built)
    touched = {path for path in after if after[path] != before.get(path)}
    assert "backend/documents/models.py" in touched
    assert "migrations/versions/0002_add_documents_due_on.py" in touched
    assert "migrations/versions/0002_add_documents_due_on.rollback.sql" in touched
    assert "backend/users/models.py" not in touched
    assert set(before) <= set(after)
    assert "    add column documents.due_on\n" in said.out


def test_old_migrations_are_never_written_again_edited_or_not(run: Run, built: Path) -> None:
    old = built / "migrations/versions/0001_initial.py"
    old.write_text(old.read_text() + "# seen by a person\n")
    edit(
        Path("notes/data-model.md"),
        "  title     varchar(200)",
        "  due_on date\n  title varchar(200)",
    )
    assert run("build", "notes", "--into", "backend").code == 0
    assert old.read_text().endswith("# seen by a person\n")
    assert run("build", "notes", "--into", "backend").out.endswith("nothing changed.\n")


# -- What is not ours to overwrite


def test_an_edited_file_is_refused_with_its_name_and_the_ways_out(run: Run, built: Path) -> None:
    (built / "README.md").write_text("# Mine\n")
    before = contents(built)
    edit(
        Path("notes/rules.md"),
        "`listDocuments`, `getDocument`        | yes",
        "`listDocuments`, `getDocument` |",
    )
    said = run("build", "notes", "--into", "backend")
    assert said.err == (
        "Nothing was written, so that nothing is lost:\n"
        "  README.md was edited by hand since it was built.\n"
        "    Restore it (`git checkout -- README.md`), or move the edit into the bundle.\n"
        "    Or keep it as yours from now on, never to be written again: `--eject README.md`.\n"
    )
    assert (said.code, said.out) == (1, "")
    assert contents(built) == before


def test_an_ejected_file_is_yours_from_now_on(run: Run, built: Path) -> None:
    (built / "README.md").write_text("# Mine\n")
    assert run("build", "notes", "--into", "backend", "--eject", "./README.md").code == 0
    (built / "README.md").write_text("# Mine, reworded\n")
    edit(Path("notes/contracts/openapi.yaml"), "version: 1.0.0", "version: 1.1.0")
    said = run("build", "notes", "--into", "backend")
    assert said.code == 0
    assert "1 yours" in said.out
    assert (built / "README.md").read_text() == "# Mine, reworded\n"


@pytest.mark.parametrize("path", ["nope.py", "../notes/spec.md", ".specwright/schema.json"])
def test_only_a_file_of_the_backend_can_be_ejected(run: Run, built: Path, path: str) -> None:
    said = run("build", "notes", "--into", built.name, "--eject", path)
    assert said.code == 1
    assert said.err.startswith(f"{path} is no file of this backend")


def test_a_file_that_no_build_wrote_is_refused(run: Run, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "Makefile").write_text("mine:\n")
    said = run("build", bundle.name, "--into", "backend")
    assert said.code == 1
    assert "  Makefile is there already, and no build wrote it.\n" in said.err
    assert [file.name for file in (tmp_path / "backend").iterdir()] == ["Makefile"]


def test_a_link_in_the_place_of_a_file_is_refused(run: Run, built: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.move(built / "dev", tmp_path / "elsewhere" / "dev")
    (built / "dev").symlink_to(tmp_path / "elsewhere" / "dev")
    said = run("build", "notes", "--into", "backend")
    assert said.code == 1
    assert "  dev/postgres.py is a link or a folder, or lies behind one.\n" in said.err


def test_what_the_bundle_no_longer_asks_for_is_deleted_unless_it_was_edited(
    run: Run, built: Path
) -> None:
    lifecycle = built / "backend/documents/lifecycle.py"
    assert lifecycle.exists()
    extra = built / "backend/documents/extra.py"
    extra.write_text("mine = 1\n")
    _drop_lifecycle()
    said = run("build", "notes", "--into", "backend")
    assert " removed, " in said.out
    assert not lifecycle.exists()
    assert extra.exists()


def _drop_lifecycle() -> None:
    model = Path("notes/data-model.md")
    model.write_text(model.read_text().partition("## Document lifecycle")[0])
    edit(
        Path("notes/rules.md"),
        "| `publishDocument`, `withdrawDocument` |                                  | yes    |\n",
        "",
    )
    contract = Path("notes/contracts/openapi.yaml")
    text = contract.read_text()
    start, end = text.index("  /v1/documents/{id}/publish"), text.index("components:")
    contract.write_text(text[:start] + text[end:])
    spec = Path("notes/spec.md")
    text = spec.read_text()
    start, end = text.index("```gherkin"), text.index("## Requirements")
    spec.write_text((text[:start] + text[end:]).replace("→ `publishDocument`", "→ `listDocuments`"))


def test_a_file_that_was_deleted_is_built_again(run: Run, built: Path) -> None:
    (built / "backend/app.py").unlink()
    said = run("build", "notes", "--into", "backend")
    assert said.out.startswith("notes is built in backend: 1 new, ")
    assert (built / "backend/app.py").exists()


def test_a_lost_manifest_costs_nothing_as_long_as_nothing_was_edited(run: Run, built: Path) -> None:
    manifest = built / ".specwright/manifest.json"
    before = manifest.read_text()
    manifest.unlink()
    assert run("build", "notes", "--into", "backend").code == 0
    files = json.loads(manifest.read_text())["files"]
    lost = set(json.loads(before)["files"]) - set(files)
    assert all(path.startswith("migrations/versions/") for path in lost)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".specwright/manifest.json", "{"),
        (".specwright/schema.json", "{"),
        (".specwright/schema.json", None),
        ("migrations/versions/0002_by_hand.py", "def"),
        ("migrations/versions/0002_by_hand.py", "revision = 'x'\ndown_revision = None\n"),
    ],
)
def test_what_a_build_depends_on_must_be_whole(
    run: Run, built: Path, file: str, text: str | None
) -> None:
    path = built / file
    path.write_text(text) if text is not None else path.unlink()
    before = contents(built)
    edit(
        Path("notes/data-model.md"),
        "  title     varchar(200)",
        "  due_on date\n  title varchar(200)",
    )
    said = run("build", "notes", "--into", "backend")
    assert said.code == 1
    assert said.err
    assert "Traceback" not in said.err
    assert contents(built) == before


# -- What would be lost from the database


def test_a_drop_is_refused_until_somebody_allows_it(run: Run, built: Path) -> None:
    edit(Path("notes/data-model.md"), "  body      text            [not null, default: '']\n", "")
    edit(Path("notes/contracts/openapi.yaml"), "        body: { type: string, default: '' }\n", "")
    edit(Path("notes/contracts/openapi.yaml"), "        body: { type: string }\n", "")
    edit(Path("notes/contracts/openapi.yaml"), "title, body, status", "title, status")
    before = contents(built)
    said = run("build", "notes", "--into", "backend")
    assert said.code == 1
    assert "drop column documents.body" in said.err
    assert "--allow-destructive" in said.err
    assert contents(built) == before

    assert "DESTRUCTIVE" in run("plan", "notes", "--into", "backend").out

    said = run("build", "notes", "--into", "backend", "--allow-destructive")
    assert said.code == 0
    assert (built / "migrations/versions/0002_drop_documents_body.py").exists()


# -- What stays open


def test_an_operation_that_is_not_determined_is_left_out_and_listed(
    run: Run, bundle: Path, tmp_path: Path
) -> None:
    edit(
        bundle / "rules.md",
        "publishDocument`, `withdrawDocument` ",
        "publishDocument`                    ",
    )
    said = run("build", "notes", "--into", "backend")
    assert said.code == 3
    assert "  Left out: withdrawDocument  notes/contracts/openapi.yaml:" in said.out
    routes = (tmp_path / "backend/backend/documents/routes.py").read_text()
    assert "/publish" in routes
    assert "/withdraw" not in routes
    assert run("build", "notes", "--into", "backend").code == 3


def test_nothing_is_written_while_there_are_errors(run: Run, bundle: Path, tmp_path: Path) -> None:
    edit(bundle / "data-model.md", "varchar(200)", "varchr(200)")
    said = run("build", "notes", "--into", "backend")
    assert said.code == 1
    assert said.out.endswith("1 error\nNothing was written.\n")
    assert not (tmp_path / "backend").exists()


# -- For programs


def test_programs_get_every_file_and_its_fate(run: Run, built: Path) -> None:
    (built / "backend/app.py").unlink()
    told = json.loads(run("build", "notes", "--into", "backend", "--json").out)
    assert list(told) == [
        *("bundle", "diagnostics", "counts", "changed", "migrations", "left_out", "files"),
    ]
    assert told["changed"] is True
    assert told["files"]["new"] == ["backend/app.py"]
    assert "backend/users/models.py" in told["files"]["same"]


def test_programs_get_a_refusal_as_json(run: Run, built: Path) -> None:
    (built / "backend/app.py").write_text("mine = 1\n")
    said = run("build", "notes", "--into", "backend", "--json")
    assert said.code == 1
    assert "backend/app.py" in json.loads(said.out)["refused"]


# -- The same bytes


def test_the_same_bundle_gives_the_same_bytes_in_every_process(
    built: Path, bundle: Path, tmp_path: Path
) -> None:
    shuffled = tmp_path / "shuffled" / "notes"
    for file in sorted(bundle.rglob("*"), reverse=True):  # another order of entries in the folder
        if file.is_file():
            (shuffled / file.relative_to(bundle)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, shuffled / file.relative_to(bundle))
    expected = {path: content for path, (content, _) in contents(built).items()}
    for seed in ("0", "1", "4242"):
        into = tmp_path / f"seed-{seed}"
        subprocess.run(
            [sys.executable, "-m", "specwright", "build", shuffled, "--into", into],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        assert {path: content for path, (content, _) in contents(into).items()} == expected


# -- When the machine does not help


def test_a_full_disk_is_said_in_a_sentence(bundle: Path, tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200));"
    start = "import sys; from specwright.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [
            sys.executable,
            "-B",
            "-c",
            limit + start,
            "build",
            bundle,
            "--into",
            tmp_path / "backend",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "backend").exists()


def test_our_own_fault_is_admitted_in_a_sentence(
    run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "draft", lambda *_: 1 / 0)
    said = run("build", bundle.name, "--into", "backend")
    assert said.code == 70
    assert said.err.startswith("Specwright failed, which is its own fault and not yours")
    assert "Traceback" not in said.err
    monkeypatch.setenv("SPECWRIGHT_TRACEBACK", "1")
    assert "ZeroDivisionError" in run("build", bundle.name, "--into", "backend").err


def test_a_place_without_room_to_lay_out_the_code_is_named(bundle: Path, tmp_path: Path) -> None:
    limited = (
        "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (999, 999)); "
        "runpy.run_module('specwright', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-Bc", limited, "build", bundle.name, "--into", "backend"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("The code could not be laid out in ")
    assert "TMPDIR" in done.stderr
    assert not (tmp_path / "backend" / "backend").exists()


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_reason_to_fail(bundle: Path, tmp_path: Path, closed: str) -> None:
    command = f"{sys.executable} -m specwright check {bundle.name} {closed}"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False)
    assert done.returncode == 0
