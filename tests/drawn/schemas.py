"""Draws the schemas of requests and responses."""

from dataclasses import dataclass
from typing import Any

from tests.drawn.blueprint import Column, Plan, Table
from tests.drawn.dice import Dice

Schema = dict[str, Any]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass
class Schemas:
    dice: Dice
    plan: Plan
    is_camel: bool
    status_422: bool

    def __post_init__(self) -> None:
        self.style = self.dice.pick(["cursor", "cursor", "offset", "page", "none"])
        self.view_suffix = self.dice.pick(["", "", "View", "Response"])

    def wire(self, name: str) -> str:
        return camel(name) if self.is_camel else name

    def view_of(self, table: Table) -> str:
        return f"{table.noun.entity}{self.view_suffix}"

    # -- Values

    def value(self, column: Column, *, strict: bool = False) -> Schema:
        """What a value of the column looks like; unless `strict`, it may say less."""
        schema = self._type(column)
        if not strict and self.dice.has("loose_contract"):
            return schema
        if column.is_int and column.low is not None:
            schema["minimum"] = column.low
        if column.is_int and column.high is not None:
            schema["maximum"] = column.high
        if column.length is not None:
            schema["maxLength"] = column.length
        return schema

    def _type(self, column: Column) -> Schema:
        if column.enum is not None:
            return {"type": "string", "enum": list(column.enum.values)}
        simple: dict[str, Schema] = {
            "uuid": {"type": "string", "format": "uuid"},
            "bool": {"type": "boolean"},
            "timestamptz": {"type": "string", "format": "date-time"},
            "date": {"type": "string", "format": "date"},
            "jsonb": {"type": "object"},
            "bytea": {"type": "string", "format": "byte"},
            "numeric": {"type": "number"},
            "double precision": {"type": "number"},
        }
        number = column.kind in ("int", "bigint", "smallint", "serial", "bigserial")
        return {"type": "integer"} if number else simple.get(column.kind, {"type": "string"})

    def _nullable(self, schema: Schema) -> Schema:
        found = {**schema, "type": [schema["type"], "null"]}
        return {**found, "enum": [*schema["enum"], None]} if "enum" in schema else found

    # -- Responses

    def add_row(self, table: Table) -> None:
        """The view, of every column or of some, and of what lies next to the row."""
        name = self.view_of(table)
        if name in self.plan.schemas:
            return
        self.plan.schemas[name] = self._view(table, with_relations=True)

    def _view(self, table: Table, *, with_relations: bool) -> Schema:
        required = [self.wire(table.key.name)]
        properties: Schema = {required[0]: self.value(table.key)}
        for column in table.columns:
            if self.dice.chance(0.15):
                continue
            self._add_column(column, properties, required)
        if self.dice.chance(0.6):
            properties[self.wire("created_at")] = {"type": "string", "format": "date-time"}
        if with_relations:
            self._add_relations(table, properties)
        return {"type": "object", "required": required, "properties": properties}

    def _add_column(self, column: Column, properties: Schema, required: list[str]) -> None:
        name, schema = self.wire(column.name), self.value(column)
        may_be_left_out = self.dice.chance(0.3)
        if column.nullable and not (may_be_left_out and self.dice.chance(0.5)):
            schema = self._nullable(schema)
        properties[name] = schema
        if not may_be_left_out:
            required.append(name)

    def _add_relations(self, table: Table, properties: Schema) -> None:
        for column in table.references:
            target = column.target
            assert target is not None
            if self.dice.has("nested_view"):
                view = self._view(target, with_relations=False)
                one = {**view, "type": ["object", "null"]} if column.nullable else view
                properties.setdefault(self.wire(column.relation), one)
            if self.dice.has("related_value") and target.plain:
                self._add_related_value(column, self.dice.pick(target.plain), properties)
        for column, other in self.plan.rows_of(table):
            assert column.reverse is not None
            if self.dice.has("nested_view"):
                view = self._view(other, with_relations=False) if not other.is_link else None
                if view is not None:
                    rows = {"type": "array", "items": view}
                    properties.setdefault(self.wire(column.reverse), rows)
            if self.dice.has("related_count"):
                properties.setdefault(self.wire(f"{column.reverse}_count"), {"type": "integer"})
        for name, (_, schema) in table.derived.items():
            properties.setdefault(self.wire(name), schema)

    def _add_related_value(self, column: Column, inner: Column, properties: Schema) -> None:
        name = self.wire(f"{column.relation}_{inner.name}")
        schema = self.value(inner)
        may_be_null = column.nullable or inner.nullable
        properties.setdefault(name, self._nullable(schema) if may_be_null else schema)

    # -- Requests

    def add_creation(self, table: Table, by_path: Column | None, ruled: set[str]) -> str | None:
        tenant = self.plan.tenant.name if self.plan.tenant else None
        columns = [
            column for column in self._writable(table)
            if column is not by_path and column.name not in ruled and column.name != tenant
        ]  # fmt: skip
        required, properties = [], {}
        for column in columns:
            optional = column.nullable or column.default is not None
            if optional and self.dice.chance(0.2):
                continue
            name = self.wire(column.name)
            properties[name] = self._written(column)
            if not optional or self.dice.chance(0.1):
                required.append(name)
        if not properties:
            return None
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        return self._add(f"New{table.noun.entity}", schema)

    def _written(self, column: Column) -> Schema:
        schema = self.value(column)
        if column.nullable and self.dice.chance(0.7):
            return self._nullable(schema)
        literal = column.default is not None and "`" not in column.default
        if literal and column.is_int and self.dice.chance(0.4):
            schema["default"] = int(column.default or 0)
        return schema

    def add_patch(self, table: Table) -> str | None:
        columns = [c for c in self._changeable(table) if self.dice.chance(0.8)]
        if not columns:
            return None
        properties = {}
        for column in columns:
            schema = self.value(column)
            properties[self.wire(column.name)] = (
                self._nullable(schema) if column.nullable else schema
            )
        schema = {"type": "object", "properties": properties}
        if self.dice.chance(0.5):
            schema["minProperties"] = 1
        return self._add(f"{table.noun.entity}Patch", schema)

    def add_replacement(self, table: Table) -> str | None:
        columns = self._changeable(table)
        if not columns:
            return None
        properties = {}
        for column in columns:
            schema = self.value(column)
            properties[self.wire(column.name)] = (
                self._nullable(schema) if column.nullable else schema
            )
        schema = {"type": "object", "required": list(properties), "properties": properties}
        return self._add(f"{table.noun.entity}Replacement", schema)

    def _writable(self, table: Table) -> list[Column]:
        state = table.lifecycle.column if table.lifecycle else None
        return [column for column in table.columns if column is not state]

    def _changeable(self, table: Table) -> list[Column]:
        tenant = self.plan.tenant.name if self.plan.tenant else None
        return [column for column in self._writable(table) if column.name != tenant]

    def _add(self, name: str, schema: Schema) -> str:
        self.plan.schemas.setdefault(name, schema)
        return name

    # -- Lists

    def paging(self) -> list[Schema]:
        whole = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
        size_name = {"cursor": "page_size", "offset": "limit", "page": "per_page"}
        if self.style == "none":
            return []
        size = {"name": self.wire(size_name[self.style]), "in": "query", "schema": whole}
        if self.style == "cursor":
            position: Schema = {"name": self.wire("page_token"), "schema": {"type": "string"}}
        elif self.style == "offset":
            schema = {"type": "integer", "minimum": 0, "default": 0}
            position = {"name": "offset", "schema": schema}
        else:
            position = {"name": "page", "schema": {"type": "integer", "minimum": 1, "default": 1}}
        return [size, {**position, "in": "query"}]

    def add_page(self, table: Table) -> str:
        rows = {
            "type": "array",
            "items": {"$ref": f"#/components/schemas/{self.view_of(table)}"},
        }
        properties: Schema = {"items": rows}
        if self.style == "cursor":
            properties[self.wire("next_page_token")] = {"type": "string"}
        schema = {"type": "object", "required": ["items"], "properties": properties}
        return self._add(f"{table.noun.entity}Page", schema)
