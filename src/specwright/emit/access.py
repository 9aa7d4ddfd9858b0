"""What an access table asks, and who is asked: the query that finds a row, the row, the database.

The query that finds a row for its caller keeps to what its role may read: a policy does not ask
that again. What reads other rows is a fact, asked of the database about the row that was found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from specwright.address import pascal
from specwright.emit import names
from specwright.emit.beyond import roots
from specwright.emit.facts import Fact, distinct_facts
from specwright.emit.lookups import permissions, subject_of
from specwright.emit.once import once
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.entities import Entity
from specwright.model.operations import Operation, OperationKind
from specwright.model.typed import Typed, reads_relations


def cells_of(model: Model, operation: Operation) -> tuple[Permission, ...]:
    """The cells as a policy asks them: without what the query of the row has asked already."""
    return _cells(model)[operation.id]


@once
def _cells(model: Model) -> dict[str, tuple[Permission, ...]]:
    return {one.id: tuple(_asked(model, one)) for one in model.operations}


def _asked(model: Model, operation: Operation) -> Iterable[Permission]:
    found = permissions(model, operation.id)
    if operation.kind is OperationKind.LIST:
        return (_plain(cell) for cell in found)
    seen = model.visibility_of(subject_of(model, operation).name)
    of_rows = seen.permissions if seen else ()
    return (_plain(cell) if _is_seen_so(cell, found, of_rows) else cell for cell in found)


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
    yield from (name for name in (*rows_at_hand(model, operation), "now") if name in asked)
    if access_facts(model, operation):
        yield "access"


def rows_at_hand(model: Model, operation: Operation) -> dict[str, Entity]:
    """The rows that there are before anything is done: those of the path, the last its own."""
    own = subject_of(model, operation)
    above = operation.parent or (operation.row.parent if operation.row else None)
    found = {model.entity(row.entity).row: row.entity for row in (above.chain() if above else ())}
    found[own.row] = own.name
    return {row: model.entity(name) for row, name in found.items()}


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
    """What the statement of the facts is told beside the row."""
    used = {name for fact in access_facts(model, operation) for name in roots(fact.typed)}
    own = subject_of(model, operation).row
    known = (name for name in rows_at_hand(model, operation) if name != own)
    return [name for name in (*known, "actor", "now") if name in used]


def access_class(operation: Operation) -> str:
    return f"{pascal(operation.name)}Access"


def access_function(operation: Operation) -> str:
    return f"{operation.name}_access"
