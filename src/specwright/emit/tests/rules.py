"""`tests/{domain}/test_rules.py`: what each operation asks for, and what it leaves behind."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from specwright.address import snake
from specwright.emit.behaviour import Behaviour
from specwright.emit.lookups import operation_rule
from specwright.emit.sweeps import Sweep, sweeps_of
from specwright.emit.tests.bodies import row_of
from specwright.emit.tests.conditions import of_block
from specwright.emit.tests.modules import claim, doc, module
from specwright.emit.tests.pairs import shown
from specwright.emit.tests.parts import parts
from specwright.emit.tests.plans import ANYONE, Plan
from specwright.emit.tests.printing import Test, renamed, test_name, used_by, with_names
from specwright.emit.tests.rehearsal import UNTOLD, Told, applied, goes
from specwright.emit.tests.simulation import GUARD_FAILED, Changes, Simulation
from specwright.emit.tests.situations import (
    Found,
    Situation,
    Situations,
    choices,
    distance,
    placed,
)
from specwright.emit.tests.slots import Slot, Slots
from specwright.emit.tests.stage import Given, Stage
from specwright.emit.tests.values import NOW, Ref
from specwright.emit.tests.variables import factory_of, variable_of
from specwright.emit.wording import quoted
from specwright.model.evaluation import holds
from specwright.model.lifecycles import Transition
from specwright.model.operations import ColumnValue, Operation, OperationKind
from specwright.model.rules import DoRule, Search
from specwright.model.sql_types import Kind
from specwright.model.typed import Typed


def emit_rules(plan: Plan, domain: str) -> str | None:
    tests: list[Test] = []
    for operation in plan.operations(domain):
        if plan.working(operation) is not None:
            tests += _of_operation(plan, operation)
    for sweep in _sweeps(plan, domain):
        tests += _of_sweep(plan, sweep)
    title = domain.replace("_", " ")
    return module(f"What each operation on {title} asks for, and what it leaves behind.", tests)


def _of_operation(plan: Plan, operation: Operation) -> Iterator[Test]:
    working = plan.working(operation)
    assert working is not None
    role = working.role
    situations = plan.situations(operation, role)
    behaviour = Behaviour.named(plan.model, operation.id)
    if situations is None or behaviour is None:
        return
    if _leaves_something(operation, behaviour):
        yield from _left_behind(plan, operation, role, behaviour)
    yield from _refusals(plan, operation, situations, behaviour)
    rule = operation_rule(plan.model, operation.id)
    if rule is not None and rule.block.search is not None:
        yield from _of_search(plan, operation, role, rule.block.search)


def _leaves_something(operation: Operation, behaviour: Behaviour) -> bool:
    if operation.kind in (OperationKind.LIST, OperationKind.READ, OperationKind.CREATE):
        return False
    return bool(behaviour.lifecycle or behaviour.sets or behaviour.rounds)


# -- What is left behind --------------------------------------------------------------------------


def _left_behind(
    plan: Plan, operation: Operation, role: str, behaviour: Behaviour
) -> Iterator[Test]:
    if behaviour.lifecycle is None:
        situations = plan.situations(operation, role)
        found = _most_visible(situations, None) if situations else None
        if found is not None:
            yield _leaves(plan, found, test_name(operation.id, "leaves_its_mark"), "")
        return
    for arrow in behaviour.arrows:
        situations = Situations(plan.factories, operation, role, status=arrow.source)
        found = _at_the_edge(situations, behaviour, arrow) or _most_visible(situations, arrow)
        if found is None:
            plan.leave_out(f"{operation.id}: from {arrow.source} to {arrow.target}.")
            continue
        yield _leaves(plan, found, _arrow_name(operation, arrow), _arrow_words(arrow))


def _arrow_name(operation: Operation, arrow: Transition) -> str:
    if arrow.source == arrow.target:
        return test_name(operation.id, "leaves", arrow.source, "as_it_is")
    return test_name(operation.id, "leads_from", arrow.source, "to", arrow.target)


def _arrow_words(arrow: Transition) -> str:
    guard = (
        "`else`" if arrow.is_else else f"`{' '.join(arrow.words.split())}`" if arrow.words else ""
    )
    effect = f"`{arrow.effect}`" if arrow.effect else ""
    return doc(" / ".join(part for part in (guard, effect) if part))


def _at_the_edge(situations: Situations, behaviour: Behaviour, arrow: Transition) -> Found | None:
    """Where the guard only just holds, or only just does not: another arrow is close by."""
    guards = [one.guard for one in behaviour.arrows if one.source == arrow.source if one.guard]
    alike = [one for one in behaviour.arrows if one.source == arrow.source]
    if len(alike) == 1 or not guards:
        return None
    return situations.edge(guards[0], lambda outcome: outcome.arrow == arrow)


def _most_visible(situations: Situations, arrow: Transition | None) -> Found | None:
    """The simplest situation in which as many changes as can be are seen."""
    best: tuple[int, Found] | None = None
    for number, found in enumerate(
        situations.every(lambda outcome, _s, _i: outcome.is_success and outcome.arrow == arrow)
    ):
        unseen = sum(
            row.get(name, ...) == value
            for _, row, values in found.outcome.changes.changed.values()
            for name, value in values.items()
        )
        if best is None or unseen < best[0]:
            best = (unseen, found)
        if best[0] <= (arrow is not None and arrow.source == arrow.target) or number > 60:  # noqa: PLR2004
            break
    return best[1] if best else None


def _leaves(plan: Plan, found: Found, name: str, says: str) -> Test:
    situation = found.situation
    changed = [
        variable
        for variable, row in found.stage.variables.items()
        if id(row) in found.outcome.changes.changed
    ]
    lines = [
        *plan.printer.givens(situation.givens, used_by(situation) | set(changed)),
        "",
        f"answer = {plan.printer.call(situation)}",
        "",
        f'assert answer.outcome == "{found.outcome.answer}"',
        *plan.printer.changes(found),
    ]
    return Test(name, tuple(lines), says)


# -- What is refused ------------------------------------------------------------------------------


def _refusals(
    plan: Plan, operation: Operation, situations: Situations, behaviour: Behaviour
) -> Iterator[Test]:
    asked: list[tuple[Typed, str | None, str]] = []
    for source in dict.fromkeys(arrow.source for arrow in behaviour.arrows):
        arrows = [arrow for arrow in behaviour.arrows if arrow.source == source]
        if len(arrows) == 1 and arrows[0].guard is not None:
            asked.append((arrows[0].guard, arrows[0].words, GUARD_FAILED))
    asked += [
        (require.condition, require.words, f"{require.status} {require.error}")
        for require in behaviour.requires
    ]
    for condition, words, answer in dict.fromkeys(asked):
        for part in parts(condition):
            test = _refusal(plan, operation, situations, part, words, answer)
            if test is None:
                said = " ".join((words or "").split())
                plan.leave_out(f"{operation.id}: `{said}` being false alone.")
            else:
                yield test


def _refusal(
    plan: Plan,
    operation: Operation,
    situations: Situations,
    part: Typed,
    words: str | None,
    answer: str,
) -> Test | None:
    pair = situations.pair(part, answer)
    found = shown(plan, pair) if pair is not None else None
    if found is None:
        return None
    name = test_name(operation.id, "can_be_refused_with", answer.partition(" ")[2])
    return Test(name, found.lines, claim(words, answer))


# -- What is picked -------------------------------------------------------------------------------


def _of_search(plan: Plan, operation: Operation, role: str, search: Search) -> Iterator[Test]:
    none = f"{search.none_status} {search.none_error}" if search.none_error else ""
    none = none or str(search.none_status)
    working = plan.working(operation, role)
    if working is None or working.found.outcome.answer == none:
        plan.leave_out(f"{operation.id}: what it takes, as its answer is {none} in any case.")
        return
    for part in parts(search.where):
        test = _not_picked(plan, operation, role, part, search, none)
        if test is None:
            words = " ".join((search.words or "").split())
            plan.leave_out(f"{operation.id}: a part of `{words}` being false alone.")
        else:
            yield test
    yield from _picked_in_order(plan, operation, role, search)
    yield from _not_picked_elsewhere(plan, operation, role, search, none)


def _not_picked(
    plan: Plan, operation: Operation, role: str, part: Typed, search: Search, none: str
) -> Test | None:
    """One row that fits is picked; one that fails this part alone is not."""
    situations = plan.situations(operation, role)
    success = situations.success() if situations else None
    if situations is None or success is None:
        return None
    variable = variable_of(plan.model.entity(search.entity))

    def fails_alone(outcome: object, stage: Stage, situation: Situation) -> bool:
        names = {"now": NOW, "actor": situation.asked(stage).actor}
        names[search.name] = stage.variables[variable]
        failing = [p for p in parts(search.where) if not holds(p, names, stage.all)]
        return failing == [part] and getattr(outcome, "answer", "") == none

    refused = situations.find(fails_alone)
    if refused is None:
        return None
    first, second = success.situation, refused.situation
    taken = {given.variable for given in first.givens}
    second = renamed(second, taken, keep=(first.actor or "",))
    givens = tuple(one for one in second.givens if one.variable != first.actor)
    second = replace(second, givens=givens, actor=first.actor)
    answer = success.outcome.answer
    if not goes(
        plan.factories, first.givens, Told(first, answer), second.givens, Told(second, none)
    ):
        return None
    key = plan.model.entity(search.entity).primary_key.columns[0]
    shown_key = _shown_key(operation, key) if success.outcome.answer == "200" else None
    lines = [
        *plan.printer.givens(first.givens, used_by(first) | {variable}),
        f"allowed = {plan.printer.call(first)}",
        f'assert allowed.outcome == "{success.outcome.answer}"',
        *(
            [
                f"assert {row_of(operation, 'allowed')}[{quoted(shown_key)}] == "
                f"world.wire({Ref(variable, key)})"
            ]
            if shown_key
            else []
        ),
        "",
        *plan.printer.givens(second.givens, used_by(second)),
        "async with world.nothing_changes():",
        f"    refused = {plan.printer.call(second)}",
        f'assert refused.outcome == "{none}"',
    ]
    name = test_name(operation.id, "takes_only_what_fits")
    return Test(name, tuple(lines), doc(f"`{' '.join((search.words or '').split())}`"))


def _shown_key(operation: Operation, key: str) -> str | None:
    fields = operation.view.fields if operation.view else ()
    return next((f.name for f in fields if f.source == ColumnValue(key)), None)


def _picked_in_order(plan: Plan, operation: Operation, role: str, search: Search) -> Iterator[Test]:
    """The first by each key in turn; rows that are alike in all keys but one tell."""
    entity = plan.model.entity(search.entity)
    working = plan.working(operation, role)
    assert working is not None
    base = next((g for g in working.found.situation.givens if g.entity == entity.name), None)
    shown_key = _shown_key(operation, entity.primary_key.columns[0])
    if base is None or shown_key is None or not search.order_by:
        return
    says: list[dict[str, object]] = []
    for number, key in enumerate(search.order_by):
        column = entity.column(key.column)
        low_high = _two_values(column.type.kind if column else None)
        if low_high is None or key.column in base.said:
            plan.leave_out(f"{operation.id}: the order by {key.column}.")
            return
        first, last = reversed(low_high) if key.descending else low_high
        before = [dict(one) for one in says] or [{}]
        says = (
            [{**one, key.column: first} for one in before[:1]]
            + [{**before[0], key.column: last}, *before[1:]]
            if number == 0
            else [{**says[0], key.column: first}, {**says[0], key.column: last}, *says[1:]]
        )
    says = [{**{k.column: _middle(says, k.column) for k in search.order_by}, **one} for one in says]
    names = ["first", "second", "third", "fourth"][: len(says)]
    if len(names) != len(says):
        return
    stage = Stage(plan.factories)
    actor = working.found.situation.actor
    caller = [g for g in working.found.situation.givens if g.variable == actor]
    givens = [
        replace(base, variable=name, says=tuple({**base.said, **one}.items()))
        for name, one in zip(names, says, strict=True)
    ]
    mixed = [*givens[1:], givens[0]]
    try:
        stage.put([*caller, *mixed])
        for name in names:
            situation = replace(working.found.situation, givens=())
            outcome = Simulation(plan.model, stage).answer(situation.asked(stage))
            if outcome.picked is not stage.variables[name] or not outcome.is_success:
                plan.leave_out(f"{operation.id}: the order of what it takes.")
                return
            applied(stage, outcome)
    except UNTOLD:  # what its row points at may be another of the situation
        return
    call = plan.printer.call(replace(working.found.situation, givens=()))
    one = variable_of(entity)
    keys = ", ".join(f"{'-' if k.descending else ''}{k.column}" for k in search.order_by)
    outcomes = ", ".join(quoted(working.found.outcome.answer) for _ in names)
    lines = [
        *plan.printer.givens([*caller, *mixed], {*names, actor or ""}),
        "",
        f"answers = [{call} for _ in range({len(names)})]",
        "",
        f"assert [answer.outcome for answer in answers] == [{outcomes}]",
        f"picked = [{row_of(operation)}[{quoted(shown_key)}] for answer in answers]",
        f"assert picked == [world.wire({one}[{quoted(entity.primary_key.columns[0])}]) "
        f"for {one} in ({', '.join(names)})]",
    ]
    name = test_name(operation.id, "takes_the_first_in_order")
    yield Test(name, tuple(lines), doc(f"`{keys}`"))


def _two_values(kind: Kind | None) -> tuple[object, object] | None:
    match kind:
        case Kind.SMALLINT | Kind.INT | Kind.BIGINT:
            return 1, 2
        case Kind.TIMESTAMPTZ:
            return NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        case Kind.DATE:
            return NOW.date() - timedelta(days=2), NOW.date() - timedelta(days=1)
        case Kind.TEXT | Kind.VARCHAR:
            return "a", "b"
        case _:
            return None


def _middle(says: list[dict[str, object]], column: str) -> object:
    return next(one[column] for one in says if column in one)


def _not_picked_elsewhere(
    plan: Plan, operation: Operation, role: str, search: Search, none: str
) -> Iterator[Test]:
    tenancy, home = plan.model.tenancy, plan.factories.home
    entity = plan.model.entity(search.entity)
    working = plan.working(operation, role)
    if tenancy is None or home is None or working is None or role == ANYONE:
        return
    if entity.tenant is None or not entity.tenant.is_direct:
        return
    situation = working.found.situation
    base = next((g for g in situation.givens if g.entity == entity.name), None)
    others = [g for g in situation.givens if g.variable != situation.actor and g is not base]
    if base is None or others:
        return
    elsewhere = Ref("elsewhere", tenancy.root_column)
    theirs = replace(base, says=(*base.says, (entity.tenant.column, elsewhere)))
    lines = [
        *plan.printer.givens(situation.givens, used_by(situation)),
        f"allowed = {plan.printer.call(situation)}",
        f'assert allowed.outcome == "{working.found.outcome.answer}"',
        f"elsewhere = await given.{factory_of(home)}(world)",
        plan.printer.made(theirs),
        "",
        "async with world.nothing_changes():",
        f"    answer = {plan.printer.call(situation)}",
        "",
        f'assert answer.outcome == "{none}"',
    ]
    name = test_name(operation.id, "takes_nothing_of_another", home.row)
    yield Test(name, tuple(lines))


# -- Jobs -----------------------------------------------------------------------------------------


def _sweeps(plan: Plan, domain: str) -> Iterator[Sweep]:
    for job in plan.model.jobs:
        for sweep in sweeps_of(plan.model, job):
            if plan.model.entity(sweep.each.entity).domain == domain:
                yield sweep


def _of_sweep(plan: Plan, sweep: Sweep) -> Iterator[Test]:
    each = sweep.each
    if each.collection is not None or each.entity not in plan.factories:
        plan.leave_out(f"{sweep.name}: what it does.")
        return
    search = _JobSituations(plan, sweep)
    acted = search.acted()
    if not acted:
        plan.leave_out(f"{sweep.name}: a row on which it acts.")
        return
    spared: list[tuple[Given, ...]] = []
    for part in parts(each.block.where):
        one = search.spared(part, acted[0])
        if one is None:
            words = " ".join((each.block.where_words or "").split())
            plan.leave_out(f"{sweep.name}: a part of `{words}` being false alone.")
        else:
            spared.append(one)
    for number in range(max(len(acted), len(spared))):
        beside = spared[number % len(spared)] if spared else None
        yield _job_test(plan, sweep, acted[number % len(acted)], beside)


_Acted = tuple[tuple[Given, ...], Stage, Changes]


class _JobSituations:
    """Rows that a job acts on, by what becomes of them, and rows that it spares."""

    def __init__(self, plan: Plan, sweep: Sweep) -> None:
        each = sweep.each
        self._plan = plan
        self._each = each
        rounds = (one for job in plan.model.jobs for one in job.block.each)
        self._others = [one for one in rounds if one is not each]
        slot = Slot(variable_of(plan.model.entity(each.entity)), each.entity)
        slots = Slots(plan.factories, {each.name: slot})
        inner = [do.name for do in each.block.do if isinstance(do, DoRule)]
        for name in inner:
            behaviour = Behaviour.named(plan.model, name)
            if behaviour is not None:
                slots.names[behaviour.row] = slot
        slots.read([*of_block(plan.model, each.block)])
        self._slot = slot
        self._knobs = slots.knobs(None)

    def acted(self) -> list[_Acted]:
        """One for each way in which a row can end, the nearest to the edge first."""
        found: dict[str, tuple[float, _Acted]] = {}
        for givens, stage, changes in self._every():
            row = stage.variables[self._slot.variable]
            if not changes.of(row):
                continue
            ending = repr(sorted(changes.of(row).items(), key=lambda item: item[0]))
            rank = _plainness(givens, self._slot.variable)
            if ending not in found or rank < found[ending][0]:
                found[ending] = (rank, (givens, stage, changes))
        return [one for _, one in list(found.values())[:4]]

    def spared(self, part: Typed, acted: _Acted) -> tuple[Given, ...] | None:
        """As near as can be to a row on which it acts."""
        other = acted[1].variables[self._slot.variable]
        best: tuple[float, tuple[Given, ...]] | None = None
        for givens, stage, changes in self._every():
            row = stage.variables[self._slot.variable]
            names = {"now": NOW, "actor": None, self._each.name: row}
            try:
                failing = [
                    one for one in parts(self._each.block.where) if not holds(one, names, stage.all)
                ]
            except TypeError:
                continue
            if failing != [part] or changes.of(row):
                continue
            apart = sum(distance(other[name], row[name]) for name in self._slot.asked)
            rank = apart + _plainness(givens, self._slot.variable) / 1e9
            if best is None or rank < best[0]:
                best = (rank, givens)
        return best[1] if best else None

    def _every(self) -> Iterator[_Acted]:
        for choice in choices(self._knobs):
            given = Given(self._slot.variable, self._each.entity)
            try:
                givens = tuple(placed(self._plan.factories, self._slot, given, choice))
                stage = Stage(self._plan.factories).put(givens)
                simulation = Simulation(self._plan.model, stage)
                changes = simulation.job(self._each)
                if any(simulation.job(other).changed for other in self._others):
                    continue  # all jobs are run: the others have to leave the rows as they are
            except UNTOLD:
                continue
            yield givens, stage, changes


def _plainness(givens: tuple[Given, ...], variable: str) -> float:
    """How much is said, and how far from now: what is near is at the edge."""
    said = [value for given in givens for value in given.said.values()]
    apart = [abs((value - NOW).total_seconds()) for value in said if isinstance(value, datetime)]
    own = next(given for given in givens if given.variable == variable)
    return len(said) * 10 + len(givens) * 100 + sum(apart) / 1e6 + (own.status is None)


def _job_test(
    plan: Plan,
    sweep: Sweep,
    found: _Acted,
    spared: tuple[Given, ...] | None,
) -> Test:
    givens, stage, changes = found
    each = sweep.each
    entity = plan.model.entity(each.entity)
    variable = variable_of(entity)
    row = stage.variables[variable]
    values = changes.of(row)
    second = _spared(spared, variable) if spared else ()
    lifecycle = plan.model.lifecycle_of(entity.name)
    ending = snake(str(values.get(lifecycle.column, ""))) if lifecycle else ""
    after = plan.printer.after(entity, row, values, stage)
    lines = [
        *plan.printer.givens(givens, {variable}),
        *plan.printer.givens(second, {"spared"}),
        "",
        "await world.run_jobs()",
        "",
        f"assert await world.again({quoted(entity.table)}, {variable}) == {variable} | {after}",
    ]
    if second:
        lines.append(f"assert await world.again({quoted(entity.table)}, spared) == spared")
    words = " ".join((each.block.where_words or "").split())
    name = test_name(sweep.name, "makes_it", ending) if ending else test_name(sweep.name, "acts")
    return Test(name, tuple(lines), doc(f"`{words}`") if words else "")


def _spared(givens: tuple[Given, ...], variable: str) -> tuple[Given, ...]:
    names = {one.variable: f"spared_{one.variable}" for one in givens}
    names[variable] = "spared"
    return tuple(with_names(one, names) for one in givens)
