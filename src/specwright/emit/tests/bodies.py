"""Where the body of an answer has the row, the rows, and what is said beside them."""

from collections.abc import Iterator, Sequence

from specwright.emit.wording import quoted
from specwright.model.operations import (
    EnvelopeField,
    EnvelopeRole,
    Operation,
    Paging,
    PagingStyle,
)


def row_of(operation: Operation, answer: str = "answer") -> str:
    """`answer.body["task"]`, or the body itself."""
    envelope = operation.answers[0].envelope if operation.answers else None
    return f"{answer}.body[{quoted(envelope)}]" if envelope else f"{answer}.body"


def said_at(path: Sequence[str], answer: str = "answer") -> str:
    return f"{answer}.body{''.join(f'[{quoted(name)}]' for name in path)}"


def token_path(operation: Operation) -> tuple[str, ...] | None:
    """To the next page's token, of a list that is read by tokens."""
    paging, page = operation.paging, operation.answers[0].page
    if paging is None or paging.style is not PagingStyle.CURSOR or page is None:
        return None
    tokens = (one.path for one in page.fields if one.role is EnvelopeRole.NEXT_TOKEN)
    return next(tokens, None) if paging.position is not None else None


def beside_rows(
    operation: Operation, *, rows: int, size: int | None, here: int, answer: str = "answer"
) -> Iterator[str]:
    """What the first page says of itself, when `here` of all `rows` are on it."""
    page, paging = operation.answers[0].page, operation.paging
    if page is None or paging is None:
        return
    for one in page.fields:
        said = _said(one, paging, rows=rows, size=size, here=here)
        if said is not None:
            yield f"assert {said_at(one.path, answer)} {said}"


def _said(
    one: EnvelopeField, paging: Paging, *, rows: int, size: int | None, here: int
) -> str | None:
    more, first = rows > here, paging.first_page
    numbers: dict[EnvelopeRole, int | None] = {
        EnvelopeRole.TOTAL: rows,
        EnvelopeRole.HERE: here,
        EnvelopeRole.PAGE: first,
        EnvelopeRole.PAGE_SIZE: size,
        EnvelopeRole.OFFSET: 0,
        EnvelopeRole.PAGES: -(-rows // size) if size else None,
        EnvelopeRole.NEXT_PAGE: first + 1 if more else None,
    }
    if one.role is EnvelopeRole.CONSTANT:
        value = one.constant
        return f"is {value}" if isinstance(value, bool) else f"== {_shown(value)}"
    if one.role in (EnvelopeRole.HAS_MORE, EnvelopeRole.HAS_PREVIOUS):
        return f"is {more and one.role is EnvelopeRole.HAS_MORE}"
    number = numbers.get(one.role)
    return f"== {number}" if number is not None else None


def _shown(value: object) -> str:
    return quoted(value) if isinstance(value, str) else repr(value)
