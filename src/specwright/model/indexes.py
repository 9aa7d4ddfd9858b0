"""The indexes that nobody wrote: for lists in their order, and for references that none serves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from specwright.model import naming
from specwright.model.entities import Entity, Index
from specwright.model.operations import Operation, OperationKind


def with_indexes(entity: Entity, operations: Sequence[Operation]) -> Entity:
    """The entity with every index that its lists and its foreign keys need."""
    added = list(_missing(entity, operations))
    return replace(entity, indexes=(*entity.indexes, *added))


def _missing(entity: Entity, operations: Sequence[Operation]) -> Iterator[Index]:
    serving = [entity.primary_key.columns]
    serving += [unique.columns for unique in entity.uniques if not unique.folded]
    serving += [index.columns for index in entity.indexes]
    for wanted in _of_lists(entity, operations):
        if not any(columns[: len(wanted.columns)] == wanted.columns for columns in serving):
            serving.append(wanted.columns)
            yield wanted
    for wanted in _of_references(entity):
        needed = frozenset(wanted.columns)
        if not any(frozenset(columns[: len(needed)]) == needed for columns in serving):
            serving.append(wanted.columns)
            yield wanted


def _of_lists(entity: Entity, operations: Sequence[Operation]) -> Iterator[Index]:
    for operation in operations:
        if operation.kind is OperationKind.LIST and operation.entity == entity.name:
            fixed = [own for own, _ in operation.parent_joins]
            if entity.tenant is not None and entity.tenant.is_direct and not fixed:
                fixed = [entity.tenant.column]
            ordered = [key.column for key in operation.order]
            columns = tuple(dict.fromkeys([*fixed, *ordered]))
            reason = f"`{operation.id}` reads the rows in this order"
            yield Index(naming.index_name(entity.table, columns), columns, reason)


def _of_references(entity: Entity) -> Iterable[Index]:
    return (
        Index(
            naming.index_name(entity.table, key.columns),
            key.columns,
            f"no other index serves the reference to `{key.target_table}`",
        )
        for key in entity.foreign_keys
    )
