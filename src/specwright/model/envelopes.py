"""What stands around a row or the rows of a list: `{"task": {…}}`, `{"data": […], "total": 7}`."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.address import pascal
from specwright.model.entities import Entity
from specwright.model.operations import EnvelopeField, EnvelopeRole, ListEnvelope
from specwright.model.views import Meanings, Unbound
from specwright.model.wire import flattened, is_object, kinds, squashed
from specwright.spec.syntax import Schema

_INTEGER, _STRING, _BOOLEAN = "integer", "string", "boolean"
_ROLES: tuple[tuple[EnvelopeRole, str, frozenset[str]], ...] = (
    (
        EnvelopeRole.NEXT_TOKEN,
        _STRING,
        frozenset(
            {"nextpagetoken", "nexttoken", "nextcursor", "cursor", "next", "pagetoken", "endcursor"}
        ),
    ),
    (
        EnvelopeRole.TOTAL,
        _INTEGER,
        frozenset({"total", "totalcount", "count", "totalelements", "totalitems", "totalresults"}),
    ),
    (
        EnvelopeRole.PAGES,
        _INTEGER,
        frozenset({"totalpages", "pages", "pagecount", "lastpage", "pagestotal"}),
    ),
    (EnvelopeRole.PAGE, _INTEGER, frozenset({"page", "pagenumber", "currentpage", "number"})),
    (EnvelopeRole.NEXT_PAGE, _INTEGER, frozenset({"nextpage", "next"})),
    (EnvelopeRole.PREVIOUS_PAGE, _INTEGER, frozenset({"prevpage", "previouspage", "previous"})),
    (
        EnvelopeRole.PAGE_SIZE,
        _INTEGER,
        frozenset({"size", "pagesize", "limit", "perpage", "itemsperpage"}),
    ),
    (EnvelopeRole.OFFSET, _INTEGER, frozenset({"offset", "skip"})),
    (EnvelopeRole.HAS_MORE, _BOOLEAN, frozenset({"hasmore", "hasnext", "hasnextpage", "more"})),
    (
        EnvelopeRole.HAS_PREVIOUS,
        _BOOLEAN,
        frozenset({"hasprevious", "hasprev", "hasprevpage", "haspreviouspage"}),
    ),
)
_SUCCESSES = frozenset({"success", "ok", "succeeded"})
_KNOWN = (
    "Known are a next page's token, the total, the page, its size, the offset, "
    "the number of pages and whether there is more."
)


# -- Of a list ------------------------------------------------------------------------------------


def rows_within(schema: Schema) -> tuple[str | None, Schema] | None:
    """The property of a list's body that holds its rows, and the schema of one."""
    flat = flattened(schema)
    if "array" in kinds(flat) and flat.items is not None:
        return None, flat.items
    arrays = [
        (name, inner.items)
        for name, one in flat.properties.items()
        if (inner := flattened(one)).items is not None
    ]
    rows = [(name, one) for name, one in arrays if is_object(flattened(one))]
    texts = [(name, one) for name, one in arrays if kinds(flattened(one)) == (_STRING,)]
    found = rows or texts
    return found[0] if len(found) == 1 else None


def read_envelope(
    schema: Schema, items: str | None, name: str, problems: list[Unbound]
) -> ListEnvelope | None:
    """What the body of a list says beside its rows."""
    flat = flattened(schema)
    title = pascal(flat.name or schema.name or name)
    if items is None:
        return ListEnvelope(title, None)
    before = len(problems)
    found = list(_fields(flat, items, (), title, problems))
    return (
        ListEnvelope(title, items, tuple(_told_apart(found))) if len(problems) == before else None
    )


def _told_apart(fields: list[EnvelopeField]) -> Iterator[EnvelopeField]:
    """Beside a `total`, a `count` is that of the rows which are here."""
    totals = [one for one in fields if one.role is EnvelopeRole.TOTAL]
    for one in fields:
        is_here = one in totals and len(totals) > 1 and squashed(one.path[-1]) == "count"
        yield EnvelopeField(
            one.path,
            EnvelopeRole.HERE if is_here else one.role,
            one.required,
            one.nullable,
            one.constant,
        )


def _fields(
    schema: Schema, items: str, above: tuple[str, ...], title: str, problems: list[Unbound]
) -> Iterator[EnvelopeField]:
    for name, inner in schema.properties.items():
        flat = flattened(inner)
        if not above and name == items:
            continue
        if is_object(flat) and not above:
            yield from _fields(flat, items, (name,), title, problems)
            continue
        role = _role(name, items, flat)
        if role is not None:
            constant = _constant(name, flat)
            yield EnvelopeField(
                (*above, name), role, name in schema.required, flat.nullable, constant
            )
            continue
        problems.append(
            Unbound(
                schema.property_places.get(name, inner.place),
                f"`{name}` of `{title}` stands beside the rows of a list, "
                "and nothing says what it is.",
                _KNOWN,
            )
        )


def _role(name: str, items: str, schema: Schema) -> EnvelopeRole | None:
    """What a property beside the rows says, by its name and type."""
    if _constant(name, schema) is not None:
        return EnvelopeRole.CONSTANT
    wanted, said = squashed(name), (*kinds(schema), None)[0]
    for role, kind, names in _ROLES:
        if wanted in names and said in (kind, None) and schema.format not in ("uri", "url"):
            return role
    is_count = wanted == squashed(f"{items}_count") and said in (_INTEGER, None)
    return EnvelopeRole.TOTAL if is_count else None


def _constant(name: str, schema: Schema) -> str | bool | int | None:
    """`success` of an answer is true; a single value of an `enum` is that value."""
    values = schema.enum
    if values is not None and len(values) == 1 and isinstance(values[0], str | bool | int):
        return values[0]
    is_success = kinds(schema) == (_BOOLEAN,) and squashed(name) in _SUCCESSES
    return True if is_success else None


# -- Of one row -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowEnvelope:
    """The property with the row, its schema, and what stands beside it always."""

    member: str
    schema: Schema
    constants: tuple[tuple[str, str | bool | int], ...] = ()


def row_envelope(entity: Entity, schema: Schema, meanings: Meanings) -> RowEnvelope | None:
    """The only object in it, when that is nothing of the row's own and the rest never changes."""
    flat = flattened(schema)
    objects = [(n, inner) for n, inner in flat.properties.items() if is_object(flattened(inner))]
    if len(objects) != 1:
        return None
    ((name, inner),) = objects
    is_own = meanings.column_named(entity, name) or meanings.relation_named(entity, name)
    if is_own and squashed(name) != squashed(entity.row):
        return None
    others = {n: _constant(n, flattened(one)) for n, one in flat.properties.items() if n != name}
    constants = tuple((n, value) for n, value in others.items() if value is not None)
    left_out = [n for n in others if n not in dict(constants)]
    if any(n in flat.required or _is_of(entity, n, meanings) for n in left_out):
        return None
    return RowEnvelope(name, inner, constants)


def _is_of(entity: Entity, name: str, meanings: Meanings) -> bool:
    return bool(meanings.own_column(entity, name) or meanings.relation_named(entity, name))
