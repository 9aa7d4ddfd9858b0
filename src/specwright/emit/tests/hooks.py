"""`tests/hooks.py`: what stands in for hand-written code, and what it may give."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from specwright.emit import names
from specwright.emit.hook_names import parameters, result_of
from specwright.emit.hooks import all_hooks
from specwright.emit.once import once
from specwright.emit.rendering import render, verbatim
from specwright.emit.tests.parts import parts
from specwright.emit.tests.samples import samples
from specwright.emit.tests.values import NOW, show
from specwright.model import Model, types
from specwright.model.entities import Column, Entity
from specwright.model.evaluation import holds
from specwright.model.hooks import Hook
from specwright.model.rules import Block, DoHook
from specwright.model.typed import Compare, Constant, Name, Typed, walk
from specwright.model.types import Kind

_PLAIN: dict[Kind, tuple[Any, ...]] = {
    Kind.UUID: (UUID(int=1), UUID(int=2)),
    Kind.TEXT: ("words", "other words"),
    Kind.INT: (1, 0, 2, 10, 100),
    Kind.DOUBLE: (1.0, 0.0, 2.0),
    Kind.DECIMAL: (Decimal(1), Decimal(0), Decimal(2)),
    Kind.BOOL: (True, False),
    Kind.TIMESTAMP: (NOW,),
    Kind.DATE: (NOW.date(),),
    Kind.JSON: ({"any": "thing"},),
}

_NUMBERS: dict[Kind, type[int | float | Decimal]] = {
    Kind.INT: int,
    Kind.DOUBLE: float,
    Kind.DECIMAL: Decimal,
}


def given_as(name: str) -> str:
    """The attribute by which a test says what a hook gives."""
    return f"gives_{name}"


# -- What a hook may give -------------------------------------------------------------------------


def values_of(model: Model, hook: str) -> Sequence[Any]:
    """Values that fit where the hook's result goes; the first is given where a test says none."""
    return _values(model).get(hook, ())


@once
def _values(model: Model) -> dict[str, Sequence[Any]]:
    return {hook.name: _of_hook(model, hook) for hook in model.hooks if hook.result is not None}


def _of_hook(model: Model, hook: Hook) -> Sequence[Any]:
    """Those that are enough for what its rules require of it alone come first."""
    asked = list(_asked(model, hook.name))
    found = [*_plain(model, hook), *_near(hook, asked)]
    apart: list[Any] = []
    for value in found:
        if not any(value == one and type(value) is type(one) for one in apart):
            apart.append(value)
    required = [part for one in asked for part in parts(one) if _names(part) == {hook.name}]
    return sorted(
        apart, key=lambda value: not all(holds(p, {hook.name: value}, _no_rows) for p in required)
    )


def _no_rows(_: str) -> Sequence[Any]:
    return ()


def _plain(model: Model, hook: Hook) -> Iterator[Any]:
    target = next(_targets(model, hook.name), None)
    enums = {enum.name: enum for enum in model.enums}
    found = hook.result
    if isinstance(found, types.OneOf):
        yield from found.values
    elif target is not None and target[1].type.enum is None:
        yield from samples(*target, enums)[:4]
    elif isinstance(found, types.Scalar):
        yield from _PLAIN.get(found.kind, ())
    if found is not None and found.nullable:
        yield None


def _near(hook: Hook, asked: Sequence[Typed]) -> Iterator[Any]:
    """What is at the edge of what rules compare it with."""
    compared = (node for one in asked for node in walk(one) if isinstance(node, Compare))
    constants = [
        node.value
        for one in compared
        if hook.name in _names(one)
        for node in walk(one)
        if isinstance(node, Constant)
    ]
    make = _NUMBERS.get(hook.result.kind) if isinstance(hook.result, types.Scalar) else None
    for value in constants:
        if make is not None and isinstance(value, int | Decimal) and not isinstance(value, bool):
            yield from (make(value), make(value - 1), make(value + 1))
        elif make is None and isinstance(value, str) and types.is_kind(_type(hook), Kind.TEXT):
            yield value


def _type(hook: Hook) -> types.Type:
    assert hook.result is not None
    return hook.result


def _names(typed: Typed) -> set[str]:
    return {node.name for node in walk(typed) if isinstance(node, Name)}


def _asked(model: Model, name: str) -> Iterator[Typed]:
    """The requirements that read what the hook gives."""
    for block in _blocks(model):
        for require in block.require:
            if name in _names(require.condition) and name in {do.name for do in block.hooks}:
                yield require.condition


def _blocks(model: Model) -> Iterator[Block]:
    for rule in model.rules:
        yield from rule.block.within()
    for job in model.all_jobs:
        yield from job.block.within()


def _targets(model: Model, name: str) -> Iterator[tuple[Entity, Column]]:
    """The columns that take the result as it is."""
    written = (one for block in _blocks(model) for one in _written(block))
    for entity_name, column, value in written:
        if isinstance(value, Name) and value.name == name:
            entity = model.entity(entity_name)
            yield entity, entity.columns_by_name[column]


def _written(block: Block) -> Iterator[tuple[str, str, Typed]]:
    yield from ((one.target.entity, one.target.column, one.value) for one in block.set)
    yield from ((made.entity, *value) for made in block.create for value in made.values)


def default_of(model: Model, name: str) -> Any:
    """What the hook gives where a test does not say."""
    return next(iter(values_of(model, name)), None)


def given_by(
    model: Model, hooks: Iterable[DoHook], said: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the hooks give, by their names, where a test has `said` so or not."""
    names = (do.name for do in hooks if do.result is not None)
    return {name: (said or {}).get(name, default_of(model, name)) for name in names}


# -- The file -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    attribute: str
    kept: str
    value: str


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    parameters: tuple[str, ...]
    result: str
    gives: str | None


def emit_fake_hooks(model: Model, *, has_scenarios: bool) -> Iterator[tuple[str, str]]:
    """Nothing where no rule comes to hand-written code."""
    hooks = all_hooks(model)
    if not hooks:
        return
    yield (
        "tests/hooks.py",
        render(
            "tests/hooks.py",
            imports=names.grouped(_imports(model, hooks)),
            given=[_given(model, hook) for hook in hooks if hook.result is not None],
            functions=[_function(model, hook) for hook in hooks],
        ),
    )
    if has_scenarios:
        yield "tests/scenarios/conftest.py", verbatim("tests/scenarios/conftest.py")


def _imports(model: Model, hooks: Sequence[Hook]) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for hook in hooks:
        if isinstance(hook.result, types.OneOf) and hook.result.name is not None:
            yield f"{homes[hook.result.name]}.models", model.enum(hook.result.name).class_name


def _given(model: Model, hook: Hook) -> _Given:
    kept = result_of(model, hook)
    if isinstance(hook.result, types.OneOf):
        kept = "str | None" if hook.result.nullable else "str"
    return _Given(given_as(hook.function), kept, _shown(default_of(model, hook.name)))


def _shown(value: Any) -> str:
    """As Python outside of a test, where there is no world whose time it is."""
    match value:
        case datetime():
            day = f"{value.year}, {value.month}, {value.day}"
            return f"datetime({day}, {value.hour}, {value.minute}, tzinfo=UTC)"
        case date():
            return f"date({value.year}, {value.month}, {value.day})"
        case _:
            return show(value)


def _function(model: Model, hook: Hook) -> _Function:
    kept = f"self.{given_as(hook.function)}"
    gives = kept if hook.result is not None else None
    if isinstance(hook.result, types.OneOf) and hook.result.name is not None:
        made = f"{model.enum(hook.result.name).class_name}({kept})"
        gives = f"{made} if {kept} else None" if hook.result.nullable else made
    given = tuple(name for name, _ in parameters(model, hook))
    return _Function(hook.function, given, result_of(model, hook), gives)
