"""Which parts of the core a backend needs: what no bundle asks for is not emitted."""

from dataclasses import dataclass

from specwright.emit.handled import all_beyond
from specwright.emit.nested import nested_rows
from specwright.model import Model


@dataclass(frozen=True, slots=True)
class Needs:
    """`versions` are entity tags, `pages` lists read a page at a time, `visitors` need no token.

    `rows` are many rows written by one statement.
    """

    bodies: bool
    jobs: bool
    pages: bool
    rows: bool
    versions: bool
    visitors: bool

    @classmethod
    def of(cls, model: Model) -> "Needs":
        operations = model.operations
        return cls(
            bodies=any(operation.body for operation in operations),
            jobs=bool(model.jobs),
            pages=any(operation.paging for operation in operations),
            rows=any(one.writes_rows for one in all_beyond(model))
            or any(nested_rows(model, operation) for operation in operations),
            visitors=any(operation.is_public for operation in operations),
            versions=any(entity.versioned for entity in model.entities),
        )
