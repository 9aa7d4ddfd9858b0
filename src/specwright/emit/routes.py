"""`backend/{domain}/routes.py`: the operations over HTTP, and nothing but HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.address import snake
from specwright.emit import names
from specwright.emit.annotations import request_class
from specwright.emit.hook_names import hooks_variable
from specwright.emit.hooks import service_calls_hooks
from specwright.emit.lists import (
    asked_parameters,
    asked_type,
    default_sort,
    filter_type,
    list_parameters,
    sort_type,
    variable,
)
from specwright.emit.lookups import body_argument, caller_module, subject_of
from specwright.emit.page_schemas import text_of
from specwright.emit.parts import needs_parts
from specwright.emit.rendering import render
from specwright.emit.schemas import tokens_of
from specwright.emit.service import key_parameters, service_class
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.naming import attribute
from specwright.model.operations import Operation, OperationKind, PagingStyle, RequestBody, Success
from specwright.model.wire import flattened

_OK, _NO_CONTENT = 200, 204
_WRAPPED = "sent"  # a body with another object around it


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: str
    name: str
    service: str
    parameters: list[str]
    lines: list[str]


def emit_routes(model: Model, domain: str) -> str | None:
    """None where the contract has no operation in the domain."""
    operations = [operation for operation in model.operations if operation.domain == domain]
    if not operations:
        return None
    service = service_class(model, domain)
    return render(
        "backend/routes.py",
        domain=domain,
        service=service,
        factory=snake(service),
        hooks=f", request.app.state.{hooks_variable(domain)}"
        if service_calls_hooks(model, domain)
        else "",
        has_signed_in=any(not operation.is_public for operation in operations),
        has_public=any(operation.is_public for operation in operations),
        has_if_match=any(operation.needs_if_match for operation in operations),
        imports=names.grouped(_imports(model, domain, operations)),
        routes=[_route(model, operation) for operation in sorted(operations, key=_literal_first)],
    )


def _literal_first(operation: Operation) -> tuple[bool, ...]:
    """Of two paths that both match, the one without a parameter there must come first."""
    return tuple(part.startswith("{") for part in operation.path.split("/"))


def _imports(model: Model, domain: str, operations: list[Operation]) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for enum in model.enums:
        if enum.name in homes:
            yield f"{homes[enum.name]}.models", enum.class_name
    for operation in operations:
        if operation.body is not None:
            yield f"{domain}.schemas", _taken_class(operation.body)
        for answer in operation.answers:
            if answer.page is not None and answer.page.items is not None:
                yield f"{domain}.schemas", names.page_class(answer.page)
            elif answer.view is not None and answer.view.text is None:
                yield f"{domain}.schemas", names.view_class(answer.view)
            if answer.envelope is not None:
                yield f"{domain}.schemas", names.wrapping_class(answer.wrapped_as)
    yield caller_module(model), "Caller"


def _route(model: Model, operation: Operation) -> _Route:
    return _Route(
        method=operation.method,
        path=_path(model, operation),
        name=operation.name,
        service="PublicService" if operation.is_public else "Service",
        parameters=list(_parameters(model, operation)),
        lines=list(_lines(model, operation)),
    )


def _path(model: Model, operation: Operation) -> str:
    """The contract's path, its parameters called as in Python."""
    path = operation.path
    for parameter, ours in _path_variables(model, operation):
        path = path.replace(f"{{{parameter}}}", f"{{{ours}}}")
    return path


def _path_variables(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    for row in (operation.parent, operation.row):
        for one in row.chain() if row else ():
            for key in one.keys:
                yield key.parameter, names.key_variable(key.parameter, model.entity(one.entity))
    for end in operation.link.ends if operation.link else ():
        yield end.parameter, names.key_variable(end.parameter, model.entity(end.target))


def _parameters(model: Model, operation: Operation) -> Iterator[str]:
    if operation.view is not None and operation.view.has_token:
        yield "http: Request"
    yield from (f"{name}: {kind}" for name, kind in key_parameters(model, operation))
    if operation.body is not None:
        kind = _taken_class(operation.body)
        read = f"body_of({kind}, {quoted(operation.body.media_type)}{_least(operation.body)})"
        name = body_argument(operation) if operation.body.envelope is None else _WRAPPED
        yield f"{name}: Annotated[{kind}, Depends({read})]"
    if operation.needs_if_match:
        yield "versions: IfMatch"
    if operation.kind is OperationKind.LIST:
        yield from sorted(_query(model, operation), key=lambda parameter: " = " in parameter)


def _taken_class(body: RequestBody) -> str:
    """The class of the whole body."""
    if body.envelope is not None:
        return names.wrapping_class(body.wrapped_as)
    return request_class(body.name)


def _least(body: RequestBody) -> str:
    least = body.schema.min_properties if body.is_merge_patch and not body.envelope else None
    return f", min_properties={least}" if least else ""


def _query(model: Model, operation: Operation) -> Iterator[str]:
    for one in operation.filters:
        alias = _alias(one.parameter.name, variable(model, operation, one.parameter))
        kind = filter_type(model, operation, one)
        annotated = f"Annotated[{kind}, Query({alias})]" if alias or "list[" in kind else kind
        default = "" if one.parameter.required else " = None"
        yield f"{variable(model, operation, one.parameter)}: {annotated}{default}"
    for parameter, read in asked_parameters(model, operation).values():
        name = variable(model, operation, parameter)
        kind, alias = asked_type(parameter, read), _alias(parameter.name, name)
        default = "" if parameter.required else f" = {parameter.schema.default!r}"
        yield f"{name}: {f'Annotated[{kind}, Query({alias})]' if alias else kind}{default}"
    sort = default_sort(operation)
    if operation.sorting is not None and sort is not None:
        sorted_by = operation.sorting.parameter
        alias = _alias(sorted_by.name, variable(model, operation, sorted_by))
        kind = sort_type(operation)
        annotated = f"Annotated[{kind}, Query({alias})]" if alias else kind
        yield f"{variable(model, operation, sorted_by)}: {annotated} = {quoted(sort.value)}"
    paging = operation.paging
    if paging is None:
        return
    if paging.size is not None:
        low = flattened(paging.size.schema).minimum
        bounds = f"ge={int(low) if low is not None else 1}, le={paging.largest_size}"
        alias = _alias(paging.size.name, variable(model, operation, paging.size))
        limits = ", ".join(part for part in (bounds, alias) if part)
        name = variable(model, operation, paging.size)
        yield f"{name}: Annotated[int, Query({limits})] = {paging.default_size}"
    if paging.position is not None:
        alias = _alias(paging.position.name, variable(model, operation, paging.position))
        if paging.style is PagingStyle.CURSOR:
            kind = f"Annotated[str | None, Query({alias})]" if alias else "str | None"
            yield f"{variable(model, operation, paging.position)}: {kind} = None"
        else:
            first = paging.first_page if paging.style is PagingStyle.PAGE else 0
            limits = ", ".join(part for part in (f"ge={first}", "le=10**9", alias) if part)
            name = variable(model, operation, paging.position)
            yield f"{name}: Annotated[int, Query({limits})] = {first}"


def _alias(name: str, variable: str) -> str:
    return "" if name == variable else f"alias={quoted(name)}"


def _lines(model: Model, operation: Operation) -> Iterator[str]:
    entity = subject_of(model, operation)
    call = f"await service.{operation.name}({', '.join(_arguments(model, operation))})"
    answered = operation.answers[0]
    if answered.view is None:
        yield call
        yield (
            "return no_content()"
            if answered.status == _NO_CONTENT
            else f"return Response(status_code={answered.status})"
        )
    elif answered.page is not None and answered.page.items is None:
        yield f"page = {call}"
        one = "parts" if needs_parts(model, answered.view) else entity.row
        view = answered.view
        each = text_of(model, view) if view.text else f"{names.view_class(view)}.of({one})"
        shown = f"[{each} for {one} in page.rows]"
        yield f"return answer_list({shown}{_status(answered)})"
    elif answered.page is not None:
        yield f"page = {call}"
        yield f"return answer({names.page_class(answered.page)}.of(page){_status(answered)})"
    else:
        parts = needs_parts(model, answered.view)
        given = ", refresh_token" if answered.view.has_refresh_token else ""
        yield f"{'parts' if parts else entity.row}{given} = {call}"
        nothing = next((one for one in operation.answers if one.view is None), None)
        if nothing is not None:
            yield f"if {'parts' if parts else entity.row} is None:"
            yield "    return no_content()"
        if answered.view.has_token:
            row = f"parts.{entity.row}" if parts else entity.row
            key = entity.columns_by_name[entity.primary_key.columns[0]].attribute
            yield f"token = access_token(http, {row}.{key})"
        yield f"return answer({_answer(entity, answered, parts=parts)})"


def _answer(entity: Entity, answered: Success, *, parts: bool) -> str:
    assert answered.view is not None
    row = f"parts.{entity.row}" if parts else entity.row
    etag = f", etag=etag({row}.version)" if entity.versioned else ""
    shown = "parts" if parts else entity.row
    given = [*([shown] if answered.view.shows_row else []), *tokens_of(answered.view)]
    view = f"{names.view_class(answered.view)}.of({', '.join(given)})"
    if answered.envelope is not None:
        view = f"{names.wrapping_class(answered.wrapped_as)}({view})"
    return f"{view}{_status(answered)}{etag}"


def _status(answered: Success) -> str:
    return "" if answered.status == _OK else f", {answered.status}"


def _arguments(model: Model, operation: Operation) -> Iterator[str]:
    yield from (name for name, _ in key_parameters(model, operation))
    if operation.kind is OperationKind.LIST:
        yield from (f"{name}={name}" for name, _ in list_parameters(model, operation))
    if operation.body is not None:
        wrapped = operation.body.envelope
        inner = f"{_WRAPPED}.{attribute(snake(wrapped))}" if wrapped is not None else ""
        yield inner or body_argument(operation)
    if operation.needs_if_match:
        yield "versions"
