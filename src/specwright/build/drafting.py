"""A backend, compared with the folder that it goes to: what would be written there, and why not."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from specwright.build import manifest
from specwright.build.comparison import Comparison, Fate, Lying, compare
from specwright.build.compilation import Backend
from specwright.build.manifest import Entry, Manifest
from specwright.build.sources import sources
from specwright.build.state import State
from specwright.emit.hooks import Unwritten, unwritten
from specwright.tree import Tree, digest
from specwright.workflow import Refusal

SHOWN = 12  # files named in a refusal
_WHY = {
    Fate.EDITED: "was edited by hand since it was built",
    Fate.UNKNOWN: "is there already, and no build wrote it",
    Fate.BLOCKED: "is a link or a folder, or lies behind one",
}


@dataclass(frozen=True)
class Origin:
    """Who builds what."""

    bundle: str
    version: str  # of Specwright


@dataclass(frozen=True)
class Draft:
    """What becomes of each file, and the texts to write."""

    tree: Tree
    compared: Comparison
    manifest: str
    known: State
    unwritten: tuple[Unwritten, ...] = ()  # what hand-written code has still to have

    @property
    def files(self) -> Tree:
        """To be written; the manifest only if it is another."""
        new = {path: self.tree[path] for path in self.compared.written}
        is_same = self.manifest == self.known.manifest
        return Tree(new if is_same else {**new, manifest.PATH: self.manifest})

    @property
    def removed(self) -> tuple[str, ...]:
        return self.compared.of(Fate.REMOVED)

    @property
    def is_idle(self) -> bool:
        return not self.files and not self.removed

    def expect_allowed(self) -> None:
        """Refuse to overwrite what nobody gave up."""
        refused = self.compared.refused
        if not refused:
            return
        lines = [f"  {path} {_WHY[self.compared.fates[path]]}." for path in refused[:SHOWN]]
        more = [f"  … and {len(refused) - SHOWN} more"] if len(refused) > SHOWN else []
        raise Refusal(
            "\n".join(["Nothing was written, so that nothing is lost:", *lines, *more]),
            "\n    ".join(self._ways_out()),
        )

    def _ways_out(self) -> Iterator[str]:
        refused = self.compared.refused
        if edited := self.compared.of(Fate.EDITED):
            yield f"Restore it (`git checkout -- {edited[0]}`), or move the edit into the bundle."
        elif self.compared.of(Fate.UNKNOWN):
            yield "Move it away, or build into another folder."
        else:
            yield "Replace it by a plain file or folder, or build into another folder."
        yield f"Or keep it as yours from now on, never to be written again: `--eject {refused[0]}`."


def draft(
    backend: Backend, origin: Origin, known: State, lying: Lying, eject: Collection[str] = ()
) -> Draft:
    """Compare, without touching anything."""
    before = recorded(known)
    ejected = {*before.ejected, *_ejectable(eject, backend.tree, before)}
    once = backend.written_once
    compared = compare(backend.tree, before, lying, ejected, once)
    kept = [path for path in _kept(compared) if path not in once]
    files = {path: _entry(path, backend, before) for path in kept}
    after = Manifest(origin.version, origin.bundle, files, tuple(sorted(ejected)), once)
    texts = {path: lying.texts.get(path, backend.tree[path]) for path in once}
    left = unwritten(backend.model, texts)
    return Draft(backend.tree, compared, manifest.written(after), known, left)


def recorded(known: State) -> Manifest:
    return manifest.read(known.manifest) if known.manifest is not None else Manifest("", "")


def paths_in_question(backend: Backend, known: State) -> tuple[str, ...]:
    before = recorded(known)
    return tuple(sorted({*backend.tree, *before.files, *before.yours}))


def _kept(compared: Comparison) -> tuple[str, ...]:
    return compared.of(Fate.NEW, Fate.CHANGED, Fate.SAME, Fate.EDITED)


def _entry(path: str, backend: Backend, before: Manifest) -> Entry:
    if path not in backend.tree:
        return before.files[path]  # of an earlier migration
    return Entry(digest(backend.tree[path]), sources(backend.model, path))


def _ejectable(paths: Collection[str], tree: Tree, before: Manifest) -> Iterator[str]:
    for given in paths:
        path = str(PurePosixPath(given))
        is_known = path in tree or path in before.files
        if not is_known or path.startswith(f"{manifest.FOLDER}/"):
            raise Refusal(
                f"{given} is no file of this backend, so there is nothing to eject.",
                "Name it as it is seen from the folder of the backend.",
            )
        yield path
