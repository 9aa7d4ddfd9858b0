"""Hand-written code beside what is built: written once, never touched, and named when it waits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from talk import Run, edit

from specwright.build import compile_bundle
from specwright.cli.folder import read_folder
from specwright.diagnostic import Report
from specwright.emit.hooks import unwritten

RULE = "    document.author_id: actor.id\n"
HOOK = """publishDocument:
  do: hook.polished(document.body) -> text
  set:
    document.body: polished
"""
HERE = Path("backend/backend/documents/hooks.py")
TO_WRITE = "  To write: backend/documents/hooks.py: polished\n"
BODY = "        return body.strip()\n"


@pytest.fixture
def built(run: Run, bundle: Path) -> Path:
    edit(bundle / "rules.md", RULE, RULE + HOOK)
    said = run("build", "notes", "--into", "backend")
    assert (said.code, TO_WRITE in said.out) == (0, True)
    return HERE


def _write(file: Path) -> str:
    edit(file, '        raise HookNotWritten("polished")\n', BODY)
    return file.read_text()


def test_what_a_person_has_written_is_kept_and_no_longer_waits(run: Run, built: Path) -> None:
    written = _write(built)
    said = run("build", "notes", "--into", "backend")
    assert said.out == "backend is notes as it is specified: nothing changed.\n"
    edit(Path("notes/contracts/openapi.yaml"), "version: 1.0.0", "version: 1.1.0")
    said = run("build", "notes", "--into", "backend")
    assert (said.code, "1 yours" in said.out, "To write" in said.out) == (0, True, False)
    assert built.read_text() == written


@pytest.mark.usefixtures("built")
def test_the_manifest_says_that_the_file_is_hand_written() -> None:
    manifest = json.loads(Path("backend/.specwright/manifest.json").read_text())
    assert manifest["yours"] == ["backend/documents/hooks.py"]
    assert "backend/documents/hooks.py" not in manifest["files"]
    assert "backend/documents/hooks_protocol.py" in manifest["files"]


def test_a_file_that_was_deleted_is_written_again(run: Run, built: Path) -> None:
    built.unlink()
    assert run("build", "notes", "--into", "backend").code == 0
    assert "polished" in built.read_text()


def test_a_plan_says_what_a_person_has_to_write(run: Run, built: Path) -> None:
    waits = "1 hook to write\n  backend/documents/hooks.py: polished\n"
    assert waits in run("plan", "notes").out
    assert waits in run("plan", "notes", "--into", "backend").out
    _write(built)
    assert "to write" not in run("plan", "notes", "--into", "backend").out


def test_programs_are_told_what_a_person_has_to_write(run: Run, built: Path) -> None:
    told = json.loads(run("build", "notes", "--into", "backend", "--json").out)
    file = "backend/documents/hooks.py"
    assert told["unwritten"] == [{"file": file, "function": "polished", "hook": "polished"}]
    _write(built)
    assert "unwritten" not in json.loads(run("plan", "notes", "--into", "backend", "--json").out)


def test_a_hook_that_comes_later_waits_beside_the_one_that_is_written(
    run: Run, built: Path
) -> None:
    written = _write(built)
    edit(Path("notes/rules.md"), "do: hook.polished", "do: [hook.announce(document), hook.polished")
    edit(Path("notes/rules.md"), "-> text\n", "-> text]\n")
    said = run("build", "notes", "--into", "backend")
    assert "  To write: backend/documents/hooks.py: announce\n" in said.out
    assert TO_WRITE not in said.out
    assert built.read_text() == written


def test_a_hook_that_goes_leaves_the_file_to_its_person(run: Run, built: Path) -> None:
    written = _write(built)
    edit(Path("notes/rules.md"), HOOK, "")
    planned = run("plan", "notes", "--into", "backend").out
    left = "backend/documents/hooks.py: no longer built; written by hand, so it stays"
    assert left in planned
    assert "backend/documents/hooks_protocol.py: removed" in planned
    assert run("build", "notes", "--into", "backend").code == 0
    assert built.read_text() == written
    assert not built.with_name("hooks_protocol.py").exists()


@pytest.mark.slow
def test_mypy_names_a_hook_whose_signature_has_changed(run: Run, built: Path) -> None:
    _write(built)
    check = [sys.executable, "-m", "mypy", "--cache-dir", "../cache"]
    assert subprocess.run(check, cwd="backend", capture_output=True, check=False).returncode == 0
    edit(Path("notes/rules.md"), "polished(document.body)", "polished(document)")
    assert run("build", "notes", "--into", "backend").code == 0
    done = subprocess.run(check, cwd="backend", capture_output=True, text=True, check=False)
    assert "backend/documents/hooks.py:" in done.stdout
    assert 'Argument 2 of "polished" is incompatible with supertype' in done.stdout


BODIES = {
    "": True,
    "def polished(": True,
    "class A:\n    async def polished(self): raise HookNotWritten": True,
    "class A:\n    async def polished(self):\n        'Later.'\n        raise HookNotWritten('x')": True,
    "class A:\n    async def polished(self): ...": True,
    "class A:\n    async def other(self): return 1": True,
    "class A:\n    async def polished(self): return 1": False,
    "class A:\n    async def polished(self): raise ValueError": False,
    "class A:\n    async def polished(self):\n        x = 1\n        raise HookNotWritten('x')": False,
}


@pytest.mark.parametrize(("text", "waits"), BODIES.items())
def test_a_body_is_written_if_it_does_anything(bundle: Path, text: str, waits: bool) -> None:
    edit(bundle / "rules.md", RULE, RULE + HOOK)
    model = compile_bundle("notes", read_folder(bundle, Report()), Report()).model
    found = unwritten(model, {"backend/documents/hooks.py": text})
    assert [one.function for one in found] == (["polished"] if waits else [])
