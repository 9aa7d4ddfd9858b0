"""The functions that rules leave to hand-written code, each with its one signature."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from specwright.address import snake
from specwright.diagnostic import Code, Place, Report
from specwright.model import types
from specwright.model.rules import Block, DoHook, Job, Rule


@dataclass(frozen=True, slots=True)
class Hook:
    """As the first rule that calls it has it; `rules` are all that do."""

    name: str
    parameters: tuple[tuple[str, types.Type], ...]
    result: types.Type | None
    rules: tuple[str, ...]
    place: Place

    @property
    def function(self) -> str:
        """What it is called in Python."""
        return snake(self.name)


def hooks_of(rules: Sequence[Rule], jobs: Sequence[Job]) -> tuple[Hook, ...]:
    """Each once, in the order of writing."""
    found: dict[str, Hook] = {}
    for rule, do in _called(rules, jobs):
        before = found.get(do.name)
        by = dict.fromkeys([*(before.rules if before else ()), rule])
        parameters = tuple((name, value.type) for name, value in do.arguments)
        first = before or Hook(do.name, parameters, do.result, (), do.place)
        found[do.name] = Hook(do.name, first.parameters, first.result, tuple(by), first.place)
    return tuple(found.values())


def check_hooks(rules: Sequence[Rule], jobs: Sequence[Job], report: Report) -> None:
    """One function has one signature, and one name: both places are told."""
    by_function: dict[str, list[DoHook]] = {}
    for _, do in _called(rules, jobs):
        by_function.setdefault(snake(do.name), []).append(do)
    for first, *others in by_function.values():
        other = next((one for one in others if _signature(one) != _signature(first)), None)
        if other is not None:
            _say(first, other, report)
            _say(other, first, report)


def _say(one: DoHook, other: DoHook, report: Report) -> None:
    report.add(
        one.place,
        Code.HOOK_SIGNATURE,
        f"`{_words(one)}` is `{_words(other)}` at {other.place}: a hook has one signature.",
        "Call it alike in both places, or give one of the two another name.",
    )


def _signature(do: DoHook) -> tuple[object, ...]:
    return (do.name, tuple(value.type for _, value in do.arguments), do.result)


def _words(do: DoHook) -> str:
    """`scoreRisk(row of Order, int?) -> int`."""
    given = ", ".join(type_name(value.type) for _, value in do.arguments)
    result = f" -> {type_name(do.result)}" if do.result is not None else ""
    return f"{do.name}({given}){result}"


def type_name(found: types.Type) -> str:
    """The type as a signature has it."""
    match found:
        case types.Scalar():
            name = str(found.kind)
        case types.OneOf(None):
            name = "enum"
        case types.OneOf(enum):
            name = str(enum)
        case types.Row():
            name = f"row of {found.entity}"
        case types.ListOf():
            name = f"list of {type_name(found.element)}"
        case types.Null():
            name = "null"
    return f"{name}?" if found.nullable and not isinstance(found, types.Null) else name


def _called(rules: Iterable[Rule], jobs: Iterable[Job]) -> Iterator[tuple[str, DoHook]]:
    blocks = [(rule.name, rule.block) for rule in rules] + [(job.name, job.block) for job in jobs]
    for name, block in blocks:
        yield from ((name, do) for do in _hooks_in(block))


def _hooks_in(block: Block) -> Iterator[DoHook]:
    for inner in block.within():
        yield from inner.hooks
