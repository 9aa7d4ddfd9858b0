"""What is done with each entity of a domain, as far as its queries are concerned."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import Beyond, Round, roots
from specwright.emit.holds import held_lookups
from specwright.emit.joined import Joined, all_joined
from specwright.emit.lookups import operation_rule, performed, subject_of
from specwright.emit.nested import Nested, nested_rows
from specwright.emit.once import once
from specwright.emit.owners import Owner
from specwright.emit.row_keys import Lookup, above, of_end, primary
from specwright.emit.sweeps import Sweep, sweeps_of
from specwright.model import Model
from specwright.model.entities import Column, Entity, Relation
from specwright.model.operations import Operation, OperationKind
from specwright.model.rules import DoRule, Search, Set
from specwright.model.typed import Follow, path, walk

_READS = (OperationKind.READ,)
_LOCKS = (
    OperationKind.UPDATE,
    OperationKind.REPLACE,
    OperationKind.DELETE,
    OperationKind.TRANSITION,
    OperationKind.ACTION,
)
_LINKS = (OperationKind.LINK, OperationKind.UNLINK)


@dataclass(frozen=True)
class Handled:
    """One entity, and the operations and jobs that work on its rows."""

    model: Model
    entity: Entity

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(_operations(self.model).get(self.entity.name, ()))

    def of(self, *kinds: OperationKind) -> Iterator[Operation]:
        return (operation for operation in self.operations if operation.kind in kinds)

    @cached_property
    def sweeps(self) -> tuple[Sweep, ...]:
        """What jobs do with its rows."""
        found = (sweep for job in self.model.jobs for sweep in sweeps_of(self.model, job))
        return tuple(sweep for sweep in found if sweep.each.entity == self.entity.name)

    @property
    def is_used(self) -> bool:
        return bool(
            self.operations or self.sweeps or self.is_read or self.is_touched or self.owners
        )

    @cached_property
    def nested(self) -> tuple[Nested, ...]:
        """Its rows that requests bring with the row that they belong to."""
        found = (one for op in self.model.operations for one in nested_rows(self.model, op))
        return tuple(one for one in found if one.entity == self.entity)

    @cached_property
    def joined(self) -> tuple[Joined, ...]:
        """The lists of texts that its rows join to others."""
        return tuple(one for one in all_joined(self.model) if one.link == self.entity)

    @cached_property
    def is_named_in_rows(self) -> bool:
        """Whether rows of a request name rows of it."""
        found = (one for op in self.model.operations for one in nested_rows(self.model, op))
        return any(target == self.entity for one in found for _, target in one.references)

    @property
    def is_for_callers(self) -> bool:
        """Whether some call works on rows that exist for its caller."""
        return bool(self.operations) or self.is_read

    @cached_property
    def is_touched(self) -> bool:
        """Whether rules work on rows of it that are not their own."""
        touched = any(self.entity.name in beyond.touched for beyond in all_beyond(self.model))
        return touched or bool(self.nested or self.joined)

    @property
    def is_read(self) -> bool:
        return bool(self.read_by)

    @cached_property
    def read_by(self) -> tuple[Lookup, ...]:
        """By what its rows are looked up: own rows, links' ends, rows above, references."""
        found = [*self._own_lookups(*_READS), *_lookups(self.model).get(self.entity.name, ())]
        return _primary_first(found)

    @property
    def is_visited(self) -> bool:
        """Whether callers who are not signed in come to its rows as well."""
        is_looked_up = self.entity.name in _looked_up_by_anyone(self.model)
        return is_looked_up or any(operation.is_public for operation in self.operations)

    @cached_property
    def locked_by(self) -> tuple[Lookup, ...]:
        held = held_lookups(self.model).get(self.entity.name, ())
        return _primary_first([*self._own_lookups(*_LOCKS), *held])

    def _own_lookups(self, *kinds: OperationKind) -> Iterator[Lookup]:
        for operation in self.of(*kinds):
            row = operation.row
            if row is not None:
                yield primary(self.entity) if row.is_actor else Lookup.of_path(self.model, row)

    @cached_property
    def deletes(self) -> bool:
        if any(self.of(OperationKind.DELETE)):
            return True
        return any(behaviour.deletes_row for behaviour in self.behaviours)

    # -- Columns ----------------------------------------------------------------------------------

    @cached_property
    def creates(self) -> bool:
        return any(self.of(OperationKind.CREATE))

    @cached_property
    def created_columns(self) -> tuple[Column, ...]:
        """Those that some create gives a value, in the order of the table."""
        named: set[str] = set()
        for operation in self.of(OperationKind.CREATE):
            named |= created_by(self.model, operation, self.entity)
        return tuple(column for column in self.entity.columns if column.name in named)

    @cached_property
    def changed_columns(self) -> tuple[Column, ...]:
        """Those that anything but a create can change, in the order of the table."""
        named: set[str] = set()
        for operation in self.of(OperationKind.UPDATE, OperationKind.REPLACE):
            fields = operation.body.fields if operation.body else ()
            named |= {field.column for field in fields if field.column}
        for behaviour in self.behaviours:
            named |= behaviour.written
        return tuple(column for column in self.entity.columns if column.name in named)

    @cached_property
    def can_move(self) -> bool:
        """Whether a row can come to belong to another that tells for whom it exists."""
        changed = {column.name for column in self.changed_columns}
        return any(changed & set(relation.columns) for relation in self._relations_of_scope())

    def _relations_of_scope(self) -> Iterator[Relation]:
        tenant = self.entity.tenant
        names = list(tenant.relations[:1]) if tenant else []
        seen = self.model.visibility_of(self.entity.name)
        for one in seen.permissions if seen else ():
            names += [
                node.name
                for node in (walk(one.condition) if one.condition else ())
                if isinstance(node, Follow) and path(node.row) == (self.entity.row,)
            ]
        found = (self.entity.relation(name) for name in names)
        yield from (relation for relation in found if relation is not None)

    # -- Rules ------------------------------------------------------------------------------------

    @cached_property
    def behaviours(self) -> tuple[Behaviour, ...]:
        """What is done to a row of it, each once, in the order of the contract."""
        return tuple(_behaviours(self.model).get(self.entity.name, ()))

    @cached_property
    def done_in_rounds(self) -> tuple[Behaviour, ...]:
        """What rounds do to each of their rows, each once."""
        rounds = (one for beyond in all_beyond(self.model) for one in beyond.rounds)
        done = {doer(one, do).name for one in rounds for do in one.does}
        return tuple(one for one in self.behaviours if one.name in done)

    @cached_property
    def owners(self) -> tuple[Owner, ...]:
        """What is locked of its rows, since rows of it are counted; each once."""
        found = (o for name in performed(self.model) if (b := Behaviour.named(self.model, name))
                 for o in b.owners)  # fmt: skip
        near = {owner.method: owner for owner in found if owner.near == self.entity}
        return tuple(near[method] for method in sorted(near))

    @cached_property
    def searches(self) -> tuple[tuple[Operation, Search], ...]:
        found = []
        for operation in self.of(OperationKind.PICK, OperationKind.FIND):
            rule = operation_rule(self.model, operation.id)
            if rule is not None and rule.block.search is not None:
                found.append((operation, rule.block.search))
        return tuple(found)


def search_arguments(search: Search) -> list[str]:
    """What the query of a `find` or a `pick` is told."""
    used = set(roots(search.where)) if search.where is not None else set()
    return [name for name in ("actor", "request", "now") if name in used]


def changes_what_it_finds(model: Model, operation: Operation) -> bool:
    rule = operation_rule(model, operation.id)
    if rule is None:
        return False
    return any(
        block.set or block.create or block.delete or block.each or block.do
        for block in rule.block.within()
    )


def doer(one: Round, do: DoRule) -> Behaviour:
    """Who does in the end what a round does."""
    found = Behaviour.named(one.model, do.name)
    return (found or Behaviour(one.model, do.name, one.each.entity, one.name)).doer


def may_change(model: Model, entity: str, column: str) -> bool:
    """Whether anything but a create writes the column."""
    changed = Handled(model, model.entity(entity)).changed_columns
    further = (one.target.column for one in sets_of(model, entity))
    return column in {*(one.name for one in changed), *further}


def sets_of(model: Model, entity: str) -> Iterator[Set]:
    """Those by which rules set rows of the entity beside their own."""
    for beyond in all_beyond(model):
        found = [one for other in beyond.others for one in other.sets]
        found += [one for each in beyond.rounds for one in each.each.block.set]
        yield from (one for one in found if one.target.entity == entity)


@once
def _operations(model: Model) -> Mapping[str, list[Operation]]:
    """By the entity whose repository serves them."""
    found: dict[str, list[Operation]] = {}
    for operation in model.operations:
        found.setdefault(subject_of(model, operation).name, []).append(operation)
    return found


@once
def _behaviours(model: Model) -> Mapping[str, list[Behaviour]]:
    """What is done, by the entity to whose row it is."""
    done = performed(model)
    names = [operation.id for operation in model.operations]
    names += sorted(done - set(names))
    found: dict[str, list[Behaviour]] = {}
    for name in names:
        behaviour = Behaviour.named(model, name) if name in done else None
        if behaviour is not None:
            found.setdefault(behaviour.entity, []).append(behaviour)
    return found


@once
def all_beyond(model: Model) -> tuple[Beyond, ...]:
    """All that rules do beyond their own rows, each once."""
    found: dict[str, Beyond] = {}
    for name in sorted(performed(model)):
        behaviour = Behaviour.named(model, name)
        for one in behaviour.beyond if behaviour else ():
            found.setdefault(one.name, one)
    return tuple(found.values())


def handled_entities(model: Model, domain: str) -> list[Handled]:
    found = [Handled(model, entity) for entity in model.entities if entity.domain == domain]
    return [handled for handled in found if handled.is_used]


def created_by(model: Model, operation: Operation, entity: Entity) -> set[str]:
    """The columns that one create gives values to, beside those of the tenant and of time."""
    fields = operation.body.fields if operation.body else ()
    named = {field.column for field in fields if field.column}
    named |= {own for own, _ in operation.parent_joins}
    rule = operation_rule(model, operation.id)
    for one in rule.block.set if rule else ():
        if one.target.entity == entity.name:
            named.add(one.target.column)
    if entity.tenant and entity.tenant.is_direct:
        named.discard(entity.tenant.column)
    return named


def looked_up(model: Model, operation: Operation) -> Iterator[Lookup]:
    """The rows that a request names beside its own."""
    if operation.kind in _LINKS and operation.link:
        yield from (of_end(model, end) for end in operation.link.ends)
    yield from (Lookup.of_path(model, row) for row in above(operation))
    for _, target in references(model, operation):
        yield primary(model.entity(target))
    for nested in nested_rows(model, operation):
        yield from (primary(target) for _, target in nested.references)


def _primary_first(found: Iterable[Lookup]) -> tuple[Lookup, ...]:
    by_columns = {tuple(column.name for column in one.columns): one for one in found}
    return tuple(sorted(by_columns.values(), key=lambda one: not one.is_primary))


@once
def _lookups(model: Model) -> Mapping[str, list[Lookup]]:
    """What is looked up beside own rows, by entity."""
    found: dict[str, list[Lookup]] = {}
    for one in (one for operation in model.operations for one in looked_up(model, operation)):
        found.setdefault(one.entity.name, []).append(one)
    return found


@once
def _looked_up_by_anyone(model: Model) -> frozenset[str]:
    public = (one for one in model.operations if one.is_public)
    return frozenset(one.entity.name for operation in public for one in looked_up(model, operation))


def references(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    """The fields of a body that name a row: the field, and the entity of the row."""
    if operation.body is None or operation.entity is None:
        return
    entity = model.entity(operation.entity)
    for field in operation.body.fields:
        key = entity.foreign_key_of(field.column) if field.column else None
        if key is not None:
            yield field.name, key.target


def does_of(behaviour: Behaviour) -> tuple[DoRule, ...]:
    return behaviour.does
