"""From a bundle as written to the model that it means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from specwright.diagnostic import Code, Level, Place, Report
from specwright.model.access import ANYONE, read_visibility
from specwright.model.calls import Node
from specwright.model.constraints import Conflicts
from specwright.model.credentials import credential_of
from specwright.model.echoes import misses_actor, without_echoes
from specwright.model.entities import Entity
from specwright.model.foundation import BAD_REQUEST
from specwright.model.hooks import check_hooks
from specwright.model.indexes import with_indexes
from specwright.model.later import (
    NOT_BUILT,
    Capability,
    Need,
    needs_of_operations,
    needs_of_rules,
    needs_of_security,
    needs_of_tables,
    stopped,
)
from specwright.model.model import Model
from specwright.model.operations import LeftOut, Operation, OperationKind
from specwright.model.reach import texts_of
from specwright.model.rulebook import Rulebook
from specwright.model.rules import Block, Job, Rule
from specwright.model.traceability import Trace, read_traces, uncovered
from specwright.spec import syntax
from specwright.spec.syntax import Bundle
from specwright.spec.text import Text

_OF_NO_ROW = (
    OperationKind.ACCOUNT,
    OperationKind.SIGN_IN,
    OperationKind.REFRESH,
    OperationKind.SIGN_OUT,
    OperationKind.WEBHOOK,
)


def build_model(bundle: Bundle, report: Report, invalid: int = BAD_REQUEST) -> Model:
    """The bundle as it is meant; what is wrong or open in it goes to the report.

    `invalid` is the status of what is not valid, where the contract documents none.
    """
    found = Report()
    model = _Build(bundle, found, invalid).model()
    report.extend(list(without_echoes(found, report)))
    return model


class _Build(Rulebook):
    """One reading of a bundle: what it means, and what of that is built."""

    def model(self) -> Model:
        lifecycles, rules, jobs = self._lifecycles, self._rules, self._jobs
        check_hooks(rules, jobs, self.report)
        access = self._access
        hidden, derived = self._hidden, self._derived
        operations, left_out = self._built(rules, jobs)
        entities = self._finished(operations)
        operations = _at_home(operations, entities)
        traces = self._traces
        return Model(
            name=self.bundle.name,
            title=self.bundle.contract.title if self.bundle.contract else self.bundle.name,
            entities=entities,
            enums=self._enums,
            lifecycles=lifecycles,
            tenancy=self._tenancy,
            roles=self._roles,
            operations=tuple(self._with_requirements(operations, traces)),
            left_out=left_out,
            access=tuple(access.values()),
            visibility=read_visibility(tuple(self._entities.values()), self._bound[0], access),
            hidden=hidden,
            rules=rules,
            all_jobs=jobs,
            derived=derived,
            traces=traces,
            uncovered=uncovered(traces, self.bundle.specification.scenarios),
            scenarios=self.bundle.specification.scenarios,
            validation_status=self._validation_status,
            errors=self._errors[0],
            credential=credential_of(self.bundle.contract),
            accounts=self._accounts,
            contract=self.bundle.contract,
            service=self.bundle.service,
            scopes=self._scopes,
            calls=self._calls,
        )

    # -- What is built

    def _built(
        self, rules: Sequence[Rule], jobs: Sequence[Job]
    ) -> tuple[tuple[Operation, ...], tuple[LeftOut, ...]]:
        """The operations to build, and all that is left out, each with its reasons."""
        bound, open_ones = self._bound
        contract = self.bundle.contract
        needs = [
            *self._beyond,
            *(needs_of_security(contract) if contract is not None else ()),
            *needs_of_operations(bound, self.bundle.service, self._accounts),
            *needs_of_rules(rules, jobs),
            *needs_of_tables(self.bundle.data_model.tables, tuple(self._entities.values()), bound),
        ]
        for need in needs:
            missing = NOT_BUILT.get(need.capability)
            if missing is not None and missing.is_told:
                self.report.add(need.place, Code.NOT_BUILT, missing.sentence, level=Level.LATER)
        nodes: list[Node] = [("operation", name) for name in self._contract_operations]
        nodes += [("job", job.name) for job in jobs]
        later = stopped([*needs, *self._unread_expressions(bound)], nodes, self._calls)
        reasons = {one.id: list(one.reasons) for one in open_ones}
        for name in self._denied:
            reasons.setdefault(name, []).append("It has no row in the access table.")
        for name in self._contract_operations if self._errors[1] else ():
            reasons.setdefault(name, []).extend(self._errors[1])
        for name in self._without_auth():
            reasons.setdefault(name, []).append("Nobody can sign in.")
        for name in self._without_tenant(bound):
            reasons.setdefault(name, []).append("Nothing says whose its rows are.")
        for (_, name), more in later.items():
            reasons.setdefault(name, []).extend(more)
        return (
            tuple(operation for operation in bound if operation.id not in reasons),
            tuple(self._left_out(reasons, jobs)),
        )

    def _unread_expressions(self, operations: Sequence[Operation]) -> Iterator[Need]:
        """What an expression that is not built yet keeps from being built: no rule is dropped."""
        places = [one.place for one in self.report if one.code is Code.EXPRESSION_LATER]
        for node, texts in self._expressions(operations):
            for place in places:
                if any(_stands_in(place, text) for text in texts):
                    yield Need(Capability.EXPRESSIONS, place, node)

    def _expressions(self, operations: Sequence[Operation]) -> Iterator[tuple[Node, list[Text]]]:
        """Every expression of the rules, by what cannot be done without it."""
        rules = self.bundle.rules
        for name, block in rules.operations:
            yield ("operation", name.value), list(texts_of(block))
        for name, block in rules.effects:
            yield ("effect", name.value), list(texts_of(block))
        for job in rules.jobs:
            yield ("job", job.name.value), list(texts_of(job.block))
        yield from self._conditions()
        for hidden in rules.hidden:
            for operation in operations:
                view = operation.view
                if view is not None and view.shows(hidden.entity.value, hidden.field.value):
                    yield ("operation", operation.id), [hidden.visible_to]

    def _conditions(self) -> Iterator[tuple[Node, list[Text]]]:
        """The guards of the diagrams and the cells of the access table."""
        for diagram in self.bundle.data_model.diagrams:
            for arrow in diagram.transitions:
                if arrow.trigger is not None and arrow.guard is not None:
                    yield ("operation", arrow.trigger.value), [arrow.guard]
        for row in self.bundle.rules.access:
            conditions = [cell.condition for cell in row.cells if cell.condition is not None]
            yield from ((("operation", word.value), conditions) for word in row.operations)

    def _without_auth(self) -> Sequence[str]:
        """The operations that ask for a token, where nothing says who can have one."""
        private = [
            name
            for name, operation in self._in_order()
            if operation.security and {} not in operation.security
        ]
        if self.bundle.service.auth is not None or not private:
            return ()
        self.report.add(
            self._contract_operations[private[0]].id.place,
            Code.NO_AUTH,
            "The contract asks for a token, but nothing says who can sign in.",
            "Write `auth: { users: User, access_token: 15m }` in the service block of plan.md.",
            level=Level.ERROR if any(map(misses_actor, self.report)) else Level.OPEN,
        )
        return private

    def _without_tenant(self, operations: Iterable[Operation]) -> Iterator[str]:
        if self._tenancy is None:
            return
        for operation in operations:
            entity = self._entities.get(operation.entity or "")
            if entity is None or operation.kind in _OF_NO_ROW:
                continue
            if entity.tenant is None or self._is_of_a_tenant_for_anyone(operation, entity):
                yield operation.id

    def _is_of_a_tenant_for_anyone(self, operation: Operation, entity: Entity) -> bool:
        """Who is not signed in has no tenant, so that nothing says which rows exist for them."""
        access = self._access.get(operation.id)
        cells = access.permissions if access is not None else ()
        cell = next((one for one in cells if one.role == ANYONE), None)
        if cell is None or self._tenancy is None:
            return False
        root = self._entities[self._tenancy.root].row
        self.report.add(
            cell.place,
            Code.TENANT,
            f"`{operation.id}` is for anyone, but a row of `{entity.table}` exists for the callers "
            f"of its {root} only, and who is not signed in is of no {root}.",
            f"Empty the cell `{ANYONE}`, and drop `security: []` of `{operation.id}`.",
            level=Level.OPEN,
        )
        return True

    def _left_out(
        self, reasons: Mapping[str, Sequence[str]], jobs: Sequence[Job]
    ) -> Iterator[LeftOut]:
        places: dict[str, Place] = {n: o.id.place for n, o in self._in_order()}
        places |= {job.name: job.place for job in jobs}
        for name, place in places.items():
            if name in reasons:
                yield LeftOut(name, place, tuple(dict.fromkeys(reasons[name])))

    def _in_order(self) -> Iterator[tuple[str, syntax.Operation]]:
        contract = self.bundle.contract
        for operation in contract.operations if contract is not None else ():
            yield operation.id.value, operation

    def _finished(self, operations: Sequence[Operation]) -> tuple[Entity, ...]:
        return tuple(
            replace(with_indexes(entity, operations), domain=self._domain_of(entity))
            for entity in self._entities.values()
        )

    def _domain_of(self, entity: Entity) -> str:
        """Its table's name if a tag has it; else where its operations are; else its owner's."""
        bound = self._bound[0]
        folders = {operation.domain for operation in bound}
        if entity.table in folders:
            return entity.table
        own = (operation.domain for operation in bound if operation.entity == entity.name)
        if (first := next(own, None)) is not None:
            return first
        for key in entity.foreign_keys:
            if key.on_delete == "cascade" and key.target != entity.name:
                target = self._entities[key.target]
                targets = (o.domain for o in bound if o.entity == target.name)
                return next(targets, target.table)
        return entity.table

    # -- What is asked for

    @cached_property
    def _traces(self) -> tuple[Trace, ...]:
        rules = self.bundle.rules
        known = [*self._contract_operations, *self._triggers, *self._rule_names]
        known += [name.value for name, _ in rules.effects]
        known += [job.name.value for job in rules.jobs]
        for table in self.bundle.data_model.tables:
            known += [table.name.value, *table.custom, *(word.value for word in table.partials)]
        known += [entity.name for entity in self._entities.values()]
        known += [check.name for entity in self._entities.values() for check in entity.checks]
        known += [one.name.value for one in self.bundle.specification.scenarios]
        return read_traces(self.bundle.specification.requirements, known, self.report)

    def _with_requirements(
        self, operations: Sequence[Operation], traces: Sequence[Trace]
    ) -> Iterator[Operation]:
        blocks = {
            operation.id: self._blocks_of(("operation", operation.id)) for operation in operations
        }
        conflicts = Conflicts(self._entities, blocks)
        for operation in operations:
            met = tuple(trace.id for trace in traces if operation.id in trace.links)
            yield replace(
                operation,
                requirements=met,
                conflicts=conflicts.of(operation),
                how=(*operation.how, *self._how_ruled(operation)),
            )

    def _blocks_of(self, node: Node) -> list[Block]:
        """The blocks that run when a rule does, in the order of writing."""
        reached = self._calls.reached_from([node])
        return [rule.block for rule in self._rules if (rule.kind, rule.name) in reached]

    def _how_ruled(self, operation: Operation) -> Iterator[str]:
        for lifecycle in self._lifecycles:
            for arrow in lifecycle.by(operation.id):
                guard = f" if {arrow.words}" if arrow.words else ", else" if arrow.is_else else ""
                effect = f", and `{arrow.effect}`" if arrow.effect else ""
                yield f"From `{arrow.source}` to `{arrow.target}`{guard}{effect}."
        for block in self._blocks_of(("operation", operation.id)):
            for inner in block.within():
                for require in inner.require:
                    yield f"Else {require.status} `{require.error}`: {require.words}."


def _stands_in(place: Place, text: Text) -> bool:
    first, last = text.place(0), text.place(len(text.value))
    return place.file == first.file and first.line <= place.line <= last.line


def _at_home(operations: Sequence[Operation], entities: Sequence[Entity]) -> tuple[Operation, ...]:
    """Each operation in the folder of its table, whatever tag its author gave it."""
    homes = {entity.name: entity.domain for entity in entities}
    return tuple(
        replace(one, domain=homes[one.entity]) if one.entity is not None else one
        for one in operations
    )
