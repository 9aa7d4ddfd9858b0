"""`backend/{domain}/errors.py`: the refusals that the rules name."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.handled import handled_entities
from specwright.emit.lookups import operation_rule
from specwright.emit.rendering import render
from specwright.model import Model


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal of the rules: its class, and what it is for."""

    type: str
    status: int
    purpose: str

    @property
    def name(self) -> str:
        return names.refusal_class(self.type)


def emit_errors(model: Model, domain: str) -> str | None:
    refused = list(refusals(model, domain))
    operations = [operation for operation in model.operations if operation.domain == domain]
    if not refused and not operations:
        return None
    return render(
        "backend/errors.py",
        domain=domain.replace("_", " "),
        errors=refused,
        constraints=sorted({name for one in operations for name in one.conflicts}),
    )


def refusals(model: Model, domain: str) -> Iterator[Refused]:
    """Each once, in the order of the operations."""
    found: dict[str, Refused] = {}
    for handled in handled_entities(model, domain):
        for behaviour in handled.behaviours:
            further = [require for beyond in behaviour.beyond for require in beyond.requires]
            for require in (*behaviour.requires, *further, *behaviour.nested_requires):
                purpose = f"{behaviour.name}: `{require.words}`."
                found.setdefault(require.error, Refused(require.error, require.status, purpose))
        for operation, search in handled.searches:
            rule = operation_rule(model, operation.id)
            if rule is not None and search.none_error is not None:
                purpose = f"{operation.id} finds none."
                found.setdefault(
                    search.none_error, Refused(search.none_error, search.none_status, purpose)
                )
    yield from found.values()
