"""A bundle's folder on disk as a tree of texts: nothing outside of it, nothing endless."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from specwright.diagnostic import Code, Place, Report
from specwright.tree import Tree

ENDINGS = (".md", ".yaml", ".yml", ".json")
LARGEST = 5_000_000  # bytes
MOST_FILES = 500
DEEPEST = 5  # a bundle has its clients' contracts two folders down


_PARTS = ("spec.md", "data-model.md", "rules.md")  # any of them makes a folder a bundle's
_HOMES = ("specs", ".specify/specs", ".specify", ".")  # where they are kept, the usual one first


def bundles_at(path: Path) -> list[Path]:
    """The folder itself if it is a bundle's, or else those of the first usual place that has any.

    With none at all it is empty.
    """
    if _is_bundle(path):
        return [path]
    for home in _HOMES:
        try:
            folders = sorted(one for one in (path / home).iterdir() if not one.is_symlink())
        except OSError:
            continue
        found = [one for one in folders if not one.name.startswith(".") and _is_bundle(one)]
        if found:
            return found
    return []


def _is_bundle(path: Path) -> bool:
    return (path / "contracts").is_dir() or any((path / name).is_file() for name in _PARTS)


def read_folder(path: Path, report: Report) -> Tree:
    """The texts below `path` with the endings of a bundle, their line ends made `LF`.

    Whatever cannot be read is reported and left out, and so is what a link fetches from outside.
    """
    if not path.is_dir():
        found = "is no folder" if path.exists() else "does not exist"
        place = Place(str(path), 1, 1)
        report.add(place, Code.MISSING_FILE, f"`{path}` {found}.", "Name the folder of a bundle.")
        return Tree({})
    return Tree(dict(_Folder(path.resolve(), report).texts()))


@dataclass(frozen=True)
class _Folder:
    root: Path
    report: Report

    def texts(self) -> Iterator[tuple[str, str]]:
        for number, file in enumerate(self._files()):
            name = file.relative_to(self.root).as_posix()
            if number == MOST_FILES:
                message = f"This folder has more than {MOST_FILES} files; the rest was not read."
                self._add(name, Code.TOO_MANY_FILES, message, "Name the folder of one bundle.")
                return
            text = self._text(file, name)
            if text is not None:
                yield name, text

    def _files(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self.root, onerror=self._unlistable):
            here = Path(folder)
            depth = len(here.relative_to(self.root).parts)
            visible = sorted(name for name in folders if not name.startswith("."))
            folders[:] = visible if depth < DEEPEST else []
            for name in folders:
                self._leaves(here / name)
            for name in sorted(names):
                if name.lower().endswith(ENDINGS) and not name.startswith("."):
                    yield here / name

    def _text(self, file: Path, name: str) -> str | None:
        if not name.isprintable() or "\\" in name:  # what Python could not decode is not either
            shown = ascii(name)[1:-1]
            self._add(shown, Code.NOT_TEXT, f"The name `{shown}` cannot be that of a file here.")
            return None
        if self._leaves(file):
            return None
        if not file.is_file():
            self._add(name, Code.UNREADABLE_FILE, f"`{name}` is no ordinary file.")
            return None
        try:
            with file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as failure:
            reason = failure.strerror or "it cannot be opened"
            self._add(name, Code.UNREADABLE_FILE, f"`{name}` was not read: {reason}.")
            return None
        return self._decoded(content, name)

    def _decoded(self, content: bytes, name: str) -> str | None:
        if len(content) > LARGEST:
            message = f"`{name}` is larger than {LARGEST // 1_000_000} MB, so it was not read."
            self._add(name, Code.FILE_TOO_LARGE, message, "Split it, or move it elsewhere.")
            return None
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as failure:
            self._not_text(content, failure.start, name, "Save it in UTF-8.")
            return None
        if "\0" in text:
            self._not_text(content, content.index(0), name, "Is it a program or a picture?")
            return None
        return text.removeprefix("\ufeff").replace("\r\n", "\n")

    def _leaves(self, file: Path) -> bool:
        """Whether a link takes this out of the folder, which is then reported."""
        name = file.relative_to(self.root).as_posix()
        try:
            inside = not file.is_symlink() or file.resolve(strict=True).is_relative_to(self.root)
        except (OSError, RuntimeError):  # nothing is there, or the link itself
            message = f"`{name}` is a link that leads nowhere."
            self._add(name, Code.UNREADABLE_FILE, message, "Put a copy of the file here.")
            return True
        if not inside:
            message = f"`{name}` is a link to a place outside of the bundle."
            self._add(name, Code.LEAVES_FOLDER, message, "Put a copy of the file here.")
        return not inside

    def _unlistable(self, failure: OSError) -> None:
        name = Path(failure.filename).relative_to(self.root).as_posix()
        reason = failure.strerror or "it cannot be opened"
        self._add(name, Code.UNREADABLE_FILE, f"The folder `{name}` was not read: {reason}.")

    def _not_text(self, content: bytes, at: int, name: str, hint: str) -> None:
        before = content[:at].decode("utf-8", "replace")
        column = len(before) - (before.rfind("\n") + 1) + 1
        place = Place(name, before.count("\n") + 1, column)
        self.report.add(place, Code.NOT_TEXT, f"`{name}` is no text in UTF-8.", hint)

    def _add(self, name: str, code: Code, message: str, hint: str | None = None) -> None:
        self.report.add(Place(name, 1, 1), code, message, hint)
