"""A row that an operation makes, as it is requested: what rules and the access table read of it.

There is no such row yet. What it will be is told by the request, by the rows of the path, by the
caller's tenant and by the defaults of its columns; what must have a value and has none from these
has what the rule sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from specwright.emit.lookups import operation_rule
from specwright.emit.row_keys import above
from specwright.model import Model, types
from specwright.model.entities import Column, Entity, LiteralDefault, SqlDefault
from specwright.model.operations import BodyField, LinkEnd, Operation, OperationKind
from specwright.model.scope import type_of_column
from specwright.model.typed import (
    Choose,
    Constant,
    Each,
    Follow,
    Get,
    IsNull,
    Member,
    Name,
    Typed,
    path,
    rewritten,
)
from specwright.spec.cel.tree import Expression

_NOW = ("now()", "current_timestamp")


class NotSaid(LookupError):
    """Nothing tells what a column of the new row will be."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True)
class Requested:
    """The row called `row` that the operation makes; of a link, that it makes or removes."""

    model: Model
    operation: Operation
    row: str

    @classmethod
    def of(cls, model: Model, operation: Operation) -> "Requested | None":
        """None where the row is there before."""
        if operation.link is not None:
            return cls(model, operation, model.entity(operation.link.entity).row)
        if operation.kind is not OperationKind.CREATE or operation.entity is None:
            return None
        rule = operation_rule(model, operation.id)
        return cls(model, operation, (rule and rule.row) or model.entity(operation.entity).row)

    @cached_property
    def entity(self) -> Entity:
        link = self.operation.link
        return self.model.entity(link.entity if link else self.operation.entity or "")

    def told(self, typed: Typed) -> Typed:
        """The same, with what stands for the row in its place; it may raise `NotSaid`."""
        return _Telling(self).told(typed)

    # -- The rows at hand -------------------------------------------------------------------------

    @cached_property
    def joins(self) -> dict[str, tuple[str, str, str]]:
        """By column of the new row: the entity at hand, what it is called, the column it equals."""
        link, parent = self.operation.link, self.operation.parent
        if link is not None:
            return {end.column: (end.target, end_name(end), end.target_column) for end in link.ends}
        if parent is None:
            return {}
        row = self.model.entity(parent.entity).row
        return {own: (parent.entity, row, theirs) for own, theirs in self.operation.parent_joins}

    @cached_property
    def above(self) -> dict[str, Entity]:
        """The rows of the path, by what they are called."""
        found = [self.model.entity(row.entity) for row in above(self.operation)]
        return {entity.row: entity for entity in found}

    @cached_property
    def fields(self) -> dict[str, BodyField]:
        body = self.operation.body
        return {field.column: field for field in (body.fields if body else ()) if field.column}

    @cached_property
    def rows(self) -> dict[str, BodyField]:
        """The lists of rows that come with it, by relation."""
        body = self.operation.body
        return {field.relation: field for field in (body.fields if body else ()) if field.relation}

    @cached_property
    def sets(self) -> dict[str, Typed]:
        rule = operation_rule(self.model, self.operation.id)
        found = rule.block.set if rule else ()
        return {
            one.target.column: one.value for one in found if path(one.target.row) == (self.row,)
        }


def end_name(end: LinkEnd) -> str:
    """What the row at one end of a link is called where it was looked up."""
    return end.column.removesuffix("_id")


@dataclass(frozen=True)
class _Telling:
    """One expression; `above` are the columns whose values are being told around it."""

    new: Requested
    above: tuple[str, ...] = ()
    brought: Mapping[str, BodyField] = field(default_factory=dict)  # by variable of a macro

    def told(self, typed: Typed) -> Typed:
        return rewritten(typed, self._instead)

    def _instead(self, typed: Typed) -> Typed | None:  # noqa: PLR0911 - a table
        match typed:
            case Each():
                return self._each(typed)
            case Get(row=Name(name=name)) | Follow(row=Name(name=name)) if name in self.brought:
                return self._of_brought(typed, name)
            case IsNull(operand=Follow() as asked) if self._is_new(asked.row):
                (key,) = self._keys(asked)
                return replace(typed, operand=key)
            case Follow() if self._is_new(typed.row):
                return self._followed(typed)
            case Get() if self._is_new(typed.row):
                return self._column(self.new.entity.columns_by_name[typed.name], typed)
            case Name() if self.new.operation.link is not None:
                return self._end(typed)
            case _:
                return None

    def _is_new(self, typed: Typed) -> bool:
        return path(typed) == (self.new.row,)

    def _end(self, name: Name) -> Typed | None:
        """The row that a link is below, called as it was looked up."""
        link = self.new.operation.link
        first = link.ends[0] if link else None
        if first is None or name.name != self.new.model.entity(first.target).row:
            return None
        return replace(name, name=end_name(first))

    # -- Relations --------------------------------------------------------------------------------

    def _followed(self, typed: Follow) -> Typed:
        if typed.relation.many:
            return self._brought(typed)
        at_hand = [self.new.joins.get(own) for own, _ in typed.relation.columns]
        if None not in at_hand and len({one[:2] for one in at_hand if one}) == 1 and at_hand[0]:
            entity, row, _ = at_hand[0]
            return Name(type=types.Row(entity), source=typed.source, name=row)
        (key,) = self._keys(typed)
        start = next((node for node in _starts(key)), None)
        if start is None:
            raise NotSaid(typed.name)
        return replace(typed, row=start, keys=(key,))

    def _keys(self, typed: Follow) -> tuple[Get]:
        keys = tuple(self.told(key) for key in typed.keys)
        if len(keys) == 1 and isinstance(keys[0], Get):
            return (keys[0],)
        raise NotSaid(typed.name)

    # -- Rows that come with it -------------------------------------------------------------------

    def _brought(self, typed: Follow) -> Typed:
        """The rows of its request."""
        field = self.new.rows.get(typed.name)
        if field is None:
            raise NotSaid(typed.name)
        return _of_request(typed, field)

    def _each(self, typed: Each) -> Typed | None:
        """A macro over rows of the request, by their fields."""
        field = self._rows(typed.collection)
        if field is None:
            return None
        inner = replace(self, brought={**self.brought, typed.variable: field})
        collection = self.told(typed.collection)
        return replace(typed, collection=collection, body=inner.told(typed.body))

    def _rows(self, collection: Typed) -> BodyField | None:
        match collection:
            case Each(macro="filter"):
                return self._rows(collection.collection)
            case Follow() if self._is_new(collection.row):
                return self.new.rows.get(collection.name)
            case _:
                return None

    def _of_brought(self, typed: Get | Follow, name: str) -> Typed:
        fields = {field.column: field for field in self.brought[name].rows if field.column}
        field = fields.get(typed.name)
        if field is None or isinstance(typed, Follow):
            raise NotSaid(typed.name)
        return replace(typed, name=field.variable, column=types.Column(typed.type))

    # -- Columns ----------------------------------------------------------------------------------

    def _column(self, column: Column, typed: Get) -> Typed:
        name = column.name
        if name in self.above:
            raise NotSaid(name)
        if name in self.new.fields:
            return self._of_request(self.new.fields[name], column, typed)
        if name in self.new.joins:
            return self._of_row(*self.new.joins[name], typed.source)
        tenant, tenancy = self.new.entity.tenant, self.new.model.tenancy
        if (
            tenancy is not None
            and tenant is not None
            and tenant.is_direct
            and name == tenant.column
        ):
            roles = self.new.model.roles
            if roles is not None:
                return self._of_row(roles.entity, "actor", tenancy.column, typed.source)
        if name in ("created_at", "updated_at"):
            return _now(typed.source)
        if column.default is not None or (column.nullable and name not in self.new.sets):
            return self._default(column, typed)
        if name in self.new.sets:
            return replace(self, above=(*self.above, name)).told(self.new.sets[name])
        raise NotSaid(name)

    def _of_request(self, field: BodyField, column: Column, typed: Get) -> Typed:
        said = _of_request(typed, field)
        is_left_out = not field.required and not field.schema.has_default
        if not (is_left_out and isinstance(column.default, SqlDefault)):
            return said
        maybe = replace(said, type=types.with_null(typed.type, nullable=True))
        test = IsNull(type=types.BOOL, source=typed.source, operand=maybe, wanted=False)
        otherwise = self._default(column, typed)
        return Choose(
            type=typed.type, source=typed.source, test=test, then=said, otherwise=otherwise
        )

    def _of_row(self, entity: str, row: str, name: str, source: Expression) -> Typed:
        column = self.new.model.entity(entity).columns_by_name[name]
        enums = {enum.name: enum for enum in self.new.model.enums}
        found = type_of_column(column, enums)
        start = Name(type=types.Row(entity), source=source, name=row)
        said = types.Column(found, column.attribute if column.attribute != name else None)
        return Get(type=found, source=source, row=start, name=name, column=said)

    def _default(self, column: Column, typed: Get) -> Typed:
        default, plain = column.default, types.with_null(typed.type, nullable=False)
        match default:
            case None:
                return Constant(type=types.NULL, source=typed.source, value=None)
            case SqlDefault() if default.sql.lower() in _NOW:
                return _now(typed.source)
            case LiteralDefault() if isinstance(plain, types.OneOf):
                value = str(default.value)
                return Member(type=plain, source=typed.source, enum=plain, value=value)
            case LiteralDefault() if types.is_kind(plain, *_PLAIN):
                return Constant(type=plain, source=typed.source, value=default.value)
            case _:
                raise NotSaid(column.name)


_PLAIN = (types.Kind.INT, types.Kind.TEXT, types.Kind.BOOL, types.Kind.DECIMAL)


def _of_request(typed: Get | Follow, field: BodyField) -> Get:
    request = Name(type=types.Row("the request", stored=False), source=typed.source, name="request")
    column = types.Column(typed.type)
    return Get(
        type=typed.type, source=typed.source, row=request, name=field.variable, column=column
    )


def _starts(typed: Typed) -> tuple[Name, ...]:
    """Where a path starts."""
    match typed:
        case Name():
            return (typed,)
        case Get():
            return _starts(typed.row)
        case _:
            return ()


def _now(source: Expression) -> Typed:
    return Name(type=types.TIMESTAMP, source=source, name="now")
