"""Why an operation was understood so, in words: what `plan` shows."""

from collections.abc import Iterable, Iterator, Sequence

from specwright.model.entities import Entity
from specwright.model.operations import (
    Operation,
    OperationKind,
    Paging,
    PagingStyle,
    RequestBody,
)
from specwright.model.reach import asked_by
from specwright.model.wording import listed
from specwright.spec.text import Text

_DOES = {
    OperationKind.LIST: "lists the rows of {many} that the caller may see",
    OperationKind.READ: "reads one row of {many}",
    OperationKind.CREATE: "creates a row of {many}",
    OperationKind.REPLACE: "replaces what a request may write of one row of {many}",
    OperationKind.UPDATE: "changes what a request names of one row of {many}",
    OperationKind.DELETE: "deletes one row of {many}",
    OperationKind.TRANSITION: "moves one row of {many} through its lifecycle",
    OperationKind.LINK: "makes a row of {many}, if there is none yet",
    OperationKind.UNLINK: "removes a row of {many}, if there is one",
    OperationKind.PICK: "picks one row of {many} that nobody else has locked",
    OperationKind.FIND: "finds one row of {many}",
    OperationKind.SIGN_IN: "gives a token to the row of {many} whose password it is",
    OperationKind.REFRESH: "gives new tokens for a refresh token of {many}",
    OperationKind.SIGN_OUT: "ends a refresh token, and all of its family",
    OperationKind.ACTION: "does what its rules say",
}


def explained(
    operation: Operation, entity: Entity | None, narrowed: Iterable[Text] = ()
) -> Iterator[str]:
    """`narrowed` are the conditions by which rules narrow a list."""
    many = f"`{entity.table}`" if entity is not None else "the table"
    does = _DOES[operation.kind].format(many=many)
    yield f"{operation.method.upper()} {operation.path} {does}."
    for row in operation.row.chain() if operation.row is not None else ():
        yield from _how_found(row.entity, [(k.parameter, k.column) for k in row.keys])
    for row in operation.parent.chain() if operation.parent is not None else ():
        yield from _how_found(row.entity, [(k.parameter, k.column) for k in row.keys])
    for one_filter in operation.filters:
        yield (
            f"`{one_filter.parameter.name}` keeps those whose "
            f"`{one_filter.column}` {one_filter.compares} its value."
        )
    for condition in narrowed:
        asked = sorted(asked_by([condition]))
        given = f" where {listed([f'`{name}`' for name in asked])} is given" if asked else ""
        yield f"It keeps those with `{' '.join(condition.value.split())}`{given}."
    if operation.order:
        ways = [f"`{key.column}` {'down' if key.descending else 'up'}" for key in operation.order]
        yield f"It is ordered by {', then '.join(ways)}."
    if operation.paging is not None:
        yield _how_paged(operation.paging)
    if operation.body is not None:
        yield from _how_written(operation.body)
    if operation.needs_if_match:
        yield f"Rows of {many} have a version: `If-Match`, 428 without it, 412 when it is stale."
    for answer in operation.answers:
        shown = f"shows `{answer.view.name}`" if answer.view is not None else "has no body"
        yield f"{answer.status} {shown}."


def _how_found(entity: str, keys: Sequence[tuple[str, str]]) -> Iterator[str]:
    for parameter, column in keys:
        yield f"`{{{parameter}}}` is `{column}` of {entity}; one that the caller cannot see is 404."


def _how_paged(paging: Paging) -> str:
    if paging.style is PagingStyle.NONE and paging.size is None:
        return "The contract has no pages, so every row is answered."
    size = f"{paging.default_size} rows a page, {paging.largest_size} at most"
    return f"It is read by {paging.style}: {size}."


def _how_written(body: RequestBody) -> Iterator[str]:
    columns = [f"`{one.name}`" for one in body.fields if one.column is not None]
    if columns:
        yield f"`{body.name}` writes {', '.join(columns)}."
    for one in body.fields:
        if one.inner is not None:
            yield f"`{one.name}.{one.inner}` names a row; the rest of `{one.name}` is not written."
        if one.relation is not None:
            yield f"`{one.name}` creates the rows of `{one.relation}` with it."
        if one.texts is not None:
            text = f"{one.texts.target}.{one.texts.column.name}"
            yield f"`{one.name}` joins rows by their `{text}`; those that are not there are made."
        if one.is_free:
            yield f"`{one.name}` is for the rules, as `request.{one.variable}`."
