"""Tables with the columns, checks and indexes of their partials in place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from specwright.diagnostic import Report
from specwright.spec.dbml.duplicates import first_of_each
from specwright.spec.dbml.statements import ColumnLine, Pointer, TableBlock
from specwright.spec.syntax import Column, Index, Table, Word


@dataclass(frozen=True, slots=True)
class Expanded:
    """A table as it is meant; `complete` tells whether all of its columns are known."""

    table: Table
    columns: Mapping[str, Column]
    pointers: tuple[tuple[Column, Pointer], ...]
    complete: bool


def expand(block: TableBlock, partials: Mapping[str, TableBlock], report: Report) -> Expanded:
    named = first_of_each(partials_of(block), lambda word: word, "partial", report)
    used = [partials[name] for name in named if name in partials]
    lines = tuple(_lines(block, {name: partials[name] for name in named if name in partials}))
    return Expanded(
        Table(
            name=block.name,
            columns=tuple(line.column for line in lines),
            partials=tuple(named.values()),
            indexes=_indexes(block, used),
            checks=(*(check for partial in used for check in partial.checks), *block.checks),
            note=block.note or next((p.note for p in reversed(used) if p.note), None),
            custom={k: v for part in (*used, block) for k, v in part.custom.items()},
        ),
        {line.column.name.value: line.column for line in lines},
        tuple((line.column, pointer) for line in lines for pointer in line.pointers),
        complete=len(used) == len(named) and all(part.complete for part in (*used, block)),
    )


def partials_of(block: TableBlock) -> list[Word]:
    return [line for line in block.lines if isinstance(line, Word)]


def own_columns(block: TableBlock) -> list[ColumnLine]:
    return [line for line in block.lines if isinstance(line, ColumnLine)]


def _lines(block: TableBlock, used: dict[str, TableBlock]) -> Iterator[ColumnLine]:
    """The lines of a table: its own columns win, then those of the partial named last."""
    in_place = list(_in_place(block, dict(used)))
    winners = {line.column.name.value: line for line in in_place}
    winners.update((line.column.name.value, line) for line in reversed(own_columns(block)))
    return (line for line in in_place if winners[line.column.name.value] is line)


def _in_place(block: TableBlock, unused: dict[str, TableBlock]) -> Iterator[ColumnLine]:
    for line in block.lines:
        if isinstance(line, ColumnLine):
            yield line
        elif line.value in unused:
            yield from own_columns(unused.pop(line.value))


def _indexes(block: TableBlock, used: Iterable[TableBlock]) -> tuple[Index, ...]:
    """All indexes; where two are over the same columns, the table's own wins over a partial's."""
    own = {_key(index) for index in block.indexes}
    inherited = {_key(index): index for partial in used for index in partial.indexes}
    return (*(index for key, index in inherited.items() if key not in own), *block.indexes)


def _key(index: Index) -> tuple[str, ...]:
    return tuple(column.value for column in index.columns)
