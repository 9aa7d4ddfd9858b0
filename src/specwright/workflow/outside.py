"""What a run's agent has no business with, where no sandbox keeps it from there.

It is kept in memory and put back. A person may have changed the same meanwhile: what is taken away
is never thrown away. What a person changes all the time, files and branches, is named only.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from specwright.agents.snapshot import Change, Snapshot, changes, snapshot
from specwright.gates import Finding
from specwright.workflow.repository import Repository

LARGEST = 64_000_000  # bytes of a file that is kept; the others are named only

# Of git's own folder: what is obeyed by every command of git, but not what it does by itself.
OBEYED = ("config", "config.worktree", "hooks", "info", "objects/info")
MOVING = ("HEAD", "refs", "packed-refs")


@dataclass(frozen=True)
class Kept:
    """A folder, or some paths of it, with all bytes."""

    root: Path
    only: tuple[str, ...]
    known: Snapshot
    contents: dict[str, bytes]

    @classmethod
    def of(cls, root: Path, only: tuple[str, ...] = ("",)) -> "Kept":
        known = snapshot(root, only)
        files = [path for path, entry in known.items() if entry.kind == "file"]
        small = [path for path in files if (root / path).stat().st_size <= LARGEST]
        return cls(root, only, known, {path: (root / path).read_bytes() for path in small})

    def changes(self) -> tuple[Change, ...]:
        return tuple(changes(self.known, snapshot(self.root, self.only)))

    def undo(self, change: Change, aside: Path) -> Finding:
        """As it was; what lies there instead is put aside."""
        place, before, after = self.root / change.path, change.before, change.after
        if before and before.kind == "file" and change.path not in self.contents:
            return _finding(place, f"{change.what}, and it was too large to be kept.")
        if before and after and before.kind == after.kind == "folder":
            place.chmod(before.mode)
            return _finding(place, f"{change.what}: undone.")
        put = ""
        if after:
            put = f", and put aside as {_put_aside(place, aside)}"
        for path in self.known:
            if path == change.path or path.startswith(f"{change.path}/"):
                self._write(path, self.root / path)
        return _finding(place, f"{change.what}: undone{put}.")

    def _write(self, path: str, place: Path) -> None:
        entry = self.known[path]
        if entry.kind == "folder":
            place.mkdir(parents=True, exist_ok=True)
        elif entry.kind == "link":
            place.symlink_to(entry.holds)
            return
        elif path in self.contents:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self.contents[path])
        else:
            return
        place.chmod(entry.mode)


@dataclass(frozen=True)
class Outside:
    """All of it, as it was before."""

    kept: tuple[Kept, ...]
    named: Snapshot
    repository: Repository

    @classmethod
    def of(cls, repository: Repository, worktree: str, bundle: Path) -> "Outside":
        runs = repository.root / ".specwright" / "runs"
        kept = (
            Kept.of(repository.private, (*OBEYED, f"worktrees/{worktree}")),
            *((Kept.of(runs),) if runs.is_dir() else ()),
            *((Kept.of(bundle),) if bundle.is_dir() else ()),
        )
        return cls(kept, _named(repository), repository)

    def put_back(self, aside: Path) -> tuple[Finding, ...]:
        """Before git is asked for anything: it would obey what lies there."""
        found = [(kept, change) for kept in self.kept for change in kept.changes()]
        return tuple(kept.undo(change, aside) for kept, change in found)

    def moved(self) -> tuple[str, ...]:
        """What has changed that a person may have changed as well."""
        return tuple(
            f"{change.path} {change.what} while the agent worked, by it or by you: look at it"
            for change in changes(self.named, _named(self.repository))
        )


def _named(repository: Repository) -> Snapshot:
    """Branches, and the files of a person's working tree that are not ignored."""
    listed = repository.git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    files = [path for path in listed.split("\0") if path and not path.startswith(".specwright/")]
    refs = snapshot(repository.private, MOVING)
    known = {f".git/{path}": entry for path, entry in refs.items()}
    known |= snapshot(repository.root, files)
    return {path: entry for path, entry in known.items() if entry.kind != "folder"}


def _put_aside(place: Path, aside: Path) -> Path:
    aside.mkdir(parents=True, exist_ok=True)
    target = aside / f"{sum(1 for _ in aside.iterdir()) + 1}-{place.name}"
    shutil.move(place, target)
    return target


def _finding(place: Path, problem: str) -> Finding:
    return Finding(str(place), problem, "")
