"""`backend/{domain}/lifecycle.py`: one pure function for each trigger."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from specwright.emit import names
from specwright.emit.behaviour import Behaviour
from specwright.emit.lookups import effect, enum_of, performed
from specwright.emit.parameters import annotated, imports_for
from specwright.emit.python_text import python
from specwright.emit.rendering import render
from specwright.emit.wording import listed
from specwright.model import Model
from specwright.model.entities import Entity, EnumType
from specwright.model.lifecycles import Lifecycle, Transition
from specwright.model.naming import attribute


@dataclass(frozen=True, slots=True)
class _Case:
    pattern: str
    guard: str | None = None
    changes: tuple[str, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class _Trigger:
    id: str
    name: str
    row: str
    row_class: str
    column: str
    parameters: tuple[str, ...]
    cases: list[_Case]
    wrong_status: str


@dataclass(frozen=True, slots=True)
class _Subject:
    row: str
    row_class: str
    words: str
    column: str
    wrong_status: str


def emit_lifecycle(model: Model, domain: str) -> str | None:
    """None where nothing in the domain has a lifecycle that is built."""
    living = [
        (entity, lifecycle, behaviours)
        for entity in model.entities
        if entity.domain == domain and (lifecycle := model.lifecycle_of(entity.name))
        if (behaviours := list(_behaviours(model, entity, lifecycle)))
    ]
    if not living:
        return None
    return render(
        "backend/lifecycle.py",
        subjects=listed([entity.table.replace("_", " ") for entity, _, _ in living]),
        imports=imports_for(model, domain, [one for _, _, found in living for one in found]),
        triggers=[
            _trigger(model, entity, lifecycle, behaviour)
            for entity, lifecycle, found in living
            for behaviour in found
        ],
        entities=[_subject(entity, lifecycle) for entity, lifecycle, _ in living],
    )


def _behaviours(model: Model, entity: Entity, lifecycle: Lifecycle) -> Iterator[Behaviour]:
    built = performed(model)
    for trigger in lifecycle.triggers:
        if trigger in built:
            yield Behaviour(model, trigger, entity.name, entity.row)


def _subject(entity: Entity, lifecycle: Lifecycle) -> _Subject:
    return _Subject(
        row=entity.row,
        row_class=names.row_class(entity),
        words=entity.word.replace("_", " "),
        column=attribute(lifecycle.column),
        wrong_status=_wrong_status(entity),
    )


def _wrong_status(entity: Entity) -> str:
    return f"_wrong_{entity.row}"


def _trigger(model: Model, entity: Entity, lifecycle: Lifecycle, behaviour: Behaviour) -> _Trigger:
    enum = enum_of(model, entity, lifecycle.column)
    return _Trigger(
        id=behaviour.name,
        name=behaviour.function,
        row=entity.row,
        row_class=names.row_class(entity),
        column=attribute(lifecycle.column),
        parameters=annotated(model, behaviour, behaviour.lifecycle_arguments),
        cases=_merged(list(_cases(model, lifecycle, enum, behaviour))),
        wrong_status=_wrong_status(entity),
    )


def _cases(
    model: Model, lifecycle: Lifecycle, enum: EnumType, behaviour: Behaviour
) -> Iterator[_Case]:
    for state in lifecycle.states:
        arrows = lifecycle.arrows(state, behaviour.name)
        pattern = f"{enum.class_name}.{names.member(state)}"
        for arrow in arrows:
            guard = python(behaviour, arrow.guard) if arrow.guard else None
            changes = tuple(_changes(model, lifecycle, enum, behaviour, arrow))
            yield _Case(pattern, guard, changes)
        if arrows and all(arrow.guard for arrow in arrows):
            needed = " or ".join(f"`{arrow.words}`" for arrow in arrows)
            yield _Case(pattern, refusal=f"{behaviour.name} needs {needed}.")


def _changes(
    model: Model, lifecycle: Lifecycle, enum: EnumType, behaviour: Behaviour, arrow: Transition
) -> Iterator[str]:
    if arrow.target != arrow.source:
        yield f"{attribute(lifecycle.column)}={enum.class_name}.{names.member(arrow.target)}"
    effects = effect(model, arrow.effect)
    for block in (behaviour.own_block, effects.block if effects else None):
        for one in behaviour.sets_on_row(block):
            if behaviour.is_late(one.value):
                continue  # set when the hook has been asked
            yield f"{attribute(one.target.column)}={python(behaviour, one.value)}"


def _merged(cases: list[_Case]) -> list[_Case]:
    """Cases of several states that come to the same, as one case."""
    merged: list[_Case] = []
    for case in cases:
        before = merged[-1] if merged else None
        same = before is not None and replace(before, pattern=case.pattern) == case
        if before is not None and same and case.guard is None and case.refusal is None:
            merged[-1] = replace(before, pattern=f"{before.pattern} | {case.pattern}")
        else:
            merged.append(case)
    return merged
