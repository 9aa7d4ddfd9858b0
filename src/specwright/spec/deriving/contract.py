"""The contract of a data model: each table is listed, read, created, changed and deleted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from specwright.address import kebab, pascal
from specwright.spec.readers import names
from specwright.spec.syntax import Column, DataModel, StateDiagram, Table

_KEPT = ("created_at", "updated_at", "version", "deleted_at")  # by the backend alone
_SECRET = re.compile(r"password|secret|token|hash|api_key")
_SIZE = re.compile(r"(varchar|char)\((\d+)\)")
_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "text": {"type": "string"},
    "citext": {"type": "string"},
    "smallint": {"type": "integer", "format": "int32"},
    "int": {"type": "integer", "format": "int32"},
    "bigint": {"type": "integer", "format": "int64"},
    "numeric": {"type": "number"},
    "double": {"type": "number", "format": "double"},
    "bool": {"type": "boolean"},
    "timestamptz": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "jsonb": {"type": "object"},
}
_PAGE = [
    {"name": "page_size", "in": "query",
     "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    {"name": "page_token", "in": "query", "schema": {"type": "string"}},
]  # fmt: skip


def derive_contract(name: str, model: DataModel) -> str:
    """OpenAPI 3.1 of the tables with a key of one column; what is secret is never answered."""
    things = [_Thing(model, table) for table in model.tables]
    things = [thing for thing in things if thing.key is not None]
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {pascal(e.name.value): _enum(e.values) for e in model.enums}
    for thing in things:
        paths |= thing.paths()
        schemas |= thing.schemas()
    document = {
        "openapi": "3.1.0",
        "info": {"title": f"{pascal(name)} API", "version": "1.0.0"},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": schemas,
        },
    }
    return yaml.dump(document, Dumper=_NoAliases, sort_keys=False, width=110, allow_unicode=True)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - as PyYAML calls it
        return True


def _enum(values: Sequence[object]) -> dict[str, Any]:
    return {"type": "string", "enum": [str(value) for value in values]}


@dataclass(frozen=True)
class _Thing:
    """What one table is on the wire."""

    model: DataModel
    table: Table

    @property
    def key(self) -> Column | None:
        return next((column for column in self.table.columns if column.primary_key), None)

    @property
    def one(self) -> str:
        return pascal(names.singular(self.table.name.value))

    @property
    def many(self) -> str:
        return pascal(self.table.name.value)

    @property
    def state(self) -> tuple[Column, StateDiagram] | None:
        """The column whose values a lifecycle draws, and the lifecycle."""
        enums = {enum.name.value: {v.value for v in enum.values} for enum in self.model.enums}
        for diagram in self.model.diagrams:
            ends = (end for arrow in diagram.transitions for end in (arrow.source, arrow.target))
            drawn = {end.value for end in ends if end is not None}
            for column in self.table.columns:
                if drawn and drawn <= enums.get(column.type.value, set()):
                    return column, diagram
        return None

    # -- paths

    def paths(self) -> dict[str, Any]:
        below = f"/{kebab(self.table.name.value)}"
        one: dict[str, Any] = {"parameters": [self._key_parameter()], **self._of_one()}
        found = {below: self._of_many(), f"{below}/{{id}}": one}
        for trigger in self._triggers():
            answer = {"200": _answer("OK", self.one)}
            found[f"{below}/{{id}}/{kebab(trigger)}"] = {
                "parameters": [self._key_parameter()],
                "post": self._operation(trigger, answer),
            }
        return found

    def _triggers(self) -> Iterator[str]:
        state = self.state
        arrows = state[1].transitions if state else ()
        yield from dict.fromkeys(arrow.trigger.value for arrow in arrows if arrow.trigger)

    def _of_many(self) -> dict[str, Any]:
        listed = {"200": _answer("OK", f"{self.one}Page")}
        made = {"201": _answer("Created", self.one)}
        return {
            "get": {**self._operation(f"list{self.many}", listed), "parameters": _PAGE},
            "post": {
                **self._operation(f"create{self.one}", made),
                "requestBody": _body("application/json", f"New{self.one}"),
            },
        }

    def _of_one(self) -> dict[str, Any]:
        answer = {"200": _answer("OK", self.one)}
        found = {"get": self._operation(f"get{self.one}", answer)}
        if any(True for _ in self._written()):
            found["patch"] = {
                **self._operation(f"update{self.one}", answer),
                "requestBody": _body("application/merge-patch+json", f"{self.one}Patch"),
            }
        gone = {"204": {"description": "Deleted"}}
        return {**found, "delete": self._operation(f"delete{self.one}", gone)}

    def _operation(self, identity: str, responses: dict[str, Any]) -> dict[str, Any]:
        return {"operationId": identity, "tags": [self.table.name.value], "responses": responses}

    def _key_parameter(self) -> dict[str, Any]:
        schema = self._schema(self.key) if self.key else {}
        return {"name": "id", "in": "path", "required": True, "schema": schema}

    # -- schemas

    def schemas(self) -> dict[str, Any]:
        shown = [c for c in self.table.columns if self._is_known(c) and not _is_secret(c)]
        written = [*self._written()]
        new = [column for column in written if not column.increment]
        found = {
            self.one: _object(
                {column.name.value: self._schema(column) for column in shown},
                [c.name.value for c in shown if c.not_null or c.primary_key],
            ),
            f"{self.one}Page": _object(
                {
                    "items": {"type": "array", "items": _reference(self.one)},
                    "next_page_token": {"type": "string"},
                },
                ["items"],
            ),
            f"New{self.one}": _object(
                {column.name.value: self._schema(column, given=True) for column in new},
                [c.name.value for c in new if c.not_null and c.default is None],
            ),
        }
        if written:
            patched = {c.name.value: self._schema(c) for c in written if not c.primary_key}
            found[f"{self.one}Patch"] = {
                "type": "object", "minProperties": 1, "properties": patched,
            }  # fmt: skip
        return found

    def _written(self) -> Iterator[Column]:
        """What a caller says: not keys that the database makes, stamps, states, or secrets."""
        state = self.state
        for column in self.table.columns:
            is_made = column.primary_key and (column.default is not None or column.increment)
            is_state = state is not None and state[0] is column
            is_kept = is_made or is_state or column.name.value in _KEPT or _is_secret(column)
            if self._is_known(column) and not is_kept:
                yield column

    def _is_known(self, column: Column) -> bool:
        return bool(self._plain(column))

    def _schema(self, column: Column, *, given: bool = False) -> dict[str, Any]:
        found = dict(self._plain(column))
        if not (column.not_null or column.primary_key) and "type" in found:
            found["type"] = [found["type"], "null"]
        elif not (column.not_null or column.primary_key):
            found = {"anyOf": [found, {"type": "null"}]}
        default = column.default if given else None
        value = _literal(default.value, found) if default and not default.is_expression else None
        return found if value is None else {**found, "default": value}

    def _plain(self, column: Column) -> dict[str, Any]:
        kind = column.type.value
        if sized := _SIZE.fullmatch(kind):
            return {"type": "string", "maxLength": int(sized[2])}
        if any(enum.name.value == kind for enum in self.model.enums):
            return _reference(pascal(kind))
        return _SCHEMAS.get(kind.partition("(")[0], {})


def _is_secret(column: Column) -> bool:
    return bool(_SECRET.search(column.name.value))


def _literal(written: str, schema: Mapping[str, Any]) -> object:
    kinds = schema.get("type", "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    match kind:
        case "boolean":
            return written == "true"
        case "integer" if written.lstrip("-").isdigit():
            return int(written)
        case "string" if "$ref" not in schema:
            return written
    return None


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    named = {"required": required} if required else {}
    return {"type": "object", **named, "properties": properties}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": _reference(schema)}}
    return {"description": description, "content": content}


def _body(media_type: str, schema: str) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": _reference(schema)}}}
