"""A data model as DBML text, which reads back as the same model."""

from collections.abc import Iterator, Sequence

from specwright.spec.syntax import Column, DataModel, Default, Enum, Index, Reference, Table, Word
from specwright.spec.text import Text


def write_dbml(model: DataModel) -> str:
    """Enums first, then each table with its indexes and checks, and its references below it."""
    blocks = [_enum(enum) for enum in model.enums]
    for table in model.tables:
        blocks.append(_table(table))
        own = [_reference(one) for one in model.references if one.table.value == table.name.value]
        blocks += ["\n".join(own)] if own else []
    return "\n\n".join(blocks) + "\n"


def _enum(enum: Enum) -> str:
    values = "\n".join(f"  {_name(value.value)}" for value in enum.values)
    return f"Enum {_name(enum.name.value)} {{\n{values}\n}}"


def _table(table: Table) -> str:
    names = [_name(column.name.value) for column in table.columns]
    types = [column.type.value for column in table.columns]
    widths = (max(map(len, names), default=0), max(map(len, types), default=0))
    lines = [
        f"  {name:<{widths[0]}} {kind:<{widths[1]}} {_settings(column)}".rstrip()
        for name, kind, column in zip(names, types, table.columns, strict=True)
    ]
    if table.checks:
        checks = [
            f"    `{_one_line(check.expression)}`{_named(check.name)}" for check in table.checks
        ]
        lines += ["", "  checks {", *checks, "  }"]
    if table.indexes:
        lines += ["", "  indexes {", *(f"    {_index(index)}" for index in table.indexes), "  }"]
    custom = [f"{key}: {_quoted(word.value)}" for key, word in table.custom.items()]
    settings = f" [{', '.join(custom)}]" if custom else ""
    return "\n".join([f"Table {_name(table.name.value)}{settings} {{", *lines, "}"])


def _settings(column: Column) -> str:
    said = list(_said(column))
    return f"[{', '.join(said)}]" if said else ""


def _said(column: Column) -> Iterator[str]:
    if column.primary_key:
        yield "pk"
    if column.increment:
        yield "increment"
    if column.not_null:
        yield "not null"
    if column.unique:
        yield "unique"
    if column.default is not None:
        yield f"default: {_default(column.default)}"
    for check in column.checks:
        yield f"check: `{_one_line(check)}`"
    if column.note:
        yield f"note: {_quoted(column.note)}"
    for key, word in column.custom.items():
        yield f"{key}: {_quoted(word.value)}"


def _default(default: Default) -> str:
    if default.is_expression:
        return f"`{default.value}`"
    is_bare = default.value in ("true", "false") or default.value.lstrip("-").isdigit()
    return default.value if is_bare else _quoted(default.value)


def _index(index: Index) -> str:
    said = ["pk"] if index.primary_key else []
    said += ["unique"] if index.unique else []
    said += [f"name: {_quoted(index.name.value)}"] if index.name else []
    said += [f"type: {index.type}"] if index.type else []
    settings = f" [{', '.join(said)}]" if said else ""
    return f"({_listed(index.columns)}){settings}"


def _reference(one: Reference) -> str:
    name = f" {_name(one.name.value)}" if one.name else ""
    sign = "-" if one.one_to_one else ">"
    ends = (_end(one.table, one.columns), _end(one.target, one.target_columns))
    said = [f"delete: {one.on_delete}"] if one.on_delete else []
    said += [f"update: {one.on_update}"] if one.on_update else []
    settings = f" [{', '.join(said)}]" if said else ""
    return f"Ref{name}: {ends[0]} {sign} {ends[1]}{settings}"


def _end(table: Word, columns: Sequence[Word]) -> str:
    listed = _listed(columns)
    return f"{_name(table.value)}.{listed if len(columns) == 1 else f'({listed})'}"


def _listed(columns: Sequence[Word]) -> str:
    return ", ".join(_name(word.value) for word in columns)


def _named(name: Word | None) -> str:
    return f" [name: {_quoted(name.value)}]" if name else ""


def _name(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else f'"{name}"'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _one_line(text: Text) -> str:
    return " ".join(text.value.split())
