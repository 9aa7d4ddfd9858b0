"""What a bundle declares: entities, tenants, lifecycles as drawn, and which rule does which."""

from dataclasses import dataclass
from functools import cached_property

from specwright.diagnostic import Code, Report
from specwright.model.calls import CallGraph, performed_names, read_calls
from specwright.model.entities import Entity, EnumType
from specwright.model.lifecycles import (
    Drawing,
    Known,
    read_lifecycles,
)
from specwright.model.reach import ReachFinder
from specwright.model.refresh_tokens import with_refresh_tokens
from specwright.model.tables import read_entities, read_enums
from specwright.model.tenancy import Tenancy, read_tenancy, with_tenant_paths
from specwright.model.wording import near_or_all
from specwright.spec import syntax
from specwright.spec.syntax import Bundle

BAD_REQUEST = 400


@dataclass(frozen=True)
class Foundation:
    """The parts of a model that need no expression; each property is read once."""

    bundle: Bundle
    report: Report
    invalid: int = BAD_REQUEST  # the status of what is not valid, where the contract has none

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
        written = with_refresh_tokens(self.bundle.data_model, self.bundle.service.auth)
        return read_entities(written, self._enums, self.report)

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
                near_or_all(auth.users.value, [entity.name for entity in self._tables]),
            )
        return found

    @cached_property
    def _tenancy(self) -> Tenancy | None:
        return read_tenancy(self.bundle.rules.tenant, self._tables, self._users, self.report)

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        entities = with_tenant_paths(self._tables, self._tenancy, self._users, self.report)
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
