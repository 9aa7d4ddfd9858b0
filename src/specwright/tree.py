"""An immutable set of text files in memory, with a digest."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class PathLeavesTree(ValueError):
    """A path that is absolute, empty, or climbs out of its tree."""


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path or not pure.parts:
        raise PathLeavesTree(path)
    return str(pure)


@dataclass(frozen=True)
class Tree(Mapping[str, str]):
    """Texts by relative POSIX path; iteration is in the order of paths, whatever came first."""

    files: Mapping[str, str]

    def __post_init__(self) -> None:
        inside = {_inside(path): text for path, text in self.files.items()}
        object.__setattr__(self, "files", dict(sorted(inside.items())))

    def __getitem__(self, path: str) -> str:
        return self.files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __or__(self, other: Mapping[str, str]) -> "Tree":
        return Tree({**self.files, **other})

    def under(self, folder: str) -> "Tree":
        """The files below `folder`, by their paths from there."""
        start = folder.rstrip("/") + "/"
        return Tree({p[len(start) :]: t for p, t in self.files.items() if p.startswith(start)})

    @property
    def digest(self) -> str:
        """The same for the same paths and texts, and for nothing else."""
        return digest("".join(f"{digest(path)}{digest(text)}" for path, text in self.items()))
