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
    return to_python(typed, {**renamed(behaviour), **(called or {})}).text


def renamed(behaviour: Behaviour) -> dict[str, str]:
    """What of the scope is called otherwise in Python: a row that is being made is the request."""
    made = {behaviour.row: "new", "request": "new"} if behaviour.makes_row else {}
    given = (do.name for do in behaviour.hooks if do.result is not None)
    return made | {name: result_variable(behaviour.model, name) for name in given}
