"""Landlock: on Linux a process gives up writing, but for a few places, with all that it starts.

It keeps files from being written, made, removed and renamed. It does not keep modes and dates from
being changed, nor files from being read.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1  # a flag: say which version of the interface there is
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_WRITE_FILE, _REFER, _TRUNCATE = 1 << 1, 1 << 13, 1 << 14
_IN_FOLDERS = sum(1 << bit for bit in range(4, 13))  # make and remove whatever there is
_SCOPED = 0b11  # no abstract sockets and no signals of those outside
_TRUNCATE_SINCE, _REFER_SINCE, _SCOPED_SINCE = 3, 2, 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


class Unavailable(OSError):
    """The kernel would not do it."""


def version() -> int:
    """Of the interface that the kernel has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    found = _library().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    return max(0, int(found))


def restrict_self(writable: Iterable[Path]) -> None:
    """From now on only these places can be written to, by this process and all that it starts."""
    known = version()
    if not known:
        raise Unavailable("Landlock is not there")
    library = _library()
    ruleset = _ruleset(library, known)
    for place in writable:
        if place.exists():
            _allow(library, ruleset, place, _rights(known))
    _expect(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _expect(library.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)))
    os.close(ruleset)


def _ruleset(library: ctypes.CDLL, known: int) -> int:
    asked = _Ruleset(_rights(known), 0, _SCOPED if known >= _SCOPED_SINCE else 0)
    size = 24 if known >= _SCOPED_SINCE else 8
    return _expect(
        library.syscall(
            _CREATE_RULESET, ctypes.byref(asked), ctypes.c_size_t(size), ctypes.c_uint32(0)
        )
    )


def _allow(library: ctypes.CDLL, ruleset: int, place: Path, rights: int) -> None:
    folder = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = rights if place.is_dir() else rights & (_WRITE_FILE | _TRUNCATE)
        rule = _Beneath(allowed, folder)
        _expect(
            library.syscall(
                _ADD_RULE,
                ctypes.c_int(ruleset),
                ctypes.c_int(_PATH_BENEATH),
                ctypes.byref(rule),
                ctypes.c_uint32(0),
            )
        )
    finally:
        os.close(folder)


def _rights(known: int) -> int:
    rights = _WRITE_FILE | _IN_FOLDERS
    rights |= _REFER if known >= _REFER_SINCE else 0
    return rights | (_TRUNCATE if known >= _TRUNCATE_SINCE else 0)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _expect(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise Unavailable(number, os.strerror(number))
    return int(result)
