"""`backend/{domain}/models.py`: the tables as SQLAlchemy declares them."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit import columns, names
from specwright.emit.rendering import render
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity, EnumType, ForeignKey, Index, Unique


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: str
    annotation: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    table: str
    singular: str
    arguments: tuple[str, ...]
    attributes: tuple[_Attribute, ...]
    row: str | None


@dataclass(frozen=True, slots=True)
class _Enum:
    name: str
    members: tuple[tuple[str, str], ...]


def emit_models(model: Model, domain: str) -> str:
    entities = [entity for entity in model.entities if entity.domain == domain]
    homes = names.enum_homes(model)
    used = {column.type.enum for entity in entities for column in entity.columns}
    own = [enum for enum in model.enums if homes.get(enum.name) == domain]
    foreign = [enum for enum in model.enums if enum.name in used and enum not in own]
    return render(
        "backend/models.py",
        domain=domain.replace("_", " "),
        imports=names.grouped((homes[enum.name], enum.class_name) for enum in foreign),
        enums=[_enum(enum) for enum in own],
        tables=[_table(model, entity) for entity in entities],
    )


def _enum(enum: EnumType) -> _Enum:
    return _Enum(enum.class_name, tuple((names.member(value), value) for value in enum.values))


def _table(model: Model, entity: Entity) -> _Table:
    return _Table(
        name=names.table_class(entity),
        table=entity.table,
        singular=entity.row,
        arguments=tuple(_table_arguments(entity)),
        attributes=tuple(_attribute(entity, column) for column in entity.columns),
        row=names.row_class(entity) if names.has_row(model, entity) else None,
    )


def _attribute(entity: Entity, column: Column) -> _Attribute:
    return _Attribute(
        column.attribute, columns.python_type(column), tuple(_column_arguments(entity, column))
    )


def _column_arguments(entity: Entity, column: Column) -> Iterator[str]:
    if column.attribute != column.name:
        yield quoted(column.name)
    if declared := columns.declared_type(column.type):
        yield declared
    if key := entity.foreign_key_of(column.name):
        yield _foreign_key(key)
    if column.type.identity:
        yield "Identity()"
    if column.name in entity.primary_key.columns:
        yield "primary_key=True"
    if default := columns.declared_default(column):
        yield default
    if column.nullable and columns.python_type(column) == "object":
        yield "nullable=True"


def _foreign_key(key: ForeignKey) -> str:
    target = quoted(f"{key.target_table}.{key.target_columns[0]}")
    return f"ForeignKey({', '.join([target, *_foreign_key_options(key)])})"


def _foreign_key_options(key: ForeignKey) -> Iterator[str]:
    yield f"name={quoted(key.name)}"
    if key.on_delete != "no action":
        yield f"ondelete={quoted(key.on_delete.upper())}"
    if key.on_update != "no action":
        yield f"onupdate={quoted(key.on_update.upper())}"


def _table_arguments(entity: Entity) -> Iterator[str]:
    if entity.primary_key.name != f"pk_{entity.table}":  # as `Base` would name it
        yield _named("PrimaryKeyConstraint", entity.primary_key.columns, entity.primary_key.name)
    for check in entity.checks:
        yield f"CheckConstraint({quoted(check.sql)}, name={quoted(check.name)})"
    for key in entity.foreign_keys:
        if len(key.columns) > 1:
            yield _composite_foreign_key(key)
    for unique in entity.uniques:
        yield _unique(unique)
    for index in entity.indexes:
        yield _index(index)


def _composite_foreign_key(key: ForeignKey) -> str:
    own = ", ".join(quoted(column) for column in key.columns)
    others = ", ".join(quoted(f"{key.target_table}.{column}") for column in key.target_columns)
    options = ", ".join(_foreign_key_options(key))
    return f"ForeignKeyConstraint([{own}], [{others}], {options})"


def _unique(unique: Unique) -> str:
    if not unique.folded:
        return _named("UniqueConstraint", unique.columns, unique.name)
    parts = ", ".join(
        f"text({quoted(f'lower({column})')})" if column in unique.folded else quoted(column)
        for column in unique.columns
    )
    return f"Index({quoted(unique.name)}, {parts}, unique=True)"


def _index(index: Index) -> str:
    return f"Index({', '.join(quoted(name) for name in (index.name, *index.columns))})"


def _named(kind: str, column_names: tuple[str, ...], name: str) -> str:
    return f"{kind}({', '.join(quoted(column) for column in column_names)}, name={quoted(name)})"
