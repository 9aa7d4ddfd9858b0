"""What people write instead of DBML, each beside what is read of it.

After a change, `python tests/spec/test_readers.py` rewrites what is expected, for review.
"""

import sys
from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.spec.dbml import parse_dbml
from specwright.spec.dbml.writing import write_dbml
from specwright.spec.markdown import read_markdown
from specwright.spec.readers import names, read_tables
from specwright.spec.text import Text

HERE = Path(__file__).parent / "readers"
FOLDERS = sorted(path.parent for path in HERE.glob("*/data-model.md"))
SHARED = Path(__file__).parents[2].parent / "shared"
WILD = sorted((SHARED / "bundles" / "wild").glob("*/*/data-model.md"))
FEWEST_TABLES = {  # of what strangers wrote
    "001-backend-api": 3,
    "001-order-management": 9,
    "001-stock-signal-api": 2,
    "002-cart-management": 2,
    "002-customer-view": 9,
    "002-user-authentication": 1,
    "004-financial-system": 3,
}


def read(path: Path) -> str:
    """The tables as DBML, and below them what is said."""
    report = Report()
    text = Text("data-model.md", path.read_text("utf-8"))
    written = write_dbml(read_tables(read_markdown(text, report), report))
    return "\n".join([written, *(str(one) for one in report)]).rstrip() + "\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_people_write_is_read(folder: Path) -> None:
    assert read(folder / "data-model.md") == (folder / "expected.txt").read_text("utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_written_as_dbml_reads_back(folder: Path) -> None:
    report = Report()
    text = Text("data-model.md", (folder / "data-model.md").read_text("utf-8"))
    written = write_dbml(read_tables(read_markdown(text, report), report))
    said = Report()
    assert write_dbml(parse_dbml([Text("data-model.md", written)], said)) == written
    assert list(said) == []


@pytest.mark.skipif(not WILD, reason="the strangers' bundles lie beside the project")
@pytest.mark.parametrize("path", WILD, ids=lambda path: path.parent.name)
def test_what_strangers_wrote_is_read(path: Path) -> None:
    report = Report()
    model = read_tables(
        read_markdown(Text("data-model.md", path.read_text("utf-8")), report), report
    )
    assert len(model.tables) >= FEWEST_TABLES.get(path.parent.name, 0)


@pytest.mark.parametrize("word", ["task", "category", "box", "branch", "class", "day", "person"])
def test_a_plural_has_its_singular(word: str) -> None:
    assert names.singular(names.table(word)) in (word, names.table(word))


def main() -> None:
    for folder in FOLDERS:
        (folder / "expected.txt").write_text(read(folder / "data-model.md"), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
