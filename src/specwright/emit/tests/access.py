"""`tests/{domain}/test_access.py`: every cell of the access table, and who is nobody."""

from collections.abc import Iterator

from specwright.emit.rendering import render
from specwright.emit.tests.calls import answer_to, special
from specwright.emit.tests.modules import claim, documented
from specwright.emit.tests.pairs import shown
from specwright.emit.tests.parts import parts
from specwright.emit.tests.plans import ANYONE, Plan
from specwright.emit.tests.printing import Test, distinct, list_text, test_name, tuple_text
from specwright.emit.tests.simulation import FORBIDDEN, NOT_FOUND
from specwright.emit.tests.variables import factory_of
from specwright.model.access import Permission
from specwright.model.operations import Operation, OperationKind
from specwright.model.typed import Typed


def emit_access(plan: Plan, domain: str) -> str | None:
    found = list(_in_order(plan, domain))
    if not found:
        return None
    tenancy = plan.model.tenancy
    cells = [(one.id, answers) for one in found if (answers := _answers(plan, one))]
    known = {name for name, _ in cells}
    roles = plan.model.roles
    column = roles.column if roles else None
    return render(
        "tests/domain/test_access.py",
        domain=domain.replace("_", " "),
        package=domain,
        challenge=plan.model.credential.challenge,
        users=factory_of(plan.users) if plan.users else "",
        users_table=plan.users.table if plan.users else "",
        role_column=column or "",
        said_role=f", {column}=role" if column else "",
        roles=tuple_text(plan.roles or (ANYONE,)),
        cells=[(name, tuple_text(answers)) for name, answers in cells],
        of_all=[(name, answers[0]) for name, answers in cells],
        has_refused=any(not a.startswith("2") for _, answers in cells for a in answers),
        special=any(one.role != ANYONE for each in found for one in special(plan, each)),
        visited=any(one.role == ANYONE for each in found for one in special(plan, each)),
        public=[(one.id, answer) for one in found if (answer := _visited(plan, one))],
        signed_in=list_text([o.id for o in found if not o.is_public and o.id in known]),
        named=list_text([o.id for o in found if o.id in known and _names_a_row(plan, o)]),
        home=factory_of(plan.factories.home) if plan.factories.home else "",
        tenant_column=tenancy.column if tenancy else "",
        root_column=tenancy.root_column if tenancy else "",
        tests=[
            documented(test)
            for test in distinct(test for one in found for test in _conditions(plan, one))
        ],
    )


def _in_order(plan: Plan, domain: str) -> Iterator[Operation]:
    """As in the access table."""
    by_id = {one.id: one for one in plan.operations(domain) if plan.working(one) is not None}
    for access in plan.model.access:
        if access.operation in by_id:
            yield by_id[access.operation]


def _visited(plan: Plan, operation: Operation) -> str | None:
    """What who is not signed in is answered, where they may do it and a situation is known."""
    if ANYONE not in plan.permitted(operation):
        return None
    first = plan.working(operation)
    own = [one for one in special(plan, operation) if one.role == ANYONE]
    found = [one for one in (*own, first) if one is not None]
    answer = answer_to(plan, found[0], ANYONE)
    if answer.startswith("2"):
        return answer
    plan.leave_out(f"{operation.id}: a call by someone who is not signed in.")
    return None


def _answers(plan: Plan, operation: Operation) -> tuple[str, ...]:
    """What each role is answered; nothing where only `anyone` is known to succeed."""
    working = plan.working(operation)
    assert working is not None
    if working.role == ANYONE and not plan.roles:
        return ()
    own = {one.role: one.found.outcome.answer for one in special(plan, operation)}
    return tuple(own.get(role) or answer_to(plan, working, role) for role in plan.roles)


def _names_a_row(plan: Plan, operation: Operation) -> bool:
    if plan.model.tenancy is None or operation.is_public:
        return False
    named = operation.row or operation.parent
    entity = operation.entity if operation.link is None else operation.link.ends[0].target
    if named is not None and entity is not None and not named.is_actor:
        first = next(iter(named.chain())).entity
        return plan.model.entity(first).tenant is not None
    return False


# -- Conditions -----------------------------------------------------------------------------------


def _conditions(plan: Plan, operation: Operation) -> Iterator[Test]:
    access = plan.model.access_to(operation.id)
    for permission in access.permissions if access else ():
        if permission.condition is None or operation.kind is OperationKind.LIST:
            continue
        for part in parts(permission.condition):
            test = _condition(plan, operation, permission, part)
            if test is None:
                words = permission.words
                plan.leave_out(f"{operation.id} as {permission.role}: `{words}` being false alone.")
            else:
                yield test


def _condition(
    plan: Plan, operation: Operation, permission: Permission, part: Typed
) -> Test | None:
    situations = plan.situations(operation, permission.role)
    if situations is None:
        return None
    for answer in (FORBIDDEN, NOT_FOUND):
        pair = situations.pair(part, answer)
        found = shown(plan, pair) if pair is not None else None
        if found is not None:
            name = test_name(permission.role, "may", operation.id, "only_if_its_condition_holds")
            return Test(name, found.lines, claim(permission.words, answer))
    return None
