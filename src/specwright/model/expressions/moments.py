"""Durations, timestamps and dates as expressions write them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(h|ms|us|µs|ns|m|s)")
_DURATION = re.compile(rf"([+-]?)((?:{_PART.pattern})+)")
_MICROSECONDS = {
    "h": Decimal(3_600_000_000),
    "m": Decimal(60_000_000),
    "s": Decimal(1_000_000),
    "ms": Decimal(1000),
    "us": Decimal(1),
    "µs": Decimal(1),
    "ns": Decimal("0.001"),
}
_DAYS = re.compile(r"([0-9]{1,9})d")
_LONGEST = 32  # characters
_LONGEST_HOURS = Decimal(24 * 366 * 1000)
_LONGER_UNITS = {"d": 24, "day": 24, "days": 24, "w": 168, "week": 168, "weeks": 168}
_LONGER = re.compile(r"([0-9]{1,6})\s*(d|days?|w|weeks?)")
_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_duration(written: str) -> timedelta | None:
    """`1h30m` as Go and CEL write it, to the microsecond."""
    found = _DURATION.fullmatch(written) if len(written) <= _LONGEST else None
    if found is None:
        return None
    parts = _PART.findall(found.group(2))
    micros = sum((Decimal(number) * _MICROSECONDS[unit] for number, unit in parts), Decimal())
    if micros != int(micros) or micros > _LONGEST_HOURS * _MICROSECONDS["h"]:
        return None
    return timedelta(microseconds=int(micros) * (-1 if found.group(1) == "-" else 1))


def read_interval(written: str) -> timedelta | None:
    """`1d12h`: outside of expressions, days can be said as well."""
    return read_duration(_DAYS.sub(lambda days: f"{int(days.group(1)) * 24}h", written))


def duration_hint(written: str) -> str:
    """How to write what was meant."""
    longer = _LONGER.fullmatch(written.strip().lower())
    if longer is None:
        return 'As in `duration("15m")`, `duration("1h30m")` or `duration("90s")`.'
    hours = int(longer.group(1)) * _LONGER_UNITS[longer.group(2)]
    return f'Its longest unit is the hour: write `duration("{hours}h")`.'


def read_timestamp(written: str) -> datetime | None:
    """`2026-01-31T09:00:00Z`, in UTC."""
    if not _TIMESTAMP.fullmatch(written):
        return None
    try:
        return datetime.fromisoformat(written.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_date(written: str) -> date | None:
    """`2026-01-31`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
