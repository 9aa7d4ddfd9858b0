"""What the emitters of tests share: the model, its factories, and a call of each operation."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from specwright.emit import names
from specwright.emit.tests.factories import Factories
from specwright.emit.tests.printing import Printer
from specwright.emit.tests.requests import NoSample
from specwright.emit.tests.situations import Found, Situations
from specwright.emit.tests.stage import Impossible
from specwright.emit.tests.variables import factory_of
from specwright.model import Model
from specwright.model.entities import Entity, EnumType
from specwright.model.operations import Operation, OperationKind
from specwright.spec.syntax import Scenario

ANYONE = "anyone"


@dataclass(frozen=True)
class Working:
    """A call that is answered with success, for callers of `role`."""

    operation: Operation
    role: str
    found: Found


@dataclass
class Plan:
    """`not_shown` gathers what no situation was found for, `needs_hooks` the tests that need some.

    Those hooks are by their names in the rules. `told` are the scenarios by the tests that tell
    them.
    """

    model: Model
    not_shown: list[str] = field(default_factory=list)
    needs_hooks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    told: dict[str, Scenario] = field(default_factory=dict)
    _working: dict[tuple[str, str], Working | None] = field(default_factory=dict)
    _situations: dict[tuple[str, str], Situations | None] = field(default_factory=dict)

    @cached_property
    def factories(self) -> Factories:
        return Factories(self.model)

    @cached_property
    def printer(self) -> Printer:
        return Printer(self.factories)

    @cached_property
    def enums(self) -> dict[str, EnumType]:
        return {enum.name: enum for enum in self.model.enums}

    def leave_out(self, what: str) -> None:
        if what not in self.not_shown:
            self.not_shown.append(what)

    # -- callers ----------------------------------------------------------------------------------

    @cached_property
    def users(self) -> Entity | None:
        return self.model.entity(self.model.roles.entity) if self.model.roles else None

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """In the order of the access table."""
        values = self.model.roles.values if self.model.roles else ()
        written = (one.role for access in self.model.access for one in access.permissions)
        return tuple(dict.fromkeys([*(role for role in written if role in values), *values]))

    def given_user(self, role: str) -> str:
        """`await given.user(world, role="agent")`."""
        assert self.users is not None
        assert self.model.roles is not None
        said = (
            f", {self.model.roles.column}={names_literal(role)}" if self.model.roles.column else ""
        )
        return f"await given.{factory_of(self.users)}(world{said})"

    # -- operations -------------------------------------------------------------------------------

    def operations(self, domain: str) -> Iterator[Operation]:
        return iter(self._by_domain.get(domain, ()))

    @cached_property
    def _by_domain(self) -> dict[str, list[Operation]]:
        found: dict[str, list[Operation]] = {}
        for operation in self.model.operations:
            found.setdefault(operation.domain, []).append(operation)
        return found

    @cached_property
    def domains(self) -> list[str]:
        """Those with operations, in the order of the tables."""
        found = {operation.domain for operation in self.model.operations}
        known = [*names.domains(self.model), *sorted(found)]
        return [one for one in dict.fromkeys(known) if one in found]

    def permitted(self, operation: Operation) -> tuple[str, ...]:
        """The roles that may call it at all, `anyone` last."""
        access = self.model.access_to(operation.id)
        if access is None:
            return ()
        own = tuple(role for role in self.roles if access.of(role) is not None)
        return (*own, ANYONE) if access.of(ANYONE) is not None else own

    def situations(self, operation: Operation, role: str) -> Situations | None:
        key = (operation.id, role)
        if key not in self._situations:
            try:
                self._situations[key] = Situations(self.factories, operation, role)
            except (NoSample, StopIteration, KeyError):
                self._situations[key] = None
        return self._situations[key]

    def working(self, operation: Operation, role: str | None = None) -> Working | None:
        """A call that works, for this role or for the first that may."""
        if role is None:
            found = (self.working(operation, one) for one in self.permitted(operation))
            return next((one for one in found if one is not None), None)
        key = (operation.id, role)
        if key not in self._working:
            self._working[key] = self._find_working(operation, role)
        return self._working[key]

    def _find_working(self, operation: Operation, role: str) -> Working | None:
        situations = self.situations(operation, role)
        if situations is None:
            return None
        found = (one for one in situations.successes() if self._can_be_twice(one))
        first = next(found, None)
        return Working(operation, role, first) if first is not None else None

    def _can_be_twice(self, found: Found) -> bool:
        """Whether its rows can be there twice, as a refusal beside a success needs them."""
        situation = found.situation
        again = [one for one in situation.givens if one.variable != situation.actor]
        try:
            situation.staged(self.factories).put(again)
        except Impossible:
            return False
        return True

    @cached_property
    def callable(self) -> tuple[Operation, ...]:
        """The operations of which a call that works is known."""
        found = []
        for operation in self.model.operations:
            if self.working(operation) is None:
                self.leave_out(f"{operation.id}: no situation was found in which a call succeeds.")
            else:
                found.append(operation)
        return tuple(found)

    def is_callable(self, operation: Operation) -> bool:
        return operation in self.callable


def names_literal(text: str) -> str:
    return f'"{text}"'


def is_write(operation: Operation) -> bool:
    return operation.kind not in (OperationKind.LIST, OperationKind.READ)


def without_actor(found: Found) -> Found:
    """The same with `actor` for the caller's variable and without their row."""
    situation = found.situation
    if situation.actor is None:
        return found
    givens = tuple(one for one in situation.givens if one.variable != situation.actor)
    return replace(found, situation=replace(situation, givens=givens))
