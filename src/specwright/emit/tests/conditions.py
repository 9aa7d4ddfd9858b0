"""The conditions that decide what an operation is answered."""

from collections.abc import Iterator

from specwright.emit.behaviour import Behaviour
from specwright.emit.lists import narrowings
from specwright.emit.lookups import operation_rule
from specwright.model import Model
from specwright.model.operations import Operation
from specwright.model.rules import Block, DoRule
from specwright.model.typed import Typed


def conditions_of(model: Model, operation: Operation, role: str) -> Iterator[Typed]:
    """Those of its access and of what it does; what exists for the role comes first."""
    if operation.entity is not None:
        visibility = model.visibility_of(operation.entity)
        for seen in visibility.permissions if visibility else ():
            if seen.role in (role, "anyone") and seen.condition is not None:
                yield seen.condition
    access = model.access_to(operation.id)
    permission = access.of(role) if access else None
    if permission is not None and permission.condition is not None:
        yield permission.condition
    yield from (one.condition for one in narrowings(model, operation) if not one.asks)
    yield from of_trigger(model, operation.id, ())


def of_trigger(model: Model, name: str, above: tuple[str, ...]) -> Iterator[Typed]:
    if name in above:
        return
    rule = operation_rule(model, name)
    if rule is not None and rule.block.search is not None and rule.block.search.where is not None:
        yield rule.block.search.where
    behaviour = Behaviour.named(model, name)
    if behaviour is None:
        return
    for arrow in behaviour.arrows:
        if arrow.guard is not None:
            yield arrow.guard
    for block in behaviour.blocks:
        yield from of_block(model, block, (*above, name))


def of_block(model: Model, block: Block, above: tuple[str, ...] = ()) -> Iterator[Typed]:
    if block.where is not None:
        yield block.where
    for require in block.require:
        yield require.condition
    for each in block.each:
        if each.collection is not None:
            yield each.collection
        yield from of_block(model, each.block, above)
    for case in block.switch:
        if case.when is not None:
            yield case.when
    for do in block.do:
        if isinstance(do, DoRule):
            yield from of_trigger(model, do.name, above)


def values_of_trigger(model: Model, name: str) -> Iterator[Typed]:
    """What it sets, so that a test can make it visible."""
    behaviour = Behaviour.named(model, name)
    for one in behaviour.sets if behaviour else ():
        yield one.value
        yield one.target.row
