"""`backend/{domain}/policies.py`: the access table, one function for each operation."""

import re
from dataclasses import dataclass, replace

from specwright.emit import names
from specwright.emit.lookups import needs_row, permissions, role_enum, subject_of, users_of
from specwright.emit.python_expressions import to_python
from specwright.emit.python_source import Level
from specwright.emit.rendering import render
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.naming import attribute
from specwright.model.operations import Operation, OperationKind
from specwright.model.typed import Name, walk


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
        if asks_row(model, operation):
            entity = subject_of(model, operation)
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
        cell.role == ANYONE and cell.condition is None for cell in _cells(model, operation)
    )


def asks_row(model: Model, operation: Operation) -> bool:
    """Whether the policy is about a row; which rows a list has, its query says."""
    return operation.kind is not OperationKind.LIST and needs_row(model, operation.id)


def asks_time(model: Model, operation: Operation) -> bool:
    conditions = [cell.condition for cell in _cells(model, operation) if cell.condition]
    return any(
        isinstance(node, Name) and node.name == "now" for one in conditions for node in walk(one)
    )


def _cells(model: Model, operation: Operation) -> tuple[Permission, ...]:
    cells = permissions(model, operation.id)
    if operation.kind is OperationKind.LIST:
        return tuple(replace(cell, condition=None, words=None) for cell in cells)
    return cells


def _policy(model: Model, operation: Operation) -> _Policy:
    users = users_of(model)
    assert users is not None
    condition = _Condition(model, is_public=operation.is_public).of(_cells(model, operation))
    parameters = {"actor": names.row_class(users) + (" | None" if operation.is_public else "")}
    if asks_row(model, operation):
        entity = subject_of(model, operation)
        parameters[entity.row] = names.row_class(entity)
    if asks_time(model, operation):
        parameters["now"] = "datetime"
    used = re.findall(r"\w+", condition)
    given = (f"{name if name in used else f'_{name}'}: {t}" for name, t in parameters.items())
    return _Policy(policy_name(operation), tuple(given), condition)


@dataclass(frozen=True)
class _Condition:
    """Cells in Python; where nobody need sign in there may be no actor."""

    model: Model
    is_public: bool

    def of(self, cells: tuple[Permission, ...]) -> str:
        """Roles that may always, then roles that may on a condition; the same condition once."""
        own = [cell for cell in cells if cell.role != ANYONE]
        by_condition: dict[str | None, list[Permission]] = {}
        for cell in own:
            by_condition.setdefault(cell.words, []).append(cell)
        parts = [self._part(alike) for alike in by_condition.values()]
        parts += [self._of_anyone(cell, own) for cell in cells if cell.role == ANYONE]
        if len(parts) == 1:
            return parts[0]
        return " or ".join(f"({part})" if " and " in part else part for part in parts) or "False"

    def _part(self, alike: list[Permission]) -> str:
        has_role = self._has_role([cell.role for cell in alike])
        if self.is_public:
            has_role = f"actor is not None and {has_role}"
        condition = alike[0].condition
        if condition is None:
            return has_role
        return f"{has_role} and {to_python(condition).at(Level.AND)}"

    def _of_anyone(self, cell: Permission, own: list[Permission]) -> str:
        """For callers whose role has no cell of its own."""
        condition = to_python(cell.condition).at(Level.AND) if cell.condition else "True"
        if not own:
            return condition
        has_none = self._has_role([one.role for one in own], but="not ")
        return f"(actor is None or {has_none}) and {condition}"

    def _has_role(self, roles: list[str], but: str = "") -> str:
        enum = role_enum(self.model)
        assert enum is not None
        assert self.model.roles is not None
        assert self.model.roles.column is not None
        members = [f"{enum.class_name}.{names.member(role)}" for role in roles]
        actual = f"actor.{attribute(self.model.roles.column)}"
        if len(members) == 1:
            return f"{actual} is {but}{members[0]}"
        return f"{actual} {but}in {{{', '.join(members)}}}"
