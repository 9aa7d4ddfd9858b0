"""Which constraints of the database a request can violate.

Those are answered 409 with the constraint's name; that any other breaks is a fault of ours.
"""

from collections.abc import Iterator

from specwright.emit.handled import Handled, created_by, handled_entities
from specwright.model import Model
from specwright.model.entities import Check, Entity
from specwright.model.operations import OperationKind


def reachable_constraints(model: Model, domain: str) -> list[str]:
    found: dict[str, None] = {}
    for handled in handled_entities(model, domain):
        found.update(dict.fromkeys(_of(model, handled)))
    return sorted(found)


def _of(model: Model, handled: Handled) -> Iterator[str]:
    written = {column.name for column in handled.changed_columns}
    for operation in handled.of(OperationKind.CREATE):
        written |= created_by(model, operation, handled.entity)
    yield from _broken_by(handled.entity, written)
    for operation in handled.of(OperationKind.LINK):
        if operation.link is not None:
            link = model.entity(operation.link.entity)
            yield from _broken_by(link, {end.column for end in operation.link.ends})
    if handled.deletes:
        yield from _referring(model, handled.entity)


def _broken_by(entity: Entity, written: set[str]) -> Iterator[str]:
    """What values in these columns can break."""
    for unique in entity.uniques:
        if written & set(unique.columns):
            yield unique.name
    for check in entity.checks:
        if check.enum_column is None and _is_free(check, written):
            yield check.name
    for key in entity.foreign_keys:
        if written & set(key.columns):
            yield key.name


def _is_free(check: Check, written: set[str]) -> bool:
    """Whether requests or rules choose a value that the check is about."""
    return bool(written & set(check.columns))


def _referring(model: Model, entity: Entity) -> Iterator[str]:
    """The foreign keys that keep a row from being deleted."""
    for other in model.entities:
        for key in other.foreign_keys:
            if key.target == entity.name and key.on_delete in {"no action", "restrict"}:
                yield key.name
