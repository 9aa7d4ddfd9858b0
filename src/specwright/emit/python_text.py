"""Expressions as they stand in the functions of one operation."""

from collections.abc import Mapping

from specwright.emit.behaviour import Behaviour
from specwright.emit.hook_names import result_variable
from specwright.emit.python_expressions import to_python
from specwright.model.typed import Typed


def python(behaviour: Behaviour, typed: Typed, called: Mapping[str, str] | None = None) -> str:
    """The expression in Python; what only the database can tell is one of the `facts`.

    `called` has what of the scope has another name where the text will stand.
    """
    fact = behaviour.fact_for(typed)
    if fact is not None:
        return f"not facts.{fact.name}" if fact.is_negated else f"facts.{fact.name}"
    return to_python(behaviour.told(typed), {**renamed(behaviour), **(called or {})}).text


def renamed(behaviour: Behaviour) -> dict[str, str]:
    """What of the scope is called otherwise in Python: the request for a new row is `new`."""
    given = (do.name for do in behaviour.hooks if do.result is not None)
    found = {name: result_variable(behaviour.model, name) for name in given}
    if not behaviour.makes_row:
        return found
    found |= {behaviour.row: "new", "request": "new"}
    for one in behaviour.nested:
        if " " in one.items:  # they may be left out
            found[f"request.{one.field.variable}"] = f"({one.items})"
    return found
