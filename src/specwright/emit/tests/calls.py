"""`tests/{domain}/calls.py`: a call of each operation that is allowed, with its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from specwright.address import snake
from specwright.emit.rendering import render
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import Printer, ref_with, used_by, with_names
from specwright.emit.tests.simulation import Simulation
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.stage import HOOKS, Given
from specwright.emit.tests.values import keywords
from specwright.emit.wording import quoted
from specwright.model.operations import Operation


@dataclass(frozen=True, slots=True)
class _Call:
    id: str
    function: str
    role: str  # of one for whom the common call does not work
    lines: tuple[str, ...]
    request: str
    status: str = ""  # the column
    initial: str = ""

    @property
    def world(self) -> str:
        return "world" if self._mentions("world") else "_world"

    @property
    def actor(self) -> str:
        return "actor" if self._mentions("actor") else "_actor"

    def _mentions(self, name: str) -> bool:
        text = "\n".join(("", *self.lines, self.request))
        return any(f"{before}{name}" in text for before in ("(", " ", "{", "=", "\n"))


def emit_calls(plan: Plan, domain: str) -> str | None:
    calls = [call for one in plan.operations(domain) for call in _calls(plan, one)]
    if not calls:
        return None
    return render("tests/domain/calls.py", domain=domain.replace("_", " "), calls=calls)


def _calls(plan: Plan, operation: Operation) -> Iterator[_Call]:
    first = plan.working(operation)
    if first is None:
        return
    yield _call(plan, first, "")
    for working in special(plan, operation):
        yield _call(plan, working, working.role)


def special(plan: Plan, operation: Operation) -> Iterator[Working]:
    """The calls of roles for whom the common one does not work."""
    first = plan.working(operation)
    assert first is not None
    for role in plan.permitted(operation):
        if role == first.role or answer_to(plan, first, role).startswith("2"):
            continue
        own = plan.working(operation, role)
        if own is not None:
            yield own


def answer_to(plan: Plan, working: Working, role: str) -> str:
    """What a caller of another role is answered to the same call in the same situation."""
    situation = as_role(plan, working.found.situation, role)
    stage = situation.staged(plan.factories)
    return Simulation(plan.model, stage).answer(situation.asked(stage)).answer


def as_role(plan: Plan, situation: Situation, role: str) -> Situation:
    """The situation with a caller of that role; a caller is made where there was none."""
    roles = plan.model.roles
    if role == ANYONE or roles is None:
        return replace(situation, actor=None)
    said = {roles.column: role} if roles.column else {}
    if situation.actor is None:
        caller = Given("caller", roles.entity, says=tuple(said.items()))
        return replace(situation, givens=(caller, *situation.givens), actor="caller")
    givens = tuple(
        replace(one, says=tuple((one.said | said).items()))
        if one.variable == situation.actor
        else one
        for one in situation.givens
    )
    return replace(situation, givens=givens)


def _call(plan: Plan, working: Working, role: str) -> _Call:
    operation, situation = working.operation, working.found.situation
    named = _as_actor(situation)
    actor = next((one for one in named.givens if one.variable == "actor"), None)
    givens = tuple(one for one in named.givens if one.variable != "actor")
    lifecycle = plan.model.lifecycle_of(operation.entity or "")
    has_status = lifecycle is not None and operation.id in lifecycle.triggers and named.row
    printer = (
        _StatusPrinter(plan.factories, named.row or "", lifecycle.column)
        if (has_status and lifecycle)
        else plan.printer
    )
    used = used_by(named) | ({named.row} if named.row else set())
    lines = (*_adapted(plan, actor), *printer.givens(givens, used))
    request = plan.printer.request(named)
    about = subject(named)
    if about is not None and about in {one.variable for one in givens}:
        request += f", row={about}"
        lines = (*_adapted(plan, actor), *printer.givens(givens, used | {about}))
    initial = next((g.status for g in givens if g.variable == named.row), None)
    name = f"{operation.name}_as_{snake(role)}" if role else operation.name
    return _Call(
        operation.id,
        f"call_{name}" if name.startswith("test") else name,  # as no test is called
        role,
        lines,
        request,
        lifecycle.column if has_status and lifecycle else "",
        (initial or (lifecycle.initial if lifecycle else "")) if has_status else "",
    )


def subject(situation: Situation) -> str | None:
    """The row that a call is about: that of its path, or the first that it needs."""
    if situation.row is not None:
        return situation.row
    rows = (one for one in situation.givens if one.entity != HOOKS)
    others = [one.variable for one in rows if one.variable != situation.actor]
    is_search = not situation.path and situation.body is None
    return others[0] if others and (is_search or situation.operation.link) else None


def _as_actor(situation: Situation) -> Situation:
    if situation.actor is None:
        return situation
    names = {situation.actor: "actor"}
    return replace(
        situation,
        actor="actor",
        givens=tuple(with_names(one, names) for one in situation.givens),
        path=tuple((name, ref_with(ref, names)) for name, ref in situation.path),
        row="actor" if situation.row == situation.actor else situation.row,
    )


def _adapted(plan: Plan, actor: Given | None) -> tuple[str, ...]:
    """The caller is made by whoever asks for the call: what else they must be is changed."""
    roles = plan.model.roles
    if actor is None or roles is None or plan.users is None:
        return ()
    more = {name: value for name, value in actor.said.items() if name != roles.column}
    if not more:
        return ()
    return (f"await world.change({quoted(plan.users.table)}, actor{keywords(more)})",)


@dataclass(frozen=True)
class _StatusPrinter(Printer):
    """Prints the status of one row as a parameter."""

    variable: str = ""
    column: str = ""

    def arguments(self, given: Given) -> str:
        if given.variable != self.variable:
            return super().arguments(given)
        return f", {self.column}{keywords(given.said)}"
