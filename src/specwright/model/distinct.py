"""One name, one shape: schemas that share a name without being alike get names of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from specwright.address import pascal
from specwright.model.operations import (
    BodyField,
    EnvelopeRole,
    ListEnvelope,
    Operation,
    RelatedView,
    RequestBody,
    Success,
    View,
    ViewField,
)


def with_distinct_names(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations with views, pages and bodies whose names say which is which."""
    names = _Names()
    return tuple(names.renamed(operation) for operation in operations)


@dataclass
class _Names:
    """What each name stands for so far."""

    taken: dict[str, tuple[str, object]] = field(default_factory=dict)

    def renamed(self, operation: Operation) -> Operation:
        answers = tuple(self._success(operation, answer) for answer in operation.answers)
        body = self._body(operation, operation.body) if operation.body is not None else None
        return replace(operation, answers=answers, body=body)

    def _success(self, operation: Operation, answer: Success) -> Success:
        if answer.view is None:
            return answer
        view = self._view(operation, answer.view)
        if answer.page is None:
            wrapped = answer.wrapped_as
            if answer.envelope is not None:
                around = (view.name, answer.envelope, answer.beside)
                wrapped = self._claim(wrapped, operation, ("answer", around))
            return replace(answer, view=view, wrapped_as=wrapped)
        rest = (view.name, answer.page.items, answer.page.fields, _read_by(operation, answer.page))
        name = self._claim(answer.page.name, operation, ("page", rest))
        return replace(answer, view=view, page=replace(answer.page, name=name))

    def _view(self, operation: Operation, view: View) -> View:
        inner = replace(view, fields=tuple(self._field(operation, one) for one in view.fields))
        name = self._claim(view.name, operation, ("view", (inner.entity, _shape(inner))))
        return replace(inner, name=name)

    def _field(self, operation: Operation, one: ViewField) -> ViewField:
        if not isinstance(one.source, RelatedView):
            return one
        view = self._view(operation, one.source.view)
        return replace(one, source=replace(one.source, view=view))

    def _body(self, operation: Operation, body: RequestBody) -> RequestBody:
        shape = (body.envelope, body.is_merge_patch, tuple(_written(one) for one in body.fields))
        name = self._claim(body.name, operation, ("body", shape))
        wrapped = body.wrapped_as
        if body.envelope is not None:
            wrapped = self._claim(wrapped, operation, ("body", (name, body.envelope)))
        return replace(body, name=name, wrapped_as=wrapped)

    def _claim(self, name: str, operation: Operation, shape: tuple[str, object]) -> str:
        """The name, or the first of its longer forms that nothing else has."""
        kind = {"body": "Request", "view": "View", "page": "Page", "answer": "Answer"}[shape[0]]
        longer = f"{pascal(operation.id)}{name}"
        candidates = [name, f"{name}{kind}", longer, f"{longer}{kind}"]
        candidates += [f"{longer}{number}" for number in range(2, len(self.taken) + 3)]
        free = (one for one in candidates if self.taken.setdefault(one, shape) == shape)
        return next(free)


def _read_by(operation: Operation, page: ListEnvelope) -> object:
    """How the list is read, where its body tells of that."""
    paging = operation.paging
    if paging is None or all(one.role is EnvelopeRole.NEXT_TOKEN for one in page.fields):
        return None
    return paging.style, paging.size is None, paging.first_page


def _shape(view: View) -> object:
    return tuple(
        (one.name, one.source, one.required, one.nullable, _place_free(one)) for one in view.fields
    )


def _place_free(one: ViewField) -> object:
    """The schema's own facts; two inline schemas alike stand in two places."""
    schema = one.schema
    return (schema.types, schema.format, schema.enum, schema.pattern, schema.name)


def _written(one: BodyField) -> object:
    schema = one.schema
    limits = (schema.minimum, schema.maximum, schema.min_length, schema.max_length, schema.pattern)
    rows = tuple(_written(inner) for inner in one.rows)
    return (
        one.name,
        one.required,
        one.column,
        one.relation,
        rows,
        schema.types,
        limits,
        schema.enum,
    )
