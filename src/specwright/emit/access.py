"""What an access table asks, and who is asked: the query that finds a row, the row, the database.

The query that finds a row for its caller keeps to what its role may read: a policy does not ask
that again. What reads other rows is a fact, asked of the database about the row that was found.
"""

from collections.abc import Iterator
from dataclasses import replace

from specwright.address import pascal
from specwright.emit import names
from specwright.emit.beyond import roots
from specwright.emit.facts import Fact, distinct_facts
from specwright.emit.lookups import permissions, subject_of
from specwright.emit.once import once
from specwright.emit.requested import Requested, end_name
from specwright.emit.row_keys import above
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.entities import Entity
from specwright.model.operations import Operation, OperationKind
from specwright.model.typed import Typed, reads_relations

_REST = ("request", "now")  # what conditions name beside rows and the caller


def cells_of(model: Model, operation: Operation) -> tuple[Permission, ...]:
    """The cells as a policy asks them: without what the query of the row has asked already."""
    known = _known(model)
    if operation.id not in known:
        known[operation.id] = tuple(_asked(model, operation))
    return known[operation.id]


@once
def _known(_: Model) -> dict[str, tuple[Permission, ...]]:
    """Those that were asked for."""
    return {}


def _asked(model: Model, operation: Operation) -> Iterator[Permission]:
    found = permissions(model, operation.id)
    new = Requested.of(model, operation)
    seen = model.visibility_of(subject_of(model, operation).name)
    for cell in found:
        if operation.kind is OperationKind.LIST or cell.condition is None:
            yield _plain(cell)
        elif new is not None:
            yield replace(cell, condition=new.told(cell.condition))
        elif seen is not None and _is_seen_so(cell, found, seen.permissions):
            yield _plain(cell)
        else:
            yield cell


def _plain(cell: Permission) -> Permission:
    return replace(cell, condition=None, words=None)


def _is_seen_so(
    cell: Permission, cells: tuple[Permission, ...], seen: tuple[Permission, ...]
) -> bool:
    """Whether the rows that exist for the cell's callers are just those that it allows."""
    said = next((one.condition for one in seen if one.role == cell.role), None)
    if cell.condition is None or said != cell.condition:
        return False
    own = {one.role for one in cells}
    return cell.role != ANYONE or all(one.role in own for one in seen)


def asks_row(model: Model, operation: Operation) -> bool:
    """Whether the policy is about a row."""
    return any(cell.condition is not None for cell in cells_of(model, operation))


def policy_arguments(model: Model, operation: Operation) -> Iterator[str]:
    """What the policy is told, in this order."""
    conditions = (cell.condition for cell in cells_of(model, operation) if cell.condition)
    asked = {name for one in conditions if not reads_relations(one) for name in roots(one)}
    yield "actor"
    yield from (name for name in (*rows_at_hand(model, operation), *_REST) if name in asked)
    if access_facts(model, operation):
        yield "access"


def rows_at_hand(model: Model, operation: Operation) -> dict[str, Entity]:
    """The rows that there are before anything is done: those of the path, the last its own."""
    if operation.link is not None:
        return {end_name(end): model.entity(end.target) for end in operation.link.ends}
    found = [model.entity(row.entity) for row in above(operation)]
    found += [subject_of(model, operation)] if Requested.of(model, operation) is None else []
    return {entity.row: entity for entity in found}


def rows_asked(model: Model, operation: Operation) -> frozenset[str]:
    """The names of what access is asked about."""
    facts = (name for fact in access_facts(model, operation) for name in roots(fact.typed))
    return frozenset((*policy_arguments(model, operation), *facts))


# -- What only the database can tell --------------------------------------------------------------


def access_facts(model: Model, operation: Operation) -> tuple[Fact, ...]:
    """One for each condition, called after the first role that has it."""
    found: dict[Typed, Fact] = {}
    for cell in cells_of(model, operation):
        if cell.condition is not None and reads_relations(cell.condition):
            found.setdefault(cell.condition, Fact(_fact_name(cell), cell.condition))
    return distinct_facts(found.values())


def _fact_name(cell: Permission) -> str:
    return f"allows_{names.member(cell.role).lower()}"


def access_arguments(model: Model, operation: Operation) -> list[str]:
    """What the statement of the facts is told: the row itself where it is there, and the rest."""
    used = {name for fact in access_facts(model, operation) for name in roots(fact.typed)}
    own = access_subject(model, operation)
    known = [name for name in rows_at_hand(model, operation) if name != own]
    return [*([own] if own else []), *(name for name in (*known, "actor", *_REST) if name in used)]


def access_subject(model: Model, operation: Operation) -> str | None:
    """The row that the facts are about; None where it is not there yet."""
    return None if Requested.of(model, operation) else subject_of(model, operation).row


def access_class(operation: Operation) -> str:
    return f"{pascal(operation.name)}Access"


def access_function(operation: Operation) -> str:
    return f"{operation.name}_access"
