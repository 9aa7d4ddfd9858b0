"""From references to foreign keys and relations, there and back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.model import naming
from specwright.model.entities import Column, Entity, ForeignKey, OnDelete, Relation, Unique
from specwright.model.sql_types import Kind, SqlType
from specwright.model.wording import check_name, listed
from specwright.spec import syntax
from specwright.spec.syntax import Word

_WHOLE = (Kind.SMALLINT, Kind.INT, Kind.BIGINT)
_TEXTS = (Kind.TEXT, Kind.VARCHAR)


def with_references(
    tables: Mapping[str, Entity],
    references: Sequence[syntax.Reference],
    report: Report,
) -> tuple[Entity, ...]:
    """The entities with their keys and relations; a table that had errors is not among them."""
    links = [
        link for reference in references if (link := _link(reference, tables, report)) is not None
    ]
    return tuple(_with_relations(tables, links, report))


@dataclass(frozen=True, slots=True)
class _Link:
    """A reference whose ends both exist."""

    source: str  # the table
    key: ForeignKey
    reverse: Word | None
    one_to_one: bool


def _link(
    reference: syntax.Reference,
    tables: Mapping[str, Entity],
    report: Report,
) -> _Link | None:
    source, target = tables.get(reference.table.value), tables.get(reference.target.value)
    if source is None or target is None:
        return None
    columns = _columns_of(source, reference.columns, report)
    target_columns = _columns_of(target, reference.target_columns, report)
    if columns is None or target_columns is None:
        return None
    place = reference.columns[0].place
    if not _points_well(place, (source, columns), (target, target_columns), report):
        return None
    on_delete = _on(reference.on_delete, source, columns, report)
    on_update = _on(reference.on_update, source, columns, report)
    names = tuple(column.name for column in columns)
    key = ForeignKey(
        naming.foreign_key_name(source.table, names, target.table),
        names,
        target.name,
        target.table,
        tuple(column.name for column in target_columns),
        on_delete,
        on_update,
        place,
    )
    return _Link(source.table, key, reference.name, reference.one_to_one)


def _columns_of(entity: Entity, words: Sequence[Word], report: Report) -> tuple[Column, ...] | None:
    found: list[Column] = []
    for word in words:
        column = entity.column(word.value)
        if column is None:
            report.add(
                word.place,
                Code.UNKNOWN_COLUMN,
                f"`{word}` is no column of `{entity.table}`.",
                did_you_mean(word.value, [column.name for column in entity.columns]),
            )
        else:
            found.append(column)
    return tuple(found) if found and len(found) == len(words) else None


def _points_well(
    place: Place,
    source: tuple[Entity, tuple[Column, ...]],
    target: tuple[Entity, tuple[Column, ...]],
    report: Report,
) -> bool:
    """Whether a foreign key may point there: equal types, and at most one row that is meant."""
    pointed = frozenset(column.name for column in target[1])
    uniques = [frozenset(target[0].primary_key.columns)]
    uniques += [frozenset(unique.columns) for unique in target[0].uniques if not unique.folded]
    there = listed([f"{target[0].table}.{column.name}" for column in target[1]])
    if pointed not in uniques:
        report.add(
            place,
            Code.REFERENCE_TARGET,
            f"A reference points at one row, but {there} is not unique.",
            f"Point at {listed([f'{target[0].table}.{n}' for n in target[0].primary_key.columns])}"
            ", or make it unique.",
        )
        return False
    if len(source[1]) != len(target[1]):
        report.add(
            place, Code.REFERENCE_TARGET, "The two sides of the reference differ in their number."
        )
        return False
    for column, pointed_at in zip(source[1], target[1], strict=True):
        if not _joins(column.type, pointed_at.type):
            report.add(
                column.place,
                Code.REFERENCE_TARGET,
                f"`{source[0].table}.{column.name}` is `{column.type.sql}`, but "
                f"`{target[0].table}.{pointed_at.name}` is `{pointed_at.type.sql}`.",
                f"Write `{column.name} {pointed_at.type.sql}`.",
            )
            return False
    return True


def _joins(left: SqlType, right: SqlType) -> bool:
    if left.kind in _WHOLE and right.kind in _WHOLE:
        return left.kind is right.kind
    if left.kind in _TEXTS and right.kind in _TEXTS:
        return left.folded == right.folded
    return (left.kind, left.enum) == (right.kind, right.enum)


def _on(word: Word | None, source: Entity, columns: Sequence[Column], report: Report) -> OnDelete:
    if word is None:
        return "no action"
    said = " ".join(word.value.lower().split())
    known = next((action for action in get_args(OnDelete) if action == said), None)
    if known is None:
        report.add(
            word.place,
            Code.REFERENCE_TARGET,
            f"`{word}` is nothing that a reference can do.",
            did_you_mean(said, get_args(OnDelete))
            or "It is `cascade`, `restrict`, `set null`, `set default` or `no action`.",
        )
        return "no action"
    fixed = next((column for column in columns if not column.nullable), None)
    if known == "set null" and fixed is not None:
        report.add(
            word.place,
            Code.REFERENCE_TARGET,
            f"`set null` cannot be: `{source.table}.{fixed.name}` is `not null`.",
            "Write `cascade` or `restrict`, or drop `not null`.",
        )
    return known  # type: ignore[no-any-return]  # get_args forgets that these are OnDelete


def _with_relations(
    tables: Mapping[str, Entity], links: Sequence[_Link], report: Report
) -> Iterable[Entity]:
    """Keys and relations of a table in the order of its columns; the reverse ones after them."""
    alone = _without_doubles(links, report)
    for table, entity in tables.items():
        own = sorted((link for link in alone if link.source == table), key=_by_column(entity))
        relations: dict[str, Relation] = {}
        for link in own:
            forward = _forward(entity, tables[link.key.target_table], link)
            _relate(entity, relations, forward, link.key.place, report)
        for link in alone:
            if link.reverse is not None and link.key.target_table == table:
                back = _backward(tables[link.source], entity, link)
                _relate(entity, relations, back, link.reverse.place, report)
        yield replace(
            entity,
            foreign_keys=tuple(link.key for link in own),
            uniques=(*entity.uniques, *(u for link in own for u in _of_one_to_one(entity, link))),
            relations=tuple(relations.values()),
        )


def _without_doubles(links: Sequence[_Link], report: Report) -> list[_Link]:
    found: dict[tuple[str, tuple[str, ...]], _Link] = {}
    for link in links:
        if found.setdefault((link.source, link.key.columns), link) is link:
            continue
        columns = listed([f"{link.source}.{name}" for name in link.key.columns])
        report.add(
            link.key.place,
            Code.DECLARED_TWICE,
            f"{columns} has two references.",
            "Write `ref:` at the column or a `Ref` of its own, not both.",
        )
    return list(found.values())


def _by_column(entity: Entity) -> Callable[[_Link], int]:
    places = {column.name: number for number, column in enumerate(entity.columns)}
    return lambda link: places[link.key.columns[0]]


def _is_unique(entity: Entity, columns: Sequence[str]) -> bool:
    return any(frozenset(unique) == frozenset(columns) for _, unique in entity.uniqueness())


def _of_one_to_one(source: Entity, link: _Link) -> Iterable[Unique]:
    if link.one_to_one and not _is_unique(source, link.key.columns):
        yield Unique(
            naming.unique_name(source.table, link.key.columns),
            link.key.columns,
            reason=f"the reference to `{link.key.target_table}` is one to one",
        )


def _forward(source: Entity, target: Entity, link: _Link) -> Relation:
    key = link.key
    return Relation(
        name=_forward_name(key, target),
        kind="one",
        target=target.name,
        columns=key.columns,
        target_columns=key.target_columns,
        nullable=any(column.nullable for column in source.columns if column.name in key.columns),
        foreign_key=key.name,
        is_reverse=False,
        inverse=link.reverse.value if link.reverse else None,
    )


def _forward_name(key: ForeignKey, target: Entity) -> str:
    """`customer_id` → `customer`; `claimed_by`, of `users` → `claimed_by_user`.

    Of several columns, the one that has another name in the target counts: `(project_id,
    parent_id)` to `(project_id, id)` is `parent`.
    """
    pairs = zip(key.columns, key.target_columns, strict=True)
    own = [column for column, pointed in pairs if column != pointed] or list(key.columns)
    if len(own) > 1:
        return target.row
    short = own[0].removesuffix("_id")
    return short if short not in ("", own[0]) else f"{own[0]}_{target.row}"


def _backward(source: Entity, target: Entity, link: _Link) -> Relation:
    is_one = link.one_to_one or _is_unique(source, link.key.columns)
    return Relation(
        name=link.reverse.value if link.reverse else "",
        kind="one" if is_one else "many",
        target=source.name,
        columns=link.key.target_columns,
        target_columns=link.key.columns,
        nullable=is_one,
        foreign_key=link.key.name,
        is_reverse=True,
        inverse=_forward_name(link.key, target),
    )


def _relate(
    entity: Entity,
    relations: dict[str, Relation],
    relation: Relation,
    place: Place,
    report: Report,
) -> None:
    name = relation.name
    if relation.is_reverse:
        check_name(Word(name, place), "relation", report)
    column = entity.column(name)
    if column is not None or name in relations:
        what = "a column" if column is not None else "another relation"
        report.add(
            place,
            Code.DECLARED_TWICE,
            f"The relation `{name}` of `{entity.name}` has the name of {what}.",
            "Name the reference otherwise: `Ref other_name: …`."
            if relation.is_reverse
            else "Give the column another name.",
        )
        return
    relations[name] = relation
