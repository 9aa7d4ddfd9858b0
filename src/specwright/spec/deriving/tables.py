"""The tables of a contract: a component with an `id` is one, a list of such is a relation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from specwright.address import snake
from specwright.diagnostic import Place
from specwright.spec.readers import names
from specwright.spec.syntax import (
    Column,
    Contract,
    DataModel,
    Default,
    Enum,
    Index,
    Reference,
    Schema,
    Table,
    Word,
)

_KEY = "id"
_STAMPS = ("created_at", "updated_at")
_BY_FORMAT = {
    ("string", "uuid"): "uuid", ("string", "date-time"): "timestamptz", ("string", "date"): "date",
    ("integer", "int64"): "bigint", ("number", "double"): "double", ("number", "float"): "double",
}  # fmt: skip
_BY_TYPE = {
    "string": "text", "integer": "int", "number": "numeric", "boolean": "bool", "object": "jsonb",
    "array": "jsonb",
}  # fmt: skip


def derive_tables(contract: Contract) -> DataModel:
    """What a database has to keep, as far as the shapes of answers tell it."""
    return _Derived(contract).model()


@dataclass
class _Derived:
    contract: Contract
    enums: dict[str, Enum] = field(default_factory=dict)
    tables: dict[str, list[Column]] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    links: list[Table] = field(default_factory=list)

    def model(self) -> DataModel:
        things = self._things()
        for name, schema in things.items():
            table = names.table(name)
            self.tables[table] = [*self._columns(table, schema, things)]
        for name, schema in things.items():
            self._own_lists(names.table(name), schema, things)
        for table in self.tables:
            self._follow_names(table)
        found = tuple(
            Table(Word(name, self._place), tuple(columns)) for name, columns in self.tables.items()
        )
        return DataModel((*found, *self.links), tuple(self.enums.values()), tuple(self.references))

    @property
    def _place(self) -> Place:
        return Place("contracts/openapi.yaml", 1, 1)

    def _things(self) -> dict[str, Schema]:
        """The components that have a key; one that is sent is the shadow of one that is kept."""
        found: dict[str, Schema] = {}
        for name, schema in self.contract.schemas.items():
            if _KEY in properties(schema) and not names.is_sent(name):
                found.setdefault(name, schema)
        return found

    # -- columns

    def _columns(
        self, table: str, schema: Schema, things: Mapping[str, Schema]
    ) -> Iterator[Column]:
        required = _required(schema)
        for wire, one in properties(schema).items():
            name = snake(wire)
            target = self._thing_of(one, things)
            if target is not None and not one.items:
                yield from self._pointing(table, name, target, things, is_required=wire in required)
            elif not (one.items and self._thing_of(one.items, things)):
                yield self._column(table, name, one, is_required=wire in required)

    def _column(self, table: str, name: str, schema: Schema, *, is_required: bool) -> Column:
        kind = self._type(table, name, schema)
        is_key = name == _KEY
        is_stamp = name in _STAMPS and kind == "timestamptz"
        counts = is_key and kind in ("int", "bigint")
        default = None
        if is_key and kind == "uuid":
            default = Default("gen_random_uuid()", is_expression=True, place=self._place)
        elif is_stamp:
            default = Default("now()", is_expression=True, place=self._place)
        not_null = (is_required or is_stamp) and not is_key and not schema.nullable
        return Column(
            Word(name, self._place),
            Word(kind, self._place),
            primary_key=is_key,
            not_null=not_null,
            increment=counts,
            default=default,
        )

    def _type(self, table: str, name: str, schema: Schema) -> str:
        if schema.enum and all(isinstance(value, str) for value in schema.enum):
            return self._enum(table, name, schema)
        kind = schema.types[0] if schema.types else "object"
        if kind == "string" and schema.max_length and not schema.format:
            return f"varchar({schema.max_length})"
        return _BY_FORMAT.get((kind, schema.format or ""), _BY_TYPE.get(kind, "jsonb"))

    def _enum(self, table: str, name: str, schema: Schema) -> str:
        called = snake(schema.name) if schema.name else f"{names.singular(table)}_{name}"
        values = tuple(Word(str(value), self._place) for value in schema.enum or ())
        self.enums.setdefault(called, Enum(Word(called, self._place), values))
        return called

    def _pointing(
        self,
        table: str,
        name: str,
        target: str,
        things: Mapping[str, Schema],
        *,
        is_required: bool,
    ) -> Iterator[Column]:
        """`type: PetType` is kept as `type_id`."""
        column = f"{name}_id"
        key = self._type(names.table(target), _KEY, properties(things[target])[_KEY])
        yield Column(Word(column, self._place), Word(key, self._place), not_null=is_required)
        self._refer(table, column, names.table(target))

    # -- relations

    def _own_lists(self, table: str, schema: Schema, things: Mapping[str, Schema]) -> None:
        for wire, one in properties(schema).items():
            child = self._thing_of(one.items, things) if one.items else None
            if child is not None:
                self._own(table, names.table(child), snake(wire))

    def _follow_names(self, table: str) -> None:
        """A column `owner_id` points at `owners`."""
        for column in self.tables[table]:
            stem = column.name.value.removesuffix("_id")
            if stem != column.name.value and names.table(stem) in self.tables:
                self._refer(table, column.name.value, names.table(stem))

    def _own(self, table: str, child: str, called: str) -> None:
        """By a column of the child that names the parent, or else through a table of links."""
        own = f"{names.singular(table)}_id"
        if any(column.name.value == own for column in self.tables[child]):
            self._refer(child, own, table, called=called)
            return
        far = f"{names.singular(child)}_id"
        name = f"{names.singular(table)}_{child}"
        columns = tuple(
            Column(
                Word(column, self._place), Word(self._key_of(target), self._place), not_null=True
            )
            for column, target in ((own, table), (far, child))
        )
        key = Index((columns[0].name, columns[1].name), primary_key=True)
        self.links.append(Table(Word(name, self._place), columns, indexes=(key,)))
        self._refer(name, own, table, called=called, on_delete="cascade")
        self._refer(name, far, child)

    def _key_of(self, table: str) -> str:
        key = next(column for column in self.tables[table] if column.primary_key)
        return key.type.value

    def _refer(
        self,
        table: str,
        column: str,
        target: str,
        *,
        called: str | None = None,
        on_delete: str | None = None,
    ) -> None:
        known = {(str(one.table), str(one.columns[0])) for one in self.references}
        if (table, column) not in known:
            action = Word(on_delete, self._place) if on_delete else None
            word = Word(column, self._place)
            reference = Reference(
                Word(table, self._place),
                (word,),
                Word(target, self._place),
                (Word(_KEY, self._place),),
                name=Word(called, self._place) if called else None,
                on_delete=action,
            )
            self.references.append(reference)

    def _thing_of(self, schema: Schema, things: Mapping[str, Schema]) -> str | None:
        name = schema.name or schema.recursive
        return name if name in things else None


def properties(schema: Schema) -> dict[str, Schema]:
    """Its own, and those of the parts that it is made of."""
    found: dict[str, Schema] = {}
    for part in schema.all_of:
        found |= properties(part)
    return {**found, **schema.properties}


def _required(schema: Schema) -> frozenset[str]:
    parts = (_required(part) for part in schema.all_of)
    return schema.required.union(*parts)
