"""`backend/{domain}/parts.py`: what views show beside the columns of their own row.

Related rows are read in one statement for each relation, however many rows there are. What a caller
may not see is decided here too, so that views need not know who asks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from specwright.address import pascal, snake
from specwright.emit import columns, names
from specwright.emit.actions import rows_name
from specwright.emit.lookups import actor_class
from specwright.emit.python_expressions import to_python
from specwright.emit.queries import Conditions, bound_values
from specwright.emit.rendering import render
from specwright.emit.sql_expressions import Subject
from specwright.emit.values import annotation_of
from specwright.model import Model
from specwright.model.access import HiddenField
from specwright.model.entities import Entity, Relation
from specwright.model.operations import (
    ColumnValue,
    DerivedValue,
    RelatedCount,
    RelatedValue,
    RelatedView,
    View,
)
from specwright.model.rules import Derived
from specwright.model.sql_types import SqlType
from specwright.model.typed import reads_relations


@dataclass(frozen=True, slots=True)
class _Struct:
    name: str
    purpose: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    name: str
    purpose: str
    function: str
    rows: str
    row: str
    row_class: str
    fields: tuple[tuple[str, str], ...]
    lines: list[str]
    arguments: list[str]


@dataclass
class _Module:
    parts: list[_Parts] = field(default_factory=list)
    structs: list[_Struct] = field(default_factory=list)
    statements: dict[str, str] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)


def parts_class(view: View) -> str:
    return f"{pascal(view.name)}Parts"


def parts_function(view: View) -> str:
    return f"{snake(view.name)}_parts"


def needs_parts(model: Model, view: View) -> bool:
    """Whether the view shows more than columns of its row that everybody may see."""
    return bool(list(hidden_in(model, view))) or any(
        not isinstance(one.source, ColumnValue)
        and derived_in_python(model, view, one.source) is None
        for one in view.fields
    )


def derived_in_python(model: Model, view: View, source: object) -> Derived | None:
    """The derived value, if the row alone tells it."""
    if not isinstance(source, DerivedValue):
        return None
    found = derived_value(model, view, source)
    return None if reads_relations(found.value) else found


def derived_value(model: Model, view: View, source: DerivedValue) -> Derived:
    return next(one for one in model.derived_of(view.entity) if one.name == source.name)


def hidden_in(model: Model, view: View) -> Iterator[HiddenField]:
    shown = {one.source.column for one in view.fields if isinstance(one.source, ColumnValue)}
    for one in model.hidden:
        if one.entity == view.entity and one.column in shown:
            yield one


def emit_parts(model: Model, domain: str) -> str | None:
    """None where every view shows its own row and no more."""
    module = _Module()
    for view in views_of(model, domain):
        _write(model, view, module)
    if not module.parts:
        return None
    return render(
        "backend/parts.py",
        domain=domain.replace("_", " "),
        imports=names.grouped(_imports(model)),
        actor=f"{actor_class(model)} | None"
        if any(one.is_public for one in model.operations)
        else actor_class(model),
        parts=module.parts,
        structs=module.structs,
        definitions=list(module.conditions.definitions),
        statements=list(module.statements.values()),
    )


def views_of(model: Model, domain: str) -> list[View]:
    """The views that the domain's operations answer with, those within them first."""
    found: dict[str, View] = {}
    for operation in model.operations:
        if operation.domain == domain:
            for answer in operation.answers:
                if answer.view is not None:
                    for view in _inside_out(answer.view):
                        found.setdefault(names.view_class(view), view)
    return list(found.values())


def _inside_out(view: View) -> Iterator[View]:
    for one in view.fields:
        if isinstance(one.source, RelatedView):
            yield from _inside_out(one.source.view)
    yield view


def _imports(model: Model) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for enum in model.enums:
        if enum.name in homes:
            yield f"{homes[enum.name]}.models", enum.class_name
    for entity in model.entities:
        yield f"{entity.domain}.models", names.table_class(entity)
        if names.has_row(model, entity):
            yield f"{entity.domain}.models", names.row_class(entity)


# -- One view -------------------------------------------------------------------------------------


def _write(model: Model, view: View, module: _Module) -> None:
    if any(one.name == parts_class(view) for one in module.parts) or not needs_parts(model, view):
        return
    entity = model.entity(view.entity)
    fields: dict[str, str] = {entity.row: names.row_class(entity)}
    lines: list[str] = []
    arguments: list[str] = [f"{entity.row}={entity.row}"]
    for one in view.fields:
        match one.source:
            case RelatedView(name, _, inner):
                _relation(model, entity, name, inner, module, fields, lines, arguments)
            case RelatedValue(name, _):
                _relation(model, entity, name, None, module, fields, lines, arguments)
            case RelatedCount(name):
                _count(model, entity, name, module, fields, lines, arguments)
            case DerivedValue() as source if derived_in_python(model, view, source) is None:
                found = derived_value(model, view, source)
                _derived(entity, found, module, fields, lines, arguments)
            case _:
                pass
    for hidden in hidden_in(model, view):
        fields[f"shows_{hidden.column}"] = "bool"
        arguments.append(f"shows_{hidden.column}={to_python(hidden.visible_to).text}")
    module.parts.append(
        _Parts(
            name=parts_class(view),
            purpose=f"A row of `{entity.table}` with all that its readers see.",
            function=parts_function(view),
            rows=rows_name(entity),
            row=entity.row,
            row_class=names.row_class(entity),
            fields=tuple(fields.items()),
            lines=lines,
            arguments=list(dict.fromkeys(arguments)),
        )
    )


def _relation(  # noqa: PLR0913 - what is collected for one view
    model: Model,
    entity: Entity,
    name: str,
    inner: View | None,
    module: _Module,
    fields: dict[str, str],
    lines: list[str],
    arguments: list[str],
) -> None:
    relation = entity.relation(name)
    assert relation is not None
    if name in fields:
        return
    target = model.entity(relation.target)
    own, far = _ends(entity, target, relation)
    statement = _statement(entity, relation, target, far, module)
    row, typed = target.row, names.row_class(target)
    found = f"{name}_found"
    keys = f"[{entity.row}.{own} for {entity.row} in {rows_name(entity)}{_if_any(relation, f'{entity.row}.{own}')}]"
    lines.append(f"{found} = await {statement}.all(connection, keys={keys})")
    key = f"{row}.{far}"
    if inner is not None and needs_parts(model, inner):
        lines.append(f"{found}_parts = await {parts_function(inner)}(connection, actor, {found})")
        found, key, typed, row = (
            f"{found}_parts",
            f"parts.{target.row}.{far}",
            parts_class(inner),
            "parts",
        )
    if relation.kind == "many":
        key_type = columns.plain_type(_column_type(target, far))
        lines.append(f"{name}: dict[{key_type}, list[{typed}]] = {{}}")
        lines.append(f"for {row} in {found}:")
        lines.append(f"    {name}.setdefault({key}, []).append({row})")
        fields[name] = f"list[{typed}]"
        arguments.append(f"{name}={name}.get({entity.row}.{own}, [])")
    else:
        lines.append(f"{name} = {{{key}: {row} for {row} in {found}}}")
        if relation.nullable:
            fields[name] = f"{typed} | None"
            arguments.append(
                f"{name}=None if {entity.row}.{own} is None else {name}.get({entity.row}.{own})"
            )
        else:
            fields[name] = typed
            arguments.append(f"{name}={name}[{entity.row}.{own}]")


def _if_any(relation: Relation, value: str) -> str:
    return f" if {value} is not None" if relation.nullable and relation.kind == "one" else ""


def _ends(entity: Entity, target: Entity, relation: Relation) -> tuple[str, str]:
    (own,), (far,) = relation.columns, relation.target_columns
    mine, theirs = entity.column(own), target.column(far)
    assert mine is not None
    assert theirs is not None
    return mine.attribute, theirs.attribute


def _column_type(entity: Entity, name: str) -> SqlType:
    column = entity.column(name)
    assert column is not None
    return column.type


def _statement(
    entity: Entity, relation: Relation, target: Entity, far: str, module: _Module
) -> str:
    name = f"_{relation.name}_OF_{entity.table}".upper()
    table = names.table_class(target)
    order = ", ".join(f"{table}.{key}" for key in target.primary_key.columns)
    module.statements[name] = (
        f"{name} = Statement({names.row_class(target)}, select({table})"
        f'.where({table}.{far} == func.any(bindparam("keys"))).order_by({order}))'
    )
    return name


def _count(  # noqa: PLR0913 - what is collected for one view
    model: Model,
    entity: Entity,
    name: str,
    module: _Module,
    fields: dict[str, str],
    lines: list[str],
    arguments: list[str],
) -> None:
    relation = entity.relation(name)
    assert relation is not None
    target = model.entity(relation.target)
    own, far = _ends(entity, target, relation)
    table, struct = names.table_class(target), f"{pascal(name)}Count"
    key_type = columns.plain_type(_column_type(target, far))
    module.structs.append(
        _Struct(struct, f"How many {name} there are of one.", (("key", key_type), ("size", "int")))
    )
    statement = f"_{name}_COUNT_OF_{entity.table}".upper()
    module.statements[statement] = (
        f"{statement} = Statement({struct}, select({table}.{far}, func.count())"
        f'.where({table}.{far} == func.any(bindparam("keys"))).group_by({table}.{far}))'
    )
    keys = f"[{entity.row}.{own} for {entity.row} in {rows_name(entity)}]"
    lines.append(
        f"{name}_count = {{found.key: found.size for found in "
        f"await {statement}.all(connection, keys={keys})}}"
    )
    fields[f"{name}_count"] = "int"
    arguments.append(f"{name}_count={name}_count.get({entity.row}.{own}, 0)")


def _derived(  # noqa: PLR0913 - what is collected for one view
    entity: Entity,
    derived: Derived,
    module: _Module,
    fields: dict[str, str],
    lines: list[str],
    arguments: list[str],
) -> None:
    """A value that other rows tell: asked of the database for all rows at once."""
    name = snake(derived.name)
    (key,) = entity.primary_key.columns
    table, struct = names.table_class(entity), f"{pascal(derived.name)}Of{entity.name}"
    sql = module.conditions.selected(derived.value, Subject(entity.row, entity.name), negated=False)
    typed = annotation_of(derived.value.type)
    key_type = columns.plain_type(_column_type(entity, key))
    module.structs.append(
        _Struct(struct, f"`{derived.words}`.", (("key", key_type), ("value", typed)))
    )
    statement = f"_{name}_OF_{entity.table}".upper()
    module.statements[statement] = (
        f"{statement} = Statement({struct}, select({table}.{key}, ({sql.text}).label({name!r}))"
        f'.where({table}.{key} == func.any(bindparam("keys"))))'
    ).replace("'", '"')
    bound = ", ".join(f"{bind}={value}" for bind, value in bound_values(sql.binds))
    keys = f"[{entity.row}.{key} for {entity.row} in {rows_name(entity)}]"
    given = ", ".join(part for part in (f"keys={keys}", bound) if part)
    lines.append(
        f"{name} = {{found.key: found.value for found in await {statement}.all(connection, {given})}}"
    )
    fields[name] = typed
    arguments.append(f"{name}={name}[{entity.row}.{key}]")
