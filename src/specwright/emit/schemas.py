"""`backend/{domain}/schemas.py`: what comes in and what goes out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from specwright.address import pascal
from specwright.emit import columns, names
from specwright.emit.annotations import annotation, request_class
from specwright.emit.rendering import render
from specwright.emit.wording import listed, quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity, EnumType, LiteralDefault
from specwright.model.naming import singular
from specwright.model.operations import (
    BodyField,
    ColumnValue,
    EnvelopeRole,
    ListEnvelope,
    Operation,
    OperationKind,
    RequestBody,
    View,
    ViewField,
)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    annotation: str
    default: str | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class _Body:
    name: str
    purpose: str
    is_patch: bool
    extra: str  # what becomes of properties that the contract does not name
    fields: tuple[_Field, ...]


@dataclass(frozen=True, slots=True)
class _View:
    name: str
    singular: str
    renames: str
    parameters: str
    fields: tuple[_Field, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    name: str
    purpose: str
    renames: str
    row: str
    fields: tuple[_Field, ...]


def emit_schemas(model: Model, domain: str) -> str | None:
    """None where the contract has no operation in the domain."""
    operations = [operation for operation in model.operations if operation.domain == domain]
    if not operations:
        return None
    entities = {entity.name: entity for entity in model.entities}
    return render(
        "backend/schemas.py",
        domain=domain.replace("_", " "),
        imports=names.grouped(_imports(model)),
        bodies=list(_bodies(model, operations)),
        views=[_view(view, entities[view.entity]) for view in _views(operations)],
        pages=[_page(page, view, entities) for page, view in _pages(operations)],
    )


def _imports(model: Model) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for enum in model.enums:
        if enum.name in homes:
            yield homes[enum.name], enum.class_name
    for entity in model.entities:
        if names.has_row(model, entity):
            yield entity.domain, names.row_class(entity)


# -- What comes in --------------------------------------------------------------------------------


def _bodies(model: Model, operations: Iterable[Operation]) -> Iterator[_Body]:
    takers: dict[str, list[Operation]] = {}
    for operation in operations:
        if operation.body is not None:
            takers.setdefault(operation.body.name, []).append(operation)
    for taking in takers.values():
        first = taking[0]
        assert first.body is not None
        entity = next((one for one in model.entities if one.name == first.entity), None)
        enums = {enum.name: enum for enum in model.enums}
        yield from _nested(first.body, model, enums)
        yield _body(first, first.body, entity, enums, [operation.id for operation in taking])


def _body(
    operation: Operation,
    body: RequestBody,
    entity: Entity | None,
    enums: Mapping[str, EnumType],
    takers: list[str],
) -> _Body:
    creates = operation.kind is OperationKind.CREATE
    fields = [
        _Field(field.variable, annotation(field.schema, _column(entity, field), enums))
        if body.is_merge_patch
        else _body_field(field, _column(entity, field), enums, creates=creates)
        for field in body.fields
    ]
    forbids = body.schema.additional is False
    keeps = body.is_merge_patch and not forbids
    return _Body(
        name=request_class(body.name),
        purpose=f"{listed(takers)} {'take' if len(takers) > 1 else 'takes'}",
        is_patch=body.is_merge_patch,
        extra="allow" if keeps else "forbid" if forbids else "ignore",
        fields=tuple(fields),
    )


def _nested(body: RequestBody, model: Model, enums: Mapping[str, EnumType]) -> Iterator[_Body]:
    """The objects in the lists of a body, each a class of its own."""
    for field in body.fields:
        if not field.rows:
            continue
        entity = _related(model, body, field)
        yield _Body(
            name=nested_class(body, field),
            purpose=f"one of its `{field.name}` holds",
            is_patch=False,
            extra="ignore",
            fields=tuple(
                _body_field(inner, _column(entity, inner), enums, creates=True)
                for inner in field.rows
            ),
        )


def _related(model: Model, body: RequestBody, field: BodyField) -> Entity | None:
    for entity in model.entities:
        relation = entity.relation(field.relation or "")
        if relation is not None and any(
            operation.body is body and operation.entity == entity.name
            for operation in model.operations
        ):
            return next(one for one in model.entities if one.name == relation.target)
    return None


def nested_class(body: RequestBody, field: BodyField) -> str:
    return request_class(f"{body.name}_{singular(field.variable)}")


def _column(entity: Entity | None, field: BodyField) -> Column | None:
    return entity.column(field.column) if entity and field.column else None


def _body_field(
    field: BodyField, column: Column | None, enums: Mapping[str, EnumType], *, creates: bool
) -> _Field:
    typed = annotation(field.schema, column, enums)
    if field.required:
        return _Field(field.variable, typed)
    default = _default(field, column, creates=creates)
    if default != "None" or typed.endswith("| None"):
        return _Field(field.variable, typed, default)
    return _Field(field.variable, f"Annotated[{typed} | None, NotNull]", default)


def _default(field: BodyField, column: Column | None, *, creates: bool) -> str:
    """What stands where the request says nothing; on a create, the column's own default."""
    if field.schema.has_default:
        return _literal(field.schema.default, column)
    if creates and column and isinstance(column.default, LiteralDefault):
        return _literal(column.default.value, column)
    return "None"


def _literal(value: object, column: Column | None) -> str:
    if isinstance(value, str):
        enum = column.type.enum if column else None
        return f"{columns.enum_class(enum)}.{names.member(value)}" if enum else quoted(value)
    return repr(value)


# -- What goes out --------------------------------------------------------------------------------


def _views(operations: Iterable[Operation]) -> list[View]:
    found: dict[str, View] = {}
    for operation in operations:
        for answer in operation.answers:
            if answer.view is not None:
                found.setdefault(names.view_class(answer.view), answer.view)
    return list(found.values())


def _pages(operations: Iterable[Operation]) -> list[tuple[ListEnvelope, View]]:
    found: dict[str, tuple[ListEnvelope, View]] = {}
    for operation in operations:
        for answer in operation.answers:
            if answer.page is not None and answer.view is not None:
                found.setdefault(names.page_class(answer.page), (answer.page, answer.view))
    return list(found.values())


def _view(view: View, entity: Entity) -> _View:
    return _View(
        name=names.view_class(view),
        singular=entity.row,
        renames=_renames((field.variable, field.name) for field in view.fields),
        parameters=f"{entity.row}: {names.row_class(entity)}",
        fields=tuple(_view_field(field, entity) for field in view.fields),
    )


def _view_field(field: ViewField, entity: Entity) -> _Field:
    assert isinstance(field.source, ColumnValue)
    column = entity.column(field.source.column)
    assert column is not None
    value = f"{entity.row}.{column.attribute}"
    typed = columns.python_type(column)
    if field.leaves_out_null and column.nullable:
        plain = columns.plain_type(column.type)
        return _Field(
            field.variable,
            f"{plain} | msgspec.UnsetType",
            value=f"msgspec.UNSET if {value} is None else {value}",
        )
    return _Field(field.variable, typed, value=value)


def _page(page: ListEnvelope, view: View, entities: Mapping[str, Entity]) -> _Page:
    entity = entities[view.entity]
    view_class = names.view_class(view)
    fields = [
        _Field(
            page.items or "items",
            f"list[{view_class}]",
            value=f"[{view_class}.of({entity.row}) for {entity.row} in page.rows]",
        )
    ]
    for field in page.fields:
        if field.role is EnvelopeRole.NEXT_TOKEN:
            unset = not field.nullable
            fields.append(
                _Field(
                    field.path[-1],
                    "str | msgspec.UnsetType" if unset else "str | None",
                    value="page.next_page_token" + (" or msgspec.UNSET" if unset else ""),
                )
            )
    return _Page(
        name=names.page_class(page),
        purpose=f"Some of the {entity.table.replace('_', ' ')}.",
        renames="",
        row=names.row_class(entity),
        fields=tuple(fields),
    )


def _renames(pairs: Iterable[tuple[str, str]]) -> str:
    """The wire's names where they are not Python's."""
    different = [f"{quoted(ours)}: {quoted(wire)}" for ours, wire in pairs if ours != wire]
    return f", rename={{{', '.join(different)}}}" if different else ""


def schema_name(name: str) -> str:
    return pascal(name)
