"""`tests/{domain}/test_writes.py`: what is taken, what is refused, what only the backend sets."""

from collections.abc import Iterator

from specwright.emit.tests.modules import module
from specwright.emit.tests.plans import Plan, Working
from specwright.emit.tests.printing import (
    Test,
)
from specwright.emit.tests.writing.breaches import Breaches
from specwright.emit.tests.writing.changing import Changing
from specwright.emit.tests.writing.creating import Creating
from specwright.emit.tests.writing.deleting import deletes
from specwright.emit.tests.writing.edges import Edges
from specwright.emit.tests.writing.linking import links
from specwright.emit.tests.writing.of_the_server import constant, constant_text, of_the_server
from specwright.emit.tests.writing.versions import versions
from specwright.model.operations import Operation, OperationKind

_CHANGES = (OperationKind.UPDATE, OperationKind.REPLACE)


def emit_writes(plan: Plan, domain: str) -> str | None:
    tests = [test for working in _workings(plan, domain) for test in _of(plan, working)]
    tests += versions(plan, domain)
    needs_calls = any("CALLS[" in line for test in tests for line in test.lines)
    return module(
        f"Writing {domain.replace('_', ' ')}: what is taken, and what only the backend sets.",
        tests,
        imports=[f"from tests.{domain}.calls import CALLS"] if needs_calls else [],
        constants=list(_constants(plan, domain).values()),
    )


def _workings(plan: Plan, domain: str) -> Iterator[Working]:
    for operation in plan.operations(domain):
        working = plan.working(operation)
        if working is not None and operation.entity is not None:
            yield working


def _of(plan: Plan, working: Working) -> Iterator[Test]:
    operation = working.operation
    match operation.kind:
        case OperationKind.CREATE if operation.body is not None:
            yield from _of_creation(plan, operation, working)
        case OperationKind.UPDATE | OperationKind.REPLACE if operation.body is not None:
            if working.found.situation.row is not None:
                yield from Changing(plan, operation, working).tests()
                yield from Edges(plan, operation, working).tests()
                yield from Breaches(plan, operation, working).of_checks()
        case _ if operation.body is not None and working.found.situation.row is not None:
            yield from Edges(plan, operation, working).tests()
    if operation.kind is OperationKind.DELETE:
        yield from deletes(plan, operation, working)
    if operation.kind is OperationKind.LINK:
        yield from links(plan, operation, working)


def _of_creation(plan: Plan, operation: Operation, working: Working) -> Iterator[Test]:
    creating = Creating(plan, operation, working)
    breaches = Breaches(plan, operation, working)
    yield from creating.tests()
    yield from Edges(plan, operation, working).tests()
    yield from breaches.of_uniques()
    yield from breaches.of_checks()
    yield from creating.named_rows()


def _constants(plan: Plan, domain: str) -> dict[str, str]:
    """The columns that no caller sets, of each entity whose rows are written."""
    found: dict[str, str] = {}
    for working in _workings(plan, domain):
        operation = working.operation
        if operation.body is not None and operation.kind in (OperationKind.CREATE, *_CHANGES):
            entity = plan.model.entity(operation.entity or "")
            ours = of_the_server(plan, entity)
            if ours:
                found[constant(entity)] = constant_text(entity, ours)
    return found
