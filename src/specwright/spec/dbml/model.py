"""All DBML texts of a file as one data model: partials expanded, references looked up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from specwright.diagnostic import Code, Report
from specwright.spec.dbml.blocks import read_statements
from specwright.spec.dbml.cursor import Cursor, quoted
from specwright.spec.dbml.duplicates import first_of_each
from specwright.spec.dbml.partials import Expanded, expand, own_columns, partials_of
from specwright.spec.dbml.references import Known, references_of
from specwright.spec.dbml.statements import Statements, TableBlock
from specwright.spec.syntax import DataModel, Enum, Word
from specwright.spec.text import Text

MOST_COLUMNS = 50_000  # in all tables: a few lines of partials could ask for billions


def parse_dbml(texts: Sequence[Text], report: Report) -> DataModel:
    """The tables, enums and references of all `dbml` fences of a data model; no diagrams."""
    return _model([read_statements(Cursor(text, report)) for text in texts], report)


def _model(files: Sequence[Statements], report: Report) -> DataModel:
    lost = any(file.lost for file in files)
    partials = _partials([block for file in files for block in file.partials], report)
    blocks = [block for file in files for block in file.tables]
    tables = _tables(blocks, partials, report)
    aliases = {block.alias.value: block.name.value for block in blocks if block.alias}
    known = Known(tables, aliases, report, lost=lost)
    known.look_up_partials(partials, [word for block in blocks for word in partials_of(block)])
    known.look_up_indexes()
    return DataModel(
        tables=tuple(expanded.table for expanded in tables.values()),
        enums=_enums([enum for file in files for enum in file.enums], tables, report),
        references=references_of(known, [arrow for file in files for arrow in file.arrows]),
    )


def _partials(blocks: Sequence[TableBlock], report: Report) -> dict[str, TableBlock]:
    for block in blocks:
        first_of_each(own_columns(block), lambda line: line.column.name, "column", report)
    return first_of_each(blocks, lambda block: block.name, "partial", report)


def _tables(
    blocks: Sequence[TableBlock], partials: Mapping[str, TableBlock], report: Report
) -> dict[str, Expanded]:
    expanded = []
    columns = 0
    for block in blocks:
        first_of_each(own_columns(block), lambda line: line.column.name, "column", report)
        expanded.append(expand(block, partials if columns < MOST_COLUMNS else {}, report))
        columns += len(expanded[-1].table.columns)
        _report_empty(expanded[-1], report)
    if columns >= MOST_COLUMNS:
        _report_size(blocks[0], report)
    tables = first_of_each(expanded, lambda each: each.table.name, "table", report)
    times = Counter(each.table.name.value for each in expanded)
    return {
        name: replace(table, complete=table.complete and times[name] == 1)
        for name, table in tables.items()
    }


def _report_empty(expanded: Expanded, report: Report) -> None:
    if expanded.complete and not expanded.table.columns:
        name = expanded.table.name
        message = f"The table {quoted(name.value)} has no columns."
        report.add(name.place, Code.DBML_EMPTY, message, "Write `id uuid [pk]` to begin with.")


def _report_size(block: TableBlock, report: Report) -> None:
    report.add(
        block.name.place,
        Code.DBML_SYNTAX,
        f"The tables of this data model have more than {MOST_COLUMNS} columns in all.",
        "Split it into several bundles.",
    )


def _enums(
    enums: Sequence[Enum], tables: Mapping[str, Expanded], report: Report
) -> tuple[Enum, ...]:
    named = first_of_each(enums, lambda enum: enum.name, "enum", report)
    return tuple(_enum(enum, tables, report) for enum in named.values())


def _enum(enum: Enum, tables: Mapping[str, Expanded], report: Report) -> Enum:
    values: dict[str, Word] = {}
    for value in enum.values:
        if values.setdefault(value.value, value) is not value:
            message = f"The enum {quoted(enum.name.value)} has {quoted(value.value)} twice."
            report.add(value.place, Code.DECLARED_TWICE, message, "Leave one of them out.")
    if enum.name.value in tables:
        report.add(
            enum.name.place,
            Code.DECLARED_TWICE,
            f"An enum and a table cannot both be named {quoted(enum.name.value)}: "
            "in PostgreSQL the table makes a type of that name.",
            "Give the enum another name.",
        )
    return Enum(enum.name, tuple(values.values()))
