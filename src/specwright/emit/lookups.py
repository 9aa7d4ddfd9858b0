"""Questions that emitters ask the model."""

from collections.abc import Iterator, Mapping

from specwright.emit import names
from specwright.emit.once import once
from specwright.emit.sweeps import sweeps_of
from specwright.model import Model
from specwright.model.access import Permission
from specwright.model.entities import Entity, EnumType
from specwright.model.operations import Operation, OperationKind
from specwright.model.rules import Block, DoRule, Rule
from specwright.model.typed import Typed


def users_of(model: Model) -> Entity | None:
    """The entity whose rows can sign in."""
    return model.entity(model.roles.entity) if model.roles else None


def caller_module(model: Model) -> str:
    """Where `Caller` is: with those who sign in, or in the core where nobody does."""
    users = users_of(model)
    return f"{users.domain}.caller" if users else "core.caller"


def actor_class(model: Model) -> str:
    users = users_of(model)
    return names.row_class(users) if users else "None"


def role_enum(model: Model) -> EnumType | None:
    users = users_of(model)
    column = (
        users.column(model.roles.column) if users and model.roles and model.roles.column else None
    )
    return model.enum(column.type.enum) if column and column.type.enum else None


def enum_of(model: Model, entity: Entity, column: str) -> EnumType:
    """The enum of a column that is known to have one."""
    found = entity.column(column)
    assert found is not None
    assert found.type.enum is not None
    return model.enum(found.type.enum)


def body_argument(operation: Operation) -> str:
    """What the body of a request is called in Python."""
    if operation.body is not None and operation.body.is_merge_patch:
        return "changes"
    return "request" if operation.kind is not OperationKind.CREATE else "new"


def subject_of(model: Model, operation: Operation) -> Entity:
    """The entity whose repository serves the operation; of a link, that of its first row."""
    if operation.link is not None:
        return model.entity(operation.link.ends[0].target)
    assert operation.entity is not None
    return model.entity(operation.entity)


@once
def _rules(model: Model) -> Mapping[tuple[str, str | None], Rule]:
    return {(rule.kind, rule.name): rule for rule in reversed(model.rules)}


def effect(model: Model, name: str | None) -> Rule | None:
    return _rules(model).get(("effect", name))


def operation_rule(model: Model, name: str) -> Rule | None:
    return _rules(model).get(("operation", name))


def sweep_rule(model: Model, name: str) -> Rule | None:
    """What the round of a job does to each row, where that is more than to do an operation."""
    sweeps = (sweep for job in model.jobs for sweep in sweeps_of(model, job))
    return next((sweep.rule for sweep in sweeps if sweep.name == name), None)


def expressions_of(block: Block) -> Iterator[Typed]:
    """Those of the block and of the blocks in it."""
    for one in block.within():
        yield from (require.condition for require in one.require)
        yield from (change.value for change in one.set)
        yield from (value for made in one.create for _, value in made.values)
        yield from (value for do in one.hooks for _, value in do.arguments)
        yield from (each.collection for each in one.each if each.collection is not None)
        yield from (removed.row for removed in one.delete)
        yield from (case.when for case in one.switch if case.when is not None)
        yield from (narrowing.condition for narrowing in one.narrow)
        wheres = (one.where, one.search.where if one.search else None)
        yield from (where for where in wheres if where is not None)


def all_expressions(model: Model) -> Iterator[Typed]:
    """Those of rules, jobs, lifecycles, derived values and conditions of access."""
    for block in (*(rule.block for rule in model.rules), *(job.block for job in model.jobs)):
        yield from expressions_of(block)
    for lifecycle in model.lifecycles:
        yield from (one.guard for one in lifecycle.transitions if one.guard is not None)
    yield from (derived.value for derived in model.derived)
    yield from (hidden.visible_to for hidden in model.hidden)
    for access in model.access:
        yield from (one.condition for one in access.permissions if one.condition is not None)


@once
def performed(model: Model) -> frozenset[str]:
    """The names of what is done at all: by calls of the contract, by jobs, by one another."""
    found: set[str] = set()
    waiting = [operation.id for operation in model.operations]
    for job in model.jobs:
        waiting += [sweep.name for sweep in sweeps_of(model, job) if sweep.rule]
        waiting += [
            do.name for block in job.block.within() for do in block.do if isinstance(do, DoRule)
        ]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += [
            do.name
            for rule in _rules_of(model, name)
            for block in rule.block.within()
            for do in block.do
            if isinstance(do, DoRule)
        ]
    return frozenset(found)


def _rules_of(model: Model, name: str) -> Iterator[Rule]:
    """Its own, and the effects of its transitions."""
    effects = {
        arrow.effect
        for lifecycle in model.lifecycles
        for arrow in lifecycle.by(name)
        if name in lifecycle.triggers
    }
    yield from (one for one in model.rules if one.name == name or one.name in effects)


def permissions(model: Model, operation: str) -> tuple[Permission, ...]:
    access = model.access_to(operation)
    return access.permissions if access else ()
