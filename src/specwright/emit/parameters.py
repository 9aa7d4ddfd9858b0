"""What the functions of an operation take: the row, and as much else as its rules name."""

from collections.abc import Iterable

from specwright.address import pascal
from specwright.emit import names
from specwright.emit.annotations import request_class
from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import Beyond
from specwright.emit.hook_names import hooks_class, result_annotation
from specwright.emit.lookups import actor_class, users_of
from specwright.model import Model
from specwright.model.entities import Entity


def facts_class(behaviour: Behaviour | Beyond) -> str:
    return f"{pascal(behaviour.name)}Facts"


def annotated(
    model: Model, behaviour: Behaviour | Beyond, arguments: Iterable[str]
) -> tuple[str, ...]:
    """The row's own parameter, and those of the arguments."""
    entity = entity_of(model, behaviour)
    row = f"{behaviour.row}: {names.row_class(entity)}"
    return (row, *(f"{name}: {_annotation(model, behaviour, name)}" for name in arguments))


def _annotation(model: Model, behaviour: Behaviour | Beyond, argument: str) -> str:
    match argument:
        case "facts":
            return facts_class(behaviour)
        case "actor":
            return actor_class(model)
        case "request":
            return body_class(model, behaviour)
        case "now":
            return "datetime"
        case "hooks":
            return hooks_class(entity_of(model, behaviour).domain)
        case _:
            return result_annotation(model, argument)


def body_class(model: Model, behaviour: Behaviour | Beyond) -> str:
    operation = model.operation(behaviour.name)
    assert operation is not None
    assert operation.body is not None
    return request_class(operation.body.name)


def entity_of(model: Model, behaviour: Behaviour | Beyond) -> Entity:
    return model.entity(behaviour.entity)


def imports_for(
    model: Model, domain: str, behaviours: Iterable[Behaviour]
) -> list[tuple[str, list[str]]]:
    """What the annotations and the bodies of these functions may name, by module."""
    wanted: list[tuple[str, str]] = []
    homes = names.enum_homes(model)
    wanted += [(f"{homes[e.name]}.models", e.class_name) for e in model.enums if e.name in homes]
    users = users_of(model)
    if users is not None:
        wanted.append((f"{users.domain}.models", names.row_class(users)))
    for behaviour in behaviours:
        entity = entity_of(model, behaviour)
        wanted.append((f"{entity.domain}.models", names.row_class(entity)))
        if "request" in behaviour.arguments:
            wanted.append((f"{domain}.schemas", body_class(model, behaviour)))
        if behaviour.facts:
            wanted.append((f"{domain}.repository", facts_class(behaviour)))
        if behaviour.calls_hooks:
            wanted.append((f"{domain}.hooks_protocol", hooks_class(domain)))
    return names.grouped(wanted)
