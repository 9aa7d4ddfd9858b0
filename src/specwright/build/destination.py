"""The folder that a backend is written to: all of a build or nothing of it, whatever happens.

A build first lies in `.specwright/staging`, which a crash leaves to be thrown away. Renamed to
`.specwright/ready` it is decided: whoever comes next carries it out to the end.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specwright.build import manifest
from specwright.build.comparison import HISTORY, Lying
from specwright.build.state import State, is_migration
from specwright.plan import stored
from specwright.tree import Tree
from specwright.workflow import Refusal

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OWN = (stored.PATH, manifest.PATH)  # written last, in this order


@dataclass(frozen=True)
class Destination:
    root: Path

    @classmethod
    def at(cls, path: Path, bundle: Path) -> "Destination":
        """The folder at `path`, which need not be there yet."""
        root = path.resolve()
        above = next(folder for folder in (root, *root.parents) if folder.exists())
        if not above.is_dir():
            raise Refusal(f"{above} is a file, not a folder.", "Name another folder for `--into`.")
        own = root / manifest.FOLDER
        if own.is_symlink() or (own.exists() and not own.is_dir()):
            raise Refusal(f"{own} is no folder, so nobody knows what was built here.")
        if root.is_relative_to(bundle.resolve()):
            raise Refusal(
                f"{path} lies in the bundle: what is built would be read as part of it.",
                "Name a folder outside of the bundle for `--into`.",
            )
        return cls(root)

    def state(self) -> State:
        versions = self.root / HISTORY
        paths = {stored.PATH, *(f"{HISTORY}{file.name}" for file in versions.glob("*.py"))}
        paths |= {path for path in self._staged() if is_migration(path)}
        texts = {path: self._text(path) for path in paths}
        built = Tree({path: text for path, text in texts.items() if text is not None})
        return State(self._text(manifest.PATH), built)

    def lying(self, paths: Iterable[str], read: Iterable[str] = ()) -> Lying:
        """What lies there; of `read`, its texts as well."""
        digests: dict[str, str] = {}
        blocked: list[str] = []
        for path in paths:
            if self._is_blocked(path):
                blocked.append(path)
            elif (seen := _digest(self._where(path))) is not None:
                digests[path] = seen
        texts = {path: text for path in read if (text := self._text(path)) is not None}
        return Lying(digests, frozenset(blocked), texts)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else out, with what an interrupted build left carried out."""
        made: list[Path] = []
        try:
            _make_folder(self._own, made)
            file = os.open(self._own, os.O_RDONLY | os.O_CLOEXEC)
            try:
                self._lock(file)
                shutil.rmtree(self._staging, ignore_errors=True)
                self._carry_out()
                yield
            finally:
                os.close(file)
        finally:
            _remove_empty(made)

    def write(self, files: Mapping[str, str], removed: Collection[str]) -> None:
        """Write these files and delete those; the caller holds the folder."""
        self._stage(files, removed)
        self._staging.rename(self._ready)
        try:
            self._carry_out()
        except OSError as error:
            raise Refusal(
                f"{error.filename or self.root}: {error.strerror}, so the build is not complete.",
                "Put that right and build again: it is then carried out to its end.",
            ) from error

    # -- Staging

    @property
    def _own(self) -> Path:
        return self.root / manifest.FOLDER

    @property
    def _staging(self) -> Path:
        return self._own / "staging"

    @property
    def _ready(self) -> Path:
        return self._own / "ready"

    def _stage(self, files: Mapping[str, str], removed: Collection[str]) -> None:
        """Do everything that can fail for want of space."""
        made: list[Path] = []
        before = {path: _digest(self.root / path) for path in (*files, *removed)}
        order = {"before": before, "removed": sorted(removed)}
        try:
            self._staging.mkdir()
            for path, text in files.items():
                _make_folder((self.root / path).parent, made)
                _make_folder((self._staging / "files" / path).parent, [])
                _write(self._staging / "files" / path, text, like=self.root / path)
            _write(self._staging / "order.json", json.dumps(order))
        except OSError as error:
            shutil.rmtree(self._staging, ignore_errors=True)
            _remove_empty(made)
            why = "there is no space left" if error.errno in FULL else error.strerror
            raise Refusal(
                f"The build could not be written: {why}. {self.root} is as it was.",
                "Make room, then build again." if error.errno in FULL else None,
            ) from error

    def _carry_out(self) -> None:
        """Put what is ready in its place; done twice, it is the same."""
        if not self._ready.is_dir():
            return
        order = self._ready / "order.json"
        if order.exists():
            self._replace(json.loads(order.read_text("utf-8")))
        shutil.rmtree(self._ready)

    def _replace(self, order: dict[str, Any]) -> None:
        """Touch nothing that somebody has edited since; the manifest goes last."""
        files, before = self._ready / "files", order["before"]
        for path in self._in_order():
            if _digest(self.root / path) == before[path]:
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (files / path).replace(self.root / path)
        for path in order["removed"]:
            if _digest(self.root / path) == before[path]:
                (self.root / path).unlink(missing_ok=True)
                _remove_empty(self.root / folder for folder in reversed(Path(path).parents[:-1]))
        for path in OWN:
            if (files / path).exists():
                (files / path).replace(self.root / path)

    def _in_order(self) -> list[str]:
        """What is new goes before what may import it."""
        paths = [path for path in self._staged() if path not in OWN]
        return sorted(paths, key=lambda path: ((self.root / path).exists(), path))

    def _staged(self) -> list[str]:
        files = self._ready / "files"
        return sorted(f.relative_to(files).as_posix() for f in files.rglob("*") if f.is_file())

    def _lock(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal(
                f"Another build is at work on {self.root}.", "Wait until it has ended."
            ) from error

    # -- Reading

    def _where(self, path: str) -> Path:
        """The file, or what an interrupted build is about to put in its place."""
        staged = self._ready / "files" / path
        return staged if staged.is_file() else self.root / path

    def _text(self, path: str) -> str | None:
        try:
            return None if self._is_blocked(path) else self._where(path).read_text("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise Refusal(f"{self.root / path} is no text in UTF-8.") from error

    def _is_blocked(self, path: str) -> bool:
        file = self.root / path
        if file.is_symlink() or (file.exists() and not file.is_file()):
            return True
        above = [self.root / folder for folder in Path(path).parents[:-1]]
        return any(f.is_symlink() or (f.exists() and not f.is_dir()) for f in above)


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _write(file: Path, text: str, like: Path | None = None) -> None:
    with file.open("wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    if like is not None and like.exists():
        shutil.copymode(like, file)


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make it, and those above it; `made` gets the ones that were not there."""
    made += reversed([above for above in (folder, *folder.parents) if not above.exists()])
    folder.mkdir(parents=True, exist_ok=True)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Those that nobody uses, from the innermost on."""
    for folder in reversed(list(folders)):
        with suppress(OSError):
            folder.rmdir()
