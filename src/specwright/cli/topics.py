"""What open questions are about, so that a person can answer those of one kind together."""

from collections.abc import Sequence

from specwright.diagnostic import Code, Diagnostic

_WHO_MAY = "who may"
_TABLES = "tables"
_CONTRACT = "what the contract means"
_HAPPENS = "what happens"
_SCENARIOS = "scenarios"
_REST = "the rest"
_ORDER = (_TABLES, _CONTRACT, _HAPPENS, _WHO_MAY, _SCENARIOS, _REST)
_BY_CODE = {
    Code.NO_ACCESS: _WHO_MAY,
    Code.NO_AUTH: _WHO_MAY,
    Code.UNREAD_FACT: _TABLES,
    Code.STATED_OTHERWISE: _TABLES,
    Code.UNBOUND: _CONTRACT,
    Code.NO_BEHAVIOUR: _HAPPENS,
}
_BY_FILE = {"rules.md": _WHO_MAY, "data-model.md": _TABLES}


def by_topic(found: Sequence[Diagnostic]) -> list[tuple[str, list[Diagnostic]]]:
    """The questions of each topic that has any, in the order in which one would answer them."""
    groups: dict[str, list[Diagnostic]] = {topic: [] for topic in _ORDER}
    for one in found:
        groups[_topic(one)].append(one)
    return [(topic, group) for topic, group in groups.items() if group]


def _topic(one: Diagnostic) -> str:
    if one.code in _BY_CODE:
        return _BY_CODE[one.code]
    if one.code.startswith("scenario-"):
        return _SCENARIOS
    if one.code.startswith("contract-"):
        return _CONTRACT
    return _BY_FILE.get(one.place.file, _REST)
