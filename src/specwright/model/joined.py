"""Lists of texts that stand for rows: `tagList: [string]`, where a table of links joins tags."""

from collections.abc import Iterator, Mapping

from specwright.model.entities import Column, Entity, ForeignKey, Relation
from specwright.model.operations import JoinedTexts
from specwright.model.sql_types import Kind
from specwright.model.wire import flattened, kinds, squashed
from specwright.spec.syntax import Schema

_POSITIONS = ("position", "ordinal", "rank", "sort_order")


def is_list_of_texts(schema: Schema) -> bool:
    flat = flattened(schema)
    is_list = "array" in kinds(flat) and flat.items is not None
    return is_list and flat.items is not None and kinds(flattened(flat.items)) == ("string",)


def natural_key(entity: Entity) -> Column | None:
    """The only text that tells a row of the table, beside its primary key."""
    found = [
        column
        for _, columns in entity.uniqueness()
        if len(columns) == 1
        for column in [entity.columns_by_name[columns[0]]]
        if column.type.kind in (Kind.TEXT, Kind.VARCHAR) and not column.nullable
    ]
    return found[0] if len(found) == 1 else None


def joined_texts(
    entities: Mapping[str, Entity], entity: Entity, name: str
) -> tuple[JoinedTexts, Column] | None:
    """What the property means, and the column that its texts are; None where it means no such."""
    wanted = squashed(name)
    found = [
        (texts, column)
        for texts, target, column in _possible(entities, entity)
        if wanted in _names(target, column)
    ]
    return found[0] if len(found) == 1 else None


def over_link(entities: Mapping[str, Entity], relation: Relation) -> Relation | None:
    """The relation of links that leads on, where that is all that the relation's rows tell."""
    link = entities[relation.target]
    own = next((k for k in link.foreign_keys if k.columns == relation.target_columns), None)
    others = [key for key in link.foreign_keys if key is not own]
    if own is None or len(others) != 1 or not _only_joins(link, own, others[0]):
        return None
    ways = (one for one in link.relations if one.kind == "one")
    return next((one for one in ways if one.columns == others[0].columns), None)


def links_named(entities: Mapping[str, Entity], entity: Entity, name: str) -> Relation | None:
    """The relation to the links that join the only table of that name to the row."""
    wanted = squashed(name)
    found = [
        relation
        for relation in entity.relations
        if relation.kind == "many" and (over := over_link(entities, relation)) is not None
        if squashed(entities[over.target].table) == wanted
    ]
    return found[0] if len(found) == 1 else None


def _names(target: Entity, column: Column) -> set[str]:
    words = (
        target.table,
        f"{target.word}_list",
        f"{target.table}_list",
        f"{target.word}_{column.name}s",
        f"{target.table}_{column.name}s",
    )
    return {squashed(word) for word in words}


def _possible(
    entities: Mapping[str, Entity], entity: Entity
) -> Iterator[tuple[JoinedTexts, Entity, Column]]:
    for link in entities.values():
        for own in (key for key in link.foreign_keys if key.target == entity.name):
            for far in (key for key in link.foreign_keys if key is not own):
                target = entities[far.target]
                column = natural_key(target)
                if column is not None and _only_joins(link, own, far):
                    yield _texts(link, own, far, column), target, column


def _only_joins(link: Entity, own: ForeignKey, far: ForeignKey) -> bool:
    """Whether its rows say which two rows they join, and at most in which order."""
    pair = (*own.columns, *far.columns)
    is_pair = len(own.columns) == len(far.columns) == 1
    is_unique = any(set(columns) == set(pair) for _, columns in link.uniqueness())
    others = (column for column in link.columns if column.name not in (*pair, *_POSITIONS))
    return is_pair and is_unique and all(column.is_filled for column in others)


def _texts(link: Entity, own: ForeignKey, far: ForeignKey, column: Column) -> JoinedTexts:
    position = next((name for name in _POSITIONS if link.column(name) is not None), None)
    return JoinedTexts(
        link.name,
        own.columns[0],
        own.target_columns[0],
        far.columns[0],
        far.target,
        far.target_columns[0],
        column,
        position,
    )
