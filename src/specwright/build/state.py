"""What earlier builds left in a folder, as far as the next depends on it."""

from dataclasses import dataclass

from specwright.build import manifest
from specwright.build.comparison import HISTORY
from specwright.plan import stored
from specwright.tree import Tree

_NO_FILES = Tree({})


@dataclass(frozen=True)
class State:
    """The manifest; and what a next migration depends on: the schema, and those before it."""

    manifest: str | None = None
    built: Tree = _NO_FILES

    @classmethod
    def of(cls, tree: Tree) -> "State":
        """That of a folder whose files are these."""
        built = {p: text for p, text in tree.items() if p == stored.PATH or is_migration(p)}
        return cls(tree.get(manifest.PATH), Tree(built))


def is_migration(path: str) -> bool:
    return path.startswith(HISTORY) and path.endswith(".py")
