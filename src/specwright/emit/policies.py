"""`backend/{domain}/policies.py`: the access table, one function for each operation."""

from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.lookups import needs_row, permissions, role_enum, users_of
from specwright.emit.python_expressions import to_python
from specwright.emit.python_source import Level
from specwright.emit.rendering import render
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.naming import attribute
from specwright.model.operations import Operation


@dataclass(frozen=True, slots=True)
class _Policy:
    name: str
    parameters: tuple[str, ...]
    condition: str


def policy_name(operation: Operation) -> str:
    return f"may_{operation.name}"


def emit_policies(model: Model, domain: str) -> str | None:
    """None where everybody may do everything."""
    guarded = [one for one in model.operations if one.domain == domain and is_guarded(model, one)]
    if not guarded:
        return None
    users = users_of(model)
    assert users is not None
    wanted = [(f"{users.domain}.models", names.row_class(users))]
    homes = names.enum_homes(model)
    wanted += [(f"{homes[e.name]}.models", e.class_name) for e in model.enums if e.name in homes]
    for operation in guarded:
        if operation.entity and needs_row(model, operation.id):
            entity = model.entity(operation.entity)
            wanted.append((f"{entity.domain}.models", names.row_class(entity)))
    return render(
        "backend/policies.py",
        domain=domain.replace("_", " "),
        imports=names.grouped(wanted),
        policies=[_policy(model, operation) for operation in guarded],
    )


def is_guarded(model: Model, operation: Operation) -> bool:
    """Whether some callers may not do it."""
    return not any(
        cell.role == ANYONE and cell.condition is None for cell in permissions(model, operation.id)
    )


def _policy(model: Model, operation: Operation) -> _Policy:
    users = users_of(model)
    assert users is not None
    parameters = [f"actor: {names.row_class(users)}"]
    if operation.entity and needs_row(model, operation.id):
        entity = model.entity(operation.entity)
        parameters.append(f"{entity.row}: {names.row_class(entity)}")
    cells = permissions(model, operation.id)
    return _Policy(policy_name(operation), tuple(parameters), _condition(model, cells))


def _condition(model: Model, cells: tuple[Permission, ...]) -> str:
    """Roles that may always, then roles that may on a condition; the same condition once."""
    by_condition: dict[str | None, list[Permission]] = {}
    for cell in cells:
        by_condition.setdefault(cell.words, []).append(cell)
    parts = [_part(model, alike) for alike in by_condition.values()]
    if len(parts) == 1:
        return parts[0]
    return " or ".join(f"({part})" if " and " in part else part for part in parts) or "False"


def _part(model: Model, alike: list[Permission]) -> str:
    has_role = _has_role(model, [cell.role for cell in alike])
    condition = alike[0].condition
    if condition is None:
        return has_role
    return f"{has_role} and {to_python(condition).at(Level.AND)}"


def _has_role(model: Model, roles: list[str]) -> str:
    enum = role_enum(model)
    assert enum is not None
    assert model.roles is not None
    members = [f"{enum.class_name}.{names.member(role)}" for role in roles]
    if len(members) == 1:
        return f"actor.{attribute(model.roles.column)} is {members[0]}"
    return f"actor.{attribute(model.roles.column)} in {{{', '.join(members)}}}"
