"""What is to be written beside what lies there: which file may be touched, and which may not."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from specwright.build.manifest import Manifest
from specwright.tree import Tree, digest

HISTORY = "migrations/versions/"  # what was emitted here once is never written again


class Fate(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REMOVED = "removed"
    YOURS = "yours"  # hand-written code, or ejected: never written again
    LEFT = "left"  # no longer asked for, but written by hand: it stays
    EDITED = "edited"  # refused: the edit would be lost
    UNKNOWN = "unknown"  # refused: it is not ours to overwrite
    BLOCKED = "blocked"  # refused: a link or a folder is in its place


@dataclass(frozen=True)
class Lying:
    """What lies in a folder, of the files in question; `texts` are of those that are a person's."""

    digests: Mapping[str, str] = field(default_factory=dict)
    blocked: Collection[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Tree) -> "Lying":
        return cls({path: digest(text) for path, text in tree.items()}, texts=tree)


@dataclass(frozen=True)
class Comparison:
    """The fate of every file, in the order of paths."""

    fates: Mapping[str, Fate]

    def of(self, *fates: Fate) -> tuple[str, ...]:
        return tuple(path for path, fate in self.fates.items() if fate in fates)

    @property
    def refused(self) -> tuple[str, ...]:
        return self.of(Fate.EDITED, Fate.UNKNOWN, Fate.BLOCKED)

    @property
    def written(self) -> tuple[str, ...]:
        return self.of(Fate.NEW, Fate.CHANGED)


def compare(
    tree: Tree,
    known: Manifest,
    lying: Lying,
    ejected: Collection[str],
    written_once: Collection[str] = (),
) -> Comparison:
    """What is `written_once` is written where nothing lies, and a person's from then on."""
    found = {**dict(_emitted(tree, known, lying)), **dict(_stale(tree, known, lying))}
    for path in written_once:
        found[path] = _of_a_person(path, lying)
    return Comparison(
        {path: Fate.YOURS if path in ejected else found[path] for path in sorted(found)}
    )


def _emitted(tree: Tree, known: Manifest, lying: Lying) -> Iterator[tuple[str, Fate]]:
    for path, text in tree.items():
        there, ours = lying.digests.get(path), known.files.get(path)
        if path in lying.blocked:
            yield path, Fate.BLOCKED
        elif there is None:
            yield path, Fate.NEW
        elif there == digest(text):
            yield path, Fate.SAME
        elif ours is None:
            yield path, Fate.UNKNOWN
        else:
            yield path, Fate.CHANGED if there == ours.digest else Fate.EDITED


def _of_a_person(path: str, lying: Lying) -> Fate:
    if path in lying.blocked:
        return Fate.BLOCKED
    return Fate.YOURS if path in lying.digests else Fate.NEW


def _stale(tree: Tree, known: Manifest, lying: Lying) -> Iterator[tuple[str, Fate]]:
    for path, ours in known.files.items():
        there = lying.digests.get(path)
        if path in tree or there is None:
            continue
        if path.startswith(HISTORY):
            yield path, Fate.SAME
        else:
            yield path, Fate.REMOVED if there == ours.digest else Fate.LEFT
    for path in known.yours:
        if path not in tree and path in lying.digests:
            yield path, Fate.LEFT
