"""Values that tests put into rows and requests, and how Python writes them there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from specwright.emit.wording import quoted
from specwright.model.sql_types import Kind

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)  # of every test's world
LONG_TEXT = 20
_UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
    "microseconds": timedelta(microseconds=1),
}


@dataclass(frozen=True, slots=True)
class Ref:
    """A column of a row that the test has at hand, by the row's variable."""

    row: str
    column: str

    def __str__(self) -> str:
        return f"{self.row}[{quoted(self.column)}]"


Said: TypeAlias = Any  # a value of a column, or a Ref


class Form(str):
    """Python that stands for a value."""

    __slots__ = ()


class Another(Form):
    """Python that stands for another value of a column each time."""

    __slots__ = ("kind",)
    kind: Kind

    @classmethod
    def of(cls, kind: Kind, form: str) -> "Another":
        made = cls(form)
        made.kind = kind
        return made


def show(value: Said) -> str:
    """The value as a test writes it into a row."""
    match value:
        case Form():
            return str(value)
        case Ref():
            return str(value)
        case str():
            return _text(value)
        case datetime():
            return _moment(value)
        case date():
            return _day(value)
        case timedelta():
            return _duration(value)
        case Decimal():
            is_whole = value == value.to_integral_value() and abs(value) < 2**63
            return f"Decimal({int(value)})" if is_whole else f"Decimal({quoted(str(value))})"
        case UUID():
            return f"UUID(int={value.int})"
        case dict():
            return f"{{{', '.join(f'{show(k)}: {show(v)}' for k, v in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(show(one) for one in value)}]"
        case _:
            return repr(value)


def show_json(value: Said, *, fixed: bool = False) -> str:
    """The value as a test writes it into a request; `fixed`, where there is no world yet."""
    match value:
        case Ref():
            return str(value)
        case datetime() if fixed:
            return quoted(value.isoformat().replace("+00:00", "Z"))
        case date() | UUID() if fixed:
            return quoted(str(value))
        case datetime() | date() | UUID():
            return f"world.wire({show(value)})"
        case Decimal():
            return str(value)
        case dict():
            pairs = (f"{show(k)}: {show_json(v, fixed=fixed)}" for k, v in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple():
            return f"[{', '.join(show_json(one, fixed=fixed) for one in value)}]"
        case _:
            return show(value)


def equals(value: Said) -> str:
    """`== 1`, or `is None`, as an assertion compares with it."""
    word = "is" if value is None or isinstance(value, bool) else "=="
    return f"{word} {show(value)}"


def keywords(values: Mapping[str, Said]) -> str:
    """`, title="x", priority=1`."""
    return "".join(f", {name}={show(value)}" for name, value in values.items())


def _text(value: str) -> str:
    if len(value) > LONG_TEXT and len(set(value)) == 1:
        return f"{_text(value[0])} * {len(value)}"
    return quoted(value) if value.isprintable() else ascii(value).replace("'", '"')


def _moment(value: datetime) -> str:
    if value == NOW:
        return "world.now"
    sign = "+" if value > NOW else "-"
    return f"world.now {sign} {_duration(abs(value - NOW))}"


def _day(value: date) -> str:
    days = (value - NOW.date()).days
    if days == 0:
        return "world.now.date()"
    return f"world.now.date() {'+' if days > 0 else '-'} timedelta(days={abs(days)})"


def _duration(value: timedelta) -> str:
    unit = next(unit for unit, length in _UNITS.items() if not value % length)
    return f"timedelta({unit}={value // _UNITS[unit]})"
