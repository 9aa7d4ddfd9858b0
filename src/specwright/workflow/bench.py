"""The worktree of one run: made, laid out, compared, committed; never the person's own."""

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from specwright.tree import Tree, digest
from specwright.workflow.files import replace_whole
from specwright.workflow.git import Git
from specwright.workflow.person import Person
from specwright.workflow.refusal import Refusal
from specwright.workflow.repository import Repository


@dataclass(frozen=True)
class Bench:
    """A folder that belongs to a run alone, at the baseline plus what the run wrote."""

    repository: Repository
    folder: Path
    baseline: str

    @property
    def git(self) -> Git:
        """Git in this folder and no other: a lost `.git` must not lead to the person's work."""
        outer = self.repository.git
        return Git(self.folder, outer.environment, outer.held, alone=True)

    @property
    def sound(self) -> bool:
        """Whether it is a worktree at the baseline, and not what a crash left of one."""
        if not (self.folder / ".git").is_file():
            return False
        return self.git.asks("rev-parse", "--verify", "--quiet", "HEAD") == self.baseline

    def mend(self) -> None:
        """Tell git where the worktree lies now: the repository may have been moved."""
        if (self.folder / ".git").is_file() and not self.sound:
            self.repository.git.asks("worktree", "repair", str(self.folder))

    def lay(self, tree: Tree, removed: Collection[str]) -> None:
        """Make it the baseline plus `tree`, whatever lies there now."""
        if not (self.sound and self._is_reset()):
            self.clear()
            self.repository.git(
                *("worktree", "add", "--quiet", "--force", "--detach"),
                *(str(self.folder), self.baseline),
            )
        self.git("clean", "-ffdxq")
        self.put(tree, removed)

    def put(self, tree: Tree, removed: Collection[str]) -> None:
        """Write on top of what lies there."""
        for path in removed:
            self._inside(path).unlink(missing_ok=True)
        for path, text in tree.items():
            self._write(path, text)

    def clear(self) -> None:
        """Remove the worktree, and every trace of it in the repository."""
        self.repository.git.asks("worktree", "remove", "--force", "--force", str(self.folder))
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.repository.private / "worktrees" / self.folder.name, ignore_errors=True)

    def altered(self, tree: Tree) -> tuple[str, ...]:
        """The files that are not, byte for byte, what the run wrote."""
        return tuple(path for path, text in tree.items() if self._read(path) != text.encode())

    def tampered(self, sealed: Mapping[str, str]) -> tuple[str, ...]:
        """The sealed files that somebody edited; what a crash left unwritten does not count."""
        return tuple(
            path
            for path, seal in sealed.items()
            if (found := self._read(path)) is not None
            and digest(found.decode(errors="replace")) != seal
            and found != self._at_baseline(path)
        )

    def left_behind(self, written: Collection[str]) -> tuple[str, ...]:
        """Files that the checks left, and that will not be committed."""
        status = self.git("status", "--porcelain", "-z", "--no-renames", "-uall").split("\0")
        return tuple(entry[3:] for entry in status if entry and entry[3:] not in written)

    def commit(self, paths: Collection[str], message: str, person: Person, moment: datetime) -> str:
        """A commit of exactly these files, on top of the baseline; no branch moves yet."""
        self.git("read-tree", self.baseline)
        there = self.git("ls-files", "-z").split("\0")
        known = [path for path in paths if path in there or (self.folder / path).exists()]
        self.git(
            *("add", "--all", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"),
            stdin="".join(f"{path}\0" for path in known),
        )
        return self.git(
            *("commit-tree", self.git("write-tree"), "-p", self.baseline, "-F", "-"),
            stdin=message,
            **person.at(moment),
        )

    def _is_reset(self) -> bool:
        return self.git.asks("reset", "--hard", "--quiet", self.baseline) is not None

    def _at_baseline(self, path: str) -> bytes | None:
        known = self.git.asks("rev-parse", "--verify", "--quiet", f"{self.baseline}:{path}")
        return self.git.raw("cat-file", "blob", known) if known else None

    def _read(self, path: str) -> bytes | None:
        file = self._inside(path)
        return file.read_bytes() if file.is_file() and not file.is_symlink() else None

    def _write(self, path: str, text: str) -> None:
        if self._read(path) == text.encode():
            return
        file = self._inside(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(file, text.encode())

    def _inside(self, path: str) -> Path:
        """The file, if no link on the way to it leads out of the bench."""
        file = self.folder / path
        for part in _above(file, self.folder):
            if part.is_symlink():
                raise Refusal(
                    f"{part.relative_to(self.folder)} is a link: {path} is not written through it.",
                    "Replace the link by a folder and commit that.",
                )
        return file


def _above(file: Path, top: Path) -> Iterator[Path]:
    for part in PurePosixPath(file.relative_to(top)).parents:
        yield top / part
