"""`specwright fmt`: what authors wrote stays to the byte, and a second time changes nothing."""

import re
import shutil
from pathlib import Path

import pytest

from specwright.cli import main

HERE = Path(__file__).parents[2]
READERS = sorted((HERE / "tests" / "spec" / "readers").glob("*/data-model.md"))
EXAMPLES = [HERE / "examples" / name for name in ("taskboard", "orders")]


def bundle(tmp_path: Path, data_model: bytes) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "data-model.md").write_bytes(data_model)
    return folder


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.parent.name)
def test_dbml_stands_below_what_was_written_and_only_once(path: Path, tmp_path: Path) -> None:
    folder = bundle(tmp_path, path.read_bytes())
    assert main(["fmt", str(folder), "--canonical"]) == 0
    once = (folder / "data-model.md").read_bytes()
    assert once.startswith(path.read_bytes())
    assert (b"```dbml\n" in once) is (path.parent.name != "sql-broken")
    assert main(["fmt", str(folder), "--canonical"]) == 0
    assert (folder / "data-model.md").read_bytes() == once


def test_line_ends_and_the_mark_at_the_start_stay(tmp_path: Path) -> None:
    table = "### Note\n\n| Field | Type | Constraints |\n|-|-|-|\n| id | uuid | PK |\n"
    written = b"\xef\xbb\xbf" + table.replace("\n", "\r\n").encode()
    folder = bundle(tmp_path, written)
    assert main(["fmt", str(folder), "--canonical"]) == 0
    found = (folder / "data-model.md").read_bytes()
    assert found.startswith(written)
    assert b"\r\nTable notes {\r\n" in found
    assert found.count(b"\n") == found.count(b"\r\n")


def test_check_writes_nothing_and_says_that_it_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "| operation | anyone |\n|:--|:-:|\n| `a` | |\n| `listLongNames` | yes |\n"
    folder = bundle(tmp_path, b"# Nothing\n")
    (folder / "rules.md").write_text(text)
    assert main(["fmt", str(folder), "--check"]) == 1
    assert (folder / "rules.md").read_text() == text
    assert main(["fmt", str(folder)]) == 0
    assert (folder / "rules.md").read_text() == (
        "| operation       | anyone |\n"
        "|:----------------|:------:|\n"
        "| `a`             |        |\n"
        "| `listLongNames` | yes    |\n"
    )
    assert main(["fmt", str(folder), "--check"]) == 0
    said = capsys.readouterr().out
    assert said == "rules.md: would change\nrules.md: changed\nNothing to change.\n"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_nothing_but_the_width_of_cells_changes_in_our_own_notation(
    example: Path, tmp_path: Path
) -> None:
    folder = tmp_path / example.name
    shutil.copytree(example, folder)
    assert main(["fmt", str(folder), "--canonical"]) == 0
    for path in sorted(example.rglob("*.*")):
        before, after = path.read_text(), (folder / path.relative_to(example)).read_text()
        if path.name == "rules.md":
            before, after = (re.sub(r" +|-{3,}", " ", text) for text in (before, after))
        assert after == before
