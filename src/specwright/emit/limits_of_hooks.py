"""What rules leave to hand-written code in a way that these emitters do not build yet."""

from collections.abc import Iterator

from specwright.diagnostic import Place
from specwright.emit.actions import NotTold, only_where
from specwright.emit.behaviour import Behaviour
from specwright.emit.lookups import expressions_of, permissions
from specwright.emit.nested import nested_rows
from specwright.model import Model, types
from specwright.model.operations import OperationKind
from specwright.model.rules import Block, DoHook, Rule
from specwright.model.typed import Get, Name, Typed, path, reads_relations, walk

Limit = tuple[Place, str]
_LINKS = (OperationKind.LINK, OperationKind.UNLINK)


def limits_of_hooks(model: Model, rule: Rule, block: Block) -> Iterator[Limit]:
    operation = model.operation(rule.name)
    is_link = operation is not None and operation.kind in _LINKS
    for do in block.hooks:
        if rule.entity is None or is_link:
            yield do.place, "A hook of a rule without a row of its own is not built yet."
        elif operation is not None and operation.domain != model.entity(rule.entity).domain:
            yield do.place, "A hook of a rule on rows of another tag is not built yet."
        made = operation is not None and operation.kind is OperationKind.CREATE
        for _, value in do.arguments:
            yield from ((do.place, said) for said in _of_argument(value, rule.row if made else ""))
        if made:
            yield from _of_access(model, rule, do)
    yield from _of_results(model, rule, block)


def _of_access(model: Model, rule: Rule, do: DoHook) -> Iterator[Limit]:
    """Who may make a row is asked before any hook is."""
    given = {one.target.column for one in rule.block.set if any(_named(one.value, {do.name: do}))}
    for cell in permissions(model, rule.name):
        read = walk(cell.condition) if cell.condition is not None else ()
        if any(isinstance(one, Get) and one.name in given for one in read):
            yield cell.place, f"Access by what `{do.name}` gives is not built yet."


def _of_argument(value: Typed, new: str | None) -> Iterator[str]:
    if isinstance(value.type, types.ListOf):
        yield "Giving a list to a hook is not built yet."
    if isinstance(value.type, types.Row):
        if not value.type.stored:
            yield "Giving a whole request to a hook is not built yet."
        elif reads_relations(value):
            yield "Giving a row that has to be read to a hook is not built yet."
        elif new and path(value) == (new,):
            yield "Giving a row that is not made yet to a hook is not built yet."
        elif not isinstance(value, Name):
            yield "Giving such a row to a hook is not built yet."


def _of_results(model: Model, rule: Rule, block: Block) -> Iterator[Limit]:
    """What SQL would have to tell of a value that only Python has."""
    given = {do.name: do for do in block.hooks if do.result is not None}
    places = [each.block.where for each in block.each] + [each.collection for each in block.each]
    told = [one for one in places if one is not None]
    told += [removed.row for removed in block.delete]
    told += [one for one in expressions_of(block) if reads_relations(one)]
    for nested in (
        nested_rows(model, operation) if (operation := model.operation(rule.name)) else ()
    ):
        told += [*expressions_of(nested.each.block)] if nested.each is not None else []
    for name in sorted({name for one in told for name in _named(one, given)}):
        yield given[name].place, f"Reading other rows by what `{name}` gives is not built yet."


def _named(typed: Typed, given: dict[str, DoHook]) -> Iterator[str]:
    return (node.name for node in walk(typed) if isinstance(node, Name) and node.name in given)


def limits_of_shared_hooks(behaviour: Behaviour) -> Iterator[Limit]:
    """Of an operation and its effects together."""
    blocks = [behaviour.own_block] if behaviour.own_block else []
    blocks += [effect.block for effect in behaviour.effects]
    seen: set[str] = set()
    for do in (do for block in blocks for do in block.hooks):
        if do.name in seen:
            yield (
                do.place,
                f"Asking `{do.name}` in an operation and in its effect is not built yet.",
            )
        seen.add(do.name)
    for effect in behaviour.effects:
        if effect.block.hooks and _is_for_some(behaviour, effect.name):
            place = effect.block.hooks[0].place
            if any(beyond.name == effect.name for beyond in behaviour.effects_beyond):
                yield place, "A hook of an effect that some transitions have is not built yet."
    homes = {behaviour.model.entity(behaviour.entity).domain}
    for hook in behaviour.model.hooks:
        if hook.name in seen:
            yield from _of_homes(behaviour.model, hook.name, homes)


def _is_for_some(behaviour: Behaviour, effect: str) -> bool:
    try:
        return only_where(behaviour, effect) is not None
    except NotTold:
        return True


def _of_homes(model: Model, name: str, homes: set[str]) -> Iterator[Limit]:
    """One function has one home."""
    for rule in model.rules:
        for do in (do for block in rule.block.within() for do in block.hooks if do.name == name):
            if rule.entity is not None and model.entity(rule.entity).domain not in homes:
                yield do.place, f"Asking `{name}` in rules of several tags is not built yet."
