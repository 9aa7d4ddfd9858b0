"""The statuses with which an operation can refuse, for the contract to tell."""

from collections.abc import Iterator

from specwright.emit.behaviour import Behaviour
from specwright.emit.handled import looked_up
from specwright.emit.lookups import operation_rule
from specwright.emit.policies import is_guarded
from specwright.model import Model
from specwright.model.operations import Operation


def refusal_statuses(model: Model, operation: Operation) -> list[int]:
    """From 400 on, each once, in order; 500 and 503 are promised by nobody."""
    return sorted(set(_statuses(model, operation)))


def _statuses(model: Model, operation: Operation) -> Iterator[int]:
    if operation.body is not None or operation.parameters:
        yield model.validation_status
    if operation.body is not None:
        yield from (413, 415)
    if not operation.is_public:
        yield 401
    if is_guarded(model, operation):
        yield 403
    if operation.row is not None or any(looked_up(model, operation)):
        yield 404
    if operation.needs_if_match:
        yield from (412, 428)
    if operation.conflicts:
        yield 409
    yield from _of_rules(model, operation)


def _of_rules(model: Model, operation: Operation) -> Iterator[int]:
    rule = operation_rule(model, operation.id)
    if rule is not None and rule.block.search is not None and rule.block.search.none_error:
        yield rule.block.search.none_status
    behaviour = Behaviour.named(model, operation.id)
    if behaviour is not None:
        yield from behaviour.refusal_statuses
