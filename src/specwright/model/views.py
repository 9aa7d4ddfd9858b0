"""From response schemas to views: every property bound to a column, a relation or a derived value.

A property is, in this order: the relation of its name, if it has properties itself; the column of
its name; a derived value; the key of the row (`taskId`); a column that starts with the row's name
(`date` for `visit_date`); a column of the one row that a relation leads to (`productSku`); the
number of a relation's rows (`linesCount`). Names match in camelCase and snake_case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from specwright.address import pascal, snake
from specwright.diagnostic import Code, Place, did_you_mean
from specwright.model.accounts import Accounts, is_access_token, is_refresh_token
from specwright.model.entities import Column, Entity, EnumType, Relation
from specwright.model.joined import (
    is_list_of_texts,
    joined_texts,
    links_named,
    natural_key,
    over_link,
)
from specwright.model.naming import singular
from specwright.model.operations import (
    AccessToken,
    ColumnValue,
    DerivedValue,
    RelatedCount,
    RelatedValue,
    RelatedView,
    ValueSource,
    View,
    ViewField,
)
from specwright.model.wire import (
    flattened,
    is_object,
    kinds,
    misfit,
    place_of_misfit,
    squashed,
)
from specwright.spec.syntax import Schema

_DEEPEST = 6  # views within views
_MOST_PROPERTIES = 2000  # of a view and those within it


@dataclass(frozen=True, slots=True)
class Unbound:
    """Something in the contract that the model does not determine."""

    place: Place
    message: str
    hint: str | None = None
    code: Code = Code.UNBOUND


@dataclass(frozen=True)
class Meanings:
    """All that a property of the contract can mean."""

    entities: Mapping[str, Entity]
    enums: Mapping[str, EnumType]
    derived: Mapping[str, tuple[str, ...]]  # by entity
    accounts: Accounts | None = None

    def enum_of(self, column: Column) -> EnumType | None:
        return self.enums.get(column.type.enum or "")

    def column_named(self, entity: Entity, name: str) -> Column | None:
        exact = entity.column(snake(name))
        if exact is not None:
            return exact
        wanted = squashed(name)
        return next((c for c in entity.columns if squashed(c.name) == wanted), None)

    def relation_named(self, entity: Entity, name: str) -> Relation | None:
        exact = entity.relation(snake(name))
        if exact is not None:
            return exact
        wanted = squashed(name)
        return next((r for r in entity.relations if squashed(r.name) == wanted), None)

    def own_column(self, entity: Entity, name: str) -> Column | None:
        """A column of the row itself, by its name with or without the row's."""
        column = self.column_named(entity, name)
        if column is not None:
            return column
        key = entity.primary_key.columns
        if len(key) == 1 and squashed(name) == squashed(f"{entity.word}_{key[0]}"):
            return entity.column(key[0])
        return entity.column(f"{entity.word}_{snake(name)}")

    def key_of(self, entity: Entity, name: str) -> Column | None:
        """The column that points at the row of a relation: `customer` → `customer_id`."""
        relation = self.relation_named(entity, name)
        if relation is None or relation.is_reverse or len(relation.columns) != 1:
            return None
        return entity.column(relation.columns[0])


def readings_of(entity: Entity, name: str) -> str:
    """What an author can write so that the property `name` means something."""
    near = did_you_mean(
        snake(name), [*(c.name for c in entity.columns), *(r.name for r in entity.relations)]
    )
    choices = (
        f"Add the column `{snake(name)}` to `{entity.table}`, or write "
        f"`derived: {{ {entity.name}.{snake(name)}: … }}` in rules.md, or drop the property."
    )
    return f"{near} If not: {choices[0].lower()}{choices[1:]}" if near else choices


# -- Views ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Property:
    """A property of a view on the rows of `entity`."""

    entity: Entity
    name: str
    schema: Schema
    view: str
    place: Place
    required: bool
    depth: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What a property is, and whether it can be null."""

    source: ValueSource
    nullable: bool = False


@dataclass
class ViewBinder:
    """Binds schemas of responses; what stays unbound is added to `problems`."""

    meanings: Meanings
    problems: list[Unbound]
    _left: int = _MOST_PROPERTIES

    def view(self, entity: Entity, schema: Schema, name: str, depth: int = 0) -> View | None:
        """The view of the schema on the entity's rows; None where something stays unbound."""
        flat = flattened(schema)
        title = pascal(flat.recursive or flat.name or schema.name or name)
        if flat.recursive or depth > _DEEPEST:
            self._say(schema.place, f"`{title}` contains itself, so a response has no end.")
            return None
        if not is_object(flat):
            self._say(schema.place, f"`{title}` has no properties that could be a row's.")
            return None
        self._left -= len(flat.properties)
        if self._left < 0:
            self._say(schema.place, f"`{title}` has too many properties, with those within it.")
            return None
        before = len(self.problems)
        fields = [
            self._field(
                _Property(
                    entity,
                    wire,
                    flattened(inner),
                    title,
                    flat.property_places.get(wire, inner.place),
                    wire in flat.required,
                    depth,
                )
            )
            for wire, inner in flat.properties.items()
            if not flattened(inner).write_only
        ]
        found = tuple(field for field in fields if field is not None)
        return View(title, entity.name, found) if len(self.problems) == before else None

    def _field(self, prop: _Property) -> ViewField | None:
        found = self._source(prop)
        if found is None:
            return None
        never_null = prop.required and not prop.schema.nullable and kinds(prop.schema)
        if found.nullable and never_null:
            self._say(
                prop.place,
                f"`{prop.name}` of `{prop.view}` is required and never null in the contract, "
                "but null is possible in the data model.",
                "Allow null in the contract, or write `not null` in the data model.",
            )
            return None
        nullable = prop.schema.nullable or not kinds(prop.schema)
        return ViewField(prop.name, found.source, prop.required, nullable, prop.schema)

    def _source(self, prop: _Property) -> _Found | None:
        """What a property is: see the docstring of the module for the order."""
        meanings, entity, name = self.meanings, prop.entity, prop.name
        relation = meanings.relation_named(entity, name)
        if relation is None and "array" in kinds(prop.schema):
            relation = links_named(meanings.entities, entity, name)
        if relation is not None and _is_structured(prop.schema):
            return self._related_view(prop, relation)
        column = meanings.column_named(entity, name) or meanings.key_of(entity, name)
        if column is None and snake(name) in meanings.derived.get(entity.name, ()):
            return _Found(DerivedValue(snake(name)))
        column = column or meanings.own_column(entity, name)
        if column is not None:
            return self._column(prop, column, ColumnValue(column.name))
        before = len(self.problems)
        found = self._of_others(prop)
        if found is None and len(self.problems) == before:
            self._say(
                prop.place,
                f"`{name}` of `{prop.view}` is neither a column nor a relation of "
                f"`{entity.name}`, nor derived.",
                readings_of(entity, name),
            )
        return found

    def _of_others(self, prop: _Property) -> _Found | None:
        """What rows of others tell: a value of one, how many there are, their texts."""
        entity, name = prop.entity, prop.name
        accounts = self.meanings.accounts
        if accounts is not None and entity.name == accounts.entity:
            if is_access_token(name):
                return _Found(AccessToken())
            if accounts.refresh_seconds is not None and is_refresh_token(name):
                return _Found(AccessToken(refreshes=True))
        if (through := self._through(entity, name)) is not None:
            relation, column = through
            found = self._column(prop, column, RelatedValue(relation.name, column.name))
            return found and _Found(found.source, found.nullable or relation.nullable)
        counted = self._counted(entity, name)
        if counted is not None and "integer" in (kinds(prop.schema) or ("integer",)):
            return _Found(RelatedCount(counted.name))
        joined = joined_texts(self.meanings.entities, entity, name)
        if joined is None or prop.schema.items is None or not is_list_of_texts(prop.schema):
            return None
        texts, column = joined
        one = replace(prop, schema=flattened(prop.schema.items))
        return _Found(texts) if self._column(one, column, ColumnValue(column.name)) else None

    def text(self, entity: Entity, schema: Schema) -> View | None:
        """Rows that are shown as a text each, which tells them apart."""
        column = natural_key(entity)
        if column is None:
            said = f"Nothing says which text of {entity.name} a row is shown as."
            hint = (
                f"Make one column of `{entity.table}` `unique` and `not null`, or answer objects."
            )
            self._say(schema.place, said, hint)
            return None
        return View(entity.name, entity.name, (), text=column.name)

    def _column(self, prop: _Property, column: Column, source: ValueSource) -> _Found | None:
        enum = self.meanings.enum_of(column)
        reason = misfit(prop.schema, column.type, enum, incoming=False)
        if reason is not None:
            place = place_of_misfit(prop.schema, prop.place)
            self._say(place, f"`{prop.name}` {reason}.", "Make the two agree.")
            return None
        return _Found(source, column.nullable)

    def _related_view(self, prop: _Property, relation: Relation) -> _Found | None:
        many = "array" in kinds(prop.schema)
        if many != (relation.kind == "many"):
            self._say(
                prop.place,
                f"`{prop.name}` of `{prop.view}` is {'a list' if many else 'one object'} "
                f"in the contract, but the relation `{prop.entity.name}.{relation.name}` leads to "
                f"{'one row' if relation.kind == 'one' else 'many rows'}.",
            )
            return None
        inner = prop.schema.items if many else prop.schema
        if inner is None:
            return None
        part = pascal(singular(snake(prop.name)) if many else prop.name)
        part += "Row" if part.endswith("View") else ""  # `UserView` is the class of `User`
        over = over_link(self.meanings.entities, relation) if many else None
        if over is not None and self._fits(relation.target, inner):
            over = None  # it is the links themselves that are shown
        target = self.meanings.entities[over.target if over is not None else relation.target]
        view = self.view(target, inner, f"{prop.view}{part}", prop.depth + 1)
        if view is None:
            return None
        shown = RelatedView(relation.name, many, view, over.name if over is not None else None)
        return _Found(shown, relation.nullable and not many)

    def _fits(self, entity: str, schema: Schema) -> bool:
        problems: list[Unbound] = []
        ViewBinder(self.meanings, problems).view(self.meanings.entities[entity], schema, "View")
        return not problems

    def _through(self, entity: Entity, name: str) -> tuple[Relation, Column] | None:
        """`productSku`: the column `sku` of the row that the relation `product` leads to."""
        for relation in entity.relations:
            prefix = squashed(relation.name)
            if relation.kind != "one" or not squashed(name).startswith(prefix):
                continue
            target = self.meanings.entities[relation.target]
            rest = squashed(name)[len(prefix) :]
            column = next((c for c in target.columns if squashed(c.name) == rest), None)
            if column is not None:
                return relation, column
        return None

    def _counted(self, entity: Entity, name: str) -> Relation | None:
        wanted = squashed(name)
        return next(
            (
                relation
                for relation in entity.relations
                if relation.kind == "many" and wanted == squashed(f"{relation.name}_count")
            ),
            None,
        )

    def _say(self, place: Place, message: str, hint: str | None = None) -> None:
        self.problems.append(Unbound(place, message, hint))


def _is_structured(schema: Schema) -> bool:
    """Whether it is a row or a list of rows, rather than one value."""
    if "array" in kinds(schema) and schema.items is not None:
        return _is_structured(flattened(schema.items))
    return is_object(schema) or schema.recursive is not None


def listed(names: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return " or ".join(", ".join(quoted).rsplit(", ", 1))
