"""What rules determine and these emitters do not build yet."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from specwright.diagnostic import Place
from specwright.emit.actions import NotTold, only_where
from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import Beyond, Other, Reached, Round, reads_beyond
from specwright.emit.disturbing import entities_read, parts_of
from specwright.emit.handled import doer, may_change
from specwright.emit.holds import ways_up
from specwright.emit.limits_of_hooks import limits_of_hooks, limits_of_shared_hooks
from specwright.emit.lookups import expressions_of
from specwright.emit.nested import Nested, nested_rows
from specwright.emit.owners import owner_of
from specwright.emit.requested import Requested
from specwright.emit.sweeps import Sweep, sweeps_of
from specwright.model import Model
from specwright.model.entities import Entity, SqlDefault
from specwright.model.operations import OperationKind
from specwright.model.rules import Block, Create, Delete, DoHook, DoRule, Job, Require, Rule, Set
from specwright.model.typed import Each as Macro
from specwright.model.typed import Follow, Get, Name, Typed, children, path, relations, walk

Limit = tuple[Place, str]
_GIVEN = {"actor", "request", "now"}
_WITH_CASES = (OperationKind.ACTION, OperationKind.FIND, OperationKind.PICK)


def limits_of_rule(model: Model, rule: Rule) -> Iterator[Limit]:
    block = rule.block
    yield from _of_requests(model, rule)
    yield from _of_references(block)
    if rule.entity is None or rule.row is None:
        if block.set or block.create or block.delete or block.each or block.switch:
            yield rule.place, "A rule that changes rows and has none of its own is not built yet."
        yield from limits_of_hooks(model, rule, block)
        return
    yield from _of_block(model, rule, block)
    if block.switch:
        yield from _of_switch(model, rule)


def _of_switch(model: Model, rule: Rule) -> Iterator[Limit]:
    block, operation = rule.block, model.operation(rule.name)
    if block.set or block.create or block.delete or block.each or block.do:
        yield block.place, "Other changes beside `switch` are not built yet."
    living = any(rule.name in lifecycle.triggers for lifecycle in model.lifecycles)
    built = operation is None or operation.kind in _WITH_CASES
    if living or rule.kind == "effect" or not built:
        yield block.place, "`switch` in such a rule is not built yet."
    for case in block.switch:
        if case.block.switch or case.block.search:
            yield case.block.place, "A search or a `switch` within a case is not built yet."
        if any(path(one.row) == (rule.row,) for one in case.block.delete):
            yield case.block.place, "`delete` of the row in a case is not built yet."
        yield from _of_block(model, rule, case.block, case.when)


def _of_requests(model: Model, rule: Rule) -> Iterator[Limit]:
    """A rule reads what the body of its own operation brings, and nothing else of a request."""
    operation = model.operation(rule.name)
    if operation is None and rule.kind == "operation":
        return  # it is left out, and said why
    body = operation.body if operation else None
    brought = {field.variable for field in body.fields} if body and not body.is_merge_patch else ()
    narrowed = [one.condition for one in rule.block.narrow]
    for typed in (one for one in expressions_of(rule.block) if one not in narrowed):
        for node in walk(typed):
            if isinstance(node, Get) and path(node.row) == ("request",):
                further = rule.kind == "effect" and any(
                    (rule.block.each, rule.block.create, rule.block.delete)
                )
                told = node.name in brought or (rule.kind == "effect" and not further)
                if not told:
                    yield rule.place, f"`request.{node.name}` in such a rule is not built yet."


def _of_references(block: Block) -> Iterator[Limit]:
    """A row that a request names must be the caller's to see: nothing is written unseen."""
    for one in block.within():
        named = [change.place for change in one.set if change.names_row is not None]
        named += [made.place for made in one.create if made.names_rows]
        for place in named:
            yield place, "A reference that a rule takes from the request is not built yet."


def _of_block(model: Model, rule: Rule, block: Block, when: Typed | None = None) -> Iterator[Limit]:
    assert rule.entity is not None
    assert rule.row is not None
    yield from limits_of_hooks(model, rule, block)
    yield from _of_inner(model, rule, block)
    operation = model.operation(rule.name)
    new = Requested.of(model, operation) if operation else None
    ways = ways_up(new) if new else {}
    yield from _of_owners(model, rule, block, {("actor",), (rule.row,), *ways})
    nested = [one.each for one in nested_rows(model, operation)] if operation else []
    block = replace(block, each=tuple(one for one in block.each if one not in nested))
    beyond = Beyond(model, rule.name, rule.entity, rule.row, block, rule.kind == "effect")
    yield from _of_names(rule, beyond, when)
    yield from _of_others(beyond)
    yield from _of_additions(beyond, block.create)
    for one in block.delete:
        yield from _of_removal(beyond, one)
    methods = [rows.method for rows in beyond.removals]
    if len(set(methods)) < len(methods):
        yield block.place, "Several removals from one relation are not built yet."
    for each in beyond.rounds:
        yield from _of_round(each)


def _of_inner(model: Model, rule: Rule, block: Block) -> Iterator[Limit]:
    """What it does is done to its own row."""
    for do in block.do:
        inner = Behaviour.named(model, do.name) if isinstance(do, DoRule) else None
        if inner is not None and inner.entity != rule.entity:
            yield do.place, f"`{do.name}` on another row than the rule's own is not built yet."


def _of_owners(
    model: Model, rule: Rule, block: Block, held: set[tuple[str, ...]]
) -> Iterator[Limit]:
    """Rows are counted of rows that are at hand, and of those that relations lead to from there."""
    operation = model.operation(rule.name)
    creates = operation is not None and operation.kind is OperationKind.CREATE
    locks = ((require, lock) for require in block.require for lock in require.locks)
    for require, lock in locks:
        if path(lock) in held:
            continue
        owner = owner_of(model, lock)
        starts = {"actor", rule.row} if rule.has_actor else {rule.row}
        if owner is None or not owner.is_simple or owner.start not in starts or creates:
            yield require.place, "Counting the rows of such a row is not built yet."
        elif any(may_change(model, *hinge) for hinge in owner.hinges[1:]):
            yield require.place, "Counting the rows of a row that may change is not built yet."


def _of_locks(requires: tuple[Require, ...], locked: set[tuple[str, ...]]) -> Iterator[Limit]:
    for require in requires:
        if any(path(lock) not in locked for lock in require.locks):
            yield require.place, "Counting the rows of such a row is not built yet."


def _of_names(rule: Rule, beyond: Beyond, when: Typed | None) -> Iterator[Limit]:
    """What a rule names of its surroundings."""
    block = beyond.block
    own = [one.value for one in block.set if path(one.target.row) == (rule.row,)]
    own += [one.condition for one in block.require]
    own += [when] if when is not None else []
    own += [value for do in block.hooks for _, value in do.arguments]
    named = {name for one in own for name in _free(one)} - {*_above_new(beyond)}
    others = [one.value for one in block.set if path(one.target.row) != (rule.row,)]
    named |= {name for one in (*others, *beyond.own_expressions) for name in _free(one)}
    named -= {variable for rows in beyond.removals for variable, _ in rows.conditions}
    for each in beyond.rounds:
        named |= {name for one in each.expressions for name in _free(one)} - {each.name}
    for name in sorted(named - {rule.row or "", *_GIVEN, *beyond.results}):
        if name.isidentifier():
            yield rule.place, f"`{name}` in such a rule is not built yet."


def _above_new(beyond: Beyond) -> Iterator[str]:
    """The rows of the path of a row that is made: they are at hand where it is asked about."""
    operation = beyond.model.operation(beyond.name)
    new = Requested.of(beyond.model, operation) if operation is not None else None
    yield from new.above if new is not None else ()


def _free(typed: Typed, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of the scope in an expression."""
    match typed:
        case Name():
            yield from () if typed.name in bound else (typed.name,)
        case Macro():
            yield from _free(typed.collection, bound)
            yield from _free(typed.body, bound | {typed.variable})
        case _:
            for child in children(typed):
                yield from _free(child, bound)


# -- Other rows -----------------------------------------------------------------------------------


def _of_others(beyond: Beyond) -> Iterator[Limit]:
    held = {other.path for other in beyond.others}
    for other in beyond.others:
        place = next(one.place for one in beyond.block.set if leads_over(one, other))
        if isinstance(other.row, Follow) and not _is_simple(other.row):
            yield place, "`set` on such a row further away is not built yet."
        elif other.path[0] not in ("actor", beyond.row):
            yield place, "`set` on a row that starts from elsewhere is not built yet."
        elif other.entity == beyond.entity:
            yield place, "`set` on another row of the same table is not built yet."
        elif other.key is not None:
            yield from _of_key(beyond.model.entity(other.entity), other.key[1], place)
        for one in other.sets:
            yield from _of_mixed(one.value, held, one.place)
    for made in beyond.block.create:
        for _, value in made.values:
            yield from _of_mixed(value, held, made.place)


def leads_over(change: Set, other: Other) -> bool:
    """Whether the row is the one that is set, or on the way to it."""
    words = path(change.target.row) or ()
    return words[: len(other.path)] == other.path


def _is_step(row: Typed, start: str) -> bool:
    return isinstance(row, Follow) and path(row) == (start, row.name) and _is_simple(row)


def _is_simple(row: Follow) -> bool:
    return len(row.relation.columns) == 1 and not row.relation.nullable


def _of_key(entity: Entity, column: str, place: Place) -> Iterator[Limit]:
    if entity.primary_key.columns != (column,):
        yield place, f"Locking a {entity.row} by such a key is not built yet."


def _of_mixed(typed: Typed, held: set[tuple[str, ...]], place: Place) -> Iterator[Limit]:
    """What the database would have to tell of a row that has not been written yet."""
    if reads_beyond(typed, held) and any(path(one) in held for one in relations(typed)):
        yield place, "Reading a row that is set together with others is not built yet."


def _of_additions(beyond: Beyond, creates: tuple[Create, ...]) -> Iterator[Limit]:
    own = beyond.model.entity(beyond.entity)
    for made in creates:
        entity = beyond.model.entity(made.entity)
        said = {column for column, _ in made.values}
        for column in entity.columns:
            ours = column.name in ("created_at", "updated_at")
            tenant = entity.tenant is not None and entity.tenant.is_direct
            if tenant and entity.tenant and column.name == entity.tenant.column:
                if column.name not in said and not (own.tenant and own.tenant.is_direct):
                    yield made.place, "`create` in another tenant is not built yet."
            elif not (ours or column.is_filled or column.name in said):
                yield made.place, f"`create` without a default of `{column.name}` is not built yet."
        for name, value in made.values:
            if entity.foreign_key_of(name) and "request" in set(_free(value)):
                yield made.place, "`create` with a row that the request names is not built yet."


def _of_removal(beyond: Beyond, one: Delete) -> Iterator[Limit]:
    if path(one.row) == (beyond.row,):
        return
    if not _is_collection(one.row):
        yield one.place, "`delete` of such rows is not built yet."


def _is_collection(typed: Typed) -> bool:
    """A relation of a row that is at hand, or what a filter leaves of it."""
    if isinstance(typed, Macro):
        return typed.macro == "filter" and _is_collection(typed.collection)
    return isinstance(typed, Follow) and isinstance(typed.row, Name)


# -- Rounds ---------------------------------------------------------------------------------------


def _of_round(one: Round) -> Iterator[Limit]:
    each, block = one.each, one.each.block
    yield from _of_doing(one)
    if block.each or block.switch or block.search:
        yield each.place, "Rounds within rounds are not built yet."
    if each.collection is not None and not _is_collection(each.collection):
        yield each.place, "A round over such rows is not built yet."
    if each.collection is None:
        yield from _of_whole_table(one)
    if len(one.entity.primary_key.columns) > 1 and (one.facts or one.removes):
        yield each.place, "A round over rows with such a key is not built yet."
    yield from _of_changes(one)
    held = {("actor",), (one.beyond.row,), (one.name,), *one.held}
    yield from _of_locks(block.require, held)


def _of_doing(one: Round) -> Iterator[Limit]:
    """What is done to a row is done after all else, to the row as the round found it."""
    block = one.each.block
    for do in block.do:
        if isinstance(do, DoHook):
            yield do.place, "Hooks in a round are not built yet."
            continue
        if do.row != one.name or block.set or block.delete:
            yield do.place, "`do` beside other changes of a round's row is not built yet."
        inner = doer(one, do)
        if inner.touched & {one.each.entity, one.beyond.entity}:
            yield do.place, f"`{do.name}` in a round over rows that it changes is not built yet."
        if inner.calls_hooks:
            yield do.place, f"`{do.name}` in a round, which asks hooks, is not built yet."
        if inner.counts_of_others:
            yield do.place, f"`{do.name}` in a round, which counts rows, is not built yet."


def _of_changes(one: Round) -> Iterator[Limit]:
    block = one.each.block
    for removed in block.delete:
        if path(removed.row) != (one.name,):
            yield removed.place, "`delete` of such rows is not built yet."
    for change in block.set:
        if change not in one.own_sets and not _is_step(change.target.row, one.name):
            yield change.place, "`set` on a row further away is not built yet."
    for reached in one.reached:
        yield from _of_reached(one, reached)
    yield from _of_additions(one.beyond, block.create)


def _of_whole_table(one: Round) -> Iterator[Limit]:
    own = one.model.entity(one.beyond.entity)
    if one.entity == own:
        yield one.each.place, "A round over the table of the operation's own row is not built yet."
    if one.entity.tenant is not None:
        direct = own.tenant is not None and own.tenant.is_direct and one.entity.tenant.is_direct
        if not direct:
            yield one.each.place, "A round over such a table is not built yet."


def _of_reached(one: Round, reached: Reached) -> Iterator[Limit]:
    if reached.entity in (one.each.entity, one.beyond.entity):
        place = one.sets_of(reached)[0].place
        yield place, "`set` on another row of the same table is not built yet."
    yield from _of_key(one.model.entity(reached.entity), reached.far, one.each.place)


# -- Rows that a request brings with another ------------------------------------------------------


def limits_of_nested(one: Nested) -> Iterator[Limit]:
    place, entity = one.field.place, one.entity
    if any(inner.column is None for inner in one.field.rows):
        yield place, "What such rows of a request bring is not built yet."
    for inner, target in one.references:
        if not inner.required or inner.schema.nullable:
            yield inner.place, "Rows of a request that may name another row are not built yet."
        if len(target.primary_key.columns) > 1:
            yield inner.place, "Rows of a request that name such a row are not built yet."
    if entity.tenant is not None and entity.tenant.is_direct:
        yield place, "Rows of a request that hold their tenant are not built yet."
    yield from _of_columns(one)
    yield from _of_nested_rules(one)


def _of_columns(one: Nested) -> Iterator[Limit]:
    place = one.field.place
    said = {column.name for column in one.columns} | {"created_at", "updated_at"}
    for column in one.entity.columns:
        if not (column.is_filled or column.name in said):
            yield place, f"Rows of a request without `{column.name}` are not built yet."
    optional = {inner.column for inner in one.field.rows if not inner.required}
    for column in one.columns:
        if column.name in optional and isinstance(column.default, SqlDefault):
            yield place, f"`{column.name}` that a row of a request leaves out is not built yet."


def _of_nested_rules(one: Nested) -> Iterator[Limit]:
    if one.each is None:
        return
    block = one.each.block
    if block.where or block.create or block.delete or block.do or block.each or block.switch:
        yield one.each.place, "Such a round over the rows of a request is not built yet."
    if not one.is_told():
        yield one.each.place, "Reading other rows in such a round is not built yet."
    asked = [require.condition for require in block.require]
    asked += [change.value for change in block.set]
    brought = {inner.column for inner in one.field.rows}
    for typed in asked:
        for node in walk(typed):
            if not isinstance(node, Get):
                continue
            where = path(node.row)
            is_row = where == (one.each.name,) and node.name not in brought
            if is_row or where in ((one.parent.row,), ("request",)):
                yield one.each.place, f"`{node.name}` in such a round is not built yet."


# -- What is done together ------------------------------------------------------------------------


def limits_of_behaviour(behaviour: Behaviour) -> Iterator[Limit]:
    """Of an operation with the effects of its arrows."""
    places = [behaviour.rule.place] if behaviour.rule else []
    places += [arrow.place for arrow in behaviour.arrows]
    if not places:
        return
    place = places[0]
    yield from ((place, said) for said in _of_arrows(behaviour))
    yield from limits_of_shared_hooks(behaviour)
    yield from (limit for _, case in behaviour.cases for limit in limits_of_behaviour(case))
    own = [behaviour.own_beyond] if behaviour.own_beyond else []
    for effect in behaviour.effects_beyond or ((),):
        parts = [part for one in [*own, *([effect] if effect else [])] for part in parts_of(one)]
        for part, other in permutations(parts, 2):
            if part.disturbs(other):
                yield place, "Changing the rows of one table in several ways is not built yet."
                return
    yield from ((place, said) for said in _of_new_row(behaviour))


def _of_new_row(behaviour: Behaviour) -> Iterator[str]:
    """What is done beside a new row is done after it is there, and must not see it as others."""
    if not behaviour.makes_row:
        return
    new = {behaviour.entity, *(nested.entity.name for nested in behaviour.nested)}
    for beyond in behaviour.beyond:
        read = {name for fact in beyond.facts for name in entities_read(fact.typed)}
        for one in beyond.rounds:
            read |= {
                one.each.entity,
                *(name for typed in one.expressions for name in entities_read(typed)),
            }
        if read & new:
            yield "Reading or changing rows of its own table beside a new row is not built yet."


def _of_arrows(behaviour: Behaviour) -> Iterator[str]:
    for effect in behaviour.effects:
        try:
            only = only_where(behaviour, effect.name)
        except NotTold:
            yield "Effects that neither the source nor the target tells are not built yet."
            return
        if only is not None and any(path(d.row) == (behaviour.row,) for d in effect.block.delete):
            yield "`delete` of the row by some transitions only is not built yet."


# -- Jobs -----------------------------------------------------------------------------------------


def limits_of_job(model: Model, job: Job) -> Iterator[Limit]:
    block = job.block
    if replace(block, each=()).changes or block.switch or block.search or block.where:
        yield job.place, "A job that does more than to go over rows is not built yet."
    for sweep in sweeps_of(model, job):
        yield from _of_sweep(model, sweep)


def _of_sweep(model: Model, sweep: Sweep) -> Iterator[Limit]:
    inner, place = sweep.each.block, sweep.each.place
    home, *_ = (model.entity(one.entity).domain for one in sweep.job.block.each)
    done = (Behaviour.named(model, name) for name in (sweep.name, *(do.name for do in inner.do)))
    if model.entity(sweep.each.entity).domain != home and any(o and o.calls_hooks for o in done):
        yield place, "Hooks in a round over another table than the first are not built yet."
    if sweep.each.collection is not None:
        yield place, "A job over anything but the rows of a table is not built yet."
    elif sweep.rule is not None:
        yield from limits_of_rule(model, sweep.rule)
    elif inner.switch or not inner.do:
        yield place, "A job that does no operation is not built yet."
