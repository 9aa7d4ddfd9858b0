"""Files of a folder that somebody else works in, read and written without following any link."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o644


class NotPlain(Exception):
    """It is not a plain file in the folder; the message says what it is."""


def relative(folder: Path, path: str) -> str | None:
    """The path as it is seen from the folder, if it lies in it."""
    normal = PurePosixPath(os.path.normpath(folder / path))
    return str(normal.relative_to(folder)) if normal.is_relative_to(folder) else None


def read(folder: Path, path: str, limit: int) -> str:
    """The text of a plain file that nobody else has by another name."""
    with _above(folder, path) as (above, name), _explained():
        file = os.open(name, _READ, dir_fd=above)
        with open(file, "rb") as content:  # noqa: PTH123 - by its descriptor
            about = os.fstat(file)
            if not stat.S_ISREG(about.st_mode):
                raise NotPlain("is no file")
            if about.st_nlink > 1:
                raise NotPlain("is a file that has another name elsewhere")
            whole = content.read(limit + 1)
    if len(whole) > limit:
        raise NotPlain(f"is larger than {limit // 1000} kB")
    try:
        return whole.decode()
    except UnicodeDecodeError as error:
        raise NotPlain("is no text in UTF-8") from error


def write(folder: Path, path: str, text: str) -> None:
    """Put a new file in its place, whole; whatever was linked to the old one is not touched."""
    with _above(folder, path) as (above, name), _explained():
        draft = f".{name}.specwright-draft"
        file = os.open(draft, _NEW, _MODE, dir_fd=above)
        with open(file, "wb") as content:  # noqa: PTH123 - by its descriptor
            content.write(text.encode())
        os.replace(draft, name, src_dir_fd=above, dst_dir_fd=above)


@contextmanager
def _above(folder: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder that a file lies in, opened step by step."""
    *steps, name = PurePosixPath(path).parts
    at = os.open(folder, _FOLDER)
    try:
        for step in steps:
            with _explained():
                below = os.open(step, _FOLDER, dir_fd=at)
            os.close(at)
            at = below
        yield at, name
    finally:
        os.close(at)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotPlain("is not there") from error
    except OSError as error:
        links = (errno.ELOOP, errno.ENOTDIR)
        what = "is a link, or lies behind one" if error.errno in links else f"{error.strerror}"
        raise NotPlain(what) from error
