"""`tests/http/`: what every operation has in common."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit.rendering import render
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.refusals import claims_of_body
from specwright.model.operations import Operation, OperationKind

_METHODS = ("DELETE", "PUT", "PATCH", "POST")
_PARAMETER = re.compile(r"\{[^{}]+\}")


@dataclass(frozen=True, slots=True)
class _Example:
    """A call that stands for all others."""

    id: str
    calls: str
    actor: str
    sender: str
    answer: str

    @property
    def again(self) -> str:
        """A call of its own for the refusal: the first may work only once."""
        return f'call = await {self.calls}["{self.id}"](world, actor)'


def emit_http(plan: Plan) -> Iterator[tuple[str, str]]:
    plain = _plain(plan)
    if plain is None:
        return
    body = _with_body(plan)
    imports = _imports(plain, body)
    yield "tests/http/__init__.py", '"""What every operation has in common."""\n'
    operation = plain.operation
    yield (
        "tests/http/test_http.py",
        render(
            "tests/http/test_http.py",
            imports=imports,
            plain=_example(plan, plain, "CALLS"),
            plain_is_public=operation.is_public,
            body=_example(plan, body, _alias(plain, body)) if body is not None else None,
            method=_other_method(plan, operation),
            operations=sorted(operation.id for operation in plan.model.operations),
            invalid=f"{plan.model.validation_status} invalid",
            own=list(claims_of_body(plan.model.errors)),
        ),
    )
    if plan.users is None or operation.is_public:
        plan.leave_out("Which tokens are believed: no operation asks for one.")
        return
    yield (
        "tests/http/test_identity.py",
        render(
            "tests/http/test_identity.py",
            imports=_imports(plain, None),
            plain=_example(plan, plain, "CALLS"),
            key=plan.users.primary_key.columns[0],
            credential=plan.model.credential,
        ),
    )


def _plain(plan: Plan) -> Working | None:
    """A call that reads and needs a token, if there is one."""

    def rank(operation: Operation) -> tuple[bool, bool]:
        reads = operation.kind in (OperationKind.LIST, OperationKind.READ)
        return operation.is_public, not reads

    for operation in sorted(plan.model.operations, key=rank):
        working = plan.working(operation)
        if working is not None:
            return working
    return None


def _with_body(plan: Plan) -> Working | None:
    def rank(operation: Operation) -> bool:
        return operation.kind is not OperationKind.CREATE

    for operation in sorted(plan.model.operations, key=rank):
        working = plan.working(operation)
        if operation.body is not None and operation.body.required and working is not None:
            return working
    return None


def _alias(plain: Working, body: Working) -> str:
    return "CALLS" if plain.operation.domain == body.operation.domain else "CALLS_WITH_BODIES"


def _imports(plain: Working, body: Working | None) -> list[str]:
    lines = [f"from tests.{plain.operation.domain}.calls import CALLS"]
    if body is not None and _alias(plain, body) != "CALLS":
        lines.append(f"from tests.{body.operation.domain}.calls import CALLS as CALLS_WITH_BODIES")
    return lines


def _example(plan: Plan, working: Working, calls: str) -> _Example:
    known = working.role != ANYONE
    return _Example(
        working.operation.id,
        calls,
        f"actor = {plan.given_user(working.role)}" if known else "actor: Row = {}",
        "actor" if known else "None",
        working.found.outcome.answer,
    )


def _other_method(plan: Plan, operation: Operation) -> str:
    """A method that no operation has on a path that could be this one; empty where none is free."""
    contract = plan.model.contract
    if _PARAMETER.search(operation.path) or contract is None:
        return ""
    taken = {
        one.method.upper()
        for one in contract.operations
        if re.fullmatch(_pattern(one.path.value), operation.path)
    }
    return next((method for method in _METHODS if method not in taken), "")


def _pattern(path: str) -> str:
    return "[^/]+".join(re.escape(part) for part in _PARAMETER.split(path))
