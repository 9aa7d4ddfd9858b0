"""A folder as it is, to the byte and the mode, and what has become of it since."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

_PIECE = 1 << 20  # bytes that are read at once


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies at a path; `holds` is the digest of a file, or where a link leads."""

    kind: str  # "file", "folder", "link", "other"; "closed" for what cannot be read
    mode: int
    holds: str = ""
    dated: int = 0


Snapshot: TypeAlias = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of one path."""

    path: str
    before: Entry | None
    after: Entry | None
    within: int = 0  # more below it that came or went with it

    @property
    def is_back_dated(self) -> bool:
        """Whether its content is another, and its date says that it is not."""
        if not self.before or not self.after or self.before.holds == self.after.holds:
            return False
        return (
            self.before.kind == self.after.kind == "file" and self.before.dated == self.after.dated
        )

    @property
    def what(self) -> str:
        """In words, as in `tests/test_orders.py: was changed`."""
        if self.before is None:
            kind = self.after.kind if self.after else ""
            sorts = {"link": " as a link", "other": " as no file"}
            more = f", with {self.within} more in it" if self.within else ""
            return f"was added{sorts.get(kind, '')}{more}"
        if self.after is None:
            return "was deleted"
        if self.before.kind != self.after.kind:
            return f"was replaced by a {self.after.kind}"
        if self.is_back_dated:
            return "was changed, and its date put back"
        return "was changed" if self.before.holds != self.after.holds else "was given another mode"


def snapshot(root: Path, only: Iterable[str] = ("",)) -> Snapshot:
    """Everything below a folder, or only these of it; links are not followed."""
    found: dict[str, Entry] = {}
    for start in only:
        known = _entry(root / start) if os.path.lexists(root / start) else None
        if known and start:
            found[start] = known
        if known and known.kind == "folder":
            found |= _entries(root, start)
    return found


def _entries(root: Path, start: str) -> Iterator[tuple[str, Entry]]:
    left = [start]
    while left:
        folder = left.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = sorted(found, key=lambda one: one.name)
        except OSError:  # no right to look into it, or a path that is too long
            yield folder or ".", Entry("closed", 0)
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            known = _entry(root / path)
            yield path, known
            if known.kind == "folder":
                left.append(path)


def _entry(file: Path) -> Entry:
    try:
        about = file.lstat()
        mode = stat.S_IMODE(about.st_mode)
        if stat.S_ISLNK(about.st_mode):
            return Entry("link", 0, str(file.readlink()))
        if stat.S_ISDIR(about.st_mode):
            return Entry("folder", mode)
        if stat.S_ISREG(about.st_mode):
            return Entry("file", mode, _digest(file), about.st_mtime_ns)
    except OSError:
        return Entry("closed", 0)
    return Entry("other", mode)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as content:  # noqa: PTH123 - by its descriptor
        while piece := content.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What has changed, by path; what came or went with its folder is counted there."""
    told: dict[str, Change] = {}
    for path in sorted({*before, *after}, key=lambda path: PurePosixPath(path).parts):
        one, other = before.get(path), after.get(path)
        if one == other or _same_but_for_date(one, other):
            continue
        above = next((str(up) for up in PurePosixPath(path).parents if str(up) in told), None)
        if above is not None and _is_whole(told[above]):
            known = told[above]
            told[above] = Change(above, known.before, known.after, known.within + 1)
        else:
            told[path] = Change(path, one, other)
    yield from told.values()


def _is_whole(change: Change) -> bool:
    """Whether a folder came or went, so that all below it did."""
    return change.before is None or change.after is None or change.before.kind != change.after.kind


def _same_but_for_date(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return False
    return (one.kind, one.mode, one.holds) == (other.kind, other.mode, other.holds)
