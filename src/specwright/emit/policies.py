"""`backend/{domain}/policies.py`: the access table, one function for each operation."""

import re
from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.access import (
    access_class,
    access_facts,
    cells_of,
    policy_arguments,
    rows_at_hand,
)
from specwright.emit.annotations import request_class
from specwright.emit.lookups import body_argument, role_enum, subject_of, users_of
from specwright.emit.python_expressions import to_python
from specwright.emit.python_source import Level
from specwright.emit.rendering import render
from specwright.model import Model
from specwright.model.access import ANYONE, SIGNED_IN, Permission
from specwright.model.naming import attribute
from specwright.model.operations import Operation
from specwright.model.typed import Typed


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
        for entity in rows_at_hand(model, operation).values():
            wanted.append((f"{entity.domain}.models", names.row_class(entity)))
        home = subject_of(model, operation).domain
        wanted.append((f"{home}.repository", access_class(operation)))
        if operation.body is not None:
            wanted.append((f"{operation.domain}.schemas", request_class(operation.body.name)))
    return render(
        "backend/policies.py",
        domain=domain.replace("_", " "),
        imports=names.grouped(wanted),
        policies=[_policy(model, operation) for operation in guarded],
    )


def is_guarded(model: Model, operation: Operation) -> bool:
    """Whether some callers may not do it."""
    all_of_them = {ANYONE} if operation.is_public else {ANYONE, SIGNED_IN}
    return not any(
        cell.role in all_of_them and cell.condition is None for cell in cells_of(model, operation)
    )


def _policy(model: Model, operation: Operation) -> _Policy:
    condition = _Condition(model, operation).text
    used = re.findall(r"\w+", condition)
    given = (
        f"{called if called in used else f'_{called}'}: {_annotation(model, operation, name)}"
        for name in policy_arguments(model, operation)
        for called in (_called(operation).get(name, name),)
    )
    return _Policy(policy_name(operation), tuple(given), condition)


def _called(operation: Operation) -> dict[str, str]:
    """A request that makes a row is what is new."""
    return {"request": body_argument(operation)} if operation.body is not None else {}


def _annotation(model: Model, operation: Operation, argument: str) -> str:
    match argument:
        case "actor":
            users = users_of(model)
            assert users is not None
            return names.row_class(users) + (" | None" if operation.is_public else "")
        case "now":
            return "datetime"
        case "access":
            return access_class(operation)
        case "request":
            assert operation.body is not None
            return request_class(operation.body.name)
        case _:
            return names.row_class(rows_at_hand(model, operation)[argument])


@dataclass(frozen=True)
class _Condition:
    """Cells in Python; where nobody need sign in there may be no actor."""

    model: Model
    operation: Operation

    @property
    def text(self) -> str:
        """Roles that may always, then roles that may on a condition; the same condition once."""
        cells = cells_of(self.model, self.operation)
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
        asked = ["actor is not None"] if self.operation.is_public else []
        if role_enum(self.model):
            asked.append(self._has_role([cell.role for cell in alike]))
        condition = alike[0].condition
        if condition is not None:
            asked.append(self._asked(condition))
        return " and ".join(asked) or "True"

    def _of_anyone(self, cell: Permission, own: list[Permission]) -> str:
        """For callers whose role has no cell of its own."""
        condition = self._asked(cell.condition) if cell.condition else "True"
        if not own:
            return condition
        if not role_enum(self.model):
            return f"actor is None and {condition}"
        has_none = self._has_role([one.role for one in own], but="not ")
        return f"(actor is None or {has_none}) and {condition}"

    def _asked(self, condition: Typed) -> str:
        facts = access_facts(self.model, self.operation)
        fact = next((one for one in facts if one.typed == condition), None)
        if fact is not None:
            return f"access.{fact.name}"
        return to_python(condition, _called(self.operation)).at(Level.AND)

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
