"""What a rule does beyond the row it works on: rounds, rows made and removed, other rows set."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from specwright.address import pascal, snake
from specwright.emit import names
from specwright.emit.facts import Fact, distinct_facts
from specwright.emit.hook_names import result_variable
from specwright.model import Model, types
from specwright.model.entities import Entity
from specwright.model.rules import Block, Create, Delete, DoRule, Each, Require, Set
from specwright.model.scope import type_of_column
from specwright.model.typed import (
    Compare,
    Follow,
    Get,
    Name,
    Typed,
    path,
    reads_relations,
    relations,
    walk,
)
from specwright.model.typed import Each as Macro
from specwright.spec.cel import tree as cel

ARGUMENTS = ("actor", "request", "now")  # in the order in which functions take them


_ONE = "each one"  # of the rows that are asked for: nothing in a rule is called so


def roots(typed: Typed) -> Iterator[str]:
    """The names in scope that an expression starts from; those of its macros too."""
    return (node.name for node in walk(typed) if isinstance(node, Name))


@dataclass(frozen=True)
class Beyond:
    """What the block of the rule `name` does beyond the row `row` of `entity`."""

    model: Model
    name: str
    entity: str
    row: str
    block: Block
    is_effect: bool = False
    asks: tuple[tuple[str, tuple[str, ...]], ...] = ()  # what the operations of its rounds take

    @property
    def function(self) -> str:
        return snake(self.name)

    @property
    def is_needed(self) -> bool:
        block = self.block
        return bool(block.each or block.create or self.deletes or self.others)

    @property
    def is_one_round(self) -> bool:
        block = self.block
        return len(block.each) == 1 and not (block.create or self.deletes or self.others)

    # -- Other rows that are set ------------------------------------------------------------------

    @cached_property
    def others(self) -> "tuple[Other, ...]":
        """The rows beside its own that it sets, each once, and before them those on the way."""
        found: dict[tuple[str, ...], tuple[Typed, list[Set]]] = {}
        for one in self.block.set:
            if path(one.target.row) in (None, (self.row,)):
                continue
            for words, row in self._way(one.target.row):
                found.setdefault(words, (row, []))
            found[path(one.target.row) or ()][1].append(one)
        lasts = [words[-1] for words in found]
        return tuple(
            Other(self.model, row, words, tuple(sets), is_alone=lasts.count(words[-1]) == 1)
            for words, (row, sets) in found.items()
        )

    def _way(self, row: Typed) -> Iterator[tuple[tuple[str, ...], Typed]]:
        """The rows that lead to it from the rule's row, or from the caller's."""
        if isinstance(row, Follow) and not isinstance(row.row, Name):
            yield from self._way(row.row)
        yield path(row) or (), row

    @cached_property
    def sets_actor(self) -> bool:
        return any(other.path == ("actor",) for other in self.others)

    # -- Rows that are made and removed -----------------------------------------------------------

    @cached_property
    def deletes_own_row(self) -> bool:
        return any(path(one.row) == (self.row,) for one in self.block.delete)

    @cached_property
    def deletes(self) -> tuple[Delete, ...]:
        """Those of other rows than its own."""
        return tuple(one for one in self.block.delete if path(one.row) != (self.row,))

    @cached_property
    def removals(self) -> "tuple[Rows, ...]":
        return tuple(self._rows("remove", one.row, one.entity) for one in self.deletes)

    @cached_property
    def additions(self) -> "tuple[Addition, ...]":
        return numbered(Addition(self.model, self.name, one) for one in self.block.create)

    # -- Rounds -----------------------------------------------------------------------------------

    @cached_property
    def rounds(self) -> "tuple[Round, ...]":
        return tuple(Round(self, one) for one in self.block.each)

    def _rows(self, verb: str, collection: Typed, entity: str) -> "Rows":
        """The rows of a relation, or the one that it leads to."""
        many = isinstance(collection.type, types.ListOf)
        called = path(collection)
        last = called[-1] if called else names.table_class(self.model.entity(entity))
        conditions = tuple(conditions_of(self.model, collection, entity))
        return Rows(f"{verb}_{snake(last)}_for_{self.function}", entity, conditions, many=many)

    # -- What it reads ----------------------------------------------------------------------------

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return distinct_facts(self._facts())

    def _facts(self) -> Iterator[Fact]:
        held = {other.path for other in self.others}
        for other in self.others:
            for one in other.sets:
                if reads_beyond(one.value, held):
                    yield Fact(f"{other.variable}_{one.target.column}", one.value)
        for made in self.block.create:
            for column, value in made.values:
                if reads_beyond(value, held):
                    yield Fact(column, value)

    def fact_for(self, typed: Typed) -> Fact | None:
        return next((fact for fact in self.facts if fact.typed == typed), None)

    @property
    def renamed(self) -> dict[str, str]:
        return {".".join(other.path): other.variable for other in self.others} | self.results

    @cached_property
    def results(self) -> dict[str, str]:
        """What hooks of its block give, and the variables that hold it."""
        given = (do.name for do in self.block.hooks if do.result is not None)
        return {name: result_variable(self.model, name) for name in given}

    @cached_property
    def own_expressions(self) -> tuple[Typed, ...]:
        found = [one.value for other in self.others for one in other.sets]
        found += [value for made in self.block.create for _, value in made.values]
        found += [condition for rows in self.removals for _, condition in rows.conditions]
        return tuple(found)

    @property
    def expressions(self) -> Iterator[Typed]:
        yield from self.own_expressions
        for one in self.rounds:
            yield from one.expressions

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """What its function takes beside the row."""
        used = {name for typed in self.expressions for name in roots(typed)}
        used |= {"actor"} if self.sets_actor else set()
        used |= {"now"} if self.stamps else set()
        asks = dict(self.asks)
        used |= {name for one in self.rounds for do in one.does for name in asks[do.name]}
        given = (variable for name, variable in self.results.items() if name in used)
        return (*(name for name in ARGUMENTS if name in used), *given)

    @cached_property
    def uses_row(self) -> bool:
        """Whether the rule's row tells anything of it."""
        if any(other.key for other in self.others) or self.facts:
            return True
        if any(made.tenant_column for made in self.made):
            return True
        return any(self.row in roots(typed) for typed in self.expressions)

    @property
    def stamps(self) -> bool:
        """Whether rows that it changes or makes say when."""
        changed = {other.entity for other in self.others if other.sets}
        changed |= {made.entity for made in self.block.create}
        for one in self.rounds:
            changed |= one.changed_entities | {made.entity for made in one.each.block.create}
        return any(self.model.entity(name).column("updated_at") for name in changed)

    @property
    def writes_rows(self) -> bool:
        """Whether it changes or makes rows, many at a time."""
        changed = any(one.changed_entities for one in self.rounds)
        done = any(one.does for one in self.rounds)
        return bool(self.others) or changed or done or any(True for _ in self.made)

    @property
    def made(self) -> "Iterator[Addition]":
        yield from self.additions
        for one in self.rounds:
            yield from one.additions

    @property
    def requires(self) -> Iterator[Require]:
        """Those of its rounds."""
        for one in self.rounds:
            yield from one.each.block.require

    @property
    def touched(self) -> Iterator[str]:
        """The entities whose rows it locks, changes, makes or removes."""
        yield from (other.entity for other in self.others)
        yield from (made.entity for made in self.made)
        yield from (one.entity for one in self.deletes)
        for one in self.rounds:
            yield one.each.entity
            yield from (reached.entity for reached in one.reached)


@dataclass(frozen=True)
class Other:
    """A row beside the rule's own that it sets: the caller's, or the one of a relation."""

    model: Model
    row: Typed
    path: tuple[str, ...]
    sets: tuple[Set, ...]  # none of a row that is only on the way to another
    is_alone: bool = True  # no other one ends in the same word

    @property
    def entity(self) -> str:
        assert isinstance(self.row.type, types.Row)
        return self.row.type.entity

    @property
    def variable(self) -> str:
        return self.path[-1] if self.is_alone else "_".join(self.path[1:])

    @property
    def key(self) -> tuple[str, str] | None:
        """The column of the row before it that it is found by, and its own; the caller is known."""
        return self.row.relation.columns[0] if isinstance(self.row, Follow) else None

    @property
    def before(self) -> tuple[tuple[str, ...], str] | None:
        """The row that leads to it, and that one's entity."""
        return (self.path[:-1], self.row.owner) if isinstance(self.row, Follow) else None


@dataclass(frozen=True)
class Rows:
    """Rows of `entity` for which the conditions hold, each with the name of the row it is about."""

    method: str
    entity: str
    conditions: tuple[tuple[str, Typed], ...]
    many: bool = True


@dataclass(frozen=True)
class Addition:
    """A row that a rule makes; `number` tells apart several of one rule."""

    model: Model
    rule: str
    create: Create
    number: int = 1

    @property
    def entity(self) -> str:
        return self.create.entity

    @property
    def _suffix(self) -> str:
        return "" if self.number == 1 else str(self.number)

    @property
    def struct(self) -> str:
        """What the new row is given: `PlaceOrderEntry`."""
        return f"{pascal(self.rule)}{pascal(self.entity)}{self._suffix}"

    @property
    def method(self) -> str:
        return f"add_for_{snake(self.rule)}{self._suffix}"

    @cached_property
    def tenant_column(self) -> str | None:
        """The column that keeps the new row in its tenant, where the rule does not say it."""
        tenant = self.model.entity(self.entity).tenant
        if tenant is None or not tenant.is_direct:
            return None
        said = {column for column, _ in self.create.values}
        return None if tenant.column in said else tenant.column


@dataclass(frozen=True)
class Reached:
    """The row of `entity` that the relation `name` of a round's row leads to."""

    name: str
    entity: str
    own: str
    far: str


@dataclass(frozen=True)
class Round:
    """One `each` of a rule."""

    beyond: Beyond
    each: Each

    @property
    def model(self) -> Model:
        return self.beyond.model

    @property
    def name(self) -> str:
        return self.each.name

    @cached_property
    def entity(self) -> Entity:
        return self.model.entity(self.each.entity)

    @property
    def words(self) -> str:
        """What its rows are called together: `lines`."""
        collection = self.each.collection
        while isinstance(collection, Macro):
            collection = collection.collection
        called = path(collection) if collection is not None else None
        wanted = snake(called[-1]) if called else self.entity.table
        return wanted if wanted != self.name else f"{wanted}_found"

    @property
    def function(self) -> str:
        """Of an effect that is one round, the effect's own name."""
        if self.beyond.is_effect and self.beyond.is_one_round:
            return self.beyond.function
        rounds = self.beyond.block.each
        before = [Round(self.beyond, one).words for one in rounds[: rounds.index(self.each)]]
        again = before.count(self.words)
        return f"{self.beyond.function}_{self.words}{f'_{again + 1}' if again else ''}"

    @cached_property
    def rows(self) -> Rows:
        """The rows of its collection for which its `where` holds, as far as they tell alone."""
        conditions: list[tuple[str, Typed]] = []
        if self.each.collection is not None:
            conditions += conditions_of(self.model, self.each.collection, self.each.entity)
        conditions += same_tenant(self.beyond, self.entity) if self.each.collection is None else []
        where = self.each.block.where
        if where is not None and (not reads_relations(where) or self.each.collection is None):
            conditions.append((self.name, where))
        return Rows(self._lock(len(conditions)), self.each.entity, tuple(conditions))

    def _lock(self, conditions: int) -> str:
        """How the rows are locked; other rules that lock the same do it the same way."""
        collection = self.each.collection
        plain = collection is not None and path(collection) == (self.beyond.row, self.words)
        if plain and conditions == 1:
            return f"lock_{self.words}_of_{self.beyond.row}"
        return f"lock_for_{self.function}"

    @property
    def where(self) -> Typed | None:
        """What is asked again once all rows are locked."""
        where = self.each.block.where
        return where if where is not None and reads_relations(where) else None

    @cached_property
    def own_sets(self) -> tuple[Set, ...]:
        return tuple(one for one in self.each.block.set if path(one.target.row) == (self.name,))

    @cached_property
    def reached(self) -> tuple[Reached, ...]:
        """The rows that it sets beside those of its collection."""
        found: dict[str, Reached] = {}
        for one in self.each.block.set:
            row = one.target.row
            if isinstance(row, Follow) and path(row) == (self.name, row.name):
                ((own, far),) = row.relation.columns
                found.setdefault(row.name, Reached(row.name, row.relation.entity, own, far))
        return tuple(found.values())

    def sets_of(self, reached: Reached) -> tuple[Set, ...]:
        wanted = (self.name, reached.name)
        return tuple(one for one in self.each.block.set if path(one.target.row) == wanted)

    @property
    def changed_entities(self) -> frozenset[str]:
        own = {self.each.entity} if self.own_sets else set()
        return frozenset(own | {reached.entity for reached in self.reached})

    @cached_property
    def additions(self) -> tuple[Addition, ...]:
        return numbered(Addition(self.model, self.function, one) for one in self.each.block.create)

    @property
    def removes(self) -> bool:
        return bool(self.each.block.delete)

    @cached_property
    def does(self) -> tuple[DoRule, ...]:
        """The operations that are done to each of its rows."""
        return tuple(do for do in self.each.block.do if isinstance(do, DoRule))

    # -- What it reads ----------------------------------------------------------------------------

    @cached_property
    def held(self) -> frozenset[tuple[str, ...]]:
        """The relations whose rows it has at hand."""
        return frozenset((self.name, reached.name) for reached in self.reached)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return distinct_facts(self._facts())

    def _facts(self) -> Iterator[Fact]:
        block = self.each.block
        if self.where is not None and reads_beyond(self.where, self.held):
            yield Fact("is_meant", self.where)
        for require in block.require:
            if reads_beyond(require.condition, self.held):
                yield Fact(snake(require.error), require.condition, is_negated=True)
        for one in block.set:
            if reads_beyond(one.value, self.held):
                yield Fact(one.target.column, one.value)
        for made in block.create:
            for column, value in made.values:
                if reads_beyond(value, self.held):
                    yield Fact(column, value)

    def fact_for(self, typed: Typed) -> Fact | None:
        return next((fact for fact in self.facts if fact.typed == typed), None)

    @property
    def renamed(self) -> dict[str, str]:
        found = {f"{self.name}.{reached.name}": reached.name for reached in self.reached}
        return found | self.beyond.results

    @cached_property
    def alone(self) -> Beyond:
        """As if it were all that its rule does."""
        hooks = self.beyond.block.hooks
        return replace(self.beyond, block=Block(self.each.place, each=(self.each,), do=hooks))

    @cached_property
    def expressions(self) -> tuple[Typed, ...]:
        block = self.each.block
        found = [condition for _, condition in self.rows.conditions]
        found += [block.where] if block.where is not None else []
        found += [require.condition for require in block.require]
        found += [one.value for one in block.set]
        found += [value for made in block.create for _, value in made.values]
        return tuple(found)


def numbered(additions: Iterator[Addition]) -> tuple[Addition, ...]:
    found: list[Addition] = []
    for one in additions:
        before = sum(other.entity == one.entity for other in found)
        found.append(replace(one, number=before + 1))
    return tuple(found)


def reads_beyond(typed: Typed, held: "frozenset[tuple[str, ...]] | set[tuple[str, ...]]") -> bool:
    """Whether it takes other rows to tell the value than those that are held."""
    return any(path(one) not in held for one in relations(typed))


def conditions_of(model: Model, collection: Typed, entity: str) -> Iterator[tuple[str, Typed]]:
    """What holds of the rows of a collection, in the name of one of them."""
    if isinstance(collection, Macro):
        assert collection.macro == "filter"
        yield from conditions_of(model, collection.collection, entity)
        yield collection.variable, collection.body
        return
    assert isinstance(collection, Follow)
    target, owner = model.entity(entity), model.entity(collection.owner)
    row = Name(type=types.Row(entity), source=collection.source, name=_ONE)
    for own, far in collection.relation.columns:
        left = _column(model, row, target, far)
        yield _ONE, _equal(left, _column(model, collection.row, owner, own))


def same_tenant(beyond: Beyond, entity: Entity) -> list[tuple[str, Typed]]:
    """Rows of a whole table are those of the tenant of the rule's row."""
    own = beyond.model.entity(beyond.entity)
    if entity.tenant is None or own.tenant is None:
        return []
    each = beyond.block.each[0]
    source = cel.Name(place=each.place, start=0, end=0, name=_ONE)
    far = Name(type=types.Row(entity.name), source=source, name=_ONE)
    near = Name(type=types.Row(own.name), source=source, name=beyond.row)
    left = _column(beyond.model, far, entity, entity.tenant.column)
    return [(_ONE, _equal(left, _column(beyond.model, near, own, own.tenant.column)))]


def _column(model: Model, row: Typed, entity: Entity, name: str) -> Get:
    column = entity.columns_by_name[name]
    found = type_of_column(column, {enum.name: enum for enum in model.enums})
    attribute = column.attribute if column.attribute != column.name else None
    return Get(
        type=found,
        source=row.source,
        row=row,
        name=name,
        column=types.Column(found, attribute),
    )


def _equal(left: Typed, right: Typed) -> Compare:
    return Compare(type=types.BOOL, source=left.source, operator="==", left=left, right=right)
