from pathlib import Path

import pytest
from toy import Git

from specwright.workflow import Refusal, Repository
from specwright.workflow.bench import Bench
from specwright.workflow.documents import tick

TICKS = {
    "- [ ] T001 A": "- [X] T001 A",
    "- [ ] T003 A": "- [ ] T003 A",
    "- [ ] T0011 A": "- [ ] T0011 A",
    "  * [ ] **T002**: A": "  * [X] **T002**: A",
    "- [x] T001 A": "- [x] T001 A",
    "Text - [ ] T001": "Text - [ ] T001",
    "- [ ] [P] T001": "- [ ] [P] T001",
    "- [ ] T001\r\n- [ ] T002\r\n": "- [X] T001\r\n- [X] T002\r\n",
    "- [ ] T001 \t\n\n\n": "- [X] T001 \t\n\n\n",
    "\ufeff- [ ] T001": "\ufeff- [ ] T001",
    "": "",
}


@pytest.mark.parametrize(("before", "after"), TICKS.items())
def test_a_tick_changes_one_character_and_nothing_else(before: str, after: str) -> None:
    assert tick(before, ("T001", "T002")) == after


def test_the_texts_of_a_commit_are_read_whatever_their_names(
    committed: Path, home: dict[str, str], git: Git
) -> None:
    texts = {
        "a b.txt": "1\n",
        "ä/ö.txt": "ü\r\n",
        "empty": "",
        "- q": "no end",
        ".specwright/manifest.json": "{}\n",
    }
    for path, text in texts.items():
        (committed / path).parent.mkdir(exist_ok=True)
        (committed / path).write_bytes(text.encode())
    (committed / "image.png").write_bytes(b"\x89PNG\xff")
    (committed / "link").symlink_to("/etc/passwd")
    (committed / "new\nline").write_text("x")
    git("add", "-A")
    git("commit", "-q", "-m", "test: names")
    files = Repository.at(committed, home).files("HEAD")
    assert dict(files) == {
        **texts,
        "README.md": "# Ours, reworded\n",
        "notes.txt": "not committed\n",
    }


def test_a_branch_is_published_only_from_where_it_was(
    committed: Path, home: dict[str, str], git: Git
) -> None:
    git("commit", "-q", "-a", "-m", "docs: reword")
    git("branch", "other", "HEAD~1")
    repository = Repository.at(committed, home)
    with pytest.raises(Refusal, match="The branch other has moved"):
        repository.publish("other", git("rev-parse", "HEAD"), None)
    assert git("rev-parse", "other") == git("rev-parse", "HEAD~1")


def test_git_on_a_bench_that_lost_its_link_finds_no_other_repository(
    committed: Path, home: dict[str, str], git: Git
) -> None:
    head = git("rev-parse", "HEAD")
    bench = Bench(Repository.at(committed, home), committed / ".specwright/worktrees/r1", head)
    bench.folder.mkdir(parents=True)
    assert bench.git.asks("rev-parse", "--show-toplevel") is None
    assert not bench.sound
    (bench.folder / ".git").write_text(f"gitdir: {committed}/.git/worktrees/nowhere\n")
    assert not bench.sound
