"""The parts of a condition, each of which can fail alone."""

from collections.abc import Iterator

from specwright.model.typed import Logic, Typed


def parts(condition: Typed | None) -> tuple[Typed, ...]:
    return tuple(_parts(condition)) if condition is not None else ()


def _parts(condition: Typed) -> Iterator[Typed]:
    if isinstance(condition, Logic) and condition.operator == "&&":
        for operand in condition.operands:
            yield from _parts(operand)
    else:
        yield condition
