"""Expressions as they stand in the functions of one operation."""

from specwright.emit.behaviour import Behaviour
from specwright.emit.python_expressions import to_python
from specwright.model.typed import Typed


def python(behaviour: Behaviour, typed: Typed, row: str | None = None) -> str:
    """The expression in Python; what only the database can tell is one of the `facts`."""
    fact = behaviour.fact_for(typed)
    if fact is not None:
        return f"not facts.{fact.name}" if fact.is_negated else f"facts.{fact.name}"
    return to_python(typed, {behaviour.row: row or behaviour.row}).text
