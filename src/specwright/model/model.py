"""The bundle as meant."""

from dataclasses import dataclass
from functools import cached_property

from specwright.model.access import Access, HiddenField, Roles, Visibility
from specwright.model.accounts import Accounts
from specwright.model.calls import CallGraph, Kind
from specwright.model.credentials import Credential
from specwright.model.entities import Entity, EnumType
from specwright.model.errors import ErrorBody
from specwright.model.hooks import Hook, hooks_of
from specwright.model.lifecycles import Lifecycle
from specwright.model.operations import LeftOut, Operation
from specwright.model.rules import Derived, Job, Rule
from specwright.model.scope import Scopes
from specwright.model.tenancy import Tenancy
from specwright.model.traceability import Trace
from specwright.spec.syntax import Contract, Scenario, Service


@dataclass(frozen=True)
class Model:
    """Everything in the order of writing, every name resolved and every expression typed."""

    name: str  # of the bundle: `orders`
    title: str
    entities: tuple[Entity, ...]
    enums: tuple[EnumType, ...]
    lifecycles: tuple[Lifecycle, ...]
    tenancy: Tenancy | None
    roles: Roles | None  # None where nobody signs in
    operations: tuple[Operation, ...]  # of the contract, those that can be built
    left_out: tuple[LeftOut, ...]  # of the contract, and jobs, those that cannot
    access: tuple[Access, ...]
    visibility: tuple[Visibility, ...]
    hidden: tuple[HiddenField, ...]
    rules: tuple[Rule, ...]  # of operations and effects, those that only rules do included
    all_jobs: tuple[Job, ...]
    derived: tuple[Derived, ...]
    traces: tuple[Trace, ...]
    uncovered: tuple[Trace, ...]  # MUST, and neither link nor scenario
    scenarios: tuple[Scenario, ...]
    validation_status: int
    errors: ErrorBody
    credential: Credential
    accounts: Accounts | None  # None where nobody signs in by a password
    contract: Contract | None
    service: Service
    scopes: Scopes
    calls: CallGraph

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in self.entities}

    @cached_property
    def _operations(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def _enums(self) -> dict[str, EnumType]:
        return {enum.name: enum for enum in self.enums}

    @cached_property
    def _access(self) -> dict[str, Access]:
        return {access.operation: access for access in self.access}

    @cached_property
    def _lifecycles(self) -> dict[str, Lifecycle]:
        return {one.entity: one for one in reversed(self.lifecycles)}

    @cached_property
    def _visibility(self) -> dict[str, Visibility]:
        return {one.entity: one for one in reversed(self.visibility)}

    def entity(self, name: str) -> Entity:
        return self._entities[name]

    def enum(self, name: str) -> EnumType:
        return self._enums[name]

    def operation(self, operation: str) -> Operation | None:
        return self._operations.get(operation)

    def lifecycle_of(self, entity: str) -> Lifecycle | None:
        return self._lifecycles.get(entity)

    def access_to(self, operation: str) -> Access | None:
        return self._access.get(operation)

    def visibility_of(self, entity: str) -> Visibility | None:
        """None where everything in the caller's tenant exists for them."""
        return self._visibility.get(entity)

    def rule(self, name: str) -> Rule | None:
        """The block of an operation or an effect."""
        return next((one for one in self.rules if one.name == name), None)

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """Those that can be built."""
        out = {one.id for one in self.left_out}
        return tuple(job for job in self.all_jobs if job.name not in out)

    @cached_property
    def hooks(self) -> tuple[Hook, ...]:
        """What its rules leave to hand-written code."""
        return hooks_of(self.rules, self.all_jobs)

    @property
    def inner_operations(self) -> tuple[str, ...]:
        """What only rules and jobs do: triggers and rules that are no call of the contract."""
        calls = (
            {operation.id.value for operation in self.contract.operations} if self.contract else ()
        )
        names = [trigger for lifecycle in self.lifecycles for trigger in lifecycle.triggers]
        names += [rule.name for rule in self.rules if rule.kind == "operation"]
        return tuple(dict.fromkeys(name for name in names if name not in calls))

    def done_by(self, name: str) -> tuple[str, ...]:
        """The operations and effects that run when an operation or a job does, itself included."""
        kind: Kind = "job" if any(job.name == name for job in self.all_jobs) else "operation"
        return tuple(sorted(found for _, found in self.calls.reached_from([(kind, name)])))

    def derived_of(self, entity: str) -> tuple[Derived, ...]:
        return tuple(one for one in self.derived if one.entity == entity)

    @property
    def domains(self) -> tuple[str, ...]:
        """The folders, in the order in which the contract and the tables name them."""
        named = [operation.domain for operation in self.operations]
        return tuple(dict.fromkeys([*named, *(entity.domain for entity in self.entities)]))
