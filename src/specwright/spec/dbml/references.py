"""References, with the tables and columns that they name looked up."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from specwright.diagnostic import Code, Level, Report, did_you_mean
from specwright.spec.dbml.cursor import quoted
from specwright.spec.dbml.partials import Expanded
from specwright.spec.dbml.statements import Arrow, Pointer, Side
from specwright.spec.syntax import Column, Reference, Table, Word

_MOST_HINTS = 100  # looking for a similar name takes long among many
_MOST_NAMES = 1000
_MOST_LISTED = 12


class Known:
    """The tables of a data model, and what to say of a name that is none of them."""

    def __init__(
        self,
        tables: Mapping[str, Expanded],
        aliases: Mapping[str, str],
        report: Report,
        *,
        lost: bool,
    ) -> None:
        self.tables = tables
        self.report = report
        self._aliases = aliases
        self._lost = lost
        self._hints = 0
        self._missed: set[tuple[str, str]] = set()  # the columns that a table was said to lack

    def table(self, name: Word) -> Expanded | None:
        """The table of a name or an alias; none is missed where a block could not be read."""
        found = self.tables.get(self._aliases.get(name.value, name.value))
        if found is None and not self._lost:
            self.report.add(
                name.place,
                Code.UNKNOWN_TABLE,
                f"There is no table {quoted(name.value)}.",
                self._near(name, (*self.tables, *self._aliases)),
            )
        return found

    def has_columns(self, expanded: Expanded, names: Sequence[Word]) -> bool:
        """Whether the table has them all; of one that could not be read nothing is said.

        What several references miss is said once: it is the table that has the slip.
        """
        unknown = [name for name in names if name.value not in expanded.columns]
        table = expanded.table.name.value
        for name in unknown if expanded.complete else ():
            if (table, name.value) not in self._missed:
                self._missed.add((table, name.value))
                self.report.add(
                    name.place,
                    Code.UNKNOWN_COLUMN,
                    f"The table {quoted(table)} has no column {quoted(name.value)}.",
                    self._near(name, expanded.columns),
                )
        return not unknown

    def look_up_partials(self, partials: Collection[str], named: Iterable[Word]) -> None:
        for name in named:
            if name.value not in partials and not self._lost:
                self.report.add(
                    name.place,
                    Code.DBML_UNKNOWN_PARTIAL,
                    f"There is no partial {quoted(name.value)}.",
                    self._near(name, partials),
                )

    def look_up_indexes(self) -> None:
        for expanded in self.tables.values():
            for index in expanded.table.indexes:
                self.has_columns(expanded, index.columns)

    def _near(self, name: Word, names: Collection[str]) -> str | None:
        self._hints += 1
        few = self._hints <= _MOST_HINTS and len(names) <= _MOST_NAMES
        return (did_you_mean(name.value, names) or _all(names)) if few else None


def _all(names: Collection[str]) -> str | None:
    """What there is to choose from, where that is a line."""
    listed = ", ".join(map(quoted, names))
    return f"There is {listed}." if 0 < len(names) <= _MOST_LISTED else None


def references_of(known: Known, arrows: Sequence[Arrow]) -> tuple[Reference, ...]:
    found: dict[tuple[str, ...], Reference] = {}
    for arrow in (*_inline(known.tables.values()), *arrows):
        reference = _reference(known, arrow)
        if reference is None:
            continue
        if found.setdefault(_key(reference), reference) is not reference:
            _report_twice(known.report, reference)
    return tuple(found.values())


def _inline(tables: Iterable[Expanded]) -> Iterator[Arrow]:
    """The references inside of columns, as if each stood on a line of its own."""
    for expanded in tables:
        for column, pointer in expanded.pointers:
            yield _as_arrow(expanded.table, column, pointer)


def _as_arrow(table: Table, column: Column, pointer: Pointer) -> Arrow:
    here = Side(Word(table.name.value, column.name.place), (column.name,))
    if pointer.sign.value == "-":  # here the column that says it holds the key
        return Arrow(pointer.side, pointer.sign, here)
    return Arrow(here, pointer.sign, pointer.side)


def _reference(known: Known, arrow: Arrow) -> Reference | None:
    """The reference of an arrow, whose key is left of `>` and right of `<` and `-`."""
    if arrow.sign.value == "<>":
        _report_many(known.report, arrow)
        return None
    right = arrow.sign.value == ">"
    holder, target = (arrow.left, arrow.right) if right else (arrow.right, arrow.left)
    tables = known.table(holder.table), known.table(target.table)
    if tables[0] is None or tables[1] is None or not _match(known.report, holder, target):
        return None
    there = known.has_columns(tables[0], holder.columns)
    if not (known.has_columns(tables[1], target.columns) and there):
        return None
    return Reference(
        table=Word(tables[0].table.name.value, holder.table.place),
        columns=holder.columns,
        target=Word(tables[1].table.name.value, target.table.place),
        target_columns=target.columns,
        one_to_one=arrow.sign.value == "-",
        name=arrow.name,
        on_delete=arrow.on_delete,
        on_update=arrow.on_update,
    )


def _match(report: Report, holder: Side, target: Side) -> bool:
    if len(holder.columns) == len(target.columns):
        return True
    report.add(
        target.table.place,
        Code.REFERENCE_TARGET,
        f"Both sides of a reference have as many columns: here {len(holder.columns)} "
        f"of {quoted(holder.table.value)} would point at {len(target.columns)} "
        f"of {quoted(target.table.value)}.",
        "Name as many on both sides, as in `periods.(shop_id, year) > years.(shop_id, year)`.",
    )
    return False


def _report_many(report: Report, arrow: Arrow) -> None:
    report.add(
        arrow.sign.place,
        Code.DBML_LATER,
        "A relation of many to many is not built from `<>` yet.",
        "Write a table that holds the pairs, with a `>` to each side.",
        level=Level.LATER,
    )


def _report_twice(report: Report, reference: Reference) -> None:
    columns = ", ".join(column.value for column in reference.columns)
    report.add(
        reference.table.place,
        Code.DECLARED_TWICE,
        f"{quoted(f'{reference.table.value}.{columns}')} points at "
        f"{quoted(reference.target.value)} already.",
        "Keep one of the two: a `Ref` line can have a name and `delete:`, `ref:` cannot.",
    )


def _key(reference: Reference) -> tuple[str, ...]:
    words = (reference.table, *reference.columns, reference.target, *reference.target_columns)
    return tuple(word.value for word in words)
