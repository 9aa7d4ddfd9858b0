"""What hooks, what they take and what they give are called in Python."""

from collections.abc import Iterator

from specwright.address import pascal, snake
from specwright.emit import names
from specwright.emit.once import once
from specwright.model import Model, types
from specwright.model.hooks import Hook
from specwright.model.naming import RESERVED_IN_PYTHON, attribute, singular
from specwright.model.types import Kind

_PYTHON = {
    Kind.UUID: "UUID",
    Kind.TEXT: "str",
    Kind.INT: "int",
    Kind.DOUBLE: "float",
    Kind.DECIMAL: "Decimal",
    Kind.BOOL: "bool",
    Kind.TIMESTAMP: "datetime",
    Kind.DATE: "date",
    Kind.DURATION: "timedelta",
    Kind.JSON: "object",
    Kind.BYTES: "bytes",
}
_TAKEN = frozenset({
    "actor", "changed", "changes", "connection", "facts", "facts_of", "further", "hooks",
    "lifecycle", "new", "now", "operations", "page", "parts", "policies", "replace", "request",
    "versions",
})  # fmt: skip


def hooks_class(domain: str) -> str:
    """The protocol of a domain's hooks: `OrderHooks`."""
    return f"{pascal(singular(domain))}Hooks"


def written_class(domain: str) -> str:
    """The class of hand-written code: `WrittenOrderHooks`."""
    return f"Written{hooks_class(domain)}"


def hooks_variable(domain: str) -> str:
    """`order_hooks`."""
    return f"{singular(domain)}_hooks"


def result_variable(model: Model, name: str) -> str:
    """The variable that holds what a hook gives."""
    wanted = attribute(snake(name))
    return f"{wanted}_found" if wanted in _taken(model) else wanted


@once
def _taken(model: Model) -> frozenset[str]:
    """What functions of rules have in hand already."""
    rows = {name for entity in model.entities for name in (entity.row, entity.table)}
    done = {snake(rule.name) for rule in model.rules}
    blocks = [block for rule in model.rules for block in rule.block.within()]
    blocks += [block for job in model.all_jobs for block in job.block.within()]
    rounds = {each.name for block in blocks for each in block.each}
    found = {block.search.name for block in blocks if block.search is not None}
    return frozenset(_TAKEN | rows | done | rounds | found)


def result_annotation(model: Model, variable: str) -> str:
    """The type of the variable that holds what a hook gives."""
    return next(
        annotation(model, hook.result)
        for hook in model.hooks
        if hook.result is not None and result_variable(model, hook.name) == variable
    )


def annotation(model: Model, found: types.Type) -> str:
    """A type of rules as Python has it."""
    match found:
        case types.Scalar():
            plain = _PYTHON[found.kind]
        case types.OneOf(str() as enum):
            plain = model.enum(enum).class_name
        case types.Row(entity):
            plain = names.row_class(model.entity(entity))
        case _:
            plain = "str"  # one of the words that only the wire knows
    return f"{plain} | None" if found.nullable and plain != "object" else plain


def parameters(model: Model, hook: Hook) -> Iterator[tuple[str, str]]:
    """What the function of a hook takes beside the connection, with its types."""
    taken = {"self", "connection"}
    for name, found in hook.parameters:
        variable = snake(name)
        while variable in taken or variable in RESERVED_IN_PYTHON:
            variable += "_"
        taken.add(variable)
        yield variable, annotation(model, found)


def result_of(model: Model, hook: Hook) -> str:
    return "None" if hook.result is None else annotation(model, hook.result)
