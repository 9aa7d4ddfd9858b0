"""What is emitted is what was reviewed; `make golden` writes it anew, for the next review."""

import pytest
from golden import EXAMPLES, GOLDEN, compiled, files_of, kept

TREES = sorted(folder.name for folder in GOLDEN.iterdir())
SOURCES = sorted((EXAMPLES.parent / "src" / "specwright").rglob("*"))


@pytest.mark.parametrize("name", TREES)
def test_the_example_gives_the_tree_that_was_reviewed(name: str) -> None:
    assert files_of(EXAMPLES / name) == kept(GOLDEN / name)


def test_the_task_board_is_built_whole() -> None:
    found = compiled(EXAMPLES / "taskboard")
    assert found.is_whole
    assert found.backend is not None
    assert found.backend.not_shown == (
        # No row has a lease in another status: the data model's own CHECK forbids it.
        'expireLeases: a part of `task.status == "in_progress" && task.lease_until < now` '
        "being false alone.",
    )


def test_no_example_is_known_by_name() -> None:
    words = ("taskboard", "task_board", "TaskBoard", "claimNextTask", "OrderLine(")
    guilty = [
        (path.name, word)
        for path in SOURCES
        if path.suffix == ".py" and "templates" not in path.parts
        for word in words
        if word in _code(path.read_text("utf-8"))
    ]
    assert guilty == []


def _code(text: str) -> str:
    """The lines that do something: docstrings and comments may speak of an example."""
    lines, inside = [], False
    for line in text.splitlines():
        quotes = line.count('"""')
        if not inside and not quotes and not line.lstrip().startswith("#"):
            lines.append(line.partition("  # ")[0])
        inside = inside ^ (quotes % 2 == 1)
    return "\n".join(lines)
