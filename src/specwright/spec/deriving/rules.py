"""An access table in which nothing is decided yet: each operation of a contract, with `?`."""

from collections.abc import Iterator

from specwright.spec.syntax import Contract, Operation

_TEXT = """\
# Rules

## Who may

Write `yes`, a condition such as `task.owner_id == actor.id`, or nothing in place of each `?`.

{table}
"""


def derive_rules(contract: Contract) -> str:
    """Who may call what is nobody's guess: `anyone` is asked of what asks for no token."""
    rows = [*_rows(contract)]
    width = max(len(row[0]) for row in rows)
    header = ("operation", "anyone", "signed in")
    widths = (max(width, len(header[0])), len(header[1]), len(header[2]))
    lines = [_line(header, widths), "|" + "|".join("-" * (n + 2) for n in widths) + "|"]
    lines += [_line(row, widths) for row in rows]
    return _TEXT.format(table="\n".join(lines))


def _rows(contract: Contract) -> Iterator[tuple[str, str, str]]:
    for operation in contract.operations:
        is_public = _is_public(operation)
        yield f"`{operation.id}`", "?" if is_public else "", "" if is_public else "?"


def _is_public(operation: Operation) -> bool:
    return not operation.security or {} in operation.security


def _line(cells: tuple[str, str, str], widths: tuple[int, int, int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
