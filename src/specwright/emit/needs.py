"""Which parts of the core a backend needs: what no bundle asks for is not emitted."""

from dataclasses import dataclass

from specwright.model import Model


@dataclass(frozen=True, slots=True)
class Needs:
    """`versions` are entity tags, `pages` lists that are read a page at a time."""

    bodies: bool
    jobs: bool
    pages: bool
    versions: bool

    @classmethod
    def of(cls, model: Model) -> "Needs":
        operations = model.operations
        return cls(
            bodies=any(operation.body for operation in operations),
            jobs=bool(model.jobs),
            pages=any(operation.paging for operation in operations),
            versions=any(entity.versioned for entity in model.entities),
        )
