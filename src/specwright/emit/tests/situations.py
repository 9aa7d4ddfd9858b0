"""The search for situations: where a call is allowed, and where it is refused for one reason only.

Candidates are tried in order of how much a test would have to say, and each is carried out in
memory. What is not found within a bound is not shown, and said so.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from specwright.emit.behaviour import Behaviour
from specwright.emit.hooks import hooks_asked_by
from specwright.emit.lookups import operation_rule
from specwright.emit.tests.conditions import conditions_of, values_of_trigger
from specwright.emit.tests.factories import Factories
from specwright.emit.tests.factory import Row
from specwright.emit.tests.hooks import values_of
from specwright.emit.tests.passwords import HASH, PASSWORD
from specwright.emit.tests.requests import (
    MADE_UP,
    FieldOf,
    NoSample,
    can_be_said,
    fields_of,
    near_by,
    said_as,
    sample_value,
)
from specwright.emit.tests.simulation import Asked, Beyond, Outcome, Simulation
from specwright.emit.tests.slots import Knob, Slot, Slots
from specwright.emit.tests.stage import HOOKS, Given, Impossible, Stage
from specwright.emit.tests.values import NOW, Ref
from specwright.emit.tests.variables import apart, variable_of
from specwright.emit.tests.written import columns_of, request_of
from specwright.model import Model
from specwright.model.entities import ForeignKey, Relation
from specwright.model.evaluation import evaluate
from specwright.model.operations import Operation, OperationKind, RowInPath
from specwright.model.rules import Each
from specwright.model.typed import Typed
from specwright.model.wire import flattened

MOST_TRIES = 2000
MOST_CHANGES = 3
Choice = tuple[tuple[Knob, Any], ...]


@dataclass(frozen=True)
class Situation:
    """Rows, and a call that the rows let somebody make."""

    operation: Operation
    givens: tuple[Given, ...]
    actor: str | None  # variables
    row: str | None
    path: tuple[tuple[str, Ref], ...] = ()  # by parameter
    body: Mapping[str, Any] | None = None
    named: tuple[str, ...] = ()  # variables of the rows that the body names

    def staged(self, factories: Factories) -> Stage:
        return Stage(factories).put(self.givens)

    def asked(self, stage: Stage) -> Asked:
        model, operation = stage.factories.model, self.operation
        body = stage.resolved(self.body or {})
        return Asked(
            operation,
            actor=stage.variables[self.actor] if self.actor else None,
            row=stage.variables[self.row] if self.row else None,
            request=request_of(model, operation, body),
            above=self._rows(stage, self.above),
            named=self._rows(stage, self.named),
            written=columns_of(model, operation, body),
            new=self._new(stage, body),
            version=stage.versions[self.row] if self.row and operation.needs_if_match else None,
        )

    @property
    def above(self) -> tuple[str, ...]:
        """The variables of the rows of its path, but for its own."""
        return tuple(dict.fromkeys(ref.row for _, ref in self.path if ref.row != self.row))

    def _rows(self, stage: Stage, variables: Sequence[str]) -> tuple[tuple[str, Row], ...]:
        return tuple((stage.entities[name], stage.variables[name]) for name in variables)

    def _new(self, stage: Stage, body: Mapping[str, Any]) -> Row | None:
        """The row that a create or a link is asked to make."""
        operation, entity = self.operation, made_by(self.operation)
        if entity is None or entity not in stage.factories:
            return None
        says = {**self._tenant(stage), **says_by_path(operation, self.path)}
        written = columns_of(stage.factories.model, operation, body)
        accounts = stage.factories.model.accounts
        if accounts is not None and entity == accounts.entity:
            written |= {accounts.password: HASH}
        return stage.new(entity, {**self._set_on(stage, entity), **says, **written})

    def _set_on(self, stage: Stage, entity: str) -> Row:
        """What rules set where the new row must have a value and has none otherwise."""
        behaviour = stage.factories.behaviour(self.operation.id)
        actor = stage.variables[self.actor] if self.actor else None
        body = stage.resolved(self.body or {})
        request = request_of(stage.factories.model, self.operation, body)
        names = {"now": NOW, "actor": actor, "request": request}
        columns = stage.factories[entity].entity.columns_by_name
        return {
            one.target.column: evaluate(one.value, names, stage.all)
            for one in (behaviour.sets if behaviour else ())
            if not columns[one.target.column].is_filled
        }

    def _tenant(self, stage: Stage) -> Row:
        model = stage.factories.model
        tenant = model.entity(made_by(self.operation) or "").tenant
        if tenant is None or not tenant.is_direct or self.actor is None or model.tenancy is None:
            return {}
        return {tenant.column: Ref(self.actor, model.tenancy.column)}


def made_by(operation: Operation) -> str | None:
    """The entity of the row that a create or a link makes, and an unlink removes."""
    if operation.link is not None:
        return operation.link.entity
    return operation.entity if operation.kind is OperationKind.CREATE else None


def says_by_path(operation: Operation, path: Sequence[tuple[str, Ref]]) -> dict[str, Any]:
    """The columns of a new row that the rows of its path tell."""
    if operation.link is not None:
        rows = {parameter: ref.row for parameter, ref in path}
        return {e.column: Ref(rows[e.parameter], e.target_column) for e in operation.link.ends}
    if not operation.parent_joins:
        return {}
    return {own: Ref(path[-1][1].row, theirs) for own, theirs in operation.parent_joins}


@dataclass(frozen=True)
class Found:
    situation: Situation
    outcome: Outcome
    stage: Stage
    choice: Choice


Goal = Callable[[Outcome, Stage, Situation], bool]


@dataclass(frozen=True)
class Pair:
    """A situation in which a call is allowed, and one close to it in which it is not."""

    allowed: Found
    refused: Found


@dataclass
class Situations:
    """The situations of one operation for callers of one role."""

    factories: Factories
    operation: Operation
    role: str  # or `anyone`, who is not signed in
    status: str | None = None  # of the row, unless the search chooses
    also: tuple[Typed, ...] = ()  # conditions beside the operation's own

    def __post_init__(self) -> None:
        self._base = self._make_base()
        self._tie()
        names = dict(self._tops)
        asked = hooks_asked_by(self.model, self.operation.id)
        told = (name for name in asked if values_of(self.model, name))
        self._slots = Slots(self.factories, names, hooks=tuple(told))
        for each in self._rounds():
            self._slots.bind(each.name, each.collection)
        wanted = [*conditions_of(self.model, self.operation, self.role), *self.also]
        wanted += values_of_trigger(self.model, self.operation.id)
        self._slots.read(wanted)
        for name in (*self._base.above, *self._base.named):
            self._read_visibility(name)
        self._knobs = list(self._usable(self._slots.knobs(self._base.actor)))
        self._knobs += self._request_knobs()

    def _tie(self) -> None:
        """What a row refers to by the situation itself is asked about there, and not elsewhere."""
        slots = {slot.variable: slot for slot in self._tops.values()}
        said = {given.variable: given.said for given in self._base.givens}
        if self._created is not None:
            said[self._created.variable] = self._says_of_new()
        for variable, says in said.items():
            slot = slots.get(variable)
            for relation in self.model.entity(slot.entity).relations if slot else ():
                other = _referred(relation, says)
                if slot is not None and other in slots:
                    slot.below[relation.name] = slots[other]

    def _says_of_new(self) -> dict[str, Any]:
        """The columns of the row that is to be made, by its path and by its body."""
        body = self._base.body or {}
        joins = says_by_path(self.operation, self._base.path)
        return joins | columns_of(self.model, self.operation, body)

    def _usable(self, knobs: Sequence[Knob]) -> Iterator[Knob]:
        """Of a row that is to be made only what a caller can say, as the contract allows it."""
        sent = {one.field.column: one for one in fields_of(self.model, self.operation)}
        for knob in knobs:
            if knob.slot is not self._created:
                yield knob
            elif knob.column in sent and sent[knob.column].key is None:
                flat = flattened(sent[knob.column].field.schema)
                choices = (value for value in knob.choices if can_be_said(flat, value))
                yield replace(knob, choices=tuple(choices))

    def _request_knobs(self) -> Iterator[Knob]:
        """What conditions ask of the request itself, as far as the contract allows it."""
        for one in fields_of(self.model, self.operation):
            beside = self._slots.request.asked.get(one.field.variable)
            if beside is None or one.key is not None or one.field.relation is not None:
                continue
            flat = flattened(one.field.schema)
            choices = tuple(value for value in near_by(beside) if can_be_said(flat, value))
            if choices:
                yield Knob(self._slots.request, one.field.variable, choices)

    def _read_visibility(self, name: str) -> None:
        """What the call names must exist for its caller."""
        slot = self._tops[f"named {name}"]
        visibility = self.model.visibility_of(slot.entity)
        row = self.model.entity(slot.entity).row
        for seen in visibility.permissions if visibility else ():
            if seen.role in (self.role, "anyone") and seen.condition is not None:
                self._slots.read([seen.condition], {row: slot})

    @property
    def model(self) -> Model:
        return self.factories.model

    # -- searching ------------------------------------------------------------------------------

    def success(self) -> Found | None:
        return self._success

    @cached_property
    def _success(self) -> Found | None:
        return next(self.successes(), None)

    def successes(self) -> Iterator[Found]:
        """Each is searched for once, however often they are asked for."""
        self._successes, again = itertools.tee(self._successes)
        return again

    @cached_property
    def _successes(self) -> Iterator[Found]:
        searches = self.operation.kind in (OperationKind.PICK, OperationKind.FIND)
        return self.every(
            lambda outcome, _stage, _situation: (
                outcome.is_success and (not searches or outcome.picked is not None)
            )
        )

    def find(self, goal: Goal) -> Found | None:
        return next(self.every(goal), None)

    def every(self, goal: Goal) -> Iterator[Found]:
        for choice in choices(self._knobs):
            found = self.tried(choice)
            if found is not None and goal(found.outcome, found.stage, found.situation):
                yield found

    def pair(self, part: Typed, answer: str) -> Pair | None:
        """Refused because this part of a condition fails and nothing else; allowed close by."""
        allowed: list[Found] = []
        refused: list[Found] = []
        for found in self._varied(part):
            if found.outcome.is_success:
                allowed.append(found)
            elif found.outcome.answer == answer and found.outcome.failed == (part,):
                refused.append(found)
        ranked = [
            (rank, Pair(one, other))
            for other in refused
            for one in allowed
            if (rank := _rank(one.choice, other.choice)) is not None
        ]
        return min(ranked, key=lambda pair: pair[0])[1] if ranked else None

    def edge(self, part: Typed, wanted: Callable[[Outcome], bool]) -> Found | None:
        """A situation that is wanted, close to one that is not and is allowed as well."""
        allowed = [found for found in self._varied(part) if found.outcome.is_success]
        ranked = [
            (rank, one)
            for one in allowed
            if wanted(one.outcome)
            for other in allowed
            if not wanted(other.outcome)
            if (rank := _rank(one.choice, other.choice)) is not None
        ]
        return min(ranked, key=lambda pair: pair[0])[1] if ranked else None

    def _varied(self, part: Typed) -> Iterator[Found]:
        """What is allowed, and all that is like it but for what the part asks about."""
        success = self.success()
        if success is None:
            return
        touched = self._slots.touched(part)
        knobs = [knob for knob in self._knobs if (id(knob.slot), knob.column) in touched]
        rest = tuple((knob, value) for knob, value in success.choice if knob not in knobs)
        options = [[(knob, value) for value in self._variants(knob)] for knob in knobs]
        for chosen in itertools.islice(itertools.product(*options), MOST_TRIES):
            said = tuple((knob, value) for knob, value in chosen if value is not _UNSAID)
            found = self.tried((*rest, *said))
            if found is not None:
                yield found

    def _variants(self, knob: Knob) -> Sequence[Any]:
        """What a hook gives is always said: before, it may have given something else."""
        is_hook = knob.slot is self._slots.hook_slot
        return knob.choices if is_hook else (_UNSAID, *knob.choices)

    def tried(self, choice: Choice) -> Found | None:
        situation = self._with(choice)
        try:
            stage = situation.staged(self.factories)
            outcome = Simulation(self.model, stage).answer(situation.asked(stage))
        except (Impossible, Beyond, TypeError, KeyError, ArithmeticError, StopIteration):
            return None
        return Found(situation, outcome, stage, choice)

    # -- from choices to rows ---------------------------------------------------------------------

    def _with(self, choice: Choice) -> Situation:
        chosen = {(id(knob.slot), knob.column): value for knob, value in choice}
        givens: list[Given] = []
        done: dict[str, Slot] = {slot.variable: slot for slot in self._tops.values()}
        for given in self._base.givens:
            slot = done.get(given.variable)
            if slot is None:
                givens.append(given)
            else:
                givens += _Placing(self.factories, chosen).placed(slot, given)
        situation = replace(self._base, givens=(*givens, *self._given_by_hooks(choice)))
        return self._with_body(situation, choice)

    def _given_by_hooks(self, choice: Choice) -> Iterator[Given]:
        slot = self._slots.hook_slot
        says = tuple((knob.column or "", value) for knob, value in choice if knob.slot is slot)
        if says:
            yield Given(slot.variable, HOOKS, says=says)

    def _with_body(self, situation: Situation, choice: Choice) -> Situation:
        """What is chosen of the request, or of a row that is to be made, stands in the body."""
        fields = [one.field for one in fields_of(self.model, self.operation)]
        of_row = {field.column: field.name for field in fields if field.column}
        of_request = {field.variable: field.name for field in fields}
        said = {}
        for knob, value in choice:
            found = of_row if knob.slot is self._created else of_request
            if knob.slot in (self._created, self._slots.request) and knob.column in found:
                said[found[knob.column]] = value
        return replace(situation, body={**(situation.body or {}), **said}) if said else situation

    # -- where every situation begins -------------------------------------------------------------

    def _rounds(self) -> Iterator[Each]:
        behaviour = Behaviour.named(self.model, self.operation.id)
        yield from behaviour.rounds if behaviour else ()

    def _make_base(self) -> Situation:
        self._tops: dict[str, Slot] = {}
        actor, givens = self._actor()
        row, path, rows = self._rows(actor)
        body, targets = self._body({g.variable for g in (*givens, *rows)})
        self._created = self._new_row()
        named = tuple(given.variable for given in targets)
        base = Situation(self.operation, (*givens, *rows, *targets), actor, row, path, body, named)
        for given in (*rows, *targets):
            if given.variable in (*base.above, *named):
                slot = Slot(given.variable, given.entity)
                self._tops[f"named {given.variable}"] = slot
                self._tops.setdefault(self.model.entity(given.entity).row, slot)
        return base

    def _new_row(self) -> Slot | None:
        """The row that a create or a link is asked to make."""
        operation, name = self.operation, made_by(self.operation)
        if name is None or name not in self.factories:
            return None
        entity = self.model.entity(name)
        created = Slot(f"new {entity.row}", entity.name)
        self._tops[entity.row] = created
        behaviour = self.factories.behaviour(operation.id)
        if behaviour is not None and behaviour.entity == entity.name:
            self._tops[behaviour.row] = created
        return created

    def _actor(self) -> tuple[str | None, list[Given]]:
        roles = self.model.roles
        if self.role == "anyone" or roles is None:
            return None, []
        variable = self.role if self.role.isidentifier() else "caller"
        if variable in {entity.row for entity in self.model.entities} | {"world", "given"}:
            variable = "caller"
        says = ((roles.column, self.role),) if roles.column else ()
        self._tops["actor"] = Slot(variable, roles.entity)
        return variable, [Given(variable, roles.entity, says=says)]

    def _rows(
        self, actor: str | None
    ) -> tuple[str | None, tuple[tuple[str, Ref], ...], list[Given]]:
        operation = self.operation
        if operation.link is not None:
            return self._link_ends()
        named = operation.row or operation.parent
        if named is not None:
            return self._named_rows(named, actor, is_own=operation.row is not None)
        if operation.kind in (OperationKind.PICK, OperationKind.FIND, OperationKind.LIST):
            return self._searched_row()
        return None, (), []

    def _named_rows(
        self, named: RowInPath, actor: str | None, *, is_own: bool
    ) -> tuple[str | None, tuple[tuple[str, Ref], ...], list[Given]]:
        givens: list[Given] = []
        path: list[tuple[str, Ref]] = []
        above: str | None = None
        for one in named.chain():
            if one.is_actor:
                above = actor
                if one is named and is_own and actor is not None:
                    self._name_row(one.entity, self._tops["actor"])
                continue
            entity = self.model.entity(one.entity)
            variable = variable_of(entity)
            variable = variable if variable != actor else f"{variable}_2"
            says = tuple((own, Ref(above, theirs)) for own, theirs in one.joins if above)
            is_last = one is named and is_own
            status = self._first_status(entity.name) if is_last else None
            givens.append(Given(variable, entity.name, status, says))
            path += [(key.parameter, Ref(variable, key.column)) for key in one.keys]
            above = variable
            if is_last:
                self._name_row(entity.name, Slot(variable, entity.name))
        if not is_own and self.operation.kind is OperationKind.LIST and above is not None:
            givens += self._listed_rows(above)
        return (above if is_own else None), tuple(path), givens

    def _listed_rows(self, above: str) -> list[Given]:
        """A row of the collection that hangs on the row above."""
        name = self.operation.entity
        if name is None or name not in self.factories:
            return []
        row = self.model.entity(name).row
        variable = variable_of(self.model.entity(name))
        variable = variable if variable != above else f"{variable}_2"
        slot = Slot(variable, name)
        self._tops[row] = slot
        says = tuple((own, Ref(above, theirs)) for own, theirs in self.operation.parent_joins)
        return [Given(variable, name, says=says)]

    def _name_row(self, entity: str, slot: Slot) -> None:
        self._tops[self.model.entity(entity).row] = slot
        behaviour = Behaviour.named(self.model, self.operation.id)
        if behaviour is not None and behaviour.entity == entity:
            self._tops[behaviour.row] = slot

    def _first_status(self, entity: str) -> str | None:
        lifecycle = self.model.lifecycle_of(entity)
        if lifecycle is None:
            return None
        arrows = lifecycle.by(self.operation.id)
        return self.status or (arrows[0].source if arrows else None)

    def _link_ends(self) -> tuple[str | None, tuple[tuple[str, Ref], ...], list[Given]]:
        assert self.operation.link is not None
        givens, path, taken = [], [], set[str]()
        link = self.model.entity(self.operation.link.entity)
        columns: list[tuple[str, Ref]] = []
        for end in self.operation.link.ends:
            row = variable_of(self.model.entity(end.target))
            wanted = [row, end.column.removesuffix("_id"), f"{row}_2"]
            variable = next(name for name in wanted if name not in taken)
            taken.add(variable)
            givens.append(Given(variable, end.target))
            path.append((end.parameter, Ref(variable, end.key)))
            columns.append((end.column, Ref(variable, end.target_column)))
        if self.operation.kind is OperationKind.UNLINK:
            givens.append(Given(variable_of(link), link.name, says=tuple(columns)))
        return None, tuple(path), givens

    def _searched_row(self) -> tuple[str | None, tuple[tuple[str, Ref], ...], list[Given]]:
        rule = operation_rule(self.model, self.operation.id)
        search = rule.block.search if rule is not None else None
        name = search.entity if search is not None else self.operation.entity
        if name is None or name not in self.factories:
            return None, (), []
        variable, row = variable_of(self.model.entity(name)), self.model.entity(name).row
        slot = Slot(variable, name)
        self._tops[search.name if search is not None else row] = slot
        self._tops[row] = slot
        return None, (), [Given(variable, name)]

    def _body(self, taken: set[str]) -> tuple[dict[str, Any] | None, list[Given]]:
        """As little as the call takes, with the rows that it names."""
        if self.operation.body is None:
            return None, []
        if self.operation.kind is OperationKind.SIGN_IN:
            return self._credentials(taken)
        if self.operation.kind in (OperationKind.REFRESH, OperationKind.SIGN_OUT):
            raise NoSample("a token that was given")
        fields = fields_of(self.model, self.operation)
        required = [one for one in fields if one.field.required]
        plain = {} if required else self._smallest_change()
        said = required or self._first_keys(self._fewest - len(plain))
        body: dict[str, Any] = {}
        givens: list[Given] = []
        for one in said:
            if one.key is not None:
                named = Given(self._name_for(one, one.key, taken), one.key.target)
                givens.append(named)
                taken.add(named.variable)
                key = Ref(named.variable, one.key.target_columns[0])
                body[one.field.name] = said_as(one.field, key)
            else:
                body[one.field.name] = sample_value(self.model, one)
        return body | plain, givens

    def _credentials(self, taken: set[str]) -> tuple[dict[str, Any], list[Given]]:
        """Those of somebody who can sign in."""
        accounts, body = self.model.accounts, self.operation.body
        assert accounts is not None
        assert body is not None
        variable = variable_of(self.model.entity(accounts.entity))
        variable = variable if variable not in taken else f"{variable}_2"
        said: dict[str, Any] = {}
        for field in body.fields:
            said[field.name] = PASSWORD if field.secret else Ref(variable, accounts.login)
            if field.secret and not can_be_said(flattened(field.schema), PASSWORD):
                raise NoSample(field.name)
        return said, [Given(variable, accounts.entity)]

    def _name_for(self, one: FieldOf, key: ForeignKey, taken: set[str]) -> str:
        """The variable of a row that a body names."""
        own = variable_of(self.model.entity(self.operation.entity or key.target))
        stem = apart((one.field.column or "").removesuffix("_id"))
        plain = variable_of(self.model.entity(key.target))
        wanted = (plain, stem, f"{plain}_2", f"{plain}_3", f"{plain}_4")
        return next(name for name in wanted if name and name not in taken | {own})

    @property
    def _fewest(self) -> int:
        """How many properties a patch must have, and one if it need have none."""
        body = self.operation.body
        return max(1, (flattened(body.schema).min_properties or 0) if body is not None else 0)

    def _first_keys(self, count: int) -> list[FieldOf]:
        """Fields that name rows, for a patch that has too few others."""
        fields = fields_of(self.model, self.operation)
        keys = [one for one in fields if one.key and one.key.target in self.factories]
        return keys[: max(count, 0)]

    def _smallest_change(self) -> dict[str, Any]:
        """The first fields of a patch, with values that are others than before."""
        found: dict[str, Any] = {}
        for one in fields_of(self.model, self.operation):
            if one.key is not None or one.field.relation is not None or one.field.secret:
                continue
            try:
                value = sample_value(self.model, one)
            except NoSample:
                continue
            if value != MADE_UP:
                found[one.field.name] = _another(one.field.name, value)
            if len(found) >= self._fewest:
                break
        return found


def choices(knobs: Sequence[Knob]) -> Iterator[Choice]:
    """From nothing chosen to a few choices at once, up to a bound."""
    return itertools.islice(_choices(knobs), MOST_TRIES)


def _choices(knobs: Sequence[Knob]) -> Iterator[Choice]:
    for size in range(MOST_CHANGES + 1):
        for chosen in itertools.combinations(knobs, size):
            for values in itertools.product(*(knob.choices for knob in chosen)):
                yield tuple(zip(chosen, values, strict=True))


def placed(factories: Factories, slot: Slot, given: Given, choice: Choice) -> Iterator[Given]:
    chosen = {(id(knob.slot), knob.column): value for knob, value in choice}
    return _Placing(factories, chosen).placed(slot, given)


@dataclass(frozen=True)
class _Placing:
    """From choices to rows."""

    factories: Factories
    chosen: Mapping[tuple[int, str | None], Any]

    def placed(self, slot: Slot, given: Given) -> Iterator[Given]:
        """The row of a slot after those that it points at, before those that point at it."""
        says = given.said
        first: list[Given] = []
        for below in slot.below.values():
            relation = below.relation
            if relation is None or relation.many or not self._is_chosen(below):
                continue
            first += self.placed(below, Given(below.variable, below.entity))
            says |= {own: Ref(below.variable, theirs) for own, theirs in relation.columns}
        status = given.status
        factory = self.factories[slot.entity]
        for column in slot.asked:
            if (id(slot), column) in self.chosen:
                value = self.chosen[id(slot), column]
                if factory.lifecycle is not None and factory.lifecycle.column == column:
                    status = value
                else:
                    says[column] = value
        placed = replace(given, status=status, says=tuple(says.items()))
        if placed.times > 1:
            yield replace(placed, first=tuple(first))
        else:
            yield from first
            yield placed
        yield from self._children(slot)

    def _children(self, slot: Slot) -> Iterator[Given]:
        for below in slot.below.values():
            relation = below.relation
            if relation is None or not relation.many:
                continue
            times = self.chosen.get((id(below), None), 1 if self._is_chosen(below) else 0)
            if times:
                says = tuple((theirs, Ref(slot.variable, own)) for own, theirs in relation.columns)
                child = Given(below.variable, below.entity, says=says, times=times)
                yield from self.placed(below, child)

    def _is_chosen(self, slot: Slot) -> bool:
        return any(
            (id(one), name) in self.chosen for one in slot.all() for name in (*one.asked, None)
        )


def _referred(relation: Relation, says: Mapping[str, Any]) -> str | None:
    """The variable of the row that a relation leads to, where the values say so."""
    values = [says.get(column) for column in relation.columns]
    refs = [value for value in values if isinstance(value, Ref)]
    pairs = zip(refs, relation.target_columns, strict=False)
    is_said = len(refs) == len(values) and all(ref.column == far for ref, far in pairs)
    return refs[0].row if relation.kind == "one" and refs and is_said else None


_UNSAID = object()


def _another(name: str, value: Any) -> Any:
    if isinstance(value, str) and value == name.replace("_", " "):
        return f"another {value}"
    return value


def distance(one: Any, other: Any) -> float:
    """How far apart two choices are: nearest is best shown."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs((one - other) / timedelta(seconds=1)) / 1e6
    if isinstance(one, date) and isinstance(other, date):
        return float(abs((one - other).days))
    numbers = (int, float, Decimal)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return float(abs(Decimal(one) - Decimal(other)))
    if one is None or other is None:
        return 1000.0
    return 100.0 if one is _UNSAID or other is _UNSAID else 10.0


def _rank(one: Choice, other: Choice) -> tuple[float, int] | None:
    """How close two situations are that differ in one choice, and how much they say."""
    before, after = dict(one), dict(other)
    apart = [
        knob
        for knob in {**before, **after}
        if before.get(knob, _UNSAID) != after.get(knob, _UNSAID)
    ]
    if len(apart) != 1:
        return None
    apart_by = distance(before.get(apart[0], _UNSAID), after.get(apart[0], _UNSAID))
    return apart_by, len(before) + len(after)
