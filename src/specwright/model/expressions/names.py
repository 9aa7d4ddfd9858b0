"""Names and their fields."""

from dataclasses import replace

from specwright.diagnostic import Code, did_you_mean
from specwright.model.expressions.context import Context, it_is, said
from specwright.model.typed import Follow, Get, Name, Typed, null_sources, path
from specwright.model.types import Column, Kind, ListOf, Relation, Row, is_kind, quoted, with_null
from specwright.spec.cel import Expression, cel_spelling, tree
from specwright.spec.syntax import Word


def name(context: Context, node: tree.Name) -> Typed | None:
    found = context.names.get(node.name)
    if found is None:
        hint = did_you_mean(node.name, context.names)
        known_names = quoted(tuple(sorted(context.names)))
        hint = hint or f"An expression here can name {known_names}."
        message = f"Nothing here is called `{node.name}`."
        context.wrong(node.place, message, hint, Code.UNKNOWN_NAME)
        return None
    if found.nullable and (node.name,) in context.facts.not_null:
        found = with_null(found, nullable=False)
        return Name(type=found, source=node, name=node.name, narrowed=True)
    return Name(type=found, source=node, name=node.name)


def select(context: Context, node: tree.Select) -> Typed | None:
    row = context.check(node.operand)
    if row is None:
        return None
    if not isinstance(row.type, Row):
        _no_fields_in(context, row, node.field)
        return None
    field = context.scope.row_fields(row.type.entity).get(node.field.value)
    if field is None:
        _unknown_field(context, row.type, node.field)
        return None
    if isinstance(field, Column):
        return _get(context, node, row, field)
    return _follow(context, node, row, row.type, field)


def _unknown_field(context: Context, row: Row, field: Word) -> None:
    fields = context.scope.row_fields(row.entity)
    hint = did_you_mean(field.value, fields) or f"It has {quoted(tuple(fields))}."
    message = f"`{row.entity}` has no field `{field}`."
    context.wrong(field.place, message, hint if fields else None, Code.UNKNOWN_FIELD)


def _no_fields_in(context: Context, operand: Typed, field: Word) -> None:
    if is_kind(operand.type, Kind.JSON):
        context.later(field.place, f"{it_is(operand)}: its parts are not read by this version.")
        return
    hint = None
    if isinstance(operand.type, ListOf):
        hint = f"Ask it of each: `{cel_spelling(operand.source)}.exists(one, one.{field} …)`."
        if isinstance(operand.type.element, Row) and field.value in ("length", "count"):
            hint = f"Write `{cel_spelling(operand.source)}.size()`."
    message = f"{it_is(operand)}, which has no field `{field}`."
    context.wrong(field.place, message, hint, Code.UNKNOWN_FIELD)


def _get(context: Context, node: tree.Select, row: Typed, column: Column) -> Typed:
    name = node.field.value
    shortcut = _own_column(context, row, name)
    if shortcut is not None:
        row, name, column = shortcut
    nullable = row.type.nullable or column.type.nullable
    got = Get(
        type=with_null(column.type, nullable=nullable),
        source=node, row=row, name=name, column=column,
    )  # fmt: skip
    if nullable and path(got) in context.facts.not_null:
        return replace(got, type=with_null(column.type, nullable=False), narrowed=True)
    return got


def _own_column(context: Context, row: Typed, name: str) -> tuple[Typed, str, Column] | None:
    """`order.customer.id` is `order.customer_id`: no other row need be read."""
    if not isinstance(row, Follow):
        return None
    own = next((mine for mine, other in row.relation.columns if other == name), None)
    column = None if own is None else context.scope.row_fields(row.owner).get(own)
    if own is None or not isinstance(column, Column):
        return None
    return row.row, own, column


def _follow(
    context: Context, node: tree.Select, row: Typed, of: Row, relation: Relation
) -> Typed | None:
    if relation.many and row.type.nullable:
        maybe_null_list(context, node, row)
        return None
    nullable = row.type.nullable or relation.nullable
    target = Row(relation.entity, nullable)
    followed = Follow(
        type=ListOf(replace(target, nullable=False)) if relation.many else target,
        source=node, row=row, name=node.field.value, relation=relation, owner=of.entity,
        keys=_keys(context, node, row, of, relation),
    )  # fmt: skip
    if nullable and not relation.many and path(followed) in context.facts.not_null:
        return replace(followed, type=replace(target, nullable=False), narrowed=True)
    return followed


def _keys(
    context: Context, node: tree.Select, row: Typed, of: Row, relation: Relation
) -> tuple[Get, ...]:
    fields = context.scope.row_fields(of.entity)
    columns = [(own, fields.get(own)) for own, _ in relation.columns]
    return tuple(
        Get(type=column.type, source=node, row=row, name=own, column=column)
        for own, column in columns
        if isinstance(column, Column)
    )


def maybe_null_list(context: Context, node: Expression, maybe_null: Typed) -> None:
    null = cel_spelling(null_sources(maybe_null)[0].source)
    context.wrong(
        node.place,
        f"`{null}` may be null here, and then there is no `{cel_spelling(node)}`.",
        f"Say first that it is not: `{null} != null && …`.",
        Code.EXPRESSION_NULL,
    )


def index(context: Context, node: tree.Index) -> None:
    operand, index = context.check(node.operand), context.check(node.index)
    if operand is None or index is None:
        return
    if isinstance(operand.type, ListOf) or is_kind(operand.type, Kind.JSON):
        message = f"Picking a part of {said(operand)} by `[…]` is not built by this version."
        hint = "Use `exists`, `all` or `filter`." if isinstance(operand.type, ListOf) else None
        context.later(node.place, message, hint)
        return
    context.wrong(node.place, f"{it_is(operand)}, not a list.")
