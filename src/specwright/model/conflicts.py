"""Sets that would meet: one column of one row, set twice at the same moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from specwright.diagnostic import Code, Report
from specwright.model import typed
from specwright.model.entities import Entity
from specwright.model.rules import Block, Each, Rule, Set
from specwright.model.typed import Follow, Name, Typed


def check_rounds(block: Block, entities: Mapping[str, Entity], report: Report) -> None:
    """Two rounds of one `each`, or two of them, that could set the same column of one row."""
    for inner in block.within():
        for one in inner.each:
            for change in one.block.set:
                if not _meets_itself(one, change, entities):
                    continue
                report.add(
                    change.place,
                    Code.RULE_CONFLICT,
                    f"Two rounds over `{one.words}` could set `{change.target.words}` "
                    "of the same row.",
                    _proposal(one, change),
                )
        _check_neighbours(inner.each, report)


def _proposal(one: Each, change: Set) -> str:
    head = change.target.words.partition(".")[0]
    if head != one.name:
        return f"Set it once, outside of `each`, from a sum over `{one.words}`."
    return (
        "Add a unique index that rules it out, such as one on the columns that lead there, "
        "or sum the rounds first."
    )


def _meets_itself(one: Each, change: Set, entities: Mapping[str, Entity]) -> bool:
    row = change.target.row
    if isinstance(row, Name) and row.name == one.name:
        return False
    reached = isinstance(row, Follow) and isinstance(row.row, Name) and row.row.name == one.name
    if not reached or not isinstance(row, Follow) or row.relation.many:
        return True
    entity = entities[one.entity]
    fixed = {own for own, _ in row.relation.columns} | _shared_columns(one.collection)
    return not any(frozenset(columns) <= fixed for _, columns in entity.uniqueness())


def _shared_columns(collection: Typed | None) -> set[str]:
    """The columns that are the same in every row of a collection: those that join it."""
    while isinstance(collection, typed.Each) and collection.macro == "filter":
        collection = collection.collection
    if isinstance(collection, Follow) and collection.relation.many:
        return {other for _, other in collection.relation.columns}
    return set()


def _check_neighbours(rounds: Sequence[Each], report: Report) -> None:
    """Two `each` of one block that set the same column of the same entity."""
    first: dict[tuple[str, str], Each] = {}
    for one in rounds:
        for change in one.block.set:
            key = (change.target.entity, change.target.column)
            earlier = first.setdefault(key, one)
            if earlier is not one:
                report.add(
                    change.place,
                    Code.RULE_CONFLICT,
                    f"The rounds over `{earlier.words}` and over `{one.words}` could both set "
                    f"`{change.target.column}` of the same {change.target.entity}.",
                    "Let one of them do it.",
                )


def check_effects(
    rules: Mapping[str, Rule], done_by: Mapping[str, Iterable[str]], report: Report
) -> None:
    """An operation and an effect of its transitions that set the same column of its row."""
    for name, rule in rules.items():
        if rule.kind != "operation":
            continue
        own = dict(_own_sets(rule))
        for effect in done_by.get(name, ()):
            other = rules.get(effect)
            for column, change in _own_sets(other) if other is not None else ():
                if column in own:
                    report.add(
                        own[column].place,
                        Code.RULE_CONFLICT,
                        f"`{name}` and its effect `{effect}` both set `{change.target.words}`.",
                        "Let one of them do it.",
                    )


def _own_sets(rule: Rule) -> Iterator[tuple[str, Set]]:
    for change in rule.block.set:
        row = change.target.row
        if isinstance(row, Name) and row.name == rule.row:
            yield change.target.column, change
