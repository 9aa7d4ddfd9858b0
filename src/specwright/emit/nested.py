"""Rows that a request brings together with the row that they belong to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from specwright.address import pascal, snake
from specwright.emit import names
from specwright.emit.lookups import operation_rule
from specwright.emit.python_expressions import UnloadedRelation, to_python
from specwright.emit.queries import repository_of
from specwright.emit.wording import spoken
from specwright.model import Model
from specwright.model.entities import Column, Entity, Relation
from specwright.model.operations import BodyField, Operation, OperationKind
from specwright.model.rules import Each, Require, Set
from specwright.model.typed import Typed, path


@dataclass(frozen=True)
class Nested:
    """The rows of one list in the body of a create; `each` is the rule's round over them."""

    model: Model
    operation: Operation
    field: BodyField

    @cached_property
    def parent(self) -> Entity:
        assert self.operation.entity is not None
        return self.model.entity(self.operation.entity)

    @cached_property
    def relation(self) -> Relation:
        found = self.parent.relation(self.field.relation or "")
        assert found is not None
        return found

    @cached_property
    def entity(self) -> Entity:
        return self.model.entity(self.relation.target)

    @cached_property
    def each(self) -> Each | None:
        rule = operation_rule(self.model, self.operation.id)
        wanted = (self.parent.row, self.relation.name)
        rounds = rule.block.each if rule else ()
        return next(
            (one for one in rounds if one.collection and path(one.collection) == wanted), None
        )

    @property
    def variable(self) -> str:
        return self.each.name if self.each else self.entity.row.rpartition("_")[2]

    @property
    def items(self) -> str:
        items = f"new.{self.field.variable}"
        return items if self.field.required and not self.field.schema.nullable else f"{items} or []"

    @property
    def struct(self) -> str:
        """What a new row is given: `CreateOrderOrderLine`."""
        return f"{pascal(self.operation.id)}{self.entity.name}"

    @property
    def method(self) -> str:
        return f"add_for_{snake(self.operation.id)}"

    @cached_property
    def sets(self) -> tuple[Set, ...]:
        return self.each.block.set if self.each else ()

    @property
    def requires(self) -> tuple[Require, ...]:
        return self.each.block.require if self.each else ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        said = {*self.relation.target_columns, *(one.target.column for one in self.sets)}
        said |= {one.column for one in self.field.rows if one.column}
        return tuple(column for column in self.entity.columns if column.name in said)

    @cached_property
    def references(self) -> tuple[tuple[BodyField, Entity], ...]:
        """The fields that name a row, which must exist for the caller."""
        return tuple(
            (one, self.model.entity(one.names_row)) for one in self.field.rows if one.names_row
        )

    # -- As Python --------------------------------------------------------------------------------

    def look_up(self) -> Iterator[str]:
        """Finds what the rows name, in one statement for each reference; asks the rules."""
        for one, target in self.references:
            repository = repository_of(self.model, target)
            keys = f"{self.variable}.{one.variable} for {self.variable} in {self.items}"
            yield f"{self._found(one)}await {repository}.get_many({keys})"
        if self.requires:
            yield f"for {self.variable} in {self.items}:"
        for require in self.requires:
            said = spoken(f"{self.operation.id} needs `{require.words}`.")
            yield f"    if {self._python(require.condition, negated=True)}:"
            yield f"        raise {names.refusal_class(require.error)}({said})"

    def add(self) -> Iterator[str]:
        """Adds the rows to their parent, which is there by now."""
        values = ", ".join(f"{column.attribute}={self._value(column)}" for column in self.columns)
        new = f"[{self.struct}({values}) for {self.variable} in {self.items}]"
        stamped = self.entity.column("created_at") or self.entity.column("updated_at")
        now = ", self._now" if stamped else ""
        yield f"await {self.entity.name}Rows(connection).{self.method}({new}{now})"

    def _found(self, one: BodyField) -> str:
        """The variable for what a reference leads to, where a rule reads it."""
        relation = self._relation_by(one)
        texts = [self._python(one.value) for one in self.sets]
        texts += [self._python(one.condition) for one in self.requires]
        name = relation and self._by_key(relation)
        return f"{name} = " if name and any(f"{name}[" in text for text in texts) else ""

    def _relation_by(self, one: BodyField) -> Relation | None:
        return next(
            (r for r in self.entity.relations if r.kind == "one" and r.columns == (one.column,)),
            None,
        )

    def _by_key(self, relation: Relation) -> str:
        table = self.model.entity(relation.target).table
        taken = {self.variable, self.parent.row, self.parent.table, self.field.variable}
        return table if table not in taken else f"{relation.name}_by_key"

    def _value(self, column: Column) -> str:
        joined = dict(zip(self.relation.target_columns, self.relation.columns, strict=True))
        if column.name in joined:
            return f"{self.parent.row}.{joined[column.name]}"
        for one in self.sets:
            if one.target.column == column.name:
                return self._python(one.value)
        field = next(one for one in self.field.rows if one.column == column.name)
        return f"{self.variable}.{field.variable}"

    def _python(self, typed: Typed, *, negated: bool = False) -> str:
        called = {"now": "self._now", "request": "new"}
        for one in self.field.rows:
            if one.column and one.column != one.variable:
                called[f"{self.variable}.{one.column}"] = f"{self.variable}.{one.variable}"
            relation = self._relation_by(one)
            if relation:
                key = f"{self.variable}.{one.variable}"
                called[f"{self.variable}.{relation.name}"] = f"{self._by_key(relation)}[{key}]"
        return to_python(typed, called, negated=negated).text

    def is_told(self) -> bool:
        """Whether the request and the rows that it names tell everything that rules ask."""
        try:
            for typed in (*(one.value for one in self.sets), *(r.condition for r in self.requires)):
                self._python(typed)
        except UnloadedRelation:
            return False
        return True


def nested_rows(model: Model, operation: Operation) -> tuple[Nested, ...]:
    if operation.kind is not OperationKind.CREATE or operation.body is None:
        return ()
    fields = (field for field in operation.body.fields if field.relation)
    return tuple(Nested(model, operation, field) for field in fields)
