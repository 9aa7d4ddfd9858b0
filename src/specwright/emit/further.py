"""The functions for what rules do beyond their own row."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import Addition, Beyond, Other, Reached, Round, Rows, roots
from specwright.emit.facts import Fact
from specwright.emit.handled import doer
from specwright.emit.names import refusal_class
from specwright.emit.parameters import annotated
from specwright.emit.python_expressions import to_python
from specwright.emit.wording import spoken
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.rules import Require, Set
from specwright.model.typed import Typed


@dataclass(frozen=True, slots=True)
class Function:
    """`doc` says what its name does not."""

    name: str
    parameters: tuple[str, ...]
    result: str
    lines: list[str]
    doc: str | None = None


def called(beyond: Beyond) -> str:
    """The call of an effect's function."""
    return _call(beyond, beyond.rounds[0].function if beyond.is_one_round else beyond.function)


def _call(beyond: Beyond, function: str) -> str:
    row = [beyond.row] if beyond.uses_row else []
    return f"await _{function}({', '.join(['connection', *row, *beyond.arguments])})"


def functions_of(beyond: Beyond) -> Iterator[Function]:
    """Of an effect one for all of it; and one for each of its rounds."""
    if beyond.is_effect and not beyond.is_one_round:
        yield Function(
            f"_{beyond.function}",
            parameters_of(beyond),
            "None",
            list(beyond_lines(beyond)),
        )
    for one in beyond.rounds:
        yield _round_function(one)


def parameters_of(beyond: Beyond) -> tuple[str, ...]:
    row, *others = annotated(beyond.model, beyond, beyond.arguments)
    return ("connection: Connection", *([row] if beyond.uses_row else []), *others)


# -- What a block does ----------------------------------------------------------------------------


def beyond_lines(beyond: Beyond, now: str = "now") -> Iterator[str]:
    """The lines for all of it, where the rule's row and its arguments are at hand."""
    for other in beyond.others:
        yield from _hold(beyond, other)
    if beyond.facts:
        entity = beyond.model.entity(beyond.entity)
        given = ", ".join([beyond.row, *fact_arguments(beyond.facts)])
        yield f"further = await {_rows(entity)}.{beyond.function}_further({given})"
    for one in beyond.rounds:
        yield _call(one.alone, one.function)
    for other in beyond.others:
        yield from _write(beyond, other, now) if other.sets else ()
    for made in beyond.additions:
        yield from _add(beyond.model, made, [_new(beyond, made)], now)
    for rows in beyond.removals:
        given = ", ".join(rows_arguments(beyond, rows))
        yield f"await {_rows(beyond.model.entity(rows.entity))}.{rows.method}({given})"


def _hold(beyond: Beyond, other: Other) -> Iterator[str]:
    if other.key is None or other.before is None:
        return  # the caller's own row was locked when they came in
    entity = beyond.model.entity(other.entity)
    words, owner = other.before
    near = beyond.renamed.get(".".join(words), words[0])
    key = f"{near}.{_attribute(beyond.model.entity(owner), other.key[0])}"
    yield f"{other.variable} = (await {_rows(entity)}.lock_many([{key}]))[{key}]"


def _write(beyond: Beyond, other: Other, now: str) -> Iterator[str]:
    entity = beyond.model.entity(other.entity)
    changed = f"replace({other.variable}, {_sets(beyond, other.sets)})"
    yield f"await {_rows(entity)}.save_many([{changed}]{_stamp(entity, now)})"


def _add(model: Model, made: Addition, new: list[str] | str, now: str) -> Iterator[str]:
    entity = model.entity(made.entity)
    given = new if isinstance(new, str) else f"[{', '.join(new)}]"
    yield f"await {_rows(entity)}.{made.method}({given}{_stamp(entity, now, created=True)})"


def _new(place: Beyond | Round, made: Addition) -> str:
    entity = place.model.entity(made.entity)
    values = [
        f"{_attribute(entity, column)}={_python(place, value)}"
        for column, value in made.create.values
    ]
    if made.tenant_column is not None:
        beyond = place if isinstance(place, Beyond) else place.beyond
        own = place.model.entity(beyond.entity)
        assert own.tenant is not None
        values.append(f"{made.tenant_column}={beyond.row}.{_attribute(own, own.tenant.column)}")
    return f"{made.struct}({', '.join(values)})"


# -- Rounds ---------------------------------------------------------------------------------------


def _round_function(one: Round) -> Function:
    return Function(
        f"_{one.function}",
        parameters_of(one.alone),
        "None",
        list(_round_lines(one)),
        f"All of `{one.each.words}`, or none.",
    )


def _round_lines(one: Round) -> Iterator[str]:
    found, entity = one.words, one.entity
    given = ", ".join(rows_arguments(one.beyond, one.rows))
    yield f"{found} = await {_rows(entity)}.{one.rows.method}({given})"
    for reached in one.reached:
        target = one.model.entity(reached.entity)
        keys = f"{one.name}.{_attribute(entity, reached.own)} for {one.name} in {found}"
        yield f"{_held(one, reached)} = await {_rows(target)}.lock_many({keys})"
    if one.facts:
        given = ", ".join([found, *fact_arguments(one.facts)])
        yield f"facts_of = await {_rows(entity)}.{one.function}_round_facts({given})"
    gathered, body = list(_gathered(one)), list(_one_round(one))
    if not body:
        pass
    elif len(body) == 1:
        ((name, _),) = gathered
        element = body[0].removeprefix(f"{name}.append(").removesuffix(")")
        yield f"{name} = [{element} for {one.name} in {found}]"
    else:
        yield from (f"{name}: list[{typed}] = []" for name, typed in gathered)
        yield f"for {one.name} in {found}:"
        yield from (f"    {line}" for line in body)
    yield from _written(one)


def _gathered(one: Round) -> Iterator[tuple[str, str]]:
    """The lists that the rounds fill, to be written when all have passed."""
    if one.own_sets:
        yield f"changed_{one.words}", names.row_class(one.entity)
    for reached in one.reached:
        target = one.model.entity(reached.entity)
        yield f"changed_{_held(one, reached)}", names.row_class(target)
    for made in one.additions:
        yield _new_rows(one, made), made.struct
    if one.removes and one.where is not None:
        yield f"removed_{one.words}", names.row_class(one.entity)
    if one.does and one.where is not None:
        yield f"meant_{one.words}", names.row_class(one.entity)


def _new_rows(one: Round, made: Addition) -> str:
    number = "" if made.number == 1 else f"_{made.number}"
    return f"new_{one.model.entity(made.entity).table}{number}"


def _one_round(one: Round) -> Iterator[str]:
    for reached in one.reached:
        key = f"{one.name}.{_attribute(one.entity, reached.own)}"
        yield f"{reached.name} = {_held(one, reached)}[{key}]"
    if one.facts:
        yield f"facts = facts_of[{one.name}.{_key(one.entity)}]"
    if one.where is not None:
        yield f"if {_python(one, one.where, negated=True)}:"
        yield "    continue"
    for require in one.each.block.require:
        yield from _refuse(one, require)
    if one.own_sets:
        changed = f"replace({one.name}, {_sets(one, one.own_sets)})"
        yield f"changed_{one.words}.append({changed})"
    for reached in one.reached:
        yield _changed(one, reached)
    for made in one.additions:
        yield f"{_new_rows(one, made)}.append({_new(one, made)})"
    if one.removes and one.where is not None:
        yield f"removed_{one.words}.append({one.name})"
    if one.does and one.where is not None:
        yield f"meant_{one.words}.append({one.name})"


def _changed(one: Round, reached: Reached) -> str:
    changed = f"replace({reached.name}, {_sets(one, one.sets_of(reached))})"
    return f"changed_{_held(one, reached)}.append({changed})"


def _refuse(one: Round, require: Require) -> Iterator[str]:
    said = spoken(f"{one.beyond.name} needs `{require.words}`.")
    yield f"if {_python(one, require.condition, negated=True)}:"
    yield f"    raise {refusal_class(require.error)}({said})"


def _written(one: Round) -> Iterator[str]:
    if one.own_sets:
        now = _stamp(one.entity, "now")
        yield f"await {_rows(one.entity)}.save_many(changed_{one.words}{now})"
    for reached in one.reached:
        target = one.model.entity(reached.entity)
        changed = f"changed_{_held(one, reached)}{_stamp(target, 'now')}"
        yield f"await {_rows(target)}.save_many({changed})"
    for made in one.additions:
        yield from _add(one.model, made, _new_rows(one, made), "now")
    if one.removes:
        removed = one.words if one.where is None else f"removed_{one.words}"
        yield f"await {_rows(one.entity)}.remove_many({removed})"
    meant = one.words if one.where is None else f"meant_{one.words}"
    for do in one.does:
        yield _done(one, doer(one, do), meant)


def _done(one: Round, inner: Behaviour, rows: str) -> str:
    home, own = one.entity.domain, one.model.entity(one.beyond.entity).domain
    module = "" if home == own else f"{home}_operations."
    given = ", ".join(["connection", rows, *inner.arguments])
    return f"await {module}{of_each(inner)}({given})"


def of_each(behaviour: Behaviour) -> str:
    """The function that does it to many rows."""
    return f"{behaviour.function}_of_each"


# -- Words ----------------------------------------------------------------------------------------


def rows_arguments(beyond: Beyond, rows: Rows) -> Iterator[str]:
    """What a statement over rows is told: of the rule's row and arguments those that it needs."""
    used = {name for _, condition in rows.conditions for name in roots(condition)}
    yield from (name for name in (beyond.row, "actor", "request", "now") if name in used)


def fact_arguments(facts: tuple[Fact, ...]) -> list[str]:
    used = {name for fact in facts for name in roots(fact.typed)}
    return [name for name in ("actor", "request", "now") if name in used]


def _python(place: Beyond | Round, typed: Typed, *, negated: bool = False) -> str:
    fact = place.fact_for(typed)
    if fact is None:
        return to_python(typed, place.renamed, negated=negated).text
    name = "further" if isinstance(place, Beyond) else "facts"
    return f"{'not ' if negated != fact.is_negated else ''}{name}.{fact.name}"


def _sets(place: Beyond | Round, sets: tuple[Set, ...]) -> str:
    return ", ".join(
        f"{_attribute(place.model.entity(one.target.entity), one.target.column)}="
        f"{_python(place, one.value)}"
        for one in sets
    )


def _rows(entity: Entity) -> str:
    return f"{entity.name}Rows(connection)"


def _held(one: Round, reached: Reached) -> str:
    """What the related rows of a round are called together."""
    table = one.model.entity(reached.entity).table
    taken = {one.words, one.name, reached.name, one.beyond.row}
    return table if table not in taken else f"{reached.name}_by_key"


def _stamp(entity: Entity, now: str, *, created: bool = False) -> str:
    stamped = ("created_at", "updated_at") if created else ("updated_at",)
    return f", {now}" if any(entity.column(name) for name in stamped) else ""


def _attribute(entity: Entity, name: str) -> str:
    column = entity.column(name)
    assert column is not None
    return column.attribute


def _key(entity: Entity) -> str:
    (key,) = entity.primary_key.columns
    return _attribute(entity, key)
