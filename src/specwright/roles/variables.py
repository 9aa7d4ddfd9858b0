"""`{{VARIABLES}}` in the text of a role."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


def missing_variables(document: str, known: Mapping[str, str]) -> dict[str, int]:
    """Those without a value, each with the line where it stands first."""
    found: dict[str, int] = {}
    for variable in _VARIABLE.finditer(document):
        if variable[1] not in known:
            found.setdefault(variable[1], document.count("\n", 0, variable.start()) + 1)
    return found


def filled(document: str, known: Mapping[str, str]) -> str:
    """The document with its variables filled in; none may be missing."""
    return _VARIABLE.sub(lambda variable: known[variable[1]], document)
