"""What `request` is in the rules of an operation: the body's properties, and the parameters."""

from collections.abc import Iterator

from specwright.address import snake
from specwright.model import types
from specwright.model.entities import Entity
from specwright.model.rule_calls import only_schema
from specwright.model.scope import Scopes, is_always_there, type_of_column
from specwright.model.wire import flattened
from specwright.spec import syntax
from specwright.spec.syntax import Schema


def record_of_query(operation: syntax.Operation, scopes: Scopes) -> types.Row:
    """What the conditions of a list read: a condition counts where all of it is given."""
    given = {
        name: types.with_null(found, nullable=False)
        for name, found in _parameters(operation, scopes)
    }
    return scopes.record(f"the query of {operation.id}", given)


def record_of_request(
    operation: syntax.Operation, entity: Entity | None, scopes: Scopes
) -> types.Row:
    """A row of what a call brings; what it may leave out may be null."""
    fields = dict((*_parameters(operation, scopes), *_properties(operation, entity, scopes)))
    return scopes.record(f"the request of {operation.id}", fields)


def _parameters(operation: syntax.Operation, scopes: Scopes) -> Iterator[tuple[str, types.Type]]:
    for parameter in operation.parameters:
        found = scopes.type_of_schema(parameter.schema, f"{parameter.name}")
        is_there = parameter.required or flattened(parameter.schema).has_default
        nullable = found.nullable or not is_there
        yield snake(parameter.name.value), types.with_null(found, nullable=nullable)


def _properties(
    operation: syntax.Operation, entity: Entity | None, scopes: Scopes
) -> Iterator[tuple[str, types.Type]]:
    body = only_schema(operation.body.content) if operation.body is not None else None
    body = _unwrapped(body, entity) if body is not None and entity is not None else body
    for name, schema in body.properties.items() if body is not None else ():
        flat = flattened(schema)
        found = scopes.type_of_schema(schema, f"{name} of the request")
        column = entity.column(snake(name)) if entity is not None else None
        if column is not None and types.is_kind(found, types.Kind.DOUBLE):
            found = type_of_column(column, scopes.enums)  # `number` is whatever the column keeps
        is_there = body is not None and is_always_there(name, body, flat)
        yield snake(name), types.with_null(found, nullable=flat.nullable or not is_there)


def _unwrapped(body: Schema, entity: Entity) -> Schema:
    """What a body tells of a row, out of its envelope if there is one: `{"note": {…}}`."""
    if len(body.properties) != 1:
        return body
    ((name, inner),) = body.properties.items()
    own = snake(name)
    is_of_row = own != entity.row and (entity.column(own) or entity.relation(own))
    flat = flattened(inner)
    return body if is_of_row or not flat.properties else flat
