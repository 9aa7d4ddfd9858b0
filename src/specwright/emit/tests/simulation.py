"""What a call is answered, and what it changes: the rules carried out on rows in memory.

Nothing here is emitted. It tells which situation shows what, so that a test claims only what the
bundle says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specwright.emit.access import asks_row, cells_of
from specwright.emit.behaviour import Behaviour
from specwright.emit.lists import narrowings
from specwright.emit.lookups import operation_rule
from specwright.emit.tests.constraints import first_broken, keeps, pointing
from specwright.emit.tests.factory import Row
from specwright.emit.tests.hooks import given_by
from specwright.emit.tests.parts import parts
from specwright.emit.tests.stage import Stage
from specwright.emit.tests.values import NOW
from specwright.model import Model
from specwright.model.access import ANYONE, SIGNED_IN, Permission
from specwright.model.evaluation import evaluate, holds
from specwright.model.lifecycles import Transition
from specwright.model.operations import Operation, OperationKind
from specwright.model.rules import Block, DoHook, Each, Search
from specwright.model.typed import Typed

FORBIDDEN = "403 forbidden"
NOT_FOUND = "404 not-found"
STALE = "412 stale"
WRONG_STATUS = "409 wrong-status"
GUARD_FAILED = "409 guard-failed"


class Beyond(Exception):
    """The rules do something that is not carried out here."""


@dataclass
class Changes:
    """What becomes of rows: new values by the identity of the row, new rows, rows that go."""

    changed: dict[int, tuple[str, Row, Row]] = field(default_factory=dict)
    created: list[tuple[str, Row]] = field(default_factory=list)
    deleted: list[tuple[str, Row]] = field(default_factory=list)

    def set(self, entity: str, row: Row, values: Row) -> None:
        _, _, before = self.changed.get(id(row), (entity, row, {}))
        self.changed[id(row)] = (entity, row, before | values)

    def of(self, row: Row) -> Row:
        return self.changed[id(row)][2] if id(row) in self.changed else {}

    def create(self, entity: str, row: Row) -> None:
        self.set(entity, row, {})
        self.created.append((entity, row))

    def delete(self, entity: str, row: Row) -> None:
        self.deleted.append((entity, row))

    def is_deleted(self, row: Row) -> bool:
        return any(one is row for _, one in self.deleted)


@dataclass
class Outcome:
    """The answer; `failed` are the parts of conditions that did not hold, in the order of asking.

    `arrow` is the transition that was taken.
    """

    answer: str
    changes: Changes = field(default_factory=Changes)
    failed: tuple[Typed, ...] = ()
    arrow: Transition | None = None
    picked: Row | None = None

    @property
    def is_success(self) -> bool:
        return self.answer.startswith("2")


@dataclass(frozen=True)
class Asked:
    """A call as the simulation sees it: who, what, on which row, with what."""

    operation: Operation
    actor: Row | None
    row: Row | None
    request: Mapping[str, Any] = field(default_factory=dict)
    above: tuple[tuple[str, Row], ...] = ()  # the other rows of its path, by entity
    named: tuple[tuple[str, Row], ...] = ()  # the rows that its body names
    written: Mapping[str, Any] = field(default_factory=dict)  # the columns that its body writes
    new: Row | None = None  # the row that is to be made
    version: int | None = None  # on which it says to be based


class _Refused(Exception):
    def __init__(self, answer: str, *failed: Typed) -> None:
        self.answer = answer
        self.failed = failed


_READS = (OperationKind.LIST, OperationKind.READ)


def _searches(operation: Operation) -> bool:
    """Whether the row that its policy asks about is found first."""
    return operation.kind in (OperationKind.PICK, OperationKind.FIND)


@dataclass
class Simulation:
    model: Model
    stage: Stage

    def _behaviour(self, name: str) -> Behaviour | None:
        return self.stage.factories.behaviour(name)

    def answer(self, asked: Asked) -> Outcome:
        """In the order of the backend: access, what exists, versions, rules, constraints."""
        try:
            self._identify(asked)
            if not asks_row(self.model, asked.operation):
                self._permit(asked, {})
            for entity, row in asked.above:
                self._see(asked.actor, entity, row)
            return self._done(asked)
        except _Refused as refused:
            return Outcome(refused.answer, failed=refused.failed)

    def _done(self, asked: Asked) -> Outcome:
        names = self._names(asked)
        if asked.row is not None and asked.operation.entity is not None:
            self._see(asked.actor, asked.operation.entity, asked.row)
        if asked.new is not None:
            self._see_named(asked)
        if not _searches(asked.operation) and asks_row(self.model, asked.operation):
            self._permit(asked, names)
        if asked.version is not None and asked.row is not None:
            self._match(asked.version, asked.row)
        if asked.new is None:
            self._see_named(asked)
        outcome = self._carried_out(asked, names)
        self._keep(asked.operation, outcome.changes)
        return outcome

    def _see_named(self, asked: Asked) -> None:
        for entity, row in asked.named:
            self._see(asked.actor, entity, row)

    def _names(self, asked: Asked) -> dict[str, Any]:
        names: dict[str, Any] = {"now": NOW, "actor": asked.actor, "request": asked.request}
        above = reversed(asked.above)  # of two of one kind, rules name the first
        names |= {self.model.entity(entity).row: row for entity, row in above}
        behaviour = self._behaviour(asked.operation.id)
        link = asked.operation.link
        entity, row = link.entity if link else asked.operation.entity, asked.row or asked.new
        if row is not None and entity is not None:
            names[self.model.entity(entity).row] = row
            if behaviour is not None and behaviour.entity == entity:
                names[behaviour.row] = row
        return names

    # -- whether the caller may ---------------------------------------------------------------

    def role_of(self, actor: Row | None) -> str:
        roles = self.model.roles
        if actor is None or roles is None:
            return ANYONE
        return SIGNED_IN if roles.column is None else str(actor[roles.column])

    def _identify(self, asked: Asked) -> None:
        if asked.actor is None and not asked.operation.is_public:
            raise _Refused("401 unauthenticated")

    def _permit(self, asked: Asked, names: Mapping[str, Any]) -> None:
        cells = {cell.role: cell for cell in cells_of(self.model, asked.operation)}
        cell = cells.get(self.role_of(asked.actor)) or cells.get(ANYONE)
        if cell is None:
            raise _Refused(FORBIDDEN)
        said = next((one for one in self._cells(asked) if one.role == cell.role), cell)
        condition = said.condition if cell.condition else None  # as written, not as it is asked
        failed = self.failing_parts(condition, names) if condition else ()
        if failed:
            raise _Refused(FORBIDDEN, *failed)

    def _cells(self, asked: Asked) -> tuple[Permission, ...]:
        access = self.model.access_to(asked.operation.id)
        return access.permissions if access else ()

    def _see(self, actor: Row | None, entity: str, row: Row) -> None:
        if not any(one is row for one in self.stage.all(entity)):
            raise _Refused(NOT_FOUND)  # it is gone
        if not self._is_of_tenant(actor, entity, row):
            raise _Refused(NOT_FOUND)
        failed = self._unseen(actor, entity, row)
        if failed is not None:
            raise _Refused(NOT_FOUND, *failed)

    def _match(self, version: int, row: Row) -> None:
        if row["version"] != version:
            raise _Refused(STALE)

    def sees(self, actor: Row | None, entity: str, row: Row) -> bool:
        """Whether the row exists for the caller: their tenant's, and of those they may read."""
        is_ours = self._is_of_tenant(actor, entity, row)
        return is_ours and self._unseen(actor, entity, row) is None

    def _unseen(self, actor: Row | None, entity: str, row: Row) -> tuple[Typed, ...] | None:
        """The parts of a condition for which the row does not exist for the caller, if any."""
        visibility = self.model.visibility_of(entity)
        if visibility is None:
            return None
        return self._failing_cell(visibility.permissions, actor, entity, row)

    def is_listed(self, operation: Operation, actor: Row | None, row: Row) -> bool:
        """Whether a list shows the row: it exists for the caller, and its own cell allows it."""
        access = self.model.access_to(operation.id)
        entity = operation.entity or ""
        cells = access.permissions if access is not None else ()
        return (
            self.sees(actor, entity, row)
            and self._failing_cell(cells, actor, entity, row) is None
            and self._is_kept(operation, actor, row)
        )

    def _is_kept(self, operation: Operation, actor: Row | None, row: Row) -> bool:
        """Whether it fulfils what rules always narrow the list by."""
        names = {"now": NOW, "actor": actor, self.model.entity(operation.entity or "").row: row}
        always = (one for one in narrowings(self.model, operation) if not one.asks)
        return all(holds(one.condition, names, self.stage.all) for one in always)

    def _failing_cell(
        self, cells: tuple[Permission, ...], actor: Row | None, entity: str, row: Row
    ) -> tuple[Typed, ...] | None:
        """What fails of the role's cell, or else of anyone's; a role without a cell is not kept."""
        names = {"now": NOW, "actor": actor, self.model.entity(entity).row: row}
        for wanted in (self.role_of(actor), ANYONE):
            cell = next((one for one in cells if one.role == wanted), None)
            if cell is not None and cell.condition is not None:
                return self.failing_parts(cell.condition, names) or None
            if cell is not None:
                return None
        return None

    def _is_of_tenant(self, actor: Row | None, entity: str, row: Row) -> bool:
        tenancy = self.model.tenancy
        tenant = self.model.entity(entity).tenant
        if tenancy is None or tenant is None or actor is None:
            return True
        return bool(self.tenant_of(entity, row) == actor[tenancy.column])

    def tenant_of(self, entity: str, row: Row) -> Any:
        tenant = self.model.entity(entity).tenant
        assert tenant is not None
        at, here = self.model.entity(entity), row
        for name in tenant.relations:
            relation = at.relation(name)
            assert relation is not None
            here = next(
                other
                for other in self.stage.all(relation.target)
                if all(
                    here[own] == other[theirs]
                    for own, theirs in zip(relation.columns, relation.target_columns, strict=True)
                )
            )
            at = self.model.entity(relation.target)
        return here[tenant.column]

    # -- what is done ---------------------------------------------------------------------------

    def _carried_out(self, asked: Asked, names: dict[str, Any]) -> Outcome:
        operation, entity = asked.operation, asked.operation.entity or ""
        success = str(operation.answers[0].status) if operation.answers else "200"
        outcome = Outcome(success)
        rule = operation_rule(self.model, operation.id)
        if rule is not None and rule.block.search is not None:
            return self._searched(rule.block.search, asked, names, outcome)
        if operation.link is not None:
            return outcome  # there may be one already, or none
        if asked.new is not None:
            self._work(operation.id, entity, asked.new, names, outcome)
            outcome.changes.create(entity, asked.new)
        elif asked.row is not None and operation.kind is OperationKind.DELETE:
            self._work(operation.id, entity, asked.row, names, outcome)
            outcome.changes.delete(entity, asked.row)
        elif asked.row is not None and operation.kind not in _READS:
            if asked.written:
                outcome.changes.set(entity, asked.row, dict(asked.written))
            self._work(operation.id, entity, asked.row, names, outcome)
        return outcome

    def _searched(
        self, search: Search, asked: Asked, names: dict[str, Any], outcome: Outcome
    ) -> Outcome:
        found = self._search(search, asked, names)
        if found is None:
            kind = f" {search.none_error}" if search.none_error else ""
            return Outcome(f"{search.none_status}{kind}")
        names = {**names, search.name: found, self.model.entity(search.entity).row: found}
        if asks_row(self.model, asked.operation):
            self._permit(asked, names)
        outcome.picked = found
        self._work(asked.operation.id, search.entity, found, names, outcome)
        return outcome

    def _search(self, search: Search, asked: Asked, names: dict[str, Any]) -> Row | None:
        found = [
            row
            for row in self.stage.all(search.entity)
            if self.sees(asked.actor, search.entity, row)
            if holds(search.where, {**names, search.name: row}, self.stage.all)
        ]
        for key in reversed(search.order_by):
            found.sort(key=lambda row: row[key.column], reverse=key.descending)
        return next(iter(found), None)

    def _work(
        self, name: str, entity: str, row: Row, names: Mapping[str, Any], outcome: Outcome
    ) -> None:
        """What the operation or the trigger does to one row."""
        behaviour = self._behaviour(name)
        if behaviour is None:
            return
        scope = {**names, behaviour.row: row}
        values: Row = {}
        arrow = self._arrow(behaviour, row, scope)
        if arrow is not None and behaviour.lifecycle is not None:
            outcome.arrow = arrow
            values[behaviour.lifecycle.column] = arrow.target
        blocks = [behaviour.own_block] if behaviour.own_block else []
        blocks += [e.block for e in behaviour.effects if arrow and e.name == arrow.effect]
        for block in blocks:
            self._require(block, scope, behaviour)
        for block in blocks:
            scope |= self._given(block)
            self._require(block, scope, behaviour, late=True)
        for block in blocks:
            values |= self._values(behaviour, block, scope)
        if arrow is not None or values or _touches(behaviour):
            outcome.changes.set(entity, row, values)
        for block in blocks:
            self._rest(block, row, scope, outcome)

    def _arrow(self, behaviour: Behaviour, row: Row, scope: Mapping[str, Any]) -> Transition | None:
        if behaviour.lifecycle is None:
            return None
        arrows = behaviour.lifecycle.arrows(row[behaviour.lifecycle.column], behaviour.name)
        if not arrows:
            raise _Refused(WRONG_STATUS)
        for arrow in arrows:
            if holds(arrow.guard, scope, self.stage.all):
                return arrow
        guard = arrows[0].guard
        raise _Refused(GUARD_FAILED, *(self.failing_parts(guard, scope) if guard else ()))

    def _given(self, block: Block) -> dict[str, Any]:
        """What the hooks of a block give."""
        return given_by(self.model, block.hooks, self.stage.hooks)

    def _require(
        self,
        block: Block,
        scope: Mapping[str, Any],
        behaviour: Behaviour | None = None,
        *,
        late: bool = False,
    ) -> None:
        """Of a behaviour, those that wait for a hook are asked late."""
        for require in block.require:
            if behaviour is not None and behaviour.is_late(require.condition) is not late:
                continue
            failed = self.failing_parts(require.condition, scope)
            if failed:
                raise _Refused(f"{require.status} {require.error}", *failed)

    def _values(self, behaviour: Behaviour, block: Block, scope: Mapping[str, Any]) -> Row:
        return {
            one.target.column: evaluate(one.value, scope, self.stage.all)
            for one in behaviour.sets_on_row(block)
        }

    def _rest(self, block: Block, row: Row, scope: Mapping[str, Any], outcome: Outcome) -> None:
        if block.create or block.delete or block.switch or block.after:
            raise Beyond(block.place)
        for each in block.each:
            self._rounds(each, scope, outcome)
        for one in block.set:
            target = evaluate(one.target.row, scope, self.stage.all)
            if target is not row and target is not None:
                value = evaluate(one.value, scope, self.stage.all)
                outcome.changes.set(one.target.entity, target, {one.target.column: value})
        for do in (do for do in block.do if not isinstance(do, DoHook)):
            if do.kind != "operation":
                raise Beyond(block.place)
            inner = self._behaviour(do.name)
            target = scope[do.row] if do.row is not None and do.row in scope else row
            if inner is not None:
                self._work(do.name, inner.entity, target, scope, outcome)

    def _rounds(self, each: Each, scope: Mapping[str, Any], outcome: Outcome) -> None:
        found = (
            self.stage.all(each.entity)
            if each.collection is None
            else evaluate(each.collection, scope, self.stage.all)
        )
        for one in found:
            inner = {**scope, each.name: one}
            if not holds(each.block.where, inner, self.stage.all):
                continue
            self._require(each.block, inner)
            self._rest(each.block, one, inner, outcome)
            for done in each.block.set:
                if evaluate(done.target.row, inner, self.stage.all) is one:
                    value = evaluate(done.value, inner, self.stage.all)
                    outcome.changes.set(done.target.entity, one, {done.target.column: value})

    def job(self, each: Each) -> Changes:
        """What a round of a job changes, each row for itself."""
        changes = Changes()
        for row in list(self.stage.all(each.entity)):
            scope = {"now": NOW, "actor": None, each.name: row}
            if not holds(each.block.where, scope, self.stage.all):
                continue
            scope |= self._given(each.block)
            outcome = Outcome("")
            try:
                self._require(each.block, scope)
                self._rest(each.block, row, scope, outcome)
            except _Refused:
                continue
            for done in each.block.set:
                target = evaluate(done.target.row, scope, self.stage.all)
                value = evaluate(done.value, scope, self.stage.all)
                outcome.changes.set(done.target.entity, target, {done.target.column: value})
            for entity, target, values in outcome.changes.changed.values():
                changes.set(entity, target, values)
        return changes

    # -- what the tables keep -------------------------------------------------------------------

    def _keep(self, operation: Operation, changes: Changes) -> None:
        """A constraint that a call can violate is its answer; any other is nobody's to claim."""
        for entity, row, values in changes.changed.values():
            if not changes.is_deleted(row):
                self._take(operation, entity, {**row, **values}, row)
        for entity, row in changes.deleted:
            self._let_go(operation, entity, row)

    def _take(self, operation: Operation, entity: str, after: Row, before: Row) -> None:
        others = [one for one in self.stage.all(entity) if one is not before]
        self._conflict(operation, first_broken(self.model.entity(entity), after, others))

    def _let_go(self, operation: Operation, entity: str, row: Row) -> None:
        for other, key, one in pointing(self.model, entity, row, self.stage.rows):
            if keeps(key) and one is not row:
                self._conflict(operation, key.name)
            elif key.on_delete == "cascade":
                self._let_go(operation, other, one)

    def _conflict(self, operation: Operation, constraint: str | None) -> None:
        if constraint is not None and constraint not in operation.conflicts:
            raise Beyond(constraint)
        if constraint is not None:
            raise _Refused(f"409 {constraint}")

    # -- parts of conditions --------------------------------------------------------------------

    def failing_parts(self, condition: Typed, names: Mapping[str, Any]) -> tuple[Typed, ...]:
        """The parts between the outermost `&&`s that do not hold; those before may guard others."""
        if holds(condition, names, self.stage.all):
            return ()
        failed = []
        for part in parts(condition):
            try:
                is_held = holds(part, names, self.stage.all)
            except (TypeError, KeyError, ArithmeticError):
                is_held = False
            if not is_held:
                failed.append(part)
        return tuple(failed)


def _touches(behaviour: Behaviour) -> bool:
    """Whether the row is written even if no value of it changes."""
    return behaviour.lifecycle is not None
