"""From a bundle as written to the model that it means, in the order in which meanings depend."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from specwright.diagnostic import Code, Level, Place, Report, did_you_mean
from specwright.model import types
from specwright.model.access import (
    ANYONE,
    Access,
    AccessReader,
    HiddenField,
    Roles,
    read_hidden,
    read_roles,
    read_visibility,
)
from specwright.model.binding import Subject, bind_contract, subjects_of
from specwright.model.binding import Surroundings as BindingSurroundings
from specwright.model.calls import CallGraph, Node, performed_names, read_calls
from specwright.model.conflicts import check_effects, check_rounds
from specwright.model.constraints import Conflicts
from specwright.model.echoes import without_echoes
from specwright.model.entities import Entity, EnumType
from specwright.model.errors import ErrorBody, read_error_body
from specwright.model.indexes import with_indexes
from specwright.model.later import (
    NOT_BUILT,
    Need,
    needs_of_call,
    needs_of_operations,
    needs_of_rules,
    needs_of_security,
    needs_of_tables,
    stopped,
)
from specwright.model.lifecycles import (
    Drawing,
    Known,
    Lifecycle,
    check_choices,
    read_lifecycles,
)
from specwright.model.model import Model
from specwright.model.operations import LeftOut, Operation, OperationKind
from specwright.model.reach import ReachFinder
from specwright.model.rule_reading import RuleReader, record_of_request
from specwright.model.rule_reading import Surroundings as RuleSurroundings
from specwright.model.rules import Block, Derived, Job, Rule
from specwright.model.scope import Scopes
from specwright.model.tables import read_entities, read_enums
from specwright.model.tenancy import Tenancy, read_tenancy, with_tenant_paths
from specwright.model.traceability import Trace, read_traces, uncovered
from specwright.model.views import Meanings, Unbound
from specwright.spec import syntax
from specwright.spec.syntax import Bundle
from specwright.spec.text import Text


def build_model(bundle: Bundle, report: Report) -> Model:
    """The bundle as it is meant; what is wrong or open in it goes to the report."""
    found = Report()
    model = _Build(bundle, found).model()
    report.extend(list(without_echoes(found, report)))
    return model


@dataclass(frozen=True)
class _Build:
    """One reading of a bundle; each property is one part of the model, read once."""

    bundle: Bundle
    report: Report

    def model(self) -> Model:
        lifecycles, rules, jobs = self._lifecycles, self._rules, self._jobs
        access = self._access
        hidden, derived = self._hidden, self._derived
        operations, left_out = self._built(rules, jobs)
        traces = self._traces
        return Model(
            name=self.bundle.name,
            title=self.bundle.contract.title if self.bundle.contract else self.bundle.name,
            entities=self._finished(operations),
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
            validation_status=validation_status(self._contract_operations.values()),
            errors=self._errors,
            contract=self.bundle.contract,
            service=self.bundle.service,
            scopes=self._scopes,
            calls=self._calls,
        )

    # -- What exists

    @cached_property
    def _contract_operations(self) -> dict[str, syntax.Operation]:
        contract = self.bundle.contract
        written = contract.operations if contract is not None else ()
        return {operation.id.value: operation for operation in reversed(written)}

    @cached_property
    def _rule_names(self) -> frozenset[str]:
        return frozenset(name.value for name, _ in self.bundle.rules.operations)

    @cached_property
    def _enums(self) -> tuple[EnumType, ...]:
        return read_enums(self.bundle.data_model.enums, self.report)

    @cached_property
    def _enum_by_name(self) -> dict[str, EnumType]:
        return {enum.name: enum for enum in self._enums}

    @cached_property
    def _tables(self) -> tuple[Entity, ...]:
        return read_entities(self.bundle.data_model, self._enums, self.report)

    @cached_property
    def _users(self) -> str | None:
        """The entity whose rows can sign in."""
        auth = self.bundle.service.auth
        if auth is None:
            return None
        names = {entity.name: entity.name for entity in self._tables}
        names |= {entity.table: entity.name for entity in self._tables}
        found = names.get(auth.users.value)
        if found is None and self._tables:
            self.report.add(
                auth.users.place,
                Code.UNKNOWN_ENTITY,
                f"`users: {auth.users}` is no entity.",
                did_you_mean(auth.users.value, names),
            )
        return found

    @cached_property
    def _tenancy(self) -> Tenancy | None:
        return read_tenancy(self.bundle.rules.tenant, self._tables, self._users, self.report)

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        entities = with_tenant_paths(self._tables, self._tenancy, self.report)
        return {entity.name: entity for entity in entities}

    # -- What moves and what calls

    @cached_property
    def _drawings(self) -> tuple[Drawing, ...]:
        triggers = frozenset(self._contract_operations) | performed_names(self.bundle.rules)
        effects = frozenset(name.value for name, _ in self.bundle.rules.effects)
        return read_lifecycles(
            self.bundle.data_model.diagrams,
            tuple(self._entities.values()),
            self._enum_by_name,
            Known(triggers - effects, effects),
            self.report,
        )

    @cached_property
    def _triggers(self) -> dict[str, str]:
        return {
            trigger: drawing.lifecycle.entity
            for drawing in reversed(self._drawings)
            for trigger in drawing.lifecycle.triggers
        }

    @cached_property
    def _states(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for drawing in self._drawings:
            entity = drawing.lifecycle.entity
            found[entity] = found.get(entity, frozenset()) | {drawing.lifecycle.column}
        return found

    @cached_property
    def _calls(self) -> CallGraph:
        drawn = {
            arrow.trigger.value
            for diagram in self.bundle.data_model.diagrams
            for arrow in diagram.transitions
            if arrow.trigger is not None
        }
        operations = frozenset(self._contract_operations) | self._rule_names | drawn
        return read_calls(
            self.bundle.rules, self.bundle.data_model.diagrams, operations, self.report
        )

    @cached_property
    def _reach(self) -> ReachFinder:
        return ReachFinder(self.bundle.rules, self.bundle.data_model.diagrams)

    # -- What the contract means

    @cached_property
    def _around_contract(self) -> BindingSurroundings:
        derived: dict[str, tuple[str, ...]] = {}
        for name, _ in self.bundle.rules.derived:
            entity, _, value = name.value.partition(".")
            derived[entity] = (*derived.get(entity, ()), value)
        service = self.bundle.service
        return BindingSurroundings(
            Meanings(self._entities, self._enum_by_name, derived),
            self._reach,
            self._users,
            self._states,
            self._triggers,
            has_accounts=service.auth is not None and service.auth.login is not None,
            webhooks=frozenset(word.value for word in service.webhooks),
            idempotent=frozenset(word.value for word in service.idempotency),
            beyond=frozenset(name for need in self._beyond if need.node for name in need.node[1:]),
        )

    @cached_property
    def _beyond(self) -> tuple[Need, ...]:
        streams = [name.value for name, _ in self.bundle.rules.streams]
        return tuple(
            need
            for operation in self._contract_operations.values()
            for need in needs_of_call(operation, streams)
        )

    @cached_property
    def _bound(self) -> tuple[tuple[Operation, ...], tuple[LeftOut, ...]]:
        if self.bundle.contract is None:
            return (), ()
        return bind_contract(self.bundle.contract, self._around_contract, self.report)

    @cached_property
    def _subjects(self) -> dict[str, Subject]:
        if self.bundle.contract is None:
            return {}
        return subjects_of(self.bundle.contract, self._around_contract)

    @cached_property
    def _errors(self) -> ErrorBody:
        problems: list[Unbound] = []
        contract = self.bundle.contract
        body = read_error_body(contract, problems) if contract is not None else ErrorBody()
        for one in problems:
            self.report.add(one.place, Code.UNBOUND, one.message, one.hint, level=Level.OPEN)
        return body

    # -- What expressions can name

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self._entities, self._enum_by_name, self._users)

    @cached_property
    def _actorless(self) -> frozenset[Node]:
        """The rules that run for a job, a webhook or a caller who is not signed in, too."""
        roots: list[Node] = [("job", job.name.value) for job in self.bundle.rules.jobs]
        granted = {
            word.value
            for row in self.bundle.rules.access
            if any(cell.role.value == ANYONE for cell in row.cells)
            for word in row.operations
        }
        for name, operation in self._contract_operations.items():
            if name in granted or not operation.security or {} in operation.security:
                roots.append(("operation", name))
        return self._calls.reached_from(roots)

    @cached_property
    def _requests(self) -> dict[str, types.Row]:
        return {
            name: record_of_request(
                operation, self._entities.get(self._subjects[name].entity or ""), self._scopes
            )
            for name, operation in self._contract_operations.items()
        }

    @cached_property
    def _callers(self) -> dict[Node, list[Node]]:
        """The operations of the contract and the jobs from which each rule is reached."""
        roots: list[Node] = [("operation", name) for name in self._contract_operations]
        roots += [("job", job.name.value) for job in self.bundle.rules.jobs]
        found: dict[Node, list[Node]] = {}
        for root in roots:
            for node in sorted(self._calls.reached_from([root])):
                found.setdefault(node, []).append(root)
        return found

    def _request_of(self, node: Node) -> Mapping[str, types.Type]:
        """What `request` is: of an inner rule, what all its callers bring alike."""
        if node[0] == "operation" and node[1] in self._requests:
            if node[1] in self._around_contract.webhooks:
                return {"event": self._requests[node[1]]}
            return {"request": self._requests[node[1]]}
        callers = self._callers.get(node, [])
        if not callers or any(kind != "operation" for kind, _ in callers):
            return {}
        fields = [self._scopes.row_fields(self._requests[name].entity) for _, name in callers]
        alike = {
            name: found.type
            for name, found in fields[0].items()
            if isinstance(found, types.Column) and all(one.get(name) == found for one in fields)
        }
        return {"request": self._scopes.record(f"the requests that do {node[1]}", alike)}

    def _names_of(self, node: Node, entity: str | None) -> dict[str, types.Type]:
        """The names in scope of an operation or an effect."""
        subject = self._subjects.get(node[1]) if node[0] == "operation" else None
        rows = [entity] if entity is not None else []
        rows += subject.above if subject is not None else []
        names: dict[str, types.Type] = {
            self._entities[one].row: types.Row(one) for one in dict.fromkeys(rows)
        }
        names |= self._scopes.actor(nullable=node in self._actorless)
        names |= self._request_of(node)
        return {**names, "now": types.TIMESTAMP}

    # -- What is done

    @cached_property
    def _rule_entities(self) -> dict[Node, str | None]:
        """The entity that each operation and effect works on."""
        found: dict[Node, str | None] = {}
        for name, subject in self._subjects.items():
            found["operation", name] = subject.entity
        for trigger, entity in self._triggers.items():
            found["operation", trigger] = entity
        for drawing in self._drawings:
            for arrow in drawing.lifecycle.transitions:
                if arrow.effect is not None:
                    found.setdefault(("effect", arrow.effect), drawing.lifecycle.entity)
        for word, _ in self.bundle.rules.operations:
            found.setdefault(("operation", word.value), self._entity_by_words(word.value))
        for word, _ in self.bundle.rules.effects:
            found.setdefault(("effect", word.value), self._entity_by_words(word.value))
        return found

    def _entity_by_words(self, name: str) -> str | None:
        """The entity whose row a block sets, for a block that no diagram and no path places."""
        roots = {path.partition(".")[0] for path in self._reach.of(name).sets}
        return next((one.name for one in self._entities.values() if one.row in roots), None)

    @cached_property
    def _around_rules(self) -> RuleSurroundings:
        entities = self._rule_entities
        return RuleSurroundings(
            self._scopes,
            entity_of={
                name: entity for (kind, name), entity in entities.items() if kind == "operation"
            },
            effect_entity={
                name: entity for (kind, name), entity in entities.items() if kind == "effect"
            },
            states=self._states,
            clients=self.bundle.clients,
            events=tuple(
                one.path.value
                for one in (self.bundle.contract.webhooks if self.bundle.contract else ())
            ),
            needs_request=frozenset(self._needing_a_request()),
        )

    def _needing_a_request(self) -> Iterator[str]:
        doable = {OperationKind.TRANSITION, OperationKind.ACTION, OperationKind.DELETE}
        kinds = {operation.id: operation.kind for operation in self._bound[0]}
        for name in self._contract_operations:
            if kinds.get(name, OperationKind.ACTION) not in doable or self._reach.of(name).reads:
                yield name

    def _reader(self, row: str | None = None) -> RuleReader:
        return RuleReader(self._around_rules, self.report, row)

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        self._check_rule_names()
        written: list[tuple[Node, syntax.Word, syntax.Block]] = []
        written += [(("operation", n.value), n, b) for n, b in self.bundle.rules.operations]
        written += [(("effect", n.value), n, b) for n, b in self.bundle.rules.effects]
        rules = tuple(self._rule(node, name, block) for node, name, block in written)
        for rule in rules:
            check_rounds(rule.block, self._entities, self.report)
            self._check_reading(rule)
        done_by = {
            trigger: [arrow.effect for arrow in drawing.lifecycle.by(trigger) if arrow.effect]
            for drawing in self._drawings
            for trigger in drawing.lifecycle.triggers
        }
        check_effects({rule.name: rule for rule in rules}, done_by, self.report)
        return rules

    def _rule(self, node: Node, name: syntax.Word, block: syntax.Block) -> Rule:
        entity = self._rule_entities.get(node)
        row = self._entities[entity].row if entity is not None else None
        names = self._names_of(node, entity)
        if row is not None and self._is_found_first(name.value, entity, block):
            del names[row]
        return Rule(
            name.value,
            "effect" if node[0] == "effect" else "operation",
            entity,
            row,
            self._reader(row).block(block, names),
            name.place,
            has_actor=self._users is not None and node not in self._actorless,
        )

    def _is_found_first(self, name: str, entity: str | None, block: syntax.Block) -> bool:
        """Whether the row is that of the search, so that there is none before it."""
        subject = self._subjects.get(name)
        in_path = subject is not None and entity in subject.above
        return block.search is not None and entity == block.search.entity.value and not in_path

    def _check_reading(self, rule: Rule) -> None:
        """A GET changes nothing."""
        written = self._contract_operations.get(rule.name)
        if written is None or written.method != "get" or rule.kind != "operation":
            return
        if any(inner.changes for inner in rule.block.within()):
            self.report.add(
                rule.place,
                Code.RULE_CONTEXT,
                f"`{rule.name}` is a GET, which changes nothing.",
                "Let the contract call it with POST, or drop what it does.",
            )

    def _check_rule_names(self) -> None:
        known = [*self._contract_operations, *self._triggers]
        performed = performed_names(self.bundle.rules)
        for name, _ in self.bundle.rules.operations:
            if name.value not in known and name.value not in performed:
                self.report.add(
                    name.place,
                    Code.UNKNOWN_OPERATION,
                    f"`{name}` is no operation of the contract, and nothing does it.",
                    did_you_mean(name.value, known),
                )
        drawn = {a.effect for d in self._drawings for a in d.lifecycle.transitions}
        drawn |= {
            arrow.effect.value
            for diagram in self.bundle.data_model.diagrams
            for arrow in diagram.transitions
            if arrow.effect is not None
        }
        service, rules = self.bundle.service, self.bundle.rules
        words = [*service.idempotency, *service.webhooks, *(name for name, _ in rules.streams)]
        words += [one.subject for one in service.limits if one.subject.value != "default"]
        for word in words:
            if word.value not in self._contract_operations:
                self.report.add(
                    word.place,
                    Code.UNKNOWN_OPERATION,
                    f"`{word}` is no operation of the contract.",
                    did_you_mean(word.value, list(self._contract_operations)),
                )
        for name, _ in self.bundle.rules.effects:
            if name.value not in drawn and name.value not in performed:
                self.report.add(
                    name.place,
                    Code.UNUSED_EFFECT,
                    f"Nothing does the effect `{name}`.",
                    f"Write ` / {name}` behind the transitions that do it, or drop it.",
                )

    @cached_property
    def _jobs(self) -> tuple[Job, ...]:
        return tuple(self._reader().job(job) for job in self.bundle.rules.jobs)

    @cached_property
    def _lifecycles(self) -> tuple[Lifecycle, ...]:
        lifecycles = tuple(self._typed(drawing) for drawing in self._drawings)
        for lifecycle in lifecycles:
            check_choices(lifecycle, self.report)
        return lifecycles

    def _typed(self, drawing: Drawing) -> Lifecycle:
        arrows = [
            replace(
                arrow.transition,
                guard=self._reader().condition(
                    arrow.guard,
                    self._names_of(
                        ("operation", arrow.transition.trigger), drawing.lifecycle.entity
                    ),
                ),
            )
            if arrow.guard is not None
            else arrow.transition
            for arrow in drawing.arrows
        ]
        return replace(drawing.lifecycle, transitions=tuple(arrows))

    @cached_property
    def _derived(self) -> tuple[Derived, ...]:
        return tuple(
            derived
            for name, text in self.bundle.rules.derived
            if (derived := self._one_derived(name, text)) is not None
        )

    def _one_derived(self, name: syntax.Word, text: Text) -> Derived | None:
        entity_name, _, value_name = name.value.partition(".")
        entity = self._entities.get(entity_name)
        if entity is None:
            self.report.add(
                name.place,
                Code.UNKNOWN_ENTITY,
                f"`{entity_name}` is no entity.",
                did_you_mean(entity_name, self._entities),
            )
            return None
        if entity.column(value_name) is not None or entity.relation(value_name) is not None:
            self.report.add(
                name.place,
                Code.DECLARED_TWICE,
                f"`{name}` is derived, and a column or relation as well.",
                "Drop one of the two.",
            )
            return None
        names: dict[str, types.Type] = {entity.row: types.Row(entity.name), "now": types.TIMESTAMP}
        value = self._reader(entity.row).value(text, names)
        if value is None:
            return None
        return Derived(entity.name, value_name, value, text.value.strip(), name.place)

    # -- Who may

    @cached_property
    def _roles(self) -> Roles | None:
        users = self._entities.get(self._users or "")
        return read_roles(
            users, self._enum_by_name, self._states, self.bundle.rules.roles, self.report
        )

    @cached_property
    def _access_reader(self) -> AccessReader:
        return AccessReader(self._roles, self._contract_operations, self.report)

    @cached_property
    def _access(self) -> dict[str, Access]:
        return self._access_reader.read(
            self.bundle.rules.access, self._names_of_access, self._reader()
        )

    def _names_of_access(self, operation: str, *, is_signed_in: bool) -> Mapping[str, types.Type]:
        entity = self._rule_entities.get(("operation", operation))
        names = self._names_of(("operation", operation), entity)
        return {**names, **self._scopes.actor(nullable=not is_signed_in)}

    @cached_property
    def _denied(self) -> frozenset[str]:
        return self._access_reader.check_security(self._access)

    @cached_property
    def _hidden(self) -> tuple[HiddenField, ...]:
        actor = self._scopes.actor(nullable=True)
        return read_hidden(
            self.bundle.rules.hidden, self._entities, self._reader(), actor, self.report
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
            *needs_of_operations(bound, self.bundle.service),
            *needs_of_rules(rules, jobs),
            *needs_of_tables(self.bundle.data_model.tables, tuple(self._entities.values()), bound),
        ]
        for need in needs:
            missing = NOT_BUILT.get(need.capability)
            if missing is not None:
                self.report.add(need.place, Code.NOT_BUILT, missing.sentence, level=Level.LATER)
        nodes: list[Node] = [("operation", name) for name in self._contract_operations]
        nodes += [("job", job.name) for job in jobs]
        later = stopped(needs, nodes, self._calls)
        reasons = {one.id: list(one.reasons) for one in open_ones}
        for name in self._denied:
            reasons.setdefault(name, []).append("It has no row in the access table.")
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
            level=Level.OPEN,
        )
        return private

    def _without_tenant(self, operations: Iterable[Operation]) -> Iterator[str]:
        for operation in operations:
            entity = self._entities.get(operation.entity or "")
            if self._tenancy is not None and entity is not None and entity.tenant is None:
                yield operation.id

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


def validation_status(operations: Iterable[syntax.Operation]) -> int:
    """400, unless the contract documents 422 and never 400."""
    statuses = {response.status for one in operations for response in one.responses}
    return 422 if "422" in statuses and "400" not in statuses else 400
