"""Diagnostics that only echo another: a name that is unknown because its table could not be read.

An author puts the cause right first; what is still wrong then is told then.
"""

from collections.abc import Iterable, Iterator

from specwright.diagnostic import Code, Diagnostic, Level

_DATA_MODEL = "data-model.md"
_RULES = "rules.md"
_CONTRACT = "contracts/"
_CLIENTS = "contracts/clients/"

# The files where a thing stands without which a diagnostic of the code may be an echo.
_CAUSES = {
    Code.UNKNOWN_TABLE: (_DATA_MODEL,),
    Code.UNKNOWN_COLUMN: (_DATA_MODEL,),
    Code.UNKNOWN_ENTITY: (_DATA_MODEL,),
    Code.UNKNOWN_NAME: (_DATA_MODEL, _CONTRACT),
    Code.UNKNOWN_FIELD: (_DATA_MODEL, _CONTRACT),
    Code.UNKNOWN_VALUE: (_DATA_MODEL,),
    Code.UNKNOWN_ROLE: (_DATA_MODEL,),
    Code.UNKNOWN_STATE: (_DATA_MODEL,),
    Code.CHECK_EXPRESSION: (_DATA_MODEL,),
    Code.REFERENCE_TARGET: (_DATA_MODEL,),
    Code.LIFECYCLE_COLUMN: (_DATA_MODEL,),
    Code.INITIAL_STATE: (_DATA_MODEL,),
    Code.STATE_NOT_DRAWN: (_DATA_MODEL,),
    Code.UNREACHABLE_STATE: (_DATA_MODEL,),
    Code.ROLE_COLUMN: (_DATA_MODEL,),
    Code.TENANT: (_DATA_MODEL,),
    Code.COLUMN_TYPE: (_DATA_MODEL,),
    Code.PRIMARY_KEY: (_DATA_MODEL,),
    Code.RULE_CONTEXT: (_DATA_MODEL, _CONTRACT),
    Code.UNKNOWN_OPERATION: (_CONTRACT, _RULES, _DATA_MODEL),
    Code.UNKNOWN_TRIGGER: (_CONTRACT, _RULES),
    Code.UNKNOWN_EVENT: (_CONTRACT,),
    Code.UNKNOWN_EFFECT: (_RULES, _DATA_MODEL),
    Code.UNKNOWN_CLIENT: (_CLIENTS,),
    Code.UNKNOWN_LINK: (_CONTRACT, _RULES, _DATA_MODEL),
    Code.UNBOUND: (_CONTRACT, _RULES, _DATA_MODEL),
    Code.NO_ACCESS: (_RULES, _CONTRACT),
    Code.ACCESS_CONTRADICTION: (_RULES, _CONTRACT),
}


def without_echoes(
    found: Iterable[Diagnostic], causes: Iterable[Diagnostic], lost: frozenset[str]
) -> Iterator[Diagnostic]:
    """What of `found` is news beside `causes`; `lost` are the columns that could not be read."""
    errors = [cause for cause in causes if cause.level is Level.ERROR]
    places = {error.place for error in errors}
    files = sorted({error.place.file for error in errors})
    for one in found:
        is_caused = any(
            file.startswith(cause) for cause in _CAUSES.get(one.code, ()) for file in files
        )
        is_about_lost = one.code in _CAUSES and any(f"`{name}`" in one.message for name in lost)
        if one.place not in places and not is_caused and not is_about_lost:
            yield one
