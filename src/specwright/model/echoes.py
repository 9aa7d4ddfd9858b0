"""Diagnostics that only echo another: a name that is unknown because its table could not be read.

An author puts the cause right first; what is still wrong then is told then. Only an error silences
anything, so a bundle without errors has been read as a whole.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from specwright.diagnostic import Code, Diagnostic, Level

_DATA_MODEL = "data-model.md"
_RULES = "rules.md"
_PLANS = ("plan.md", "architecture.md")
_CONTRACT = "contracts/"
_CLIENTS = "contracts/clients/"

# The files that hold what a diagnostic of the code misses: with errors of their own, they may well
# hold it.
_FILES: dict[Code, tuple[str, ...]] = {
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
    Code.UNKNOWN_EFFECT: (_RULES,),
    Code.UNUSED_EFFECT: (_DATA_MODEL,),
    Code.UNKNOWN_CLIENT: (_CLIENTS,),
    Code.UNKNOWN_LINK: (_CONTRACT, _RULES, _DATA_MODEL),
    Code.UNBOUND: (_CONTRACT, _RULES, _DATA_MODEL),
    Code.NO_BEHAVIOUR: (_CONTRACT, _RULES, _DATA_MODEL),
    Code.NO_ACCESS: (_RULES, _CONTRACT),
    Code.NO_AUTH: _PLANS,
    Code.ACCESS_CONTRADICTION: (_RULES, _CONTRACT),
}

# Errors of tables and their relations, and what later readings of such a data model may say.
_OF_TABLES = (
    Code.COLUMN_TYPE,
    Code.DECLARED_TWICE,
    Code.REFERENCE_TARGET,
    Code.UNKNOWN_TABLE,
    Code.UNKNOWN_COLUMN,
)
_AFTER_TABLES = (
    Code.UNKNOWN_ENTITY,
    Code.UNKNOWN_NAME,
    Code.UNKNOWN_FIELD,
    Code.UNKNOWN_VALUE,
    Code.UNKNOWN_ROLE,
    Code.EXPRESSION_TYPE,
    Code.LIFECYCLE_COLUMN,
    Code.ROLE_COLUMN,
    Code.TENANT,
    Code.RULE_CONTEXT,
    Code.RULE_TARGET,
    Code.RULE_TYPE,
)
_OF_DIAGRAMS = (
    Code.UNKNOWN_TRIGGER,
    Code.LIFECYCLE_COLUMN,
    Code.INITIAL_STATE,
    Code.STATE_NOT_DRAWN,
)

_ABSENT = (Code.MISSING_FILE, Code.MISSING_BLOCK, Code.EMPTY_FILE)  # whatever it keeps from

# The code of an echo, and the codes of what may have caused it.
_AFTER: dict[Code, tuple[Code, ...]] = {
    Code.UNUSED_EFFECT: (*_OF_DIAGRAMS, Code.UNKNOWN_EFFECT),
    Code.NO_BEHAVIOUR: (*_OF_DIAGRAMS, Code.UNKNOWN_OPERATION),
    Code.UNBOUND: (
        Code.TENANT,
        Code.PRIMARY_KEY,
        Code.LIFECYCLE_COLUMN,
        Code.UNKNOWN_FIELD,
        Code.UNKNOWN_ENTITY,
        Code.UNKNOWN_COLUMN,
    ),
    Code.EXPRESSION_NULL: (Code.RULE_CONTEXT,),
    Code.RULE_CONTEXT: (Code.RULE_CYCLE,),
}


def without_echoes(found: Iterable[Diagnostic], told: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """What of `found` is news beside what was `told`, and beside the rest of it."""
    news = list(found)
    earlier = [one for one in told if one.level is Level.ERROR or one.code in _ABSENT]
    errors = [one for one in news if one.level is Level.ERROR]
    places = {error.place for error in earlier}
    lines = {
        (error.place.file, error.place.line) for error in earlier if error.code.startswith("yaml-")
    }
    lost_actor = any(error.place.file in _PLANS for error in earlier) or any(
        error.code is Code.NO_AUTH or _lost_users(error) for error in errors
    )
    meant = frozenset(map(_meant, errors))
    wrong = {error.place for error in errors}
    for one in news:
        is_echo = _misses(one, earlier) or _follows(one, errors)
        is_echo = is_echo or (lost_actor and misses_actor(one)) or _asks_about(one, meant)
        is_echo = is_echo or (one.place.file, one.place.line) in lines
        is_echo = is_echo or (one.level is not Level.ERROR and one.place in wrong)
        if one.place not in places and not is_echo:
            yield one


def _misses(one: Diagnostic, earlier: Sequence[Diagnostic]) -> bool:
    files = _FILES.get(one.code, ())
    return any(error.place.file.startswith(file) for file in files for error in earlier)


def _follows(one: Diagnostic, errors: Sequence[Diagnostic]) -> bool:
    is_late = one.code in _AFTER_TABLES or one.level is not Level.ERROR
    is_late = is_late or (one.code is Code.UNKNOWN_COLUMN and one.place.file != _DATA_MODEL)
    lost_table = any(
        error.code in _OF_TABLES and error.place.file == _DATA_MODEL for error in errors
    )
    if is_late and lost_table and one.code is not Code.NOT_BUILT:
        return True
    return any(error.code in _AFTER.get(one.code, ()) for error in errors)


def misses_actor(one: Diagnostic) -> bool:
    """Whether this says that nobody is `actor`."""
    return one.code is Code.UNKNOWN_NAME and "`actor`" in one.message


def _lost_users(error: Diagnostic) -> bool:
    return error.code is Code.UNKNOWN_ENTITY and error.place.file in _PLANS


def _meant(error: Diagnostic) -> str | None:
    """The operation that a misspelt one is, in backticks."""
    if error.code is not Code.UNKNOWN_OPERATION or error.hint is None:
        return None
    return error.hint.removeprefix("Did you mean ").removesuffix("?")


def _asks_about(one: Diagnostic, meant: Collection[str | None]) -> bool:
    """Whether a question is answered once an operation's name is put right."""
    return one.level is Level.OPEN and any(name in one.message for name in meant if name)
