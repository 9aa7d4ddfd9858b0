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
from specwright.model.entities import Column, Entity, Relation
from specwright.model.operations import (
    AccessToken,
    ColumnValue,
    DerivedValue,
    JoinedTexts,
    RelatedCount,
    RelatedValue,
    RelatedView,
    View,
    ViewField,
)
from specwright.model.rules import Derived
from specwright.model.typed import Name, Typed, reads_relations, walk


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
    takes_now: bool


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
        not isinstance(one.source, ColumnValue | AccessToken)
        and derived_in_python(model, view, one.source) is None
        for one in view.fields
    )


def derived_in_python(model: Model, view: View, source: object) -> Derived | None:
    """The derived value, if the row alone tells it."""
    if not isinstance(source, DerivedValue):
        return None
    found = derived_value(model, view, source)
    is_of_row = not (reads_relations(found.value) or asks(found.value, "now", "actor"))
    return found if is_of_row else None


def asks_time(model: Model, view: View) -> bool:
    """Whether the view shows something that depends on the time."""
    shown = [one.visible_to for one in hidden_in(model, view)]
    for one in view.fields:
        if isinstance(one.source, DerivedValue):
            shown.append(derived_value(model, view, one.source).value)
        if isinstance(one.source, RelatedView) and asks_time(model, one.source.view):
            return True
    return any(asks(one, "now") for one in shown)


_QUERIES = frozenset({"bindparam", "case", "cast", "exists", "func", "literal", "select"})


def asks(typed: Typed, *names: str) -> bool:
    """Whether the value depends on one of these."""
    return any(isinstance(node, Name) and node.name in names for node in walk(typed))


def derived_value(model: Model, view: View, source: DerivedValue) -> Derived:
    return next(one for one in model.derived_of(view.entity) if one.name == source.name)


def related_part(entity: Entity, relation: str) -> str:
    """What the part is called: the relation, unless the row itself is called so."""
    return f"its_{relation}" if relation == entity.row else relation


def joined_part(field: ViewField) -> str:
    return snake(field.name)


def _views_first(field: ViewField) -> bool:
    """They say more of a related row than its values do."""
    return not isinstance(field.source, RelatedView)


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
        actor=_actor(model),
        parts=module.parts,
        structs=module.structs,
        definitions=list(module.conditions.definitions),
        statements=list(module.statements.values()),
    )


def _actor(model: Model) -> str:
    visited = any(operation.is_public for operation in model.operations)
    plain = actor_class(model)
    return f"{plain} | None" if visited and plain != "None" else plain


def views_of(model: Model, domain: str) -> list[View]:
    """The views that the domain's operations answer with, those within them first."""
    found: dict[str, View] = {}
    for operation in model.operations:
        if operation.domain == domain:
            for answer in operation.answers:
                if answer.view is not None and answer.view.text is None:
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
    known = {one.name for one in module.parts}
    if parts_class(view) not in known and needs_parts(model, view):
        module.parts.append(_Writer(model, view, module).parts())


class _Writer:
    """Writes how the parts of one view are read: its fields, and the lines that fill them."""

    def __init__(self, model: Model, view: View, module: _Module) -> None:
        self._model = model
        self._view = view
        self._module = module
        self._entity = model.entity(view.entity)
        row = self._entity.row
        self._fields: dict[str, str] = {row: names.row_class(self._entity)}
        self._arguments: dict[str, str] = {row: row}
        self._lines: list[str] = []

    def parts(self) -> _Parts:
        for one in sorted(self._view.fields, key=_views_first):
            match one.source:
                case RelatedView(relation=name, view=inner, over=None):
                    self._relation(name, inner)
                case RelatedView(relation=name, view=inner, over=str(over)):
                    self._over_links(name, inner, over)
                case RelatedValue(name, _):
                    self._relation(name, None)
                case RelatedCount(name):
                    self._count(name)
                case JoinedTexts() as source:
                    self._joined(one, source)
                case DerivedValue() as source:
                    if derived_in_python(self._model, self._view, source) is None:
                        self._derived(derived_value(self._model, self._view, source))
                case _:
                    pass
        for hidden in hidden_in(self._model, self._view):
            self._fills(f"shows_{hidden.column}", "bool", to_python(hidden.visible_to).text)
        return _Parts(
            name=parts_class(self._view),
            purpose=f"A row of `{self._entity.table}` with all that its readers see.",
            function=parts_function(self._view),
            rows=rows_name(self._entity),
            row=self._entity.row,
            row_class=names.row_class(self._entity),
            fields=tuple(self._fields.items()),
            lines=self._lines,
            arguments=[f"{name}={value}" for name, value in self._arguments.items()],
            takes_now=asks_time(self._model, self._view),
        )

    def _fills(self, name: str, annotation: str, value: str) -> None:
        self._fields[name] = annotation
        self._arguments[name] = value

    def _keys(self, attribute: str, *, may_be_null: bool = False) -> str:
        row = self._entity.row
        some = f" if {row}.{attribute} is not None" if may_be_null else ""
        return f"[{row}.{attribute} for {row} in {rows_name(self._entity)}{some}]"

    # -- Related rows -----------------------------------------------------------------------------

    def _relation(self, name: str, inner: View | None) -> None:
        part = related_part(self._entity, name)
        if part in self._fields:
            return
        relation = self._found(name)
        target = self._model.entity(relation.target)
        own, far = _ends(self._entity, target, relation)
        found, row, typed = f"{name}_found", _each(target), names.row_class(target)
        keys = self._keys(own, may_be_null=relation.nullable and relation.kind == "one")
        self._lines.append(
            f"{found} = await {self._statement(relation, target, far)}.all(connection, keys={keys})"
        )
        key = f"{row}.{far}"
        if inner is not None and needs_parts(self._model, inner):
            now = ", now" if asks_time(self._model, inner) else ""
            loaded = f"await {parts_function(inner)}(connection, actor, {found}{now})"
            self._lines.append(f"{found}_parts = {loaded}")
            found, row, typed = f"{found}_parts", "parts", parts_class(inner)
            key = f"parts.{target.row}.{far}"
        if relation.kind == "many":
            key_type = columns.plain_type(_column(target, far).type)
            by_key = f"{name}_by_{far}"
            is_there = f"    if {key} is not None:"
            nullable = _column(target, far).nullable
            self._lines.append(f"{by_key}: dict[{key_type}, list[{typed}]] = {{}}")
            self._lines.append(f"for {row} in {found}:")
            self._lines += [is_there] if nullable else []
            indent = " " * (8 if nullable else 4)
            self._lines.append(f"{indent}{by_key}.setdefault({key}, []).append({row})")
            self._fills(part, f"list[{typed}]", f"{by_key}.get({self._entity.row}.{own}, [])")
        else:
            by_key = f"{name}_by_{far}"
            self._lines.append(f"{by_key} = {{{key}: {row} for {row} in {found}}}")
            self._fills_one(part, by_key, typed, f"{self._entity.row}.{own}", relation)

    def _over_links(self, name: str, inner: View, over: str) -> None:
        """The links first, then all rows that they lead to, each once."""
        links = self._model.entity(self._found(name).target)
        relation, onward = self._found(name), links.relation(over)
        assert onward is not None
        target = self._model.entity(onward.target)
        own, back = _ends(self._entity, links, relation)
        ahead, far = _ends(links, target, onward)
        link, row, typed = _each(links), _each(target), names.row_class(target)
        read = self._statement(relation, links, back)
        self._lines.append(f"{name}_links = await {read}.all(connection, keys={self._keys(own)})")
        keys = f"list({{{link}.{ahead} for {link} in {name}_links}})"
        read = self._statement(onward, target, far, of=links)
        self._lines.append(f"{name}_found = await {read}.all(connection, keys={keys})")
        found, each, key = f"{name}_found", row, f"{row}.{far}"
        if needs_parts(self._model, inner):
            now = ", now" if asks_time(self._model, inner) else ""
            loaded = f"await {parts_function(inner)}(connection, actor, {found}{now})"
            self._lines.append(f"{name}_parts = {loaded}")
            found, each, typed = f"{name}_parts", "parts", parts_class(inner)
            key = f"parts.{target.row}.{far}"
        key_type = columns.plain_type(_column(links, back).type)
        by_own, by_far = f"{name}_by_{back}", f"{name}_by_{far}"
        self._lines += [
            f"{by_far} = {{{key}: {each} for {each} in {found}}}",
            f"{by_own}: dict[{key_type}, list[{typed}]] = {{}}",
            f"for {link} in {name}_links:",
            f"    {by_own}.setdefault({link}.{back}, []).append({by_far}[{link}.{ahead}])",
        ]
        part = related_part(self._entity, name)
        self._fills(part, f"list[{typed}]", f"{by_own}.get({self._entity.row}.{own}, [])")

    def _fills_one(self, part: str, by_key: str, typed: str, own: str, relation: Relation) -> None:
        if relation.is_reverse:
            self._fills(part, f"{typed} | None", f"{by_key}.get({own})")
        elif relation.nullable:
            found = f"None if {own} is None else {by_key}.get({own})"
            self._fills(part, f"{typed} | None", found)
        else:
            self._fills(part, typed, f"{by_key}[{own}]")

    def _found(self, name: str) -> Relation:
        relation = self._entity.relation(name)
        assert relation is not None
        return relation

    def _statement(
        self, relation: Relation, target: Entity, far: str, of: Entity | None = None
    ) -> str:
        name = f"_{relation.name}_OF_{(of or self._entity).table}".upper()
        table = names.table_class(target)
        order = ", ".join(f"{table}.{key}" for key in target.primary_key.columns)
        self._module.statements[name] = (
            f"{name} = Statement({names.row_class(target)}, select({table})"
            f'.where({table}.{far} == func.any(bindparam("keys"))).order_by({order}))'
        )
        return name

    # -- Values that only the database can tell ---------------------------------------------------

    def _count(self, name: str) -> None:
        relation = self._found(name)
        target = self._model.entity(relation.target)
        own, far = _ends(self._entity, target, relation)
        column = f"{names.table_class(target)}.{far}"
        struct = _Struct(
            f"{pascal(name)}Count",
            f"How many {name} there are of one.",
            (("key", columns.plain_type(_column(target, far).type)), ("size", "int")),
        )
        statement = f"_{name}_COUNT_OF_{self._entity.table}".upper()
        self._module.structs.append(struct)
        self._module.statements[statement] = (
            f"{statement} = Statement({struct.name}, "
            f'select({column}.label("key"), func.count().label("size"))'
            f'.where({column} == func.any(bindparam("keys"))).group_by({column}))'
        )
        self._lines.append(
            f"{name}_count = {{found.key: found.size for found in "
            f"await {statement}.all(connection, keys={self._keys(own)})}}"
        )
        self._fills(f"{name}_count", "int", f"{name}_count.get({self._entity.row}.{own}, 0)")

    def _joined(self, field: ViewField, texts: JoinedTexts) -> None:
        """The texts of the rows that are joined to each."""
        link, target = (self._model.entity(name) for name in (texts.link, texts.target))
        links, rows = names.table_class(link), names.table_class(target)
        own, key = _column(link, texts.own), _column(self._entity, texts.own_key)
        part = joined_part(field)
        struct = _Struct(
            f"{pascal(texts.column.name)}Of{target.name}",
            f"One of the {target.table.replace('_', ' ')} that are joined to a row.",
            (("key", columns.plain_type(own.type)), ("text", "str")),
        )
        text = f"{rows}.{texts.column.attribute}"
        by = f"{links}.{_column(link, texts.position).attribute}" if texts.position else text
        statement = f"_{part}_OF_{self._entity.table}".upper()
        if struct not in self._module.structs:
            self._module.structs.append(struct)
        self._module.statements[statement] = (
            f'{statement} = Statement({struct.name}, select({links}.{own.attribute}.label("key"), '
            f'{text}.label("text")).where({links}.{_column(link, texts.far).attribute} == '
            f"{rows}.{_column(target, texts.far_key).attribute}, "
            f'{links}.{own.attribute} == func.any(bindparam("keys"))).order_by({by}))'
        )
        key_type = columns.plain_type(key.type)
        self._lines += [
            f"{part}: dict[{key_type}, list[str]] = {{}}",
            f"for found in await {statement}.all(connection, keys={self._keys(key.attribute)}):",
            f"    {part}.setdefault(found.key, []).append(found.text)",
        ]
        self._fills(part, "list[str]", f"{part}.get({self._entity.row}.{key.attribute}, [])")

    def _derived(self, derived: Derived) -> None:
        """A value that other rows tell: asked of the database for all rows at once."""
        name = snake(derived.name)
        if not reads_relations(derived.value):
            self._fills(name, annotation_of(derived.value.type), to_python(derived.value).text)
            return
        (key,) = self._entity.primary_key.columns
        column = f"{names.table_class(self._entity)}.{key}"
        subject = Subject(self._entity.row, self._entity.name)
        sql = self._module.conditions.selected(derived.value, subject, negated=False)
        typed = annotation_of(derived.value.type)
        struct = _Struct(
            f"{pascal(derived.name)}Of{self._entity.name}",
            f"`{derived.words}`.",
            (("key", columns.plain_type(_column(self._entity, key).type)), ("value", typed)),
        )
        statement = f"_{name}_OF_{self._entity.table}".upper()
        self._module.structs.append(struct)
        self._module.statements[statement] = (
            f"{statement} = Statement({struct.name}, "
            f'select({column}.label("key"), ({sql.text}).label("value"))'
            f'.where({column} == func.any(bindparam("keys"))))'
        )
        bound = [f"{bind}={value}" for bind, value in bound_values(sql.binds)]
        given = ", ".join(["connection", f"keys={self._keys(key)}", *bound])
        self._lines.append(
            f"{name} = {{found.key: found.value for found in await {statement}.all({given})}}"
        )
        self._fills(name, typed, f"{name}[{self._entity.row}.{key}]")


def _each(entity: Entity) -> str:
    """The variable of a loop over rows, which must not hide what queries are made with."""
    return f"{entity.row}_row" if entity.row in _QUERIES else entity.row


def _ends(entity: Entity, target: Entity, relation: Relation) -> tuple[str, str]:
    (own,), (far,) = relation.columns, relation.target_columns
    return _column(entity, own).attribute, _column(target, far).attribute


def _column(entity: Entity, name: str) -> Column:
    column = entity.column(name)
    assert column is not None
    return column
