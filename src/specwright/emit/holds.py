"""Rows that are locked before a row is made below them: those that its rules count in or change.

Two calls that make a row at the same time would otherwise both read what was there before.
"""

from collections.abc import Iterator

from specwright.emit.behaviour import Behaviour
from specwright.emit.once import once
from specwright.emit.requested import Requested
from specwright.emit.row_keys import Lookup, above, primary
from specwright.model import Model
from specwright.model.operations import BodyField, Operation, RowInPath
from specwright.model.typed import path


def held_columns(model: Model, operation: Operation) -> frozenset[str]:
    """The columns of a row to be made that lead to what is locked first."""
    behaviour = Behaviour.named(model, operation.id)
    if behaviour is None or behaviour.requested is None:
        return frozenset()
    return frozenset(_held(behaviour))


def _held(behaviour: Behaviour) -> Iterator[str]:
    assert behaviour.requested is not None
    ways = ways_up(behaviour.requested)
    for require in behaviour.requires:
        for lock in require.locks:
            yield from ways.get(path(lock) or (), ())
    for beyond in behaviour.beyond:
        for other in beyond.others:
            if other.key is not None and other.path[:-1] == (behaviour.row,):
                yield other.key[0]


def ways_up(new: Requested) -> dict[tuple[str, ...], tuple[str, ...]]:
    """How rules say a row above that is looked up: by a relation, or as the row of the path."""
    named = {field.column for field in new.fields.values() if _names_always(field)}
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for relation in new.entity.relations:
        if relation.kind == "one" and {*relation.columns} <= {*new.joins, *named}:
            found[new.row, relation.name] = relation.columns
    for column, (_, row, _) in new.joins.items():
        found[row,] = (column,)
    return found


def _names_always(field: BodyField) -> bool:
    return field.names_row is not None and field.required and not field.schema.nullable


def held_parent(model: Model, operation: Operation) -> RowInPath | None:
    """The row of the path right above, if it is locked."""
    rows, held = above(operation), held_columns(model, operation)
    return rows[-1] if rows and any(own in held for own, _ in operation.parent_joins) else None


@once
def held_lookups(model: Model) -> dict[str, tuple[Lookup, ...]]:
    """By entity, how its rows are looked up to be locked."""
    found: dict[str, tuple[Lookup, ...]] = {}
    for operation in model.operations:
        for lookup in _lookups(model, operation):
            found[lookup.entity.name] = (*found.get(lookup.entity.name, ()), lookup)
    return found


def _lookups(model: Model, operation: Operation) -> Iterator[Lookup]:
    parent = held_parent(model, operation)
    if parent is not None:
        yield Lookup.of_path(model, parent)
    held = held_columns(model, operation)
    for field in operation.body.fields if held and operation.body else ():
        if field.column in held and field.names_row is not None:
            yield primary(model.entity(field.names_row))
