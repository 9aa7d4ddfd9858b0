"""What a model determines and these emitters do not build yet: left out, and said where it stands.

Whatever an emitter learns to build loses its line here.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from specwright.diagnostic import Code, Level, Place, Report
from specwright.emit.actions import acts
from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import roots
from specwright.emit.columns import plain_type
from specwright.emit.joined import Joined, joined_by
from specwright.emit.limits_of_rules import (
    limits_of_behaviour,
    limits_of_job,
    limits_of_nested,
    limits_of_rule,
)
from specwright.emit.lists import asked_parameters
from specwright.emit.lookups import performed, permissions, users_of
from specwright.emit.nested import nested_rows
from specwright.emit.requested import NotSaid, Requested
from specwright.emit.subject import TYPES
from specwright.emit.values import annotation_of
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.operations import (
    BodyField,
    LeftOut,
    Operation,
    OperationKind,
    OrderKey,
    RequestBody,
    SortKey,
)
from specwright.model.typed import Get, path, walk
from specwright.model.wire import flattened


def within_limits(model: Model, report: Report) -> Model:
    """The model without the operations and jobs that need something not built yet."""
    reasons: dict[str, list[str]] = {}
    for name, found in _all_limits(model):
        for place, sentence in found:
            report.add(place, Code.NOT_BUILT, sentence, level=Level.LATER)
            reasons.setdefault(name, []).append(sentence)
    places = {one.id: one.place for one in model.operations}
    places |= {job.name: job.place for job in model.jobs}
    left = []
    for name, place in places.items():
        why = [reason for done in (name, *model.done_by(name)) for reason in reasons.get(done, [])]
        if why:
            left.append(LeftOut(name, place, tuple(dict.fromkeys(why))))
    stopped = {one.id for one in left}
    return replace(
        model,
        operations=tuple(one for one in model.operations if one.id not in stopped),
        left_out=(*model.left_out, *left),
    )


def _all_limits(model: Model) -> Iterator[tuple[str, list[tuple[Place, str]]]]:
    for operation in model.operations:
        yield operation.id, [(operation.place, one) for one in _of_everything(model)]
    for operation in model.operations:
        yield operation.id, list(_of_operation(model, operation))
        for nested in nested_rows(model, operation):
            yield operation.id, list(limits_of_nested(nested))
    for rule in model.rules:
        yield rule.name, list(limits_of_rule(model, rule))
    for name in sorted(performed(model)):
        behaviour = Behaviour.named(model, name)
        if behaviour is not None:
            yield name, list(limits_of_behaviour(behaviour))
    for job in model.jobs:
        yield job.name, list(limits_of_job(model, job))


_WITH_DEFAULTS = ("str", "int", "bool")


def _of_everything(model: Model) -> Iterator[str]:
    """What keeps every operation from being built."""
    users = users_of(model)
    key = users.column(users.primary_key.columns[0]) if users else None
    if key is not None and plain_type(key.type) not in TYPES:
        yield "Tokens of users with such a key are not built yet."


# -- Operations -----------------------------------------------------------------------------------


def _of_operation(model: Model, operation: Operation) -> Iterator[tuple[Place, str]]:
    yield from _of_cells(model, operation)
    yield from _of_creation(model, operation)
    yield from _of_body(model, operation)
    yield from _of_answers(operation)
    for one in operation.filters:
        if one.compares == "in":
            yield one.parameter.place, "Filters with several values are not built yet."
    for parameter, read in asked_parameters(model, operation).values():
        if parameter.schema.has_default and annotation_of(read.type) not in _WITH_DEFAULTS:
            yield parameter.place, "A default of such a parameter is not built yet."
    if operation.kind is OperationKind.LIST and operation.entity is not None:
        entity = model.entity(operation.entity)
        keys: list[OrderKey | SortKey] = [
            *operation.order,
            *(operation.sorting.keys if operation.sorting else ()),
        ]
        for key in keys:
            column = entity.column(key.column)
            if column is not None and column.nullable:
                yield (
                    operation.place,
                    f"Sorting by `{key.column}`, which may be null, is not built yet.",
                )


def _of_cells(model: Model, operation: Operation) -> Iterator[tuple[Place, str]]:
    new = Requested.of(model, operation)
    body = operation.body
    brought = {field.variable for field in body.fields} if body and not body.is_merge_patch else ()
    for cell in permissions(model, operation.id):
        if cell.condition is None:
            continue
        for node in walk(cell.condition):
            is_named = isinstance(node, Get) and path(node.row) == ("request",)
            if isinstance(node, Get) and is_named and node.name not in brought:
                said = f"Conditions of access on `request.{node.name}` are not built yet."
                yield cell.place, said
        try:
            _ = new.told(cell.condition) if new else None
        except NotSaid as unsaid:
            said = f"Conditions of access on `{unsaid.column}` of a new row are not built yet"
            yield cell.place, f"{said} where nothing says it."


def _of_creation(model: Model, operation: Operation) -> Iterator[tuple[Place, str]]:
    """Rules read a row that is made as it is requested."""
    behaviour = Behaviour.named(model, operation.id)
    new = behaviour.requested if behaviour is not None else None
    if behaviour is None or new is None:
        return
    of_hooks = (value for do in behaviour.hooks for _, value in do.arguments)
    for typed in (*behaviour.expressions, *of_hooks):
        try:
            new.told(typed)
        except NotSaid as unsaid:
            said = f"Rules on `{unsaid.column}` of a new row are not built yet"
            yield operation.place, f"{said} where nothing says it."
    for require in behaviour.requires:
        with suppress(NotSaid):
            if not set(roots(new.told(require.condition))):
                yield require.place, "A rule that defaults alone decide is not built yet."


def _of_body(model: Model, operation: Operation) -> Iterator[tuple[Place, str]]:
    body = operation.body
    if body is None:
        return
    if not body.required:
        yield operation.place, "A request body that may be left out is not built yet."
    if operation.kind is OperationKind.REPLACE and operation.entity is not None:
        yield from _of_replacement(model.entity(operation.entity), body)
    for field, joined in joined_by(model, operation):
        yield from _of_joined(model, operation, field, joined)
    for field in body.fields:
        if field.relation is not None and operation.kind is not OperationKind.CREATE:
            yield field.place, "Rows that are written with their parent are not built yet."
        if field.is_free and body.is_merge_patch:
            yield field.place, "Fields of a merge patch that rules use are not built yet."


_JOINING = (OperationKind.CREATE, OperationKind.UPDATE, OperationKind.REPLACE)


def _of_joined(
    model: Model, operation: Operation, field: BodyField, joined: Joined
) -> Iterator[tuple[Place, str]]:
    behaviour = Behaviour.named(model, operation.id)
    if operation.kind not in _JOINING or (behaviour is not None and acts(model, behaviour)):
        yield field.place, "Texts that are joined by such an operation are not built yet."
    for name in joined.missing():
        yield (
            field.place,
            f"A new row of `{joined.target.table}` without `{name}` is not built yet.",
        )
    if any(one.tenant is not None for one in (joined.target, joined.link)):
        yield field.place, "Texts that are joined within a tenant are not built yet."


def _of_replacement(entity: Entity, body: RequestBody) -> Iterator[tuple[Place, str]]:
    """What a replacement leaves out is null: where that cannot be, nothing says what it is."""
    for field in body.fields:
        column = entity.column(field.column) if field.column else None
        is_said = field.required or flattened(field.schema).has_default
        if column is not None and not (column.nullable or is_said):
            said = f"Replacing a row without `{field.name}`, which must have a value,"
            yield field.place, f"{said} is not built yet."


def _of_answers(operation: Operation) -> Iterator[tuple[Place, str]]:
    is_link = operation.kind in (OperationKind.LINK, OperationKind.UNLINK)
    for answer in operation.answers:
        if answer.view is not None and is_link:
            yield operation.place, "A link that answers with a row is not built yet."
