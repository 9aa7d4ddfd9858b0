"""What a list is read as: a page by its key, a page that is counted, or one by its number."""

from specwright.model.operations import EnvelopeRole, ListEnvelope, Operation, Paging, PagingStyle

_NOT_COUNTED = (EnvelopeRole.NEXT_TOKEN, EnvelopeRole.HERE, EnvelopeRole.CONSTANT)
_OF_ROWS = (*_NOT_COUNTED, EnvelopeRole.HAS_MORE)  # what a page by its key says without a count
PLAIN, COUNTED, NUMBERED = "Page", "CountedPage", "NumberedPage"


def page_form(operation: Operation) -> str:
    """The class of `backend/core/paging.py` that the list is read as."""
    page, paging = operation.answers[0].page, operation.paging
    if page is None or paging is None or is_whole(paging):
        return PLAIN
    if paging.style is PagingStyle.CURSOR:
        return COUNTED if _says_beyond(page, _OF_ROWS) else PLAIN
    return NUMBERED if _says_beyond(page, _NOT_COUNTED) else PLAIN


def is_whole(paging: Paging) -> bool:
    """Whether all rows are read at once."""
    return paging.style is PagingStyle.NONE and paging.size is None


def _says_beyond(page: ListEnvelope, known: tuple[EnvelopeRole, ...]) -> bool:
    return any(one.role not in known for one in page.fields)


def with_parts(form: str) -> str:
    """The page with other things in place of its rows."""
    rest = {
        PLAIN: "page.next_page_token",
        COUNTED: "page.next_page_token, page.size, page.total",
        NUMBERED: "page.offset, page.size, page.total",
    }[form]
    return f"{form}(parts, {rest})"


def counter(role: EnvelopeRole, form: str, *, first_page: int) -> tuple[str, str]:
    """The type of what a page says beside its rows, and the expression for it."""
    if form == NUMBERED:
        return _of_numbered(role, first_page)
    values = {
        EnvelopeRole.TOTAL: "page.total" if form == COUNTED else "len(page.rows)",
        EnvelopeRole.HERE: "len(page.rows)",
        EnvelopeRole.PAGE_SIZE: "page.size",
        EnvelopeRole.HAS_MORE: "page.next_page_token is not None",
    }
    return "bool" if role is EnvelopeRole.HAS_MORE else "int", values[role]


def _of_numbered(role: EnvelopeRole, first_page: int) -> tuple[str, str]:
    number = "page.number" if first_page else "page.number - 1"
    following = "page.number + 1" if first_page else "page.number"
    values = {
        EnvelopeRole.TOTAL: ("int", "page.total"),
        EnvelopeRole.HERE: ("int", "len(page.rows)"),
        EnvelopeRole.PAGE: ("int", number),
        EnvelopeRole.PAGE_SIZE: ("int", "page.size"),
        EnvelopeRole.OFFSET: ("int", "page.offset"),
        EnvelopeRole.PAGES: ("int", "page.pages"),
        EnvelopeRole.HAS_MORE: ("bool", "page.has_more"),
        EnvelopeRole.HAS_PREVIOUS: ("bool", "page.offset > 0"),
        EnvelopeRole.NEXT_PAGE: ("int | None", f"{following} if page.has_more else None"),
        EnvelopeRole.PREVIOUS_PAGE: ("int | None", f"{number} - 1 if page.offset else None"),
    }
    return values[role]
