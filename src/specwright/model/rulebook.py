"""The rules of a bundle: what is done, when, by whom and for whose eyes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from specwright.diagnostic import Code, did_you_mean
from specwright.model import types
from specwright.model.access import (
    ANYONE,
    Access,
    AccessReader,
    HiddenField,
    Roles,
    read_hidden,
    read_roles,
)
from specwright.model.calls import Node, performed_names
from specwright.model.conflicts import check_effects, check_rounds
from specwright.model.contract_reading import ContractReading
from specwright.model.error_words import check_error_words
from specwright.model.lifecycles import (
    Drawing,
    Lifecycle,
    check_choices,
)
from specwright.model.operations import OperationKind
from specwright.model.records import record_of_query, record_of_request
from specwright.model.rule_expressions import Surroundings as RuleSurroundings
from specwright.model.rule_reading import RuleReader
from specwright.model.rules import Derived, Job, Rule
from specwright.model.scope import Scopes
from specwright.model.wording import check_function_name
from specwright.spec import syntax
from specwright.spec.text import Text


class Rulebook(ContractReading):
    """Everything that expressions are part of, each typed in its scope."""

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
        self._check_function_names()
        self._check_rule_names()
        written: list[tuple[Node, syntax.Word, syntax.Block]] = []
        written += [(("operation", n.value), n, b) for n, b in self.bundle.rules.operations]
        written += [(("effect", n.value), n, b) for n, b in self.bundle.rules.effects]
        rules = tuple(self._rule(node, name, block) for node, name, block in written)
        check_error_words((rule.block for rule in rules), self.report)
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
        if block.narrow and self._is_list(node):
            written = self._contract_operations[name.value]
            names["request"] = record_of_query(written, self._scopes)
        elif block.narrow:
            self._say_no_list(name, block)
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

    def _is_list(self, node: Node) -> bool:
        """A GET of many rows: of one row there is nothing to narrow."""
        written = self._contract_operations.get(node[1]) if node[0] == "operation" else None
        subject = self._subjects.get(node[1])
        return written is not None and written.method == "get" and bool(subject and subject.lists)

    def _say_no_list(self, name: syntax.Word, block: syntax.Block) -> None:
        self.report.add(
            block.narrow[0].place(0),
            Code.MISSING_KEY,
            f"`where` belongs to a list, or to a `find` or `pick`, and `{name}` has neither.",
            "Write `find: order in Order` beside it, or `require` a condition.",
        )

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

    def _check_function_names(self) -> None:
        """Everything that is done becomes a function: said once, where the contract has it."""
        operations = [one.id for one in self._contract_operations.values()]
        known = {word.value for word in operations}
        rules = self.bundle.rules
        inner = [
            arrow.trigger for one in self.bundle.data_model.diagrams for arrow in one.transitions
        ]
        inner += [name for name, _ in rules.operations]
        unknown = {word.value: word for word in inner if word is not None}
        operations += [word for name, word in unknown.items() if name not in known]
        for word in operations:
            check_function_name(word, "an operation", self.report)
        for word in [name for name, _ in rules.effects]:
            check_function_name(word, "an effect", self.report)
        for word in [job.name for job in rules.jobs]:
            check_function_name(word, "a job", self.report)

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
        names |= self._scopes.actor(nullable=True)
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
        return self._access_reader.check_security(self._access, self.bundle.rules.access)

    @cached_property
    def _hidden(self) -> tuple[HiddenField, ...]:
        actor = self._scopes.actor(nullable=True)
        return read_hidden(
            self.bundle.rules.hidden, self._entities, self._reader(), actor, self.report
        )
