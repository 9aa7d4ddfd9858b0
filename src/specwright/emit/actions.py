"""`backend/{domain}/operations.py`: what rules do to a row, one function for each operation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specwright.address import snake
from specwright.emit import names
from specwright.emit.behaviour import Behaviour, roots
from specwright.emit.errors import refusal_class
from specwright.emit.handled import handled_entities
from specwright.emit.parameters import annotated, imports_for
from specwright.emit.python_expressions import to_python
from specwright.emit.python_text import python, renamed
from specwright.emit.rendering import render
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.operations import OperationKind
from specwright.model.rules import Require

_ACTING = (OperationKind.TRANSITION, OperationKind.ACTION, OperationKind.PICK, OperationKind.FIND)


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    parameters: tuple[str, ...]
    result: str
    lines: list[str]


def acts(model: Model, behaviour: Behaviour) -> bool:
    """Whether the operation has a function of its own here."""
    operation = model.operation(behaviour.name)
    if passes_on(behaviour):
        return False
    return operation is None or operation.kind in _ACTING


def passes_on(behaviour: Behaviour) -> bool:
    """Whether it does nothing but what another operation does."""
    own = behaviour.requires or behaviour.sets or behaviour.lifecycle or behaviour.rounds
    return len(behaviour.does) == 1 and not own


def emit_actions(model: Model, domain: str) -> str | None:
    """None where no rule does anything to a row of the domain."""
    acting = [
        (handled.entity, behaviour)
        for handled in handled_entities(model, domain)
        for behaviour in handled.behaviours
        if acts(model, behaviour)
    ]
    if not acting:
        return None
    behaviours = [behaviour for _, behaviour in acting]
    imports = imports_for(model, domain, behaviours)
    imports += names.grouped(
        (f"{entity.domain}.repository", f"{entity.name}Rows") for entity, _ in acting
    )
    imports += names.grouped(
        (f"{domain}.errors", refusal_class(require.error))
        for behaviour in behaviours
        for require in behaviour.requires
    )
    return render(
        "backend/operations.py",
        domain=domain,
        subject=acting[0][0].row,
        has_lifecycle=any(behaviour.lifecycle for behaviour in behaviours),
        imports=imports,
        functions=[_function(model, entity, behaviour) for entity, behaviour in acting],
    )


def rows_name(entity: Entity) -> str:
    """What a repository of the entity is called where it is used: `tasks`."""
    return entity.table if entity.table != entity.row else f"{entity.row}_rows"


def _function(model: Model, entity: Entity, behaviour: Behaviour) -> _Function:
    rows = f"{rows_name(entity)}: {entity.name}Rows"
    return _Function(
        name=behaviour.function,
        parameters=(rows, *annotated(model, behaviour, behaviour.arguments)),
        result=names.row_class(entity),
        lines=list(_lines(model, entity, behaviour)),
    )


def _lines(model: Model, entity: Entity, behaviour: Behaviour) -> Iterator[str]:
    rows, row = rows_name(entity), behaviour.row
    if behaviour.facts:
        given = ", ".join([row, *fact_arguments(behaviour)])
        yield f"facts = await {rows}.{behaviour.function}_facts({given})"
    changed = _changed(behaviour)
    if behaviour.requires and changed != row:
        yield f"changed = {changed}"
        changed = "changed"
    for require in behaviour.requires:
        yield from refuse(behaviour, require)
    if behaviour.does:
        yield from _inner(model, rows, behaviour)
    elif changed == row:
        yield f"return {row}"
    else:
        yield f"return await {rows}.save({changed}{', now' if entity.column('updated_at') else ''})"


def fact_arguments(behaviour: Behaviour) -> list[str]:
    """What the statement of its facts binds beside the row."""
    used = {name for fact in behaviour.facts for name in roots(fact.typed)}
    of_request = behaviour.makes_row and used & {behaviour.row, "request"}
    given = [name for name in ("actor", "now") if name in used]
    return [*(["new"] if of_request else []), *given]


def _changed(behaviour: Behaviour) -> str:
    """The row as it will be."""
    if behaviour.lifecycle:
        given = ", ".join([behaviour.row, *behaviour.lifecycle_arguments])
        return f"lifecycle.{behaviour.function}({given})"
    if not behaviour.sets:
        return behaviour.row
    sets = ", ".join(
        f"{one.target.column}={python(behaviour, one.value)}" for one in behaviour.sets
    )
    return f"replace({behaviour.row}, {sets})"


def refuse(
    behaviour: Behaviour, require: Require, called: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Stops where the requirement does not hold."""
    fact = behaviour.fact_for(require.condition)
    refused = (
        f"facts.{fact.name}"
        if fact
        else to_python(
            require.condition, {**renamed(behaviour), **(called or {})}, negated=True
        ).text
    )
    yield f"if {refused}:"
    said = quoted(f"{behaviour.name} needs `{require.words}`.")
    yield f"    raise {refusal_class(require.error)}({said})"


def _inner(model: Model, rows: str, behaviour: Behaviour) -> Iterator[str]:
    *before, last = behaviour.does
    for do in before:
        inner = Behaviour.named(model, do.name)
        assert inner is not None
        given = ", ".join([rows, behaviour.row, *inner.arguments])
        yield f"{behaviour.row} = await {snake(do.name)}({given})"
    inner = Behaviour.named(model, last.name)
    assert inner is not None
    yield f"return await {snake(last.name)}({', '.join([rows, behaviour.row, *inner.arguments])})"
