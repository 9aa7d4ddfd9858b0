"""By which columns the row that a path names is looked up."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit import columns, names
from specwright.model import Model
from specwright.model.entities import Column, Entity
from specwright.model.operations import LinkEnd, Operation, RowInPath


@dataclass(frozen=True, slots=True)
class Lookup:
    """`get` by the primary key, and `get_by_slug` by anything else that tells one row."""

    entity: Entity
    columns: tuple[Column, ...]

    @classmethod
    def by(cls, entity: Entity, named: tuple[str, ...]) -> "Lookup":
        key = entity.primary_key.columns
        ordered = key if set(named) == set(key) else tuple(dict.fromkeys(named))
        return cls(entity, tuple(entity.columns_by_name[name] for name in ordered))

    @classmethod
    def of_path(cls, model: Model, row: RowInPath) -> "Lookup":
        """What the path says of the row itself, and of which row above it it is."""
        joined = tuple(own for own, _ in row.joins)
        return cls.by(model.entity(row.entity), (*joined, *(key.column for key in row.keys)))

    @property
    def is_primary(self) -> bool:
        return tuple(one.name for one in self.columns) == self.entity.primary_key.columns

    def method(self, verb: str) -> str:
        if self.is_primary:
            return verb
        return f"{verb}_by_{'_and_'.join(column.name for column in self.columns)}"

    def parameters(self) -> Iterator[tuple[str, str]]:
        for column in self.columns:
            own = column.name == "id"
            name = f"{self.entity.row}_id" if own else column.attribute
            yield name, columns.plain_type(column.type)


def primary(entity: Entity) -> Lookup:
    return Lookup.by(entity, entity.primary_key.columns)


def of_end(model: Model, end: LinkEnd) -> Lookup:
    return Lookup.by(model.entity(end.target), (end.key,))


def above(operation: Operation) -> tuple[RowInPath, ...]:
    """The rows above in the path, which must exist for the caller; a link's are its ends."""
    if operation.link is not None:
        return ()
    nearest = operation.parent or (operation.row.parent if operation.row else None)
    return tuple(nearest.chain()) if nearest is not None else ()


def key_arguments(model: Model, row: RowInPath) -> str:
    """What a lookup is given: keys of the path, and what the row above says."""
    entity = model.entity(row.entity)
    given = {key.column: names.key_variable(key.parameter, entity) for key in row.keys}
    if row.parent is not None:
        upper = model.entity(row.parent.entity)
        for own, theirs in row.joins:
            given[own] = f"{upper.row}.{upper.columns_by_name[theirs].attribute}"
    return ", ".join(given[column.name] for column in Lookup.of_path(model, row).columns)
