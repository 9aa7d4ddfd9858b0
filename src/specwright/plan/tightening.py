"""Whether a check that is changed lets through all that it used to."""

from specwright.diagnostic import Report
from specwright.model.sql_checks import Bound, OneOf, Shape, read_check
from specwright.plan.schema import Check
from specwright.spec.text import Text


def allows_all_of(new: Check, old: Check) -> bool:
    """Whether no row that the old check let through can break the new one."""
    return new == old or (
        (wide := _only_shape(new)) is not None
        and (narrow := _only_shape(old)) is not None
        and _holds(wide, narrow)
    )


def difference(old: Check, new: Check) -> str:
    """What is let through now or no longer, in words."""
    match _only_shape(old), _only_shape(new):
        case OneOf(column, before), OneOf(column_now, after) if column == column_now:
            added = [str(value) for value in after if value not in before]
            removed = [str(value) for value in before if value not in after]
            parts = [f"{column} may be {', '.join(added)}"] if added else []
            parts += [f"{column} may no longer be {', '.join(removed)}"] if removed else []
            return " and ".join(parts) or "the order of its values"
        case _:
            return f"was {old.sql}"


def _only_shape(check: Check) -> Shape | None:
    read = read_check(Text(check.name, check.sql), check.columns, Report())
    return read.shapes[0] if read is not None and read.whole and len(read.shapes) == 1 else None


def _holds(wide: Shape, narrow: Shape) -> bool:
    match wide, narrow:
        case OneOf(), OneOf():
            return wide.column == narrow.column and set(narrow.values) <= set(wide.values)
        case Bound(), Bound():
            same = (wide.column, wide.of_length) == (narrow.column, narrow.of_length)
            return same and _starts_before(wide, narrow) and _ends_after(wide, narrow)
        case _:
            return False


def _starts_before(wide: Bound, narrow: Bound) -> bool:
    if wide.low is None or narrow.low is None:
        return wide.low is None
    is_open = wide.low_is_outside and not narrow.low_is_outside
    return wide.low < narrow.low or (wide.low == narrow.low and not is_open)


def _ends_after(wide: Bound, narrow: Bound) -> bool:
    if wide.high is None or narrow.high is None:
        return wide.high is None
    is_open = wide.high_is_outside and not narrow.high_is_outside
    return wide.high > narrow.high or (wide.high == narrow.high and not is_open)
