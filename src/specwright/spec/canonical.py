"""A bundle in our own notation: what its authors wrote stays, what is read of it comes below."""

from collections.abc import Iterator

from specwright.diagnostic import Report
from specwright.spec.bundle import CONTRACT, DATA_MODEL, RULES, read_bundle
from specwright.spec.contract import read_contract
from specwright.spec.dbml.writing import write_dbml
from specwright.spec.deriving import derive_contract, derive_rules, derive_tables
from specwright.spec.markdown import Fence, Grid, read_markdown
from specwright.spec.syntax import DataModel
from specwright.spec.text import Text
from specwright.tree import Tree

_TITLE = "## Tables"
_DERIVED = "# Data model\n\nDerived from the contract, by convention: for review.\n\n{block}\n"
_INTRODUCTION = "What is written above, as it is built. From here on, this block alone is read."


def formatted(files: Tree) -> dict[str, str]:
    """The files whose access tables are not aligned yet, as they are when they are."""
    text = files.get(RULES)
    aligned = _aligned(text) if text is not None else None
    return {} if aligned in (None, text) else {RULES: str(aligned)}


def canonical(name: str, files: Tree, report: Report) -> dict[str, str]:
    """Those files as well that state tables in other words than DBML, with DBML at their end.

    What a bundle lacks is derived from what it has: its contract from its tables, its tables from
    its contract, and an access table in which nothing is decided.
    """
    changed = formatted(files)
    bundle = read_bundle(name, files, report)
    model, contract = bundle.data_model, bundle.contract
    has_contract = any(path.startswith("contracts/") for path in files)
    if model.tables and not _has_dbml(files[DATA_MODEL]):
        changed[DATA_MODEL] = _with_block(files[DATA_MODEL], model)
    if model.tables and not has_contract:
        changed[CONTRACT] = derive_contract(bundle.name, model)
        contract = read_contract(Text(CONTRACT, changed[CONTRACT]), report)
    elif contract is not None and DATA_MODEL not in files:
        model = derive_tables(contract)
        changed[DATA_MODEL] = _DERIVED.format(block=_block(model))
    if contract is not None and contract.operations and RULES not in files:
        changed[RULES] = derive_rules(contract)
    return changed


def _has_dbml(text: str) -> bool:
    parts = read_markdown(Text(DATA_MODEL, text), Report())
    return any(isinstance(part, Fence) and part.language == "dbml" for part in parts)


def _with_block(text: str, model: DataModel) -> str:
    end = "" if text.endswith("\n") else "\n"
    return f"{text}{end}\n{_TITLE}\n\n{_INTRODUCTION}\n\n{_block(model)}\n"


def _block(model: DataModel) -> str:
    return f"```dbml\n{write_dbml(model)}```"


# -- Access tables --------------------------------------------------------------------------------


def _aligned(text: str) -> str:
    lines = text.split("\n")
    for part in read_markdown(Text(RULES, text), Report()):
        if isinstance(part, Grid) and part.header and _is_plain(part, lines):
            first = part.header[0].line - 1
            lines[first : first + len(part.rows) + 2] = _table(part, lines[first + 1])
    return "\n".join(lines)


def _is_plain(grid: Grid, lines: list[str]) -> bool:
    """Whether nothing but the width of its cells can change: no escapes, no list around it."""
    rows = (grid.header, *grid.rows)
    is_even = all(len(row) == len(grid.header) for row in rows)
    numbers = [grid.header[0].line - 1 + at for at in range(len(grid.rows) + 2)]
    return is_even and all(
        lines[number].startswith("|") and lines[number].count("|") == len(grid.header) + 1
        for number in numbers
    )


def _table(grid: Grid, delimiter: str) -> Iterator[str]:
    rows = [[cell.value for cell in row] for row in (grid.header, *grid.rows)]
    widths = [max(3, *(len(row[at]) for row in rows)) for at in range(len(grid.header))]
    marks = [mark.strip() for mark in delimiter.strip().strip("|").split("|")]
    first, *others = rows
    yield _line(first, widths)
    yield (
        "|" + "|".join(_rule(mark, width) for mark, width in zip(marks, widths, strict=True)) + "|"
    )
    yield from (_line(row, widths) for row in others)


def _rule(mark: str, width: int) -> str:
    """The dashes below a heading, with the colons that say how its column is set."""
    left, right = mark.startswith(":"), mark.endswith(":")
    return f"{':' if left else '-'}{'-' * width}{':' if right else '-'}"


def _line(cells: list[str], widths: list[int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
