"""What a path of the contract names: a collection, a row, a link between two rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from specwright.address import snake
from specwright.model.entities import Entity, EnumType, ForeignKey
from specwright.model.operations import LinkEnd, LinkRow, PathKey, RowInPath
from specwright.model.wire import misfit, squashed
from specwright.spec.syntax import Schema

_ACTORS_OWN = frozenset({"me", "self"})
_PARAMETER = re.compile(r"\{([^{}]+)\}(?::([\w-]+))?")


@dataclass(frozen=True, slots=True)
class PathReading:
    """What a path names; `words` are those at its end that name nothing, such as `claim`."""

    collection: str | None = None  # the entity, when the path does not go on to one row
    row: RowInPath | None = None
    parent: RowInPath | None = None  # of the collection
    joins: tuple[tuple[str, str], ...] = ()
    link: LinkRow | None = None
    words: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def entity(self) -> str | None:
        return self.row.entity if self.row is not None else self.collection


@dataclass
class PathReader:
    """Reads paths against the entities; `users` is the entity whose rows can sign in."""

    entities: Mapping[str, Entity]
    enums: Mapping[str, EnumType]
    users: str | None = None
    aliases: dict[str, Entity] = field(default_factory=dict)  # by what squashing leaves of a word

    def entity_named(self, word: str) -> Entity | None:
        wanted = squashed(word)
        return self._by_name.get(wanted) or self.aliases.get(wanted)

    @cached_property
    def _by_name(self) -> Mapping[str, Entity]:
        """Tables before rows, the first before others that are called the same."""
        last_first = [*reversed(list(self.entities.values()))]
        rows = {squashed(one.word): one for one in last_first}
        return rows | {squashed(one.table): one for one in last_first}

    def read(self, path: str, schemas: Mapping[str, Schema]) -> PathReading:
        """What the path names; `schemas` are those of its parameters."""
        reading = PathReading()
        for segment in path.split("/"):
            if not segment:
                continue
            reading = self._step(reading, segment, schemas)
            if reading.problem is not None:
                return reading
        return reading

    def _step(
        self, reading: PathReading, segment: str, schemas: Mapping[str, Schema]
    ) -> PathReading:
        parameter = _PARAMETER.fullmatch(segment)
        if parameter is not None:
            chosen = self._choose(reading, parameter[1], schemas.get(parameter[1]))
            return _then(chosen, parameter[2])
        if "{" in segment:
            return PathReading(problem=f"`{segment}` is a parameter within a word")
        name, _, verb = segment.partition(":")
        return _then(self._go_on(reading, name), verb or None)

    def _go_on(self, reading: PathReading, word: str) -> PathReading:
        if word in _ACTORS_OWN and self.users is not None and reading.row is None:
            users = self.entities[self.users]
            if reading.collection in (None, self.users):
                return PathReading(row=RowInPath(users.name, (), is_actor=True))
        if reading.words and reading.entity is not None:
            return _then(reading, word)
        if reading.row is not None:
            below = self._below(reading.row, word)
            return below if below is not None else _then(reading, word)
        if reading.collection is not None:
            return _then(reading, word)
        entity = self.entity_named(word)
        if entity is None:
            return PathReading(words=(*reading.words, word))
        return PathReading(collection=entity.name)

    def _below(self, row: RowInPath, word: str) -> PathReading | None:
        """The collection of rows that belong to a row."""
        above = self.entities[row.entity]
        for relation in above.relations:
            if relation.kind == "many" and squashed(relation.name) == squashed(word):
                joins = tuple(zip(relation.target_columns, relation.columns, strict=True))
                return PathReading(collection=relation.target, parent=row, joins=joins)
        entity = self.entity_named(word)
        if entity is None:
            return None
        keys = [key for key in entity.foreign_keys if key.target == above.name]
        if len(keys) == 1:
            joins = tuple(zip(keys[0].columns, keys[0].target_columns, strict=True))
            return PathReading(collection=entity.name, parent=row, joins=joins)
        if not keys and (between := self._between(above, entity)) is not None:
            link, own, _ = between
            joins = tuple(zip(own.columns, own.target_columns, strict=True))
            return PathReading(collection=link.name, parent=row, joins=joins)
        return None

    def _between(self, one: Entity, other: Entity) -> tuple[Entity, ForeignKey, ForeignKey] | None:
        """The only entity whose rows are unique by what they say of both."""
        found = [
            (entity, own, others)
            for entity in self.entities.values()
            for own in entity.foreign_keys
            for others in entity.foreign_keys
            if own.target == one.name and others.target == other.name and own is not others
            if _is_unique(entity, (*own.columns, *others.columns))
        ]
        return found[0] if len(found) == 1 else None

    def _choose(self, reading: PathReading, parameter: str, schema: Schema | None) -> PathReading:
        if reading.collection is None or reading.words:
            return PathReading(problem=f"nothing says what `{{{parameter}}}` is the key of")
        entity = self.entities[reading.collection]
        joined = tuple(own for own, _ in reading.joins)
        column = self._key_column(entity, joined, parameter, schema)
        if column is None:
            return PathReading(
                problem=f"`{{{parameter}}}` is no key of `{entity.name}`, which has {_keys(entity)}"
            )
        key = PathKey(column, parameter)
        row = RowInPath(entity.name, (key,), reading.parent, reading.joins)
        return PathReading(row=row, link=_link(entity, row))

    def _key_column(
        self, entity: Entity, joined: Sequence[str], parameter: str, schema: Schema | None
    ) -> str | None:
        """The column that finishes a key of the entity, once the joined columns are known."""
        candidates = [
            rest[0]
            for _, columns in entity.uniqueness()
            if len(rest := [name for name in columns if name not in joined]) == 1
        ]
        for column in dict.fromkeys(candidates):
            if self._is_called(entity, column, parameter) and self._fits(entity, column, schema):
                return column
        own_key = entity.primary_key.columns
        names_another = entity.column(snake(parameter)) is not None
        if len(own_key) == 1 and not names_another and self._fits(entity, own_key[0], schema):
            return own_key[0]
        return None

    def _is_called(self, entity: Entity, column: str, parameter: str) -> bool:
        name = squashed(parameter)
        short = column.removesuffix("_id")
        called = (column, f"{entity.word}_{column}", f"{entity.table}_{column}", short)
        return name in [squashed(one) for one in called]

    def _fits(self, entity: Entity, column: str, schema: Schema | None) -> bool:
        found = entity.column(column)
        if found is None or schema is None:
            return found is not None
        enum = self.enums.get(found.type.enum or "")
        return misfit(schema, found.type, enum, incoming=True) is None


def _then(reading: PathReading, word: str | None) -> PathReading:
    if word is None or reading.problem is not None:
        return reading
    return PathReading(
        reading.collection,
        reading.row,
        reading.parent,
        reading.joins,
        None,
        (*reading.words, word),
    )


def _is_unique(entity: Entity, columns: Sequence[str]) -> bool:
    return any(frozenset(unique) == frozenset(columns) for _, unique in entity.uniqueness())


def _link(entity: Entity, row: RowInPath) -> LinkRow | None:
    """The link that a row is when its key says nothing but which two rows it joins."""
    if row.parent is None or len(row.joins) != 1 or len(row.parent.keys) != 1:
        return None
    own, pointed = row.joins[0]
    other = row.keys[0].column
    key, target = entity.foreign_key_of(own), entity.foreign_key_of(other)
    if key is None or target is None or not _is_unique(entity, (own, other)):
        return None
    named = row.parent.keys[0]
    pointed_at = target.target_columns[0]
    near = LinkEnd(own, key.target, pointed, named.parameter, named.column)
    far = LinkEnd(other, target.target, pointed_at, row.keys[0].parameter, pointed_at)
    return LinkRow(entity.name, (near, far))


def _keys(entity: Entity) -> str:
    listed = ["`" + ", ".join(columns) + "`" for _, columns in entity.uniqueness()]
    return ("the key " if len(listed) == 1 else "the keys ") + ", ".join(listed)
