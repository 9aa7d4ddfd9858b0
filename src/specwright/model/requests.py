"""From what a request brings to columns, rows, filters, pages, and what the rules use."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from specwright.address import pascal, snake
from specwright.diagnostic import Place, did_you_mean
from specwright.model.accounts import is_password, is_refresh_token
from specwright.model.entities import Column, Entity, Relation
from specwright.model.joined import is_list_of_texts, joined_texts
from specwright.model.operations import (
    BodyField,
    Comparing,
    Filter,
    Paging,
    PagingStyle,
    Parameter,
    RequestBody,
    Sorting,
    SortKey,
)
from specwright.model.sql_types import Kind
from specwright.model.views import Meanings, Unbound
from specwright.model.wire import (
    excess,
    flattened,
    is_object,
    kinds,
    misfit,
    place_of_misfit,
    squashed,
)
from specwright.model.wording import near_or_all
from specwright.spec import syntax
from specwright.spec.syntax import Schema

_DEEPEST = 3  # rows within rows of a request
_OURS = ("created_at", "updated_at", "version", "deleted_at")
_DEFAULT_PAGE = 20
_LARGEST_PAGE = 100


# -- The body -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Writing:
    """What a request body may write: on a create, an update, or nothing without a rule.

    `taken` are the columns that a request never writes, each with who writes it instead.
    """

    creates: bool
    writes: bool
    taken: Mapping[str, str]
    used_by_rules: frozenset[str]
    brings_token: bool = False


@dataclass(frozen=True)
class BodyBinder:
    meanings: Meanings
    problems: list[Unbound]

    def fields(
        self, entity: Entity | None, schema: Schema, writing: Writing, depth: int = 0
    ) -> tuple[BodyField, ...]:
        flat = flattened(schema)
        written = (
            BodyField(
                name,
                name in flat.required,
                flattened(inner),
                flat.property_places.get(name, inner.place),
            )
            for name, inner in flat.properties.items()
            if not flattened(inner).read_only
        )
        found = (self._field(entity, field, writing, depth) for field in written)
        return tuple(field for field in found if field is not None)

    def _field(
        self,
        entity: Entity | None,
        field: BodyField,
        writing: Writing,
        depth: int,
    ) -> BodyField | None:
        name = field.name
        is_used = depth == 0 and bool({name, snake(name)} & writing.used_by_rules)
        if entity is None or not writing.writes:
            if not is_used:
                self._say_unused(entity, name, field.place)
            return field
        relation = self.meanings.relation_named(entity, name)
        other = self._proof(entity, field, writing) or (
            None if is_used else self._reference(relation, field)
        )
        if other is not None:
            return other
        if relation is not None and relation.kind == "many" and "array" in kinds(field.schema):
            return self._rows(entity, relation, field, writing, depth)
        texts = self._texts(entity, field)
        if texts is not None and not is_used:
            return texts
        column = (
            self.meanings.column_named(entity, name)
            or (None if _is_row(field.schema) else self.meanings.key_of(entity, name))
            or self.meanings.own_column(entity, name)
        )
        if column is None:
            if not is_used:
                self._say_unknown(entity, name, field.place)
            return field
        return self._on_column(entity, column, field, writing)

    def _reference(self, relation: Relation | None, field: BodyField) -> BodyField | None:
        """An object that names a row by its key: `{"type": {"id": 1}}`; the rest is not written."""
        if relation is None or relation.kind != "one" or len(relation.columns) != 1:
            return None
        target = self.meanings.entities[relation.target]
        key = target.columns_by_name[relation.target_columns[0]]
        for name, inner in field.schema.properties.items():
            if self.meanings.column_named(target, name) == key and not field.schema.nullable:
                required = field.required and name in field.schema.required
                return replace(
                    field,
                    schema=flattened(inner),
                    required=required,
                    column=relation.columns[0],
                    names_row=target.name,
                    inner=name,
                )
        return None

    def _proof(self, entity: Entity, field: BodyField, writing: Writing) -> BodyField | None:
        """A password, of which a hash is kept; a token that was given before."""
        accounts = self.meanings.accounts
        if accounts is None or entity.name != accounts.entity:
            return None
        if writing.brings_token and is_refresh_token(field.name):
            return replace(field, brings_token=True)
        if is_password(field.name):
            return replace(field, column=accounts.password, secret=True)
        return None

    def _texts(self, entity: Entity, field: BodyField) -> BodyField | None:
        """A list of texts that stand for rows which are joined to the row."""
        items = field.schema.items
        if items is None or not is_list_of_texts(field.schema):
            return None
        found = joined_texts(self.meanings.entities, entity, field.name)
        if found is None:
            return None
        texts, column = found
        one = flattened(items)
        reason = misfit(one, column.type, None, incoming=True) or excess(one, column.type)
        if reason is not None:
            place = place_of_misfit(items, field.place)
            said = f"An item of `{field.name}` {reason}."
            self.problems.append(Unbound(place, said, "Make the two agree."))
        return replace(field, texts=texts)

    def _on_column(
        self, entity: Entity, column: Column, field: BodyField, writing: Writing
    ) -> BodyField | None:
        writer = writing.taken.get(column.name)
        if writer is not None:
            self.problems.append(
                Unbound(
                    field.place,
                    f"A request cannot write `{entity.row}.{column.name}`: {writer}.",
                    f"Drop `{field.name}` from the request's schema, or mark it `readOnly`.",
                )
            )
            return None
        reason = misfit(
            field.schema, column.type, self.meanings.enum_of(column), incoming=True
        ) or excess(field.schema, column.type)
        if reason is None and field.schema.nullable and not column.nullable:
            reason = "may be null in the contract, but is `not null` in the data model"
        if reason is not None:
            place = place_of_misfit(field.schema, field.place)
            self.problems.append(Unbound(place, f"`{field.name}` {reason}.", "Make the two agree."))
        key = entity.foreign_key_of(column.name)
        return replace(field, column=column.name, names_row=key.target if key else None)

    def _rows(
        self, entity: Entity, relation: Relation, field: BodyField, writing: Writing, depth: int
    ) -> BodyField | None:
        items = field.schema.items
        if items is None or not is_object(flattened(items)) or depth >= _DEEPEST:
            self._say_unknown(entity, field.name, field.place)
            return None
        if not writing.creates:
            self.problems.append(
                Unbound(
                    field.place,
                    f"Nothing says what becomes of the present `{entity.row}.{relation.name}` "
                    "when a change brings a list of them.",
                    "Give the rows operations of their own, or drop the property.",
                )
            )
            return None
        target = self.meanings.entities[relation.target]
        taken = dict.fromkeys(relation.target_columns, "the row that it belongs to says it")
        inner = replace(writing, taken={**taken, **_written_by_us(target)})
        return replace(
            field, relation=relation.name, rows=self.fields(target, items, inner, depth + 1)
        )

    def _say_unknown(self, entity: Entity, name: str, place: Place) -> None:
        near = did_you_mean(snake(name), [column.name for column in entity.columns])
        self.problems.append(
            Unbound(
                place,
                f"`{name}` of the request is no column of `{entity.name}`, and no rule uses it.",
                near
                or f"Add the column `{snake(name)}` to `{entity.table}`, "
                f"or use `request.{snake(name)}` in a rule, or drop the property.",
            )
        )

    def _say_unused(self, entity: Entity | None, name: str, place: Place) -> None:
        row = entity.row if entity is not None else "row"
        self.problems.append(
            Unbound(
                place,
                f"Nothing says what becomes of `{name}` of the request.",
                f"Write `set: {{ {row}.{snake(name)}: request.{snake(name)} }}` in rules.md, "
                "or drop the property.",
            )
        )


def _is_row(schema: Schema) -> bool:
    return is_object(schema) or schema.recursive is not None


def _written_by_us(entity: Entity) -> dict[str, str]:
    ours = [name for name in _OURS if entity.column(name) is not None]
    return dict.fromkeys(ours, "the backend writes it itself")


def taken_columns(
    entity: Entity,
    states: Iterable[str],
    tenant: str | None,
    joined: Iterable[str],
    *,
    creates: bool,
) -> dict[str, str]:
    """The columns that no request writes, each with who writes it instead."""
    taken = _written_by_us(entity)
    taken.update(dict.fromkeys(states, "only transitions of its lifecycle write it"))
    if tenant is not None:
        taken[tenant] = "it comes from the caller"
    taken.update(dict.fromkeys(joined, "the path says it"))
    if not creates:
        taken.update(dict.fromkeys(entity.primary_key.columns, "a key never changes"))
    return taken


def body_name(schema: Schema, operation: str) -> str:
    return pascal(flattened(schema).name or schema.name or f"{operation}_request")


def body_of(
    body: syntax.Body, media_type: str, name: str, fields: tuple[BodyField, ...], *, is_patch: bool
) -> RequestBody:
    return RequestBody(
        name,
        media_type,
        body.required,
        fields,
        flattened(body.content[media_type]),
        is_merge_patch=is_patch,
    )


# -- The query of a list --------------------------------------------------------------------------

_SIZES = frozenset({"pagesize", "limit", "perpage", "size", "maxresults", "maxpagesize"})
_TOKENS = frozenset({"pagetoken", "cursor", "after", "nexttoken", "startingafter", "token"})
_OFFSETS = frozenset({"offset", "skip", "startindex"})
_PAGES = frozenset({"page", "pagenumber", "pagenum"})
_SORTS = frozenset({"orderby", "sort", "sortby", "ordering"})
_DIRECTIONS = frozenset({"order", "direction", "sortorder", "sortdirection", "orderdirection"})
_RANGES: tuple[tuple[str, str, Comparing], ...] = (  # prefix, suffix
    ("min", "", ">="),
    ("max", "", "<="),
    ("", "min", ">="),
    ("", "max", "<="),
    ("", "gte", ">="),
    ("", "lte", "<="),
    ("", "gt", ">"),
    ("", "lt", "<"),
    ("", "from", ">="),
    ("", "to", "<="),
    ("", "since", ">="),
    ("", "until", "<="),
    ("", "after", ">"),
    ("", "before", "<"),
)
_MOMENTS = (Kind.TIMESTAMPTZ, Kind.DATE)


@dataclass(frozen=True, slots=True)
class ListQuery:
    filters: tuple[Filter, ...] = ()
    sorting: Sorting | None = None
    paging: Paging = Paging(PagingStyle.NONE)  # noqa: RUF009  # frozen
    rest: tuple[Parameter, ...] = ()  # what is none of these


def read_query(
    entity: Entity,
    parameters: Sequence[Parameter],
    meanings: Meanings,
    problems: list[Unbound],
    told: Collection[str] = (),
) -> ListQuery:
    """What the query parameters of a list mean; those that the model does not know are `rest`.

    Rules say what those called as in `told` mean.
    """
    columns = {
        p.name: None if snake(p.name) in told else _filter(entity, p, meanings) for p in parameters
    }
    sort = next((p for p in parameters if squashed(p.name) in _SORTS), None)
    direction = next((p for p in parameters if sort and p is not sort and _is_direction(p)), None)
    paging, of_paging = _paging([p for p in parameters if p is not sort and p is not direction])
    sorting = None if sort is None else _sorting(entity, sort, direction, meanings, problems)
    others = [p for p in parameters if p not in of_paging and p is not sort and p is not direction]
    filters: list[Filter] = []
    rest: list[Parameter] = []
    for parameter in others:
        found = columns[parameter.name]
        if found is None:
            rest.append(parameter)
            continue
        column = entity.column(found.column)
        if column is not None:
            _say_misfit(parameter, column, found.compares, meanings, problems)
        filters.append(found)
    return ListQuery(tuple(filters), sorting, paging, tuple(rest))


def _is_direction(parameter: Parameter) -> bool:
    values = {str(value).lower() for value in parameter.schema.enum or ()}
    return squashed(parameter.name) in _DIRECTIONS and values == {"asc", "desc"}


def _paging(parameters: Sequence[Parameter]) -> tuple[Paging, tuple[Parameter, ...]]:
    def called(names: frozenset[str]) -> Parameter | None:
        return next((p for p in parameters if squashed(p.name) in names), None)

    size = called(_SIZES)
    for style, names in (
        (PagingStyle.CURSOR, _TOKENS),
        (PagingStyle.OFFSET, _OFFSETS),
        (PagingStyle.PAGE, _PAGES),
    ):
        position = called(names)
        if position is not None:
            return _sized(style, size, position), tuple(p for p in (size, position) if p)
    if size is None:
        return Paging(PagingStyle.NONE), ()
    return _sized(PagingStyle.NONE, size, None), (size,)


def _sized(style: PagingStyle, size: Parameter | None, position: Parameter | None) -> Paging:
    schema = flattened(size.schema) if size is not None else None
    largest = _whole(schema.maximum if schema else None) or _LARGEST_PAGE
    first = _whole(flattened(position.schema).minimum) if position else None
    default = _whole(flattened(position.schema).default) if position else None
    return Paging(
        style,
        size,
        position,
        default_size=min(_whole(schema.default if schema else None) or _DEFAULT_PAGE, largest),
        largest_size=largest,
        first_page=0 if 0 in (first, default) else 1,
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _sorting(
    entity: Entity,
    parameter: Parameter,
    direction: Parameter | None,
    meanings: Meanings,
    problems: list[Unbound],
) -> Sorting | None:
    schema = flattened(parameter.schema)
    if not schema.enum:
        problems.append(
            Unbound(
                parameter.place,
                f"Nothing says by what `{parameter.name}` may sort.",
                "Give its schema an `enum` of columns, such as `[created_at, -created_at]`.",
            )
        )
        return None
    keys = [_sort_key(entity, str(value), meanings) for value in schema.enum]
    for value, key in zip(schema.enum, keys, strict=True):
        if key is None:
            problems.append(
                Unbound(
                    parameter.place,
                    f"`{value}` of `{parameter.name}` is no column of `{entity.name}` to sort by.",
                    near_or_all(
                        str(value).removeprefix("-"), [column.name for column in entity.columns]
                    ),
                )
            )
    found = tuple(key for key in keys if key is not None)
    default = next((key for key in found if key.value == schema.default), None)
    return Sorting(parameter, found, default, direction)


_DOWN = ("_desc", "-desc", ":desc", ".desc", " desc")
_UP = ("_asc", "-asc", ":asc", ".asc", " asc")


def _sort_key(entity: Entity, value: str, meanings: Meanings) -> SortKey | None:
    """`-created_at`, `created_at:desc`, `createdAtDesc`: a column, and which way."""
    name, descending = value, False
    if value[:1] in "+-":
        name, descending = value[1:], value[0] == "-"
    for ending in (*_DOWN, *_UP):
        if value.lower().endswith(ending):
            name, descending = value[: -len(ending)], ending in _DOWN
    column = meanings.own_column(entity, name)
    if column is None or column.type.kind in (Kind.JSONB, Kind.BYTEA) or column.encrypted:
        return None
    return SortKey(value, column.name, descending)


def _filter(entity: Entity, parameter: Parameter, meanings: Meanings) -> Filter | None:
    column = (
        meanings.column_named(entity, parameter.name)
        or meanings.key_of(entity, parameter.name)
        or meanings.own_column(entity, parameter.name)
    )
    if column is not None:
        many = "array" in kinds(flattened(parameter.schema))
        return Filter(parameter, column.name, "in" if many else "=")
    return _range(entity, parameter)


def _range(entity: Entity, parameter: Parameter) -> Filter | None:
    name = squashed(parameter.name)
    for before, after, compares in _RANGES:
        if not (name.startswith(before) and name.endswith(after)):
            continue
        middle = name[len(before) : len(name) - len(after)]
        column = next((c for c in entity.columns if _is_meant(c, middle)), None)
        if column is not None:
            return Filter(parameter, column.name, compares)
    return None


def _is_meant(column: Column, name: str) -> bool:
    """`created_after` is about `created_at`."""
    if squashed(column.name) == name:
        return True
    return column.type.kind in _MOMENTS and squashed(column.name.removesuffix("_at")) == name


def _say_misfit(
    parameter: Parameter,
    column: Column,
    compares: Comparing,
    meanings: Meanings,
    problems: list[Unbound],
) -> None:
    schema = flattened(parameter.schema)
    one = schema.items if compares == "in" and schema.items is not None else schema
    reason = misfit(flattened(one), column.type, meanings.enum_of(column), incoming=True)
    if reason is None and column.type.kind in (Kind.JSONB, Kind.BYTEA):
        reason = "cannot be compared"
    if reason is not None:
        place = place_of_misfit(one, parameter.place)
        problems.append(Unbound(place, f"`{parameter.name}` {reason}.", "Make the two agree."))
