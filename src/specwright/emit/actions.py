"""`backend/{domain}/operations.py`: what rules do to a row, one function for each operation."""

from collections.abc import Iterable, Iterator, Mapping

from specwright.address import snake
from specwright.emit import names
from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import Beyond, roots
from specwright.emit.further import (
    Function,
    beyond_lines,
    called,
    functions_of,
    of_each,
    parameters_of,
)
from specwright.emit.handled import handled_entities
from specwright.emit.hook_names import result_variable
from specwright.emit.lookups import enum_of, expressions_of
from specwright.emit.names import refusal_class
from specwright.emit.parameters import annotated, imports_for
from specwright.emit.python_expressions import to_python
from specwright.emit.python_source import Level, Piece
from specwright.emit.python_text import python, renamed
from specwright.emit.rendering import render
from specwright.emit.wording import spoken
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.lifecycles import Lifecycle
from specwright.model.naming import attribute
from specwright.model.operations import OperationKind
from specwright.model.rules import Block, Require, Set
from specwright.model.typed import Name, Typed, walk

_ACTING = (OperationKind.TRANSITION, OperationKind.ACTION, OperationKind.PICK, OperationKind.FIND)


def acts(model: Model, behaviour: Behaviour) -> bool:
    """Whether the operation has a function of its own here."""
    operation = model.operation(behaviour.name)
    if behaviour.passes_on:
        return False
    return operation is None or operation.kind in _ACTING


def emit_actions(model: Model, domain: str) -> str | None:
    """None where no rule does anything to a row of the domain."""
    performed = [
        (handled.entity, behaviour)
        for handled in handled_entities(model, domain)
        for behaviour in handled.behaviours
    ]
    acting = [(entity, one) for entity, one in performed if acts(model, one)]
    beyond = list(_beyond(one for _, one in performed))
    if not (acting or beyond):
        return None
    behaviours = [behaviour for _, behaviour in acting]
    functions = [_function(model, entity, behaviour) for entity, behaviour in acting]
    functions += [_companion(one) for _, one in performed if one.beyond and not acts(model, one)]
    functions += [
        _of_each(handled.entity, behaviour)
        for handled in handled_entities(model, domain)
        for behaviour in handled.done_in_rounds
    ]
    return render(
        "backend/operations.py",
        domain=domain,
        subject=performed[0][0].row,
        has_lifecycle=any(behaviour.lifecycle for behaviour in behaviours),
        imports=names.grouped(_imports(model, domain, [one for _, one in performed])),
        functions=functions + [one for rule in beyond for one in functions_of(rule)],
    )


def _beyond(behaviours: Iterable[Behaviour]) -> Iterator[Beyond]:
    """What is done beyond rows, each once: effects are shared."""
    found: dict[str, Beyond] = {}
    for behaviour in behaviours:
        for one in behaviour.beyond:
            found.setdefault(one.name, one)
    yield from found.values()


def _imports(model: Model, domain: str, behaviours: list[Behaviour]) -> Iterator[tuple[str, str]]:
    for module, found in imports_for(model, domain, behaviours):
        yield from ((module, name) for name in found)
    for behaviour in behaviours:
        entity = model.entity(behaviour.entity)
        yield f"{entity.domain}.repository", f"{entity.name}Rows"
        for require in behaviour.requires:
            yield f"{domain}.errors", refusal_class(require.error)
        for do in behaviour.does:
            inner = model.entity(behaviour.inner(do).entity)
            yield f"{inner.domain}.repository", f"{inner.name}Rows"
    for beyond in _beyond(behaviours):
        yield from _imports_of_rounds(domain, beyond)
        for require in beyond.requires:
            yield f"{domain}.errors", refusal_class(require.error)
        for name in beyond.touched:
            entity = model.entity(name)
            yield f"{entity.domain}.repository", f"{entity.name}Rows"
            yield f"{entity.domain}.models", names.row_class(entity)
        for made in beyond.made:
            yield f"{model.entity(made.entity).domain}.repository", made.struct


def _imports_of_rounds(domain: str, beyond: Beyond) -> Iterator[tuple[str, str]]:
    """The modules, not what is in them: what they do may lead back here."""
    homes = {one.entity.domain for one in beyond.rounds if one.does} - {domain}
    yield from ((home, f"operations as {home}_operations") for home in sorted(homes))


_TAKEN = frozenset({"changes", "facts", "hooks", "operations", "parts", "policies", "versions"})


def rows_name(entity: Entity) -> str:
    """What a repository of the entity is called where it is used: `tasks`."""
    is_taken = entity.table in _TAKEN or entity.table == entity.row
    return f"{entity.row}_rows" if is_taken else entity.table


def _function(model: Model, entity: Entity, behaviour: Behaviour) -> Function:
    rows = f"{rows_name(entity)}: {entity.name}Rows"
    first = "connection: Connection" if behaviour.takes_connection else rows
    return Function(
        name=behaviour.function,
        parameters=(first, *annotated(model, behaviour, behaviour.arguments)),
        result=names.row_class(entity),
        lines=list(_lines(entity, behaviour)),
    )


def _companion(behaviour: Behaviour) -> Function:
    """What goes with a call that the service answers for itself: a create, an update, a delete."""
    (beyond,) = behaviour.beyond
    return Function(
        name=behaviour.function,
        parameters=parameters_of(beyond),
        result="None",
        lines=list(beyond_lines(beyond)),
        doc="What goes with it.",
    )


def _of_each(entity: Entity, behaviour: Behaviour) -> Function:
    """What rounds do."""
    _, *arguments = annotated(behaviour.model, behaviour, behaviour.arguments)
    many = entity.table if entity.table != behaviour.row else f"{behaviour.row}_rows"
    lines = _at_once if behaviour.is_told_by_row else _one_by_one
    rows = f"{many}: Collection[{names.row_class(entity)}]"
    return Function(
        name=of_each(behaviour),
        parameters=("connection: Connection", rows, *arguments),
        result="None",
        lines=list(lines(entity, behaviour, many)),
        doc="All of them, or none; they are locked.",
    )


def _at_once(entity: Entity, behaviour: Behaviour, many: str) -> Iterator[str]:
    row, changed, asked = behaviour.row, _changed(behaviour), list(_requirements(behaviour))
    rows, now = f"{entity.name}Rows(connection)", ", now" if entity.column("updated_at") else ""
    if not asked:
        yield f"await {rows}.save_many([{changed} for {row} in {many}]{now})"
        return
    yield f"changed_{many}: list[{names.row_class(entity)}] = []"
    yield f"for {row} in {many}:"
    yield f"    changed = {changed}"
    yield from (f"    {line}" for line in asked)
    yield f"    changed_{many}.append(changed)"
    yield f"await {rows}.save_many(changed_{many}{now})"


def _one_by_one(entity: Entity, behaviour: Behaviour, many: str) -> Iterator[str]:
    yield f"for {behaviour.row} in {many}:"
    yield f"    await {call(behaviour, f'{entity.name}Rows(connection)', behaviour.row)}"


def call(
    behaviour: Behaviour, rows: str, row: str, names_here: Mapping[str, str] | None = None
) -> str:
    """The call of its function; `names_here` has the arguments that are called otherwise."""
    first = "connection" if behaviour.takes_connection else rows
    given = [(names_here or {}).get(name, name) for name in behaviour.arguments]
    return f"{behaviour.function}({', '.join([first, row, *given])})"


def _lines(entity: Entity, behaviour: Behaviour) -> Iterator[str]:
    rows, row = rows_name(entity), behaviour.row
    if behaviour.takes_connection:
        rows = f"{entity.name}Rows(connection)"
    if behaviour.facts:
        given = ", ".join([row, *fact_arguments(behaviour)])
        yield f"facts = await {rows}.{behaviour.function}_facts({given})"
    if behaviour.cases:
        yield from _switched(entity, rows, behaviour)
    else:
        yield from _done(entity, rows, behaviour)


def _switched(entity: Entity, rows: str, behaviour: Behaviour) -> Iterator[str]:
    """The first case that holds is done, and no other."""
    yield from _requirements(behaviour)
    for when, case in behaviour.cases:
        lines = list(_done(entity, rows, case))
        if when is None:
            yield from lines
            return
        yield f"if {python(behaviour, when)}:"
        yield from (f"    {line}" for line in lines)
    yield f"return {behaviour.row}"


def _done(entity: Entity, rows: str, behaviour: Behaviour) -> Iterator[str]:
    row = behaviour.row
    changed = _changed(behaviour)
    asked = [*_requirements(behaviour), *_hooked(behaviour)]
    if behaviour.hooks and behaviour.lifecycle is None:
        yield from asked  # what is changed may be what they give
        asked = []
    before = [*asked, *_further(behaviour)]
    if changed != row and (before or behaviour.does or behaviour.deletes_row):
        yield f"changed = {changed}"
        changed = "changed"
    yield from before
    if behaviour.deletes_row:
        yield f"await {rows}.remove({row})"
        yield f"return {changed}"
        return
    stamp = ", now" if entity.column("updated_at") else ""
    saved = row if changed == row else f"await {rows}.save({changed}{stamp})"
    if not behaviour.does:
        yield f"return {saved}"
        return
    if saved != row:
        yield f"{row} = {saved}"
    yield from _inner(rows, behaviour)


def _requirements(behaviour: Behaviour) -> Iterator[str]:
    """Those that need no hook to tell."""
    own = behaviour.own_block
    for require in own.require if own else ():
        if not behaviour.is_late(require.condition):
            yield from refuse(behaviour, require)
    for one in behaviour.effects:
        for require in one.block.require:
            if not behaviour.is_late(require.condition):
                yield from refuse(behaviour, require, only=only_where(behaviour, one.name))


def _hooked(behaviour: Behaviour) -> Iterator[str]:
    """What hand-written code is asked, and what follows from what it gives."""
    if behaviour.own_block is not None:
        yield from _asked_of_hooks(behaviour, behaviour.own_block)
    for one in behaviour.effects:
        lines = list(_asked_of_hooks(behaviour, one.block))
        only = only_where(behaviour, one.name) if lines else None
        yield from lines if only is None else [f"if {only}:", *(f"    {line}" for line in lines)]


def _asked_of_hooks(behaviour: Behaviour, block: Block) -> Iterator[str]:
    yield from hooks_asked(behaviour, block)
    late = [one for one in behaviour.sets_on_row(block) if behaviour.is_late(one.value)]
    if late and behaviour.lifecycle is not None:
        yield f"changed = replace(changed, {_sets(behaviour, late)})"


def hooks_asked(
    behaviour: Behaviour, block: Block, names_here: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The calls of the hooks of a block, and the requirements that were waiting for them."""
    hooks = (names_here or {}).get("hooks", "hooks")
    for do in block.hooks:
        given = [python(behaviour, value, names_here) for _, value in do.arguments]
        called = f"await {hooks}.{snake(do.name)}({', '.join(['connection', *given])})"
        kept = any(_reads(typed, do.name) for typed in expressions_of(block))
        yield f"{result_variable(behaviour.model, do.name)} = {called}" if kept else called
    for require in block.require:
        if behaviour.is_late(require.condition):
            yield from refuse(behaviour, require, names_here)


def _reads(typed: Typed, name: str) -> bool:
    return any(isinstance(node, Name) and node.name == name for node in walk(typed))


def _further(behaviour: Behaviour) -> Iterator[str]:
    """What is done to other rows: its own rules', then those of the effect of its arrow."""
    if behaviour.own_beyond is not None:
        yield from beyond_lines(behaviour.own_beyond)
    for beyond in behaviour.effects_beyond:
        only, done = only_where(behaviour, beyond.name), called(beyond)
        yield from [done] if only is None else [f"if {only}:", f"    {done}"]


def only_where(behaviour: Behaviour, effect: str) -> str | None:
    """The condition that an arrow with the effect is taken; None where all of them have it."""
    lifecycle = behaviour.lifecycle
    with_it = [arrow for arrow in behaviour.arrows if arrow.effect == effect]
    if lifecycle is None or len(with_it) == len(behaviour.arrows):
        return None
    others = [arrow for arrow in behaviour.arrows if arrow.effect != effect]
    for row, name in ((behaviour.row, "source"), ("changed", "target")):
        states = dict.fromkeys(getattr(arrow, name) for arrow in with_it)
        if not any(getattr(arrow, name) in states for arrow in others):
            return _is_one_of(
                behaviour, lifecycle, f"{row}.{attribute(lifecycle.column)}", list(states)
            )
    raise NotTold(effect)


class NotTold(Exception):
    """Neither where an arrow begins nor where it ends tells whether it has the effect."""


def _is_one_of(behaviour: Behaviour, lifecycle: Lifecycle, what: str, states: list[str]) -> str:
    enum = enum_of(behaviour.model, behaviour.model.entity(behaviour.entity), lifecycle.column)
    members = [f"{enum.class_name}.{names.member(state)}" for state in states]
    return f"{what} is {members[0]}" if len(members) == 1 else f"{what} in {{{', '.join(members)}}}"


def fact_arguments(behaviour: Behaviour) -> list[str]:
    """What the statement of its facts binds beside the row."""
    used = {name for fact in behaviour.facts for name in roots(behaviour.told(fact.typed))}
    if behaviour.requested is None:
        return [name for name in ("actor", "now") if name in used]
    given = [*behaviour.requested.above, "request", "actor", "now"]
    return ["new" if name == "request" else name for name in given if name in used]


def _changed(behaviour: Behaviour) -> str:
    """The row as it will be."""
    if behaviour.lifecycle:
        given = ", ".join([behaviour.row, *behaviour.lifecycle_arguments])
        return f"lifecycle.{behaviour.function}({given})"
    if not behaviour.sets:
        return behaviour.row
    return f"replace({behaviour.row}, {_sets(behaviour, behaviour.sets)})"


def _sets(behaviour: Behaviour, sets: Iterable[Set]) -> str:
    return ", ".join(
        f"{attribute(one.target.column)}={python(behaviour, one.value)}" for one in sets
    )


def refuse(
    behaviour: Behaviour,
    require: Require,
    aliases: Mapping[str, str] | None = None,
    only: str | None = None,
) -> Iterator[str]:
    """Stops where the requirement does not hold."""
    fact = behaviour.fact_for(require.condition)
    if fact:
        refused = Piece(f"facts.{fact.name}")
    else:
        names_here = {**renamed(behaviour), **(aliases or {})}
        source = to_python(behaviour.told(require.condition), names_here, negated=True)
        refused = Piece(source.text, source.level)
    yield f"if {only} and {refused.at(Level.NOT)}:" if only else f"if {refused.text}:"
    said = spoken(f"{behaviour.name} needs `{require.words}`.")
    yield f"    raise {refusal_class(require.error)}({said})"


def _inner(rows: str, behaviour: Behaviour) -> Iterator[str]:
    *before, last = behaviour.does
    for do in before:
        yield f"{behaviour.row} = await {call(behaviour.inner(do), rows, behaviour.row)}"
    yield f"return await {call(behaviour.inner(last), rows, behaviour.row)}"
