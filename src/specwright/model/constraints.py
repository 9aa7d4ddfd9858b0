"""Which constraints a request can violate: its conflicts; any other violation is a bug."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from specwright.model.entities import Check, Entity
from specwright.model.operations import BodyField, Operation, OperationKind
from specwright.model.rule_expressions import counts_on, reads_request
from specwright.model.rules import Block
from specwright.model.sql_checks import Bound
from specwright.spec.syntax import Schema

_KEEPS = ("no action", "restrict")


@dataclass(frozen=True)
class Conflicts:
    """Finds them; `blocks` are those that run when an operation does."""

    entities: Mapping[str, Entity]
    blocks: Mapping[str, Sequence[Block]]

    def of(self, operation: Operation) -> tuple[str, ...]:
        """The names of the constraints, in the order of the tables' writing."""
        found = dict.fromkeys(self._of_body(operation))
        found |= dict.fromkeys(self._of_link(operation))
        found |= dict.fromkeys(self._of_deletion(operation))
        for block in self.blocks.get(operation.id, ()):
            found |= dict.fromkeys(self._of_block(block))
        return tuple(found)

    def _of_body(self, operation: Operation) -> Iterator[str]:
        entity = self.entities.get(operation.entity or "")
        if entity is None or operation.body is None:
            return
        yield from self._of_fields(entity, operation.body.fields)

    def _of_fields(self, entity: Entity, fields: Sequence[BodyField]) -> Iterator[str]:
        written = {field.column: field.schema for field in fields if field.column is not None}
        yield from _uniques(entity, set(written))
        yield from (
            check.name
            for check in entity.checks
            if set(check.columns) & set(written) and not _is_implied(check, written)
        )
        for field in fields:
            relation = entity.relation(field.relation or "")
            if relation is not None:
                yield from self._of_fields(self.entities[relation.target], field.rows)

    def _of_link(self, operation: Operation) -> Iterator[str]:
        if operation.kind is not OperationKind.LINK or operation.link is None:
            return
        entity = self.entities[operation.link.entity]
        columns = {end.column for end in operation.link.ends}
        yield from (check.name for check in entity.checks if set(check.columns) & columns)

    def _of_deletion(self, operation: Operation) -> Iterator[str]:
        if operation.kind in (OperationKind.DELETE, OperationKind.UNLINK) and operation.entity:
            yield from self._kept(operation.entity, frozenset())

    def _kept(self, entity: str, seen: frozenset[str]) -> Iterator[str]:
        """The foreign keys that keep a row of the entity, or one that goes with it."""
        if entity in seen:
            return
        for other in self.entities.values():
            for key in other.foreign_keys:
                if key.target == entity and key.on_delete in _KEEPS:
                    yield key.name
                elif key.target == entity and key.on_delete == "cascade":
                    yield from self._kept(other.name, seen | {entity})

    def _of_block(self, block: Block) -> Iterator[str]:
        for inner in block.within():
            for made in inner.create:
                entity, written = self.entities[made.entity], {name for name, _ in made.values}
                if not entity.only_joins(written):
                    yield from _uniques(entity, written)
                yield from (
                    check.name for check in entity.checks if len(written & set(check.columns)) > 1
                )
            for change in inner.set:
                entity = self.entities[change.target.entity]
                yield from _uniques(entity, {change.target.column})
                if reads_request(change.value) or counts_on(change.value):
                    yield from (
                        check.name
                        for check in entity.checks
                        if change.target.column in check.columns and check.enum_column is None
                    )
            for gone in inner.delete:
                yield from self._kept(gone.entity, frozenset())


def _uniques(entity: Entity, written: set[str]) -> Iterator[str]:
    return (name for name, columns in entity.uniqueness() if set(columns) & written)


def _is_implied(check: Check, written: Mapping[str, Schema]) -> bool:
    """Whether what the contract lets through satisfies the check already."""
    if check.enum_column is not None:
        return True
    return check.whole and all(
        isinstance(shape, Bound)
        and shape.column in written
        and _is_within(shape, written[shape.column])
        for shape in check.shapes
    )


def _is_within(bound: Bound, schema: Schema) -> bool:
    low = schema.min_length if bound.of_length else schema.minimum
    high = schema.max_length if bound.of_length else schema.maximum
    reaches_low = bound.low is None or (low is not None and low >= bound.low)
    reaches_high = bound.high is None or (high is not None and high <= bound.high)
    return reaches_low and reaches_high and not (bound.low_is_outside or bound.high_is_outside)
