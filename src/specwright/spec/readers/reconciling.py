"""Facts that are stated more than once: joined where they agree, both told where they do not."""

from collections.abc import Iterable
from dataclasses import replace

from specwright.diagnostic import Code, Level, Report
from specwright.spec.readers import names
from specwright.spec.readers.facts import Field, Stated
from specwright.spec.syntax import Word


def reconciled(stated: Iterable[Stated], report: Report) -> tuple[Stated, ...]:
    """One statement of each table, in the order of the first."""
    found: dict[str, Stated] = {}
    for one in stated:
        key = names.table(one.name.value)
        found[key] = _joined(found[key], one, report) if key in found else one
    return tuple(found.values())


def _joined(first: Stated, second: Stated, report: Report) -> Stated:
    others = {f.name.value: f for f in second.fields}
    known = {f.name.value for f in first.fields}
    fields = [
        _agreed(f, others[f.name.value], report) if f.name.value in others else f
        for f in first.fields
    ]
    fields += [f for f in second.fields if f.name.value not in known]
    name = second.name if second.is_table and not first.is_table else first.name
    return replace(
        first,
        name=name,
        fields=tuple(fields),
        uniques=_each_once((*first.uniques, *second.uniques)),
        indexes=_each_once((*first.indexes, *second.indexes)),
        checks=(*first.checks, *second.checks),
        is_table=first.is_table or second.is_table,
    )


def _each_once(parts: tuple[tuple[Word, ...], ...]) -> tuple[tuple[Word, ...], ...]:
    return tuple({tuple(map(str, words)): words for words in parts}.values())


def _agreed(first: Field, second: Field, report: Report) -> Field:
    if first.is_loose and second.type is not None:
        first = replace(first, type=second.type, is_loose=second.is_loose)
    elif second.is_loose and first.type is not None:
        second = replace(second, type=first.type)
    if first.type is not None and second.type is not None and first.type.value != second.type.value:
        _say(first, second, (first.type.value, second.type.value), report)
    elif None not in (first.not_null, second.not_null) and first.not_null != second.not_null:
        said = {True: "not null", False: "null"}
        both = (said[bool(first.not_null)], said[bool(second.not_null)])
        _say(first, second, both, report)
    return replace(
        first,
        type=first.type or second.type,
        not_null=second.not_null if first.not_null is None else first.not_null,
        primary_key=first.primary_key or second.primary_key,
        unique=first.unique or second.unique,
        generated=first.generated or second.generated,
        default=first.default or second.default,
        checks=first.checks or second.checks,
        target=first.target or second.target,
        values=first.values or second.values,
        enum=first.enum or second.enum,
    )


def _say(first: Field, second: Field, said: tuple[str, str], report: Report) -> None:
    one, other = said
    for here, there, own, far in ((first, second, one, other), (second, first, other, one)):
        report.add(
            here.name.place,
            Code.STATED_OTHERWISE,
            f"`{here.name}` is `{own}` here, and `{far}` on line {there.name.place.line}.",
            "Make the two agree, or keep one of them.",
            level=Level.OPEN,
        )
