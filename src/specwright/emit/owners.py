"""The rows whose rows are counted: locked before anything is counted, so that no two calls pass.

They are locked before the row that an operation works on, and one table after the other as the
data model has them: calls that lock the same rows wait for each other, and none waits in a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from specwright.emit import names
from specwright.emit.queries import by_key, where
from specwright.emit.row_keys import primary
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.naming import attribute
from specwright.model.typed import Follow, Name, Typed


@dataclass(frozen=True)
class Owner:
    """The row that relations lead to, one after the other, from the row called `start`."""

    model: Model
    start: str
    hops: tuple[Follow, ...]

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(hop.name for hop in self.hops)

    @cached_property
    def near(self) -> Entity:
        """Where the relations begin."""
        return self.model.entity(self.hops[0].owner)

    @property
    def entity(self) -> Entity:
        return self.model.entity(self.hops[-1].relation.entity)

    @property
    def is_simple(self) -> bool:
        return all(len(hop.relation.columns) == 1 for hop in self.hops)

    @property
    def hinges(self) -> list[tuple[str, str]]:
        """The entities and their columns that say which row it is, the nearest first."""
        return [(hop.owner, own) for hop in self.hops for own, _ in hop.relation.columns]

    # -- As Python --------------------------------------------------------------------------------

    @property
    def method(self) -> str:
        return f"lock_{'_of_'.join(reversed(self.path))}_of"

    @property
    def keys(self) -> list[str]:
        """The key of the row that it begins at, where that is at hand."""
        return [f"{self.start}.{attribute(name)}" for name in self.near.primary_key.columns]

    @property
    def statement_name(self) -> str:
        return f"_{self.method}_{self.near.row}".upper()

    def statement(self) -> str:
        own = self._keys_of(len(self.hops))
        far = names.table_class(self.entity)
        (_, key) = self._columns(self.hops[-1])
        locked = f"{far}.{key}"
        return (
            f"{self.statement_name} = Statement(int, select({locked})"
            f".where({locked}.in_({own})).with_for_update(key_share=True))"
        )

    def _keys_of(self, number: int) -> str:
        """The keys of the rows that so many relations lead to."""
        hop = self.hops[number - 1]
        table = names.table_class(self.model.entity(hop.owner))
        (own, _) = self._columns(hop)
        if number == 1:
            return f"select({table}.{own}){where(by_key(self.near))}"
        (_, key) = self._columns(self.hops[number - 2])
        return f"select({table}.{own}).where({table}.{key}.in_({self._keys_of(number - 1)}))"

    def _columns(self, hop: Follow) -> tuple[str, str]:
        ((own, far),) = hop.relation.columns
        near, target = self.model.entity(hop.owner), self.model.entity(hop.relation.entity)
        return near.columns_by_name[own].attribute, target.columns_by_name[far].attribute

    def definition(self) -> str:
        """The method that locks it, told the key of the row that it begins at."""
        lookup = primary(self.near)
        taken = ", ".join(f"{name}: {typed}" for name, typed in lookup.parameters())
        given = ", ".join(
            f"{column.attribute}={name}"
            for column, (name, _) in zip(lookup.columns, lookup.parameters(), strict=True)
        )
        called = " of the ".join(name.replace("_", " ") for name in reversed(self.path))
        row = self.near.row.replace("_", " ")
        return (
            f"async def {self.method}(self, {taken}) -> None:\n"
            f'    """The {called} of a {row}: those that count its rows come one by one."""\n'
            f"    await {self.statement_name}.run(self._connection, {given})"
        )


def owner_of(model: Model, locked: Typed) -> Owner | None:
    """None for what no relations lead to from a row that is at hand."""
    hops: list[Follow] = []
    while isinstance(locked, Follow):
        if locked.relation.many:
            return None
        hops.insert(0, locked)
        locked = locked.row
    if not hops or not isinstance(locked, Name):
        return None
    return Owner(model, locked.name, tuple(hops))


def in_order(model: Model, owners: Iterable[Owner]) -> tuple[Owner, ...]:
    """Each once, by table; of one table those first that fewer relations lead to."""
    tables = [entity.name for entity in model.entities]
    each = {(owner.start, *owner.path): owner for owner in owners}
    ranked = sorted(each.values(), key=lambda one: (one.start != "actor", *_rank(tables, one)))
    return tuple(ranked)


def _rank(tables: list[str], owner: Owner) -> tuple[int, int, tuple[str, ...]]:
    return tables.index(owner.entity.name), len(owner.hops), owner.path
