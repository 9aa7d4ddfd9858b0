"""What things are called in emitted Python."""

from collections.abc import Iterable, Iterator
from keyword import iskeyword

from specwright.address import pascal, snake
from specwright.emit.once import once
from specwright.model import Model
from specwright.model.accounts import Accounts
from specwright.model.entities import Entity
from specwright.model.naming import attribute
from specwright.model.operations import BodyField, ListEnvelope, RelatedView, View
from specwright.model.typed import Typed, walk
from specwright.model.types import Row

# Classes that emitted modules import beside those of the tables.
_TAKEN = frozenset({
    "Annotated", "Any", "APIRouter", "ARRAY", "AwareDatetime", "Base", "BaseModel", "BigInteger",
    "Boolean", "Caller", "CheckConstraint", "Clock", "Collection", "ConfigDict", "Conflict",
    "Connection", "CountedPage", "Database", "Date", "DateTime", "Decimal", "Depends", "Double",
    "Field",
    "Forbidden", "ForeignKey", "ForeignKeyConstraint", "GuardFailed", "Identity", "IfMatch",
    "Index",
    "Integer", "Interval", "Invalid", "Iterable", "JSONB", "JsonObject", "Key", "LargeBinary",
    "Literal", "Mapped", "Mapping", "NotFound", "NotNull", "NumberedPage", "Numeric", "Page",
    "PrimaryKeyConstraint", "Query", "Refusal", "Request", "Response", "Row", "Select", "Self",
    "Sequence", "Service", "Settings", "SmallInteger", "Statement", "StrEnum", "String", "Struct",
    "Text", "Timestamp", "Tree", "TypedDict", "UniqueConstraint", "UnsetType", "UTC", "Uuid",
    "UUID", "World", "WrongStatus",
})  # fmt: skip


def table_class(entity: Entity) -> str:
    return class_of(entity.name)


def class_of(entity: str) -> str:
    """`Task`; a name that the emitted modules use for something else gets `Table` at its end."""
    return f"{entity}Table" if entity in _TAKEN else entity


def is_taken(name: str) -> bool:
    """Whether emitted modules import something else of this name."""
    return name in _TAKEN


def sign_in_method(accounts: Accounts) -> str:
    """Of the rows of users, by the column that tells who signs in."""
    return f"find_by_{accounts.login}"


def refusal_class(error: str) -> str:
    name = pascal(error)
    return f"{name}Refusal" if is_taken(name) else name


def row_class(entity: Entity) -> str:
    return f"{entity.name}Row"


def repository_class(entity: Entity) -> str:
    return f"{entity.name}Repository"


def view_class(view: View) -> str:
    return view.name if view.name.endswith("View") else f"{pascal(view.name)}View"


def page_class(page: ListEnvelope) -> str:
    name = pascal(page.name)
    return f"{name}View" if name in _TAKEN else name


def wrapping_class(name: str) -> str:
    """The class of an object around another."""
    name = pascal(snake(name))
    return f"{name}Envelope" if name in _TAKEN else name


def member(value: str) -> str:
    """A member of an enum: `IN_PROGRESS`."""
    name = snake(value).upper()
    return name if name.isidentifier() and not iskeyword(name) else f"VALUE_{name}"


def key_variable(parameter: str, entity: Entity) -> str:
    """What a parameter of the path is called in Python: `id` of a task is `task_id`."""
    name = attribute(snake(parameter))
    return f"{entity.row}_{name}" if name in {"id", "key", "slug", "uuid"} else name


def grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Names to import, by the domain that they come from, both in order."""
    found: dict[str, set[str]] = {}
    for domain, name in pairs:
        found.setdefault(domain, set()).add(name)
    return [(domain, sorted(found[domain])) for domain in sorted(found)]


def domains(model: Model) -> list[str]:
    """The folders that have tables or operations."""
    homes = {entity.domain for entity in model.entities}
    return sorted(homes | {operation.domain for operation in model.operations})


@once
def enum_homes(model: Model) -> dict[str, str]:
    """The domain that defines each enum: that of the first table with a column of it."""
    homes: dict[str, str] = {}
    for entity in model.entities:
        for column in entity.columns:
            if column.type.enum:
                homes.setdefault(column.type.enum, entity.domain)
    return homes


def has_row(model: Model, entity: Entity) -> bool:
    """Whether rows of the entity are ever read whole."""
    return entity.name in _read_whole(model)


@once
def _read_whole(model: Model) -> frozenset[str]:
    found = {model.roles.entity} if model.roles else set()
    for operation in model.operations:
        if operation.link is not None:
            found |= {end.target for end in operation.link.ends}
        elif operation.entity is not None:
            found.add(operation.entity)
        for row in (operation.row, operation.parent):
            found |= {above.entity for above in row.chain()} if row else set()
        if operation.body is not None:
            found |= set(_named_in(operation.body.fields))
        if operation.view is not None:
            found |= set(_seen(model, operation.view))
    for job in model.jobs:
        found |= {each.entity for each in job.block.each}
    return frozenset(found | set(_in_rules(model)))


def _named_in(fields: Iterable[BodyField]) -> Iterator[str]:
    """The entities of the rows that a request names."""
    for field in fields:
        if field.names_row is not None:
            yield field.names_row
        yield from _named_in(field.rows)


def _in_rules(model: Model) -> Iterator[str]:
    """The entities of the rows that built rules go through, set and remove."""
    names = [operation.id for operation in model.operations] + [job.name for job in model.jobs]
    done = {rule for name in names for rule in model.done_by(name)}
    blocks = [rule.block for rule in model.rules if rule.name in done]
    blocks += [job.block for job in model.jobs]
    for whole in blocks:
        for block in whole.within():
            yield from (each.entity for each in block.each)
            yield from (name for one in block.set for name in _on_the_way(one.target.row))
            yield from (one.entity for one in block.delete)


def _on_the_way(row: Typed) -> Iterator[str]:
    """The entity of a row that is set, and of those that lead to it."""
    for node in walk(row):
        if isinstance(node.type, Row):
            yield node.type.entity


def _seen(model: Model, view: View) -> Iterator[str]:
    entity = model.entity(view.entity)
    yield entity.name
    for name in view.relations():
        relation = entity.relation(name)
        if relation is not None:
            yield relation.target
    for field in view.fields:
        if isinstance(field.source, RelatedView) and field.source.over is not None:
            yield field.source.view.entity
