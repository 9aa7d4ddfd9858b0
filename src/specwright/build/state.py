"""What earlier builds left in a folder, as far as the next depends on it."""

from dataclasses import dataclass

from specwright.build import manifest
from specwright.build.comparison import HISTORY
from specwright.plan import stored
from specwright.tree import Tree


@dataclass(frozen=True)
class State:
    """The texts of the manifest, of the schema, and of every migration, by hand or not."""

    manifest: str | None = None
    schema: str | None = None
    migrations: Tree = Tree({})

    @classmethod
    def of(cls, tree: Tree) -> "State":
        """That of a folder whose files are these."""
        migrations = {path: text for path, text in tree.items() if is_migration(path)}
        return cls(tree.get(manifest.PATH), tree.get(stored.PATH), Tree(migrations))


def is_migration(path: str) -> bool:
    return path.startswith(HISTORY) and path.endswith(".py")
