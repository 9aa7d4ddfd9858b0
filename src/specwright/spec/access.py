"""The tables of `rules.md`: who may call what, and who sees which field."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from specwright.diagnostic import Code, Level, Place, Report, did_you_mean
from specwright.spec.markdown import Grid, code_spans
from specwright.spec.syntax import AccessRow, Cell, HiddenField, Word
from specwright.spec.text import Text

Subject = Literal["access", "hidden"]

_SUBJECTS: dict[str, Subject] = {
    "operation": "access",
    "operations": "access",
    "hidden field": "hidden",
    "hidden fields": "hidden",
}
SIGNED_IN = "signed in"  # a column for every caller with a token whose role has no cell
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_FIELD = re.compile(r"([A-Za-z_]\w*)\.([A-Za-z_]\w*)", re.ASCII)
_SEPARATORS = re.compile(r"[\s,]*")
_READINGS = (
    "Write `yes`, leave the cell empty for no, or put a condition in backticks, "
    "such as `order.customer_id == actor.id`."
)


def subject_of(grid: Grid, report: Report) -> Subject | None:
    """What a table is about by its first heading; None for any table that is not ours."""
    heading = _plain(grid.header[0]) if grid.header else ""
    if heading in _SUBJECTS:
        return _SUBJECTS[heading]
    if near := did_you_mean(heading, ("operation", "hidden field")):
        message = f"This table is not read: its first column is called `{heading}`."
        report.add(grid.header[0].place(0), Code.UNREAD_BLOCK, message, near)
    return None


def _plain(cell: Text) -> str:
    return " ".join(cell.value.replace("`", "").replace("*", "").casefold().split())


@dataclass
class Tables:
    """What the tables say so far; an operation has one row in all of them."""

    report: Report
    roles: dict[str, Word] = field(default_factory=dict)
    access: list[AccessRow] = field(default_factory=list)
    hidden: list[HiddenField] = field(default_factory=list)
    _first: dict[str, Place] = field(default_factory=dict)

    def take(self, grid: Grid) -> None:
        subject = subject_of(grid, self.report)
        if subject == "access":
            self.access.extend(self._access(grid))
        elif subject == "hidden":
            self.hidden.extend(self._hidden(grid))

    # -- who may call what

    def _access(self, grid: Grid) -> Iterator[AccessRow]:
        roles = [self._role(cell) for cell in grid.header[1:]]
        self._report_twice([role for role in roles if role is not None], "column")
        if not roles:
            message = "This table has no roles, so nobody may do anything."
            hint = "Add a column for each role: `| operation | anyone | admin |`."
            self.report.add(grid.header[0].place(0), Code.UNCLEAR_CELL, message, hint)
        for row in grid.rows:
            operations = self._names(row[0], "operation", _NAME) if row else ()
            self._report_repeated(operations)
            if operations and self._is_even(grid, row):
                if self._is_open(operations, row[1:]):
                    yield AccessRow(operations, (), is_open=True)
                    continue
                cells = (
                    self._cell(role, cell)
                    for role, cell in zip(roles, row[1:], strict=True)
                    if role is not None and cell.value
                )
                yield AccessRow(operations, tuple(cell for cell in cells if cell is not None))

    def _is_open(self, operations: Sequence[Word], cells: Sequence[Text]) -> bool:
        asked = next((cell for cell in cells if cell.value == "?"), None)
        if asked is None:
            return False
        named = ", ".join(f"`{operation}`" for operation in operations)
        message = f"Who may call {named} is not decided, so nobody may."
        self.report.add(asked.place(0), Code.OPEN_QUESTION, message, _READINGS, level=Level.OPEN)
        return True

    def _role(self, cell: Text) -> Word | None:
        name = cell.value.replace("`", "").replace("*", "").strip()
        place = cell.place(max(cell.value.find(name), 0))
        if not (_NAME.fullmatch(name) or name == SIGNED_IN):
            message = f"`{name}` cannot be a role." if name else "This column names no role."
            hint = (
                "Head it with a role of the users, such as `admin`, "
                f"with `anyone`, or with `{SIGNED_IN}`."
            )
            self.report.add(place, Code.UNCLEAR_CELL, message, hint)
            return None
        role = Word(name, place)
        self.roles.setdefault(name, role)
        return role

    def _report_twice(self, words: Sequence[Word], thing: str) -> None:
        seen: set[str] = set()
        for word in words:
            if word.value in seen:
                message = f"`{word}` has two {thing}s in this table."
                self.report.add(word.place, Code.DECLARED_TWICE, message, "Keep one of the two.")
            seen.add(word.value)

    def _report_repeated(self, operations: Sequence[Word]) -> None:
        for operation in operations:
            earlier = self._first.setdefault(operation.value, operation.place)
            if earlier is not operation.place:
                message = f"`{operation}` has a row already, on line {earlier.line}."
                hint = "An operation has one row: say in it who may call it."
                self.report.add(operation.place, Code.DECLARED_TWICE, message, hint)

    def _cell(self, role: Word, cell: Text) -> Cell | None:
        place = cell.place(0)
        spans, prose = code_spans(cell)
        said = spans[0].value if len(spans) == 1 and not prose else cell.value
        if said.casefold() == "yes":
            return Cell(role, None, place)
        if len(spans) == 1 and not prose:
            return Cell(role, spans[0], place)
        if "`" in prose:
            message = f"A backtick is missing in the cell of `{role}`."
        elif len(spans) > 1:
            message = f"The cell of `{role}` holds {len(spans)} conditions; it can hold one."
        elif spans:
            message = f"The cell of `{role}` holds more than a condition: `{_short(prose)}`."
        else:
            message = f"`{_short(cell.value)}` is neither `yes` nor a condition."
        hint = "Join them with `&&` or `||`." if len(spans) > 1 else _READINGS
        self.report.add(place, Code.UNCLEAR_CELL, message, hint)
        return None

    # -- who sees which field

    def _hidden(self, grid: Grid) -> Iterator[HiddenField]:
        if len(grid.header) != 2 or _plain(grid.header[1]) != "visible to":  # noqa: PLR2004
            message = "This table of hidden fields is not read."
            hint = "Head it `| hidden field | visible to |`."
            self.report.add(grid.header[0].place(0), Code.UNREAD_BLOCK, message, hint)
            return
        for row in grid.rows:
            names = self._names(row[0], "field", _FIELD) if row else ()
            if not names or not self._is_even(grid, row):
                continue
            condition = self._visible_to(row[1])
            for name in names if condition else ():
                entity, _, column = name.value.partition(".")
                place = name.place
                after = Place(place.file, place.line, place.column + len(entity) + 1)
                if condition is not None:
                    yield HiddenField(Word(entity, place), Word(column, after), condition)

    def _visible_to(self, cell: Text) -> Text | None:
        spans, prose = code_spans(cell)
        if len(spans) == 1 and not prose:
            return spans[0]
        said = f"`{_short(cell.value)}` is no condition" if cell.value else "This cell is empty"
        message = f"{said}: say in CEL who sees the field."
        hint = 'Put a condition in backticks, such as `actor.role == "staff"`.'
        self.report.add(cell.place(0), Code.UNCLEAR_CELL, message, hint)
        return None

    # -- both

    def _is_even(self, grid: Grid, row: Sequence[Text]) -> bool:
        if len(row) == len(grid.header):
            return True
        message = f"This row has {len(row)} cells, its heading {len(grid.header)}."
        hint = (
            "Write `\\|` for a `|` that belongs to a cell." if len(row) > len(grid.header) else None
        )
        self.report.add(row[0].place(0), Code.UNEVEN_ROW, message, hint)
        return False

    def _names(self, cell: Text, thing: str, pattern: re.Pattern[str]) -> tuple[Word, ...]:
        """The names in the first cell of a row: in backticks, or bare between commas."""
        spans, prose = code_spans(cell)
        if not spans:
            spans, prose = tuple(_between_commas(cell)), ""
        wrong = next((span for span in spans if not pattern.fullmatch(span.value)), None)
        if wrong is None and spans and _SEPARATORS.fullmatch(prose):
            return tuple(Word(span.value, span.place(0)) for span in spans)
        example = "`Order.charge_id`" if thing == "field" else "`placeOrder`, `cancelOrder`"
        said = f"`{_short(wrong.value if wrong else prose)}` is no name of" if cell.value else "No"
        message = f"{said} {'a field' if thing == 'field' else 'an operation'}."
        if not cell.value:
            message = f"This row names no {thing}."
        place = (wrong or cell).place(0)
        self.report.add(place, Code.UNCLEAR_CELL, message, f"Write for example {example}.")
        return ()


def _between_commas(cell: Text) -> Iterator[Text]:
    start = 0
    for piece in cell.value.split(","):
        name = piece.strip()
        if name:
            at = start + piece.index(name)
            yield cell.part(at, at + len(name))
        start += len(piece) + 1


def _short(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= 60 else f"{said[:59]}…"  # noqa: PLR2004  what fits a message
