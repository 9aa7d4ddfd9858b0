"""What expressions can name: rows of entities, the caller, the request, the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from specwright.address import snake
from specwright.model import naming, sql_types, types
from specwright.model.entities import Column, Entity, EnumType
from specwright.model.wire import flattened, is_object, kinds
from specwright.spec.syntax import Schema

_SCALARS = {
    sql_types.Kind.UUID: types.UUID,
    sql_types.Kind.TEXT: types.TEXT,
    sql_types.Kind.VARCHAR: types.TEXT,
    sql_types.Kind.NUMERIC: types.DECIMAL,
    sql_types.Kind.DOUBLE: types.DOUBLE,
    sql_types.Kind.BOOL: types.BOOL,
    sql_types.Kind.TIMESTAMPTZ: types.TIMESTAMP,
    sql_types.Kind.DATE: types.DATE,
    sql_types.Kind.JSONB: types.JSON,
    sql_types.Kind.BYTEA: types.BYTES,
}
_BITS = {sql_types.Kind.SMALLINT: 16, sql_types.Kind.INT: 32, sql_types.Kind.BIGINT: 64}
_FORMATS = {"uuid": types.UUID, "date-time": types.TIMESTAMP, "date": types.DATE}
_DEEPEST = 8  # objects within objects


def type_of_column(column: Column, enums: Mapping[str, EnumType]) -> types.Type:
    kind = column.type.kind
    if column.type.enum is not None and column.type.enum in enums:
        enum = enums[column.type.enum]
        return types.OneOf(enum.name, enum.values, nullable=column.nullable)
    if kind in _BITS:
        return types.Scalar(types.Kind.INT, column.nullable, bits=_BITS[kind])
    scalar = _SCALARS.get(kind, types.TEXT)
    return types.Scalar(scalar.kind, column.nullable, folded=column.type.folded)


@dataclass(frozen=True)
class Scopes:
    """The rows that expressions walk: those of entities, and the records that requests bring."""

    entities: Mapping[str, Entity]
    enums: Mapping[str, EnumType]
    users: str | None  # the entity whose rows can sign in
    derived: dict[str, dict[str, types.Type]] = field(default_factory=dict)  # by entity
    _records: dict[str, Mapping[str, types.Field]] = field(default_factory=dict)
    _fields: dict[str, Mapping[str, types.Field]] = field(default_factory=dict)

    def row_fields(self, name: str) -> Mapping[str, types.Field]:
        """The fields of a row, by the entity or the record that it is of."""
        if name in self._records:
            return self._records[name]
        if name not in self.entities:
            return {}
        if name not in self._fields:
            self._fields[name] = self._fields_of(self.entities[name])
        return self._fields[name]

    def _fields_of(self, entity: Entity) -> Mapping[str, types.Field]:
        fields: dict[str, types.Field] = {
            column.name: types.Column(
                type_of_column(column, self.enums),
                column.attribute if column.attribute != column.name else None,
            )
            for column in entity.columns
        }
        for relation in entity.relations:
            fields[relation.name] = types.Relation(
                relation.target,
                relation.kind == "many",
                tuple(zip(relation.columns, relation.target_columns, strict=True)),
                relation.nullable,
            )
        return fields

    def scope(self, names: Mapping[str, types.Type]) -> types.Scope:
        return types.Scope(names, self.row_fields)

    def actor(self, *, nullable: bool) -> Mapping[str, types.Type]:
        if self.users is None:
            return {}
        return {"actor": types.Row(self.users, nullable=nullable)}

    def record(self, name: str, fields: Mapping[str, types.Type]) -> types.Row:
        """A row that no table holds, such as what a request brings."""
        self._records[name] = {
            field: types.Column(found, naming.attribute(field)) for field, found in fields.items()
        }
        return types.Row(name, stored=False)

    def type_of_schema(self, schema: Schema, name: str, depth: int = 0) -> types.Type:
        """The type of what the contract calls `name`."""
        flat = flattened(schema)
        nullable = flat.nullable
        if flat.enum and all(isinstance(value, str) for value in flat.enum):
            return self._one_of(tuple(str(value) for value in flat.enum), nullable=nullable)
        said = kinds(flat)
        only = said[0] if len(said) == 1 else ""
        if only == "object" and is_object(flat) and depth < _DEEPEST:
            title = f"the schema {flat.name}" if flat.name is not None else name
            if flat.name is None or title not in self._records:
                self.record(title, {})  # where it contains itself
                self.record(title, self._fields_of_schema(flat, title, depth))
            return types.Row(title, nullable=nullable, stored=False)
        if only == "array" and flat.items is not None and depth < _DEEPEST:
            element = self.type_of_schema(flat.items, f"{name} item", depth + 1)
            return types.ListOf(element, nullable=nullable)
        scalar = {
            "string": _FORMATS.get(flat.format or "", types.TEXT),
            "integer": types.INT,
            "number": types.DOUBLE,
            "boolean": types.BOOL,
        }.get(only, types.JSON)
        return types.with_null(scalar, nullable=nullable)

    def _fields_of_schema(self, flat: Schema, name: str, depth: int) -> dict[str, types.Type]:
        return {
            snake(field): self._property(field, flat, inner, name, depth)
            for field, inner in flat.properties.items()
        }

    def _property(
        self, field: str, owner: Schema, schema: Schema, name: str, depth: int
    ) -> types.Type:
        found = self.type_of_schema(schema, f"{name}.{field}", depth + 1)
        is_there = is_always_there(field, owner, schema)
        return types.with_null(found, nullable=found.nullable or not is_there)

    def _one_of(self, values: Sequence[str], *, nullable: bool) -> types.Type:
        named = next(
            (enum for enum in self.enums.values() if frozenset(values) <= frozenset(enum.values)),
            None,
        )
        if named is not None:
            return types.OneOf(named.name, named.values, nullable=nullable)
        return types.OneOf(None, tuple(values), nullable=nullable)


def is_always_there(name: str, owner: Schema, schema: Schema) -> bool:
    """Whether a property has a value whoever writes the object."""
    return name in owner.required or schema.has_default
