"""Which parts of the core a backend needs: what no bundle asks for is not emitted."""

from dataclasses import dataclass

from specwright.emit.handled import all_beyond
from specwright.emit.lookups import all_expressions
from specwright.emit.nested import nested_rows
from specwright.emit.pages import page_form
from specwright.model import Model
from specwright.model.typed import Apply, Function, Typed, walk


@dataclass(frozen=True, slots=True)
class Needs:
    """`versions` are entity tags, `pages` lists read a page at a time, `visitors` need no token.

    `rows` are many rows written by one statement, `arrays` answers that are lists.
    """

    arrays: bool
    bodies: bool
    jobs: bool
    page_forms: frozenset[str]
    pages: bool
    rows: bool
    slugs: bool
    versions: bool
    visitors: bool

    @classmethod
    def of(cls, model: Model) -> "Needs":
        operations = model.operations
        answers = [answer for operation in operations for answer in operation.answers]
        return cls(
            arrays=any(one.page and one.page.items is None for one in answers),
            bodies=any(operation.body for operation in operations),
            jobs=bool(model.jobs),
            page_forms=frozenset(page_form(one) for one in operations if one.answers),
            pages=any(operation.paging for operation in operations),
            rows=any(one.writes_rows for one in all_beyond(model))
            or any(nested_rows(model, operation) for operation in operations),
            slugs=any(_makes_slugs(one) for one in all_expressions(model)),
            visitors=any(operation.is_public for operation in operations),
            versions=any(entity.versioned for entity in model.entities),
        )


def _makes_slugs(typed: Typed) -> bool:
    return any(isinstance(one, Apply) and one.function is Function.SLUGIFY for one in walk(typed))
