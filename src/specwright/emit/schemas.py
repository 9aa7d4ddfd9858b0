"""`backend/{domain}/schemas.py`: what comes in and what goes out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from specwright.address import pascal, snake
from specwright.emit import columns, names
from specwright.emit.annotations import annotation, request_class
from specwright.emit.page_schemas import emitted_pages, literal, renamed
from specwright.emit.parts import (
    derived_in_python,
    derived_value,
    hidden_in,
    joined_part,
    needs_parts,
    parts_class,
    related_part,
    views_of,
)
from specwright.emit.python_expressions import to_python
from specwright.emit.python_source import Uses, constant
from specwright.emit.rendering import render
from specwright.emit.values import annotation_of
from specwright.emit.wording import listed, quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity, EnumType, LiteralDefault
from specwright.model.naming import attribute, singular
from specwright.model.operations import (
    AccessToken,
    BodyField,
    ColumnValue,
    DerivedValue,
    JoinedTexts,
    Operation,
    OperationKind,
    RelatedCount,
    RelatedValue,
    RelatedView,
    RequestBody,
    Success,
    View,
    ViewField,
)
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened


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
class _Wrapper:
    name: str
    singular: str
    renames: str
    fields: tuple[_Field, ...]


def emit_schemas(model: Model, domain: str) -> str | None:
    """None where the contract has no operation in the domain."""
    operations = [operation for operation in model.operations if operation.domain == domain]
    if not operations:
        return None
    return render(
        "backend/schemas.py",
        domain=domain.replace("_", " "),
        imports=names.grouped(_imports(model, domain)),
        bodies=list(_bodies(model, operations)),
        views=[_view(model, view) for view in views_of(model, domain)],
        wrappers=list(_wrappers(model, operations)),
        pages=emitted_pages(model, operations),
    )


def _imports(model: Model, domain: str) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for enum in model.enums:
        if enum.name in homes:
            yield f"{homes[enum.name]}.models", enum.class_name
    for entity in model.entities:
        if names.has_row(model, entity):
            yield f"{entity.domain}.models", names.row_class(entity)
    for view in views_of(model, domain):
        if needs_parts(model, view):
            yield f"{domain}.parts", parts_class(view)


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
        wrapped = {one.body.wrapped_as: one.body for one in taking if one.body}
        yield from (_around(body) for body in wrapped.values() if body.envelope is not None)


def _around(body: RequestBody) -> _Body:
    """The object that a body comes in."""
    assert body.envelope is not None
    name, inner = attribute(snake(body.envelope)), request_class(body.name)
    least = body.schema.min_properties if body.is_merge_patch else None
    said = [f"alias={quoted(body.envelope)}"] if name != body.envelope else []
    said += [f"min_length={least}"] if least else []
    typed = f"Annotated[{inner}, Field({', '.join(said)})]" if said else inner
    return _Body(
        name=names.wrapping_class(body.wrapped_as),
        purpose=f"What stands around `{inner}`",
        is_patch=False,
        extra="ignore",
        fields=(_Field(name, typed),),
    )


def _body(
    operation: Operation,
    body: RequestBody,
    entity: Entity | None,
    enums: Mapping[str, EnumType],
    takers: list[str],
) -> _Body:
    creates = operation.kind is OperationKind.CREATE
    fields = [
        _Field(
            field.variable,
            _called(field, annotation(field.schema, _column(entity, field), enums)),
        )
        if body.is_merge_patch
        else _body_field(
            field,
            _column(entity, field),
            enums,
            creates=creates,
            of=nested_class(body, field) if field.rows else None,
        )
        for field in body.fields
    ]
    forbids = body.schema.additional is False
    keeps = body.is_merge_patch and not forbids
    return _Body(
        name=request_class(body.name),
        purpose=f"What {listed(takers)} {'take' if len(takers) > 1 else 'takes'}",
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
            purpose=f"What one of its `{field.name}` holds",
            is_patch=False,
            extra="forbid" if _is_closed(field) else "ignore",
            fields=tuple(
                _body_field(inner, _column(entity, inner), enums, creates=True)
                for inner in field.rows
            ),
        )


def _is_closed(field: BodyField) -> bool:
    items = field.schema.items
    return items is not None and flattened(items).additional is False


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
    if field.texts is not None:
        return field.texts.column
    if field.secret:
        return None
    return entity.column(field.column) if entity and field.column else None


def _body_field(
    field: BodyField,
    column: Column | None,
    enums: Mapping[str, EnumType],
    *,
    creates: bool,
    of: str | None = None,
) -> _Field:
    """A list of rows is a list `of` a class of their own."""
    typed = annotation(field.schema, column, enums, of=of)
    if field.required:
        return _Field(field.variable, _called(field, typed))
    default = _default(field, column, creates=creates)
    if default == "None" and not typed.endswith("| None"):
        typed = f"Annotated[{typed} | None, NotNull]"
    return _Field(field.variable, _called(field, typed), default)


def _called(field: BodyField, typed: str) -> str:
    """The annotation, with the wire's name where that is not Python's."""
    if field.inner is not None:
        at = f"AliasPath({quoted(field.name)}, {quoted(field.inner)})"
        return f"Annotated[{typed}, Field(validation_alias={at})]"
    if field.variable == field.name:
        return typed
    return f"Annotated[{typed}, Field(alias={quoted(field.name)})]"


def _default(field: BodyField, column: Column | None, *, creates: bool) -> str:
    """What stands where the request says nothing; on a create, the column's own default."""
    if field.schema.has_default:
        return _literal(field.schema.default, column)
    if creates and column and isinstance(column.default, LiteralDefault):
        return _literal(column.default.value, column)
    return "None"


def _literal(value: object, column: Column | None) -> str:
    if isinstance(value, str):
        if column and column.type.kind is Kind.JSONB:
            return f"Field(default_factory={'list' if value == '[]' else 'dict'})"
        enum = column.type.enum if column else None
        return f"{columns.enum_class(enum)}.{names.member(value)}" if enum else quoted(value)
    if column and column.type.kind is Kind.DOUBLE and isinstance(value, Decimal):
        return repr(float(value))
    return constant(value, Uses()).text if isinstance(value, Decimal) else repr(value)


# -- What goes out --------------------------------------------------------------------------------


def _wrappers(model: Model, operations: Iterable[Operation]) -> Iterator[_Wrapper]:
    found: dict[str, Success] = {}
    for operation in operations:
        for answer in operation.answers:
            if answer.envelope is not None:
                found.setdefault(answer.wrapped_as, answer)
    for name, answer in found.items():
        assert answer.view is not None
        assert answer.envelope is not None
        member, view = attribute(snake(answer.envelope)), names.view_class(answer.view)
        constants = [
            _Field(attribute(snake(wire)), type(value).__name__, literal(value))
            for wire, value in answer.beside
        ]
        wires = [answer.envelope, *(wire for wire, _ in answer.beside)]
        yield _Wrapper(
            name=names.wrapping_class(name),
            singular=model.entity(answer.view.entity).row.replace("_", " "),
            renames=renamed((attribute(snake(wire)), wire) for wire in wires),
            fields=(_Field(member, view), *constants),
        )


def _view(model: Model, view: View) -> _View:
    entity = model.entity(view.entity)
    has_parts = needs_parts(model, view)
    taken = (
        f"parts: {parts_class(view)}" if has_parts else f"{entity.row}: {names.row_class(entity)}"
    )
    row = f"parts.{entity.row}" if has_parts else entity.row
    return _View(
        name=names.view_class(view),
        singular=entity.row,
        renames=renamed((field.variable, field.name) for field in view.fields),
        parameters=", ".join(
            [*([taken] if view.shows_row else []), *(f"{name}: str" for name in tokens_of(view))]
        ),
        fields=tuple(_view_field(model, view, field, row) for field in view.fields),
    )


def _view_field(  # noqa: PLR0911 - a table
    model: Model, view: View, field: ViewField, row: str
) -> _Field:
    entity = model.entity(view.entity)
    match field.source:
        case ColumnValue(name):
            return _own(model, view, field, name, row)
        case RelatedValue(relation, name):
            return _of_related(model, view, field, relation, name)
        case RelatedView(relation=relation, many=many, view=inner):
            return _nested_view(field, entity, relation, inner, many=many)
        case RelatedCount(relation):
            return _Field(field.variable, "int", value=f"parts.{relation}_count")
        case AccessToken(refreshes):
            return _Field(field.variable, "str", value="refresh_token" if refreshes else "token")
        case JoinedTexts():
            return _Field(field.variable, "list[str]", value=f"parts.{joined_part(field)}")
        case DerivedValue() as source:
            derived = derived_value(model, view, source)
            in_python = derived_in_python(model, view, source)
            value = (
                to_python(derived.value, {entity.row: row}).text
                if in_python
                else f"parts.{snake(source.name)}"
            )
            return _Field(field.variable, annotation_of(derived.value.type), value=value)


def _own(model: Model, view: View, field: ViewField, name: str, row: str) -> _Field:
    column = model.entity(view.entity).column(name)
    assert column is not None
    value, typed = f"{row}.{column.attribute}", columns.python_type(column)
    if any(hidden.column == name for hidden in hidden_in(model, view)):
        shown = f"{value} if parts.shows_{name} else msgspec.UNSET"
        return _Field(field.variable, f"msgspec.UnsetType | {typed}", value=shown)
    if field.leaves_out_null and column.nullable:
        plain = columns.plain_type(column.type)
        left_out = f"msgspec.UNSET if {value} is None else {value}"
        return _Field(field.variable, f"{plain} | msgspec.UnsetType", value=left_out)
    return _Field(field.variable, typed, value=value)


def _of_related(model: Model, view: View, field: ViewField, relation: str, name: str) -> _Field:
    entity = model.entity(view.entity)
    found = entity.relation(relation)
    assert found is not None
    column = model.entity(found.target).column(name)
    assert column is not None
    typed = columns.python_type(column)
    part = f"parts.{related_part(entity, relation)}"
    row = f".{model.entity(found.target).row}" if _shown_with_parts(model, view, relation) else ""
    value = f"{part}{row}.{column.attribute}"
    if not found.nullable:
        return _Field(field.variable, typed, value=value)
    nullable = typed if typed.endswith("None") else f"{typed} | None"
    return _Field(field.variable, nullable, value=f"None if {part} is None else {value}")


def _shown_with_parts(model: Model, view: View, relation: str) -> bool:
    return any(
        one.source.relation == relation and needs_parts(model, one.source.view)
        for one in view.fields
        if isinstance(one.source, RelatedView)
    )


def _nested_view(
    field: ViewField, entity: Entity, relation: str, inner: View, *, many: bool
) -> _Field:
    name, value = names.view_class(inner), f"parts.{related_part(entity, relation)}"
    if many:
        return _Field(field.variable, f"list[{name}]", value=f"[{name}.of(one) for one in {value}]")
    found = entity.relation(relation)
    if found is not None and found.nullable:
        made = f"None if {value} is None else {name}.of({value})"
        return _Field(field.variable, f"{name} | None", value=made)
    return _Field(field.variable, name, value=f"{name}.of({value})")


def tokens_of(view: View) -> Iterator[str]:
    """What a view of somebody who signs in takes beside their row."""
    yield from ["token"] if view.has_token else []
    yield from ["refresh_token"] if view.has_refresh_token else []


def schema_name(name: str) -> str:
    return pascal(name)
