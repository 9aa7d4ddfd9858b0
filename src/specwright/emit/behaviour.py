"""What an operation does to a row, gathered from its lifecycle, its effects and its own rules.

Everything of one operation is read first and done together, so that its sets, guards and
requirements are collected here, wherever the bundle wrote them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from specwright.address import snake
from specwright.emit.beyond import ARGUMENTS, Beyond, roots
from specwright.emit.facts import Fact, distinct_facts
from specwright.emit.lookups import effect, operation_rule, sweep_rule
from specwright.emit.nested import Nested, nested_rows
from specwright.emit.once import once
from specwright.emit.owners import Owner, in_order, owner_of
from specwright.emit.requested import Requested
from specwright.model import Model
from specwright.model.counting import owners_counted
from specwright.model.lifecycles import Lifecycle, Transition
from specwright.model.operations import OperationKind
from specwright.model.rules import Block, DoHook, DoRule, Each, Require, Rule, Set
from specwright.model.typed import Name, Typed, path, reads_relations, relations, walk


@once
def _named(_: Model) -> "dict[str, Behaviour | None]":
    """Those that were asked for."""
    return {}


@once
def _living(model: Model) -> Mapping[str, Lifecycle]:
    """The lifecycle that each trigger moves."""
    return {
        trigger: lifecycle
        for lifecycle in reversed(model.lifecycles)
        for trigger in lifecycle.triggers
    }


@dataclass(frozen=True)
class Behaviour:
    """What the operation or the trigger `name` does to the row `row` of `entity`."""

    model: Model
    name: str
    entity: str
    row: str
    part: Block | None = None  # of its rule, a case of a `switch`
    part_name: str = ""

    @classmethod
    def named(cls, model: Model, name: str) -> "Behaviour | None":
        """Of the operation or the trigger; None where it works on no row that there is."""
        known = _named(model)
        if name not in known:
            known[name] = cls._found(model, name)
        return known[name]

    @classmethod
    def _found(cls, model: Model, name: str) -> "Behaviour | None":
        operation, rule = model.operation(name), _rule(model, name)
        living = _living(model).get(name)
        entity = living.entity if living else rule.entity if rule else None
        if entity is None and operation is not None:
            entity = operation.entity
        if entity is None:
            return None
        return cls(model, name, entity, (rule and rule.row) or model.entity(entity).row)

    def inner(self, do: DoRule) -> "Behaviour":
        """The behaviour of what it does, on the same row."""
        found = Behaviour.named(self.model, do.name)
        return found or Behaviour(self.model, do.name, self.entity, self.row)

    @property
    def function(self) -> str:
        return snake(self.name)

    @property
    def passes_on(self) -> bool:
        """Whether it does nothing but what another operation does."""
        asks = self.requires or self.hooks
        own = asks or self.sets or self.lifecycle or self.beyond
        return len(self.does) == 1 and not (own or self.deletes_row or self.cases)

    @property
    def doer(self) -> "Behaviour":
        """Who does it in the end."""
        return self.inner(self.does[0]).doer if self.passes_on else self

    @cached_property
    def lifecycle(self) -> Lifecycle | None:
        """Its lifecycle, if the operation is a trigger of it."""
        found = self.model.lifecycle_of(self.entity)
        return found if found is not None and self.name in found.triggers else None

    @cached_property
    def arrows(self) -> tuple[Transition, ...]:
        return self.lifecycle.by(self.name) if self.lifecycle else ()

    @cached_property
    def rule(self) -> Rule | None:
        return _rule(self.model, self.name)

    @cached_property
    def effects(self) -> tuple[Rule, ...]:
        """The effects of its arrows, each once."""
        named = dict.fromkeys(arrow.effect for arrow in self.arrows if arrow.effect)
        found = (effect(self.model, name) for name in named)
        return tuple(effect for effect in found if effect is not None)

    @property
    def makes_row(self) -> bool:
        """Whether the row is only there when all is done: rules read it as it was asked for."""
        operation = self.model.operation(self.name)
        return operation is not None and operation.kind is OperationKind.CREATE

    @cached_property
    def requested(self) -> Requested | None:
        """The row that it makes, if it makes one."""
        operation = self.model.operation(self.name)
        if operation is None or not self.makes_row:
            return None
        return Requested(self.model, operation, self.row)

    def told(self, typed: Typed) -> Typed:
        """The expression by what there is: a row that is made is read as it is requested."""
        return self.requested.told(typed) if self.requested is not None else typed

    def asks_others(self, typed: Typed) -> bool:
        """Whether other rows have to be read for it than those at hand."""
        return reads_relations(self.told(typed))

    @property
    def own_block(self) -> Block | None:
        return self.part or (self.rule.block if self.rule else None)

    @cached_property
    def cases(self) -> "tuple[tuple[Typed | None, Behaviour], ...]":
        """Of a `switch`: each condition, None for `else`, and what is done then."""
        block = self.own_block
        return tuple(
            (case.when, replace(self, part=case.block, part_name=f"{self.name}Case{number}"))
            for number, case in enumerate(block.switch if block else (), start=1)
        )

    @cached_property
    def requires(self) -> tuple[Require, ...]:
        """In the order of writing: the operation's own, then its effects'."""
        return tuple(require for block in self.blocks for require in block.require)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        own = (self.own_block,) if self.own_block else ()
        cases = (block for _, case in self.cases for block in case.blocks)
        return (*own, *cases, *(effect.block for effect in self.effects))

    @cached_property
    def rounds(self) -> tuple[Each, ...]:
        return tuple(each for block in self.blocks for each in block.each)

    # -- What it does beyond its row --------------------------------------------------------------

    @cached_property
    def own_beyond(self) -> Beyond | None:
        name = self.part_name or self.name
        return self._beyond(name, self.own_block) if self.own_block else None

    @cached_property
    def effects_beyond(self) -> tuple[Beyond, ...]:
        found = (self._beyond(one.name, one.block, is_effect=True) for one in self.effects)
        return tuple(one for one in found if one is not None)

    @cached_property
    def nested(self) -> tuple[Nested, ...]:
        """The rows that its request brings with its own."""
        operation = self.model.operation(self.name)
        return nested_rows(self.model, operation) if operation else ()

    @property
    def nested_requires(self) -> Iterator[Require]:
        return (require for nested in self.nested for require in nested.requires)

    def _beyond(self, name: str, block: Block, *, is_effect: bool = False) -> Beyond | None:
        rounds = [nested.each for nested in self.nested]
        block = replace(block, each=tuple(one for one in block.each if one not in rounds))
        done = [do for each in block.each for do in each.block.do if isinstance(do, DoRule)]
        asks = tuple((do.name, self.inner(do).doer.arguments) for do in done)
        found = Beyond(self.model, name, self.entity, self.row, block, is_effect, asks)
        return found if found.is_needed else None

    @cached_property
    def beyond(self) -> tuple[Beyond, ...]:
        own = (self.own_beyond,) if self.own_beyond else ()
        cases = (beyond for _, case in self.cases for beyond in case.beyond)
        return (*own, *cases, *self.effects_beyond)

    @property
    def deletes_row(self) -> bool:
        row = (self.row,)
        return any(path(one.row) == row for block in self.blocks for one in block.delete)

    @property
    def takes_connection(self) -> bool:
        """Whether it works on other rows than its own, itself or through what it does."""
        beyond = self.beyond or self.hooks
        return bool(beyond) or any(self.inner(do).takes_connection for do in self.does)

    @cached_property
    def hooks(self) -> tuple[DoHook, ...]:
        """What of it is left to hand-written code."""
        return tuple(do for block in self.blocks for do in block.hooks)

    @cached_property
    def calls_hooks(self) -> bool:
        """Whether it comes to hand-written code, itself or through what it does."""
        return bool(self.hooks) or any(self.inner(do).calls_hooks for do in self.does)

    def is_late(self, typed: Typed) -> bool:
        """Whether it reads what a hook gives, so that it can only be told after the hook."""
        given = {do.name for do in self.hooks if do.result is not None}
        return any(isinstance(node, Name) and node.name in given for node in walk(typed))

    @cached_property
    def does(self) -> tuple[DoRule, ...]:
        return tuple(do for block in self.blocks for do in block.do if isinstance(do, DoRule))

    @cached_property
    def done_in_rounds(self) -> "tuple[Behaviour, ...]":
        """What is done to the rows of its rounds."""
        rounds = (one for beyond in self.beyond for one in beyond.rounds)
        return tuple(self.inner(do).doer for one in rounds for do in one.does)

    @cached_property
    def is_told_by_row(self) -> bool:
        """Whether the row alone tells what becomes of it: many are written by one statement."""
        further = (
            self.facts or self.hooks or self.beyond or self.does or self.cases or self.deletes_row
        )
        return bool(self.written) and not further

    @cached_property
    def written(self) -> frozenset[str]:
        """The columns of its row that it writes."""
        columns = {one.target.column for one in self.sets}
        if self.lifecycle and any(arrow.source != arrow.target for arrow in self.arrows):
            columns.add(self.lifecycle.column)
        return frozenset(columns)

    @cached_property
    def touched(self) -> frozenset[str]:
        """The entities of which it works on other rows than its own, itself or by what it does."""
        found = {name for beyond in self.beyond for name in beyond.touched}
        for inner in (*map(self.inner, self.does), *self.done_in_rounds):
            found |= inner.touched
        return frozenset(found)

    def sets_on_row(self, block: Block | None) -> tuple[Set, ...]:
        """Those that write the operation's own row."""
        sets = block.set if block else ()
        return tuple(one for one in sets if path(one.target.row) == (self.row,))

    @cached_property
    def sets(self) -> tuple[Set, ...]:
        return tuple(one for block in self.blocks for one in self.sets_on_row(block))

    # -- What it reads ------------------------------------------------------------------------

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        if self.part is not None:
            return replace(self, part=None, part_name="").facts
        return distinct_facts(self._facts())

    def _facts(self) -> Iterator[Fact]:
        yield from self._facts_of_arrows()
        for number, (when, _) in enumerate(self.cases, start=1):
            if when is not None and self.asks_others(when):
                yield Fact(f"is_case_{number}", when)
        for require in self.requires:
            if self.asks_others(require.condition):
                yield Fact(snake(require.error), require.condition, is_negated=True)
        given = ((do, *argument) for do in self.hooks for argument in do.arguments)
        for do, name, value in given:
            if self.asks_others(value):
                yield Fact(f"{snake(do.name)}_{name}", value)
        for one in self.sets:
            if self.asks_others(one.value):
                yield Fact(one.target.column, one.value)

    def _facts_of_arrows(self) -> Iterator[Fact]:
        guarded = [arrow for arrow in self.arrows if arrow.guard and self.asks_others(arrow.guard)]
        for arrow in guarded:
            assert arrow.guard is not None
            alone = len({one.guard for one in guarded}) == 1
            yield Fact("guard_holds" if alone else f"may_become_{snake(arrow.target)}", arrow.guard)

    def fact_for(self, typed: Typed) -> Fact | None:
        return next((fact for fact in self.facts if fact.typed == typed), None)

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """What the function of the operation takes beside the row."""
        used = {name for typed in self.expressions for name in roots(typed)}
        for do in self.does:
            used |= set(self.inner(do).arguments)
        for beyond in self.beyond:
            used |= set(beyond.arguments)
        used |= {"now"} if self._stamps else set()
        hooks = ("hooks",) if self.calls_hooks else ()
        return (*(name for name in ARGUMENTS if name in used), *hooks)

    @property
    def _stamps(self) -> bool:
        """Whether its row, once changed, says when."""
        is_changed = bool(self.sets or self.lifecycle) and not self.deletes_row
        return is_changed and self.model.entity(self.entity).column("updated_at") is not None

    @cached_property
    def expressions(self) -> tuple[Typed, ...]:
        guards = (arrow.guard for arrow in self.arrows if arrow.guard)
        requires = (require.condition for require in self.requires)
        whens = (when for when, _ in self.cases if when is not None)
        given = (value for do in self.hooks for _, value in do.arguments)
        return (*guards, *whens, *requires, *given, *(one.value for one in self.sets))

    @property
    def lifecycle_arguments(self) -> tuple[str, ...]:
        """What the function of its lifecycle takes beside the row: facts first."""
        typed = [arrow.guard for arrow in self.arrows if arrow.guard]
        typed += [one.value for one in self.sets if not self.is_late(one.value)]
        asked = ("facts",) if any(reads_relations(one) for one in typed) else ()
        used = {name for one in typed if not reads_relations(one) for name in roots(one)}
        return (*asked, *(name for name in ARGUMENTS if name in used))

    @property
    def refusal_statuses(self) -> Iterator[int]:
        """Of its lifecycle, its requirements, and those of what it does."""
        if self.lifecycle is not None:
            yield 409
        yield from (require.status for require in self.requires)
        yield from (require.status for require in self.nested_requires)
        yield from (require.status for beyond in self.beyond for require in beyond.requires)
        for inner in (*map(self.inner, self.does), *self.done_in_rounds):
            yield from inner.refusal_statuses

    @cached_property
    def counted(self) -> tuple[Typed, ...]:
        """The rows whose rows are counted here."""
        guards = (lock for one in self.arrows if one.guard for lock in owners_counted(one.guard))
        return (*(lock for require in self.requires for lock in require.locks), *guards)

    def read_and_set(self, typed: Typed) -> tuple[Typed, ...]:
        """The rows beside its own that the expression reads and that are set here."""
        others = (other for beyond in self.beyond for other in beyond.others if other.sets)
        read = {path(one) for one in relations(typed)}
        return tuple(other.row for other in others if other.path in read)

    @cached_property
    def counts_of_others(self) -> bool:
        """Whether rows are counted of a row that relations lead to."""
        inner = any(self.inner(do).counts_of_others for do in self.does)
        return inner or any(self._owners_among(self.counted))

    @cached_property
    def owners(self) -> tuple[Owner, ...]:
        """Those of them that relations lead to, and of what it does; in the order of locking.

        With them go the rows that are set here and read before. Of a row that is made they are
        looked up with what the request names.
        """
        if self.makes_row:
            return ()
        both = [row for fact in self.facts for row in self.read_and_set(fact.typed)]
        found = [*self._owners_among((*self.counted, *both))]
        for do in self.does:
            inner = self.inner(do)
            found += [
                replace(one, start=self.row) if one.start == inner.row else one
                for one in inner.owners
            ]
        return in_order(self.model, found)

    def _owners_among(self, rows: Iterable[Typed]) -> Iterator[Owner]:
        for row in rows:
            owner = owner_of(self.model, row)
            if owner is not None and owner.is_simple and owner.start in ("actor", self.row):
                yield owner

    @property
    def counts_of_actor(self) -> bool:
        """Whether the caller's row has to be locked, since rows of theirs are counted."""
        own = any(path(lock) == ("actor",) for lock in self.counted)
        own = own or any(beyond.sets_actor for beyond in self.beyond)
        inner = (*map(self.inner, self.does), *self.done_in_rounds)
        return own or any(behaviour.counts_of_actor for behaviour in inner)


def _rule(model: Model, name: str) -> Rule | None:
    """Of an operation, of an effect that a rule does by its name, or of a job."""
    return operation_rule(model, name) or effect(model, name) or sweep_rule(model, name)
