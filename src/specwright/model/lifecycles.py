"""Lifecycles: which state a row may go to, from where, by what, if what, and then what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.model.disjoint import are_disjoint
from specwright.model.entities import Column, Entity, EnumType, LiteralDefault
from specwright.model.typed import Typed
from specwright.model.types import quoted
from specwright.model.wire import squashed
from specwright.spec import syntax
from specwright.spec.text import Text


@dataclass(frozen=True, slots=True)
class Transition:
    """From `source` to `target` by `trigger`, if its guard holds; an `else` if no other's does."""

    source: str
    target: str
    trigger: str
    place: Place
    guard: Typed | None = None
    words: str | None = None  # the guard as written
    is_else: bool = False
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """(state, trigger) → guards, target, effect; no arrow means `wrong-status`."""

    entity: str
    column: str
    states: tuple[str, ...]  # in the order of the enum
    initial: str
    final: tuple[str, ...]
    transitions: tuple[Transition, ...]
    place: Place

    @property
    def triggers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(arrow.trigger for arrow in self.transitions))

    def by(self, trigger: str) -> tuple[Transition, ...]:
        return tuple(arrow for arrow in self.transitions if arrow.trigger == trigger)

    def arrows(self, state: str, trigger: str) -> tuple[Transition, ...]:
        """Those to try in turn: the first whose guard holds is taken."""
        return tuple(arrow for arrow in self.by(trigger) if arrow.source == state)


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """A transition whose guard nobody has typed yet."""

    transition: Transition
    guard: Text | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A lifecycle whose guards nobody has typed yet."""

    lifecycle: Lifecycle
    arrows: tuple[DrawnArrow, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a diagram may name: triggers (operations, and what rules do) and effects."""

    triggers: frozenset[str]
    effects: frozenset[str]


def read_lifecycles(
    diagrams: Sequence[syntax.StateDiagram],
    entities: Sequence[Entity],
    enums: Mapping[str, EnumType],
    known: Known,
    report: Report,
) -> tuple[Drawing, ...]:
    found: dict[tuple[str, str], Drawing] = {}
    for diagram in diagrams:
        if not diagram.transitions:
            continue
        matched = _match(diagram, entities, enums, report)
        if matched is None:
            continue
        entity, column, enum = matched
        if (entity.name, column.name) in found:
            report.add(
                diagram.place,
                Code.DECLARED_TWICE,
                f"`{entity.table}.{column.name}` has two state diagrams.",
                "Draw all its transitions in one.",
            )
            continue
        drawing = _Reading(diagram, entity, column, enum, known, report).drawing()
        if drawing is not None:
            found[entity.name, column.name] = drawing
    return tuple(found.values())


# -- Which column ---------------------------------------------------------------------------------


def _states(diagram: syntax.StateDiagram) -> dict[str, syntax.Word]:
    words = [word for arrow in diagram.transitions for word in (arrow.source, arrow.target) if word]
    return {word.value: word for word in reversed(words)}


def _match(
    diagram: syntax.StateDiagram,
    entities: Sequence[Entity],
    enums: Mapping[str, EnumType],
    report: Report,
) -> tuple[Entity, Column, EnumType] | None:
    """The enum column whose values are the states; the heading decides between several."""
    states = frozenset(_states(diagram))
    columns = [
        (entity, column, enum)
        for entity in entities
        for column in entity.columns
        if (enum := enums.get(column.type.enum or "")) is not None
        if states & frozenset(enum.values)
    ]
    exact = [one for one in columns if frozenset(one[2].values) == states]
    near = exact or _nearest(columns, states)
    fits = [_fit_of_heading(diagram, entity) for entity, _, _ in near]
    best = max(fits, default=0)
    named = [one for one, fit in zip(near, fits, strict=True) if fit and fit == best]
    chosen = near if len(near) == 1 else named
    if len(chosen) == 1:
        return chosen[0]
    if near:
        listed = quoted(tuple(f"{entity.table}.{column.name}" for entity, column, _ in near))
        message = f"This diagram could be the lifecycle of {listed}."
        hint = (
            f"Put the entity's name into the heading above, such as `{near[0][0].name} lifecycle`."
        )
    else:
        message = "No column has an enum of the states of this diagram."
        hint = "Declare an `Enum` with these states, and a column of that type."
    report.add(diagram.place, Code.LIFECYCLE_COLUMN, message, hint)
    return None


def _nearest(
    columns: Sequence[tuple[Entity, Column, EnumType]], states: frozenset[str]
) -> list[tuple[Entity, Column, EnumType]]:
    shared = [len(states & frozenset(enum.values)) for _, _, enum in columns]
    most = max(shared, default=0)
    if most * 2 < len(states):
        return []
    return [one for one, count in zip(columns, shared, strict=True) if count == most]


def _fit_of_heading(diagram: syntax.StateDiagram, entity: Entity) -> int:
    """How much of the heading is the entity's name: of `Order line`, more is a line's."""
    heading = squashed(diagram.heading.value) if diagram.heading is not None else ""
    called = (squashed(name) for name in (entity.word, entity.table))
    return max((len(name) for name in called if name in heading), default=0)


# -- What it says ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    diagram: syntax.StateDiagram
    entity: Entity
    column: Column
    enum: EnumType
    known: Known
    report: Report

    def drawing(self) -> Drawing | None:
        initial = self._initial()
        arrows = tuple(self._arrows())
        self._check_states()
        if initial is None:
            return None
        lifecycle = Lifecycle(
            self.entity.name,
            self.column.name,
            self.enum.values,
            initial,
            tuple(self._final()),
            tuple(arrow.transition for arrow in arrows),
            self.diagram.place,
        )
        self._check_reachable(lifecycle)
        self._check_column(lifecycle)
        return Drawing(lifecycle, arrows)

    def _initial(self) -> str | None:
        firsts = [arrow for arrow in self.diagram.transitions if arrow.source is None]
        targets = {arrow.target.value: arrow for arrow in firsts if arrow.target is not None}
        if len(targets) == 1:
            return next(iter(targets))
        default = self.column.default
        value = default.value if isinstance(default, LiteralDefault) else self.enum.values[0]
        self.report.add(
            list(targets.values())[1].place if targets else self.diagram.place,
            Code.INITIAL_STATE,
            "This diagram begins twice."
            if targets
            else "This diagram does not say where it begins.",
            f"Write `[*] --> {value}` once.",
        )
        return None

    def _final(self) -> Iterator[str]:
        for arrow in self.diagram.transitions:
            if arrow.target is not None or arrow.source is None:
                continue
            if arrow.trigger is not None:
                self.report.add(
                    arrow.trigger.place,
                    Code.UNKNOWN_TRIGGER,
                    "An arrow to `[*]` says that a state is final, so nothing triggers it.",
                    "Draw a state of its own for what comes then, or drop the label.",
                )
            yield arrow.source.value

    def _arrows(self) -> Iterator[DrawnArrow]:
        for arrow in self.diagram.transitions:
            if arrow.source is None or arrow.target is None:
                continue
            if arrow.trigger is None:
                self.report.add(
                    arrow.place,
                    Code.UNKNOWN_TRIGGER,
                    f"Nothing says what leads from `{arrow.source}` to `{arrow.target}`.",
                    f"Write `{arrow.source} --> {arrow.target} : operationId`.",
                )
                continue
            self._check_words(arrow.trigger, arrow.effect)
            yield self._arrow(arrow, arrow.source.value, arrow.target.value, arrow.trigger.value)

    def _arrow(
        self, arrow: syntax.Transition, source: str, target: str, trigger: str
    ) -> DrawnArrow:
        words = arrow.guard.value.strip() if arrow.guard is not None else None
        is_else = words == "else"
        transition = Transition(
            source,
            target,
            trigger,
            arrow.place,
            words=None if is_else else words,
            is_else=is_else,
            effect=arrow.effect.value if arrow.effect is not None else None,
        )
        return DrawnArrow(transition, None if is_else else arrow.guard)

    def _check_words(self, trigger: syntax.Word, effect: syntax.Word | None) -> None:
        first = next(
            arrow.trigger
            for arrow in self.diagram.transitions
            if arrow.trigger is not None and arrow.trigger.value == trigger.value
        )
        if trigger.value not in self.known.triggers and first is trigger:
            self.report.add(
                trigger.place,
                Code.UNKNOWN_TRIGGER,
                f"The trigger `{trigger}` is no operation of the contract, and no rule does it.",
                did_you_mean(trigger.value, sorted(self.known.triggers)),
            )
        if effect is not None and effect.value not in self.known.effects:
            self.report.add(
                effect.place,
                Code.UNKNOWN_EFFECT,
                f"The effect `{effect}` is not defined.",
                did_you_mean(effect.value, sorted(self.known.effects))
                or f"Write `{effect}:` under `effects:` in rules.md.",
            )

    def _check_states(self) -> None:
        drawn = _states(self.diagram)
        for state, word in sorted(drawn.items(), key=lambda item: item[1].place):
            if state not in self.enum.values:
                self.report.add(
                    word.place,
                    Code.UNKNOWN_STATE,
                    f"`{state}` is no value of the enum `{self.enum.name}`.",
                    did_you_mean(state, self.enum.values) or f"Add it to `Enum {self.enum.name}`.",
                )
        for state in self.enum.values:
            if state not in drawn:
                self.report.add(
                    self.diagram.place,
                    Code.STATE_NOT_DRAWN,
                    f"The state `{state}` of the enum `{self.enum.name}` is not drawn.",
                    "Draw how a row comes to it, or drop the value.",
                )

    def _check_reachable(self, lifecycle: Lifecycle) -> None:
        reached = {lifecycle.initial}
        for _ in lifecycle.states:
            reached |= {
                arrow.target.value
                for arrow in self.diagram.transitions
                if arrow.source is not None and arrow.target is not None
                if arrow.source.value in reached
            }
        for state, word in sorted(_states(self.diagram).items(), key=lambda item: item[1].place):
            if state in lifecycle.states and state not in reached:
                self.report.add(
                    word.place,
                    Code.UNREACHABLE_STATE,
                    f"No arrows lead from `{lifecycle.initial}` to `{state}`.",
                    f"Draw an arrow to `{state}`, or drop the state.",
                )

    def _check_column(self, lifecycle: Lifecycle) -> None:
        where = f"`{self.entity.table}.{self.column.name}`"
        if self.column.nullable:
            self.report.add(
                self.column.place,
                Code.LIFECYCLE_COLUMN,
                f"{where} holds a state, so it cannot be null.",
                f"Write `[not null, default: '{lifecycle.initial}']`.",
            )
        default = self.column.default
        if isinstance(default, LiteralDefault) and default.value != lifecycle.initial:
            self.report.add(
                self.column.place,
                Code.INITIAL_STATE,
                f"{where} is `{default.value}` by default, "
                f"but its lifecycle begins at `{lifecycle.initial}`.",
                "Make the two agree.",
            )


def check_choices(lifecycle: Lifecycle, report: Report) -> None:
    """At most one arrow may be meant: the guards exclude each other, or the last is `[else]`."""
    for source, trigger in dict.fromkeys((a.source, a.trigger) for a in lifecycle.transitions):
        arrows = lifecycle.arrows(source, trigger)
        guarded = [arrow for arrow in arrows if arrow.words is not None]
        others = [arrow for arrow in arrows if arrow.words is None]
        for arrow in _excess(arrows, guarded, others):
            report.add(
                arrow.place,
                Code.GUARDS_OVERLAP,
                f"From `{source}`, `{trigger}` could go several ways at once.",
                "Let the guards exclude each other, or end with an arrow `[else]`.",
            )
        for arrow in arrows:
            if arrow.is_else and not guarded:
                report.add(
                    arrow.place,
                    Code.GUARDS_OVERLAP,
                    f"`[else]` has no other arrow of `{trigger}` from `{source}` beside it.",
                    "Drop `[else]`, or guard another arrow.",
                )


def _excess(
    arrows: Sequence[Transition],
    guarded: Sequence[Transition],
    others: Sequence[Transition],
) -> Iterable[Transition]:
    if len(arrows) == 1:
        return ()
    if others:
        is_fine = len(others) == 1 and others[0].is_else and arrows[-1] is others[0]
        return () if is_fine else others[:1] if others[0].is_else else others[-1:]
    return [
        later
        for number, later in enumerate(guarded)
        if any(not _exclude(earlier, later) for earlier in guarded[:number])
    ][:1]


def _exclude(one: Transition, other: Transition) -> bool:
    """A guard with an error of its own is not held against the others."""
    return one.guard is None or other.guard is None or are_disjoint(one.guard, other.guard)
