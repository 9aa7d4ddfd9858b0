"""What the contract of a bundle means for its entities."""

from functools import cached_property

from specwright.diagnostic import Code, Level
from specwright.model.accounts import Accounts, read_accounts
from specwright.model.binding import Subject, bind_contract, subjects_of
from specwright.model.binding import Surroundings as BindingSurroundings
from specwright.model.error_reading import read_error_body
from specwright.model.errors import ErrorBody
from specwright.model.foundation import Foundation
from specwright.model.later import (
    Need,
    needs_of_call,
)
from specwright.model.operations import LeftOut, Operation
from specwright.model.views import Meanings, Unbound


class ContractReading(Foundation):
    """The calls of the contract, bound to entities."""

    @cached_property
    def _around_contract(self) -> BindingSurroundings:
        derived: dict[str, tuple[str, ...]] = {}
        for name, _ in self.bundle.rules.derived:
            entity, _, value = name.value.partition(".")
            derived[entity] = (*derived.get(entity, ()), value)
        service = self.bundle.service
        return BindingSurroundings(
            Meanings(self._entities, self._enum_by_name, derived, self._accounts),
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
    def _accounts(self) -> Accounts | None:
        return read_accounts(
            self.bundle.service.auth,
            self._entities.get(self._users or ""),
            self._contract_operations,
            self.report,
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
    def _validation_status(self) -> int:
        """400 or 422, as the contract documents; 400 where it documents both."""
        operations = self._contract_operations.values()
        statuses = {response.status for one in operations for response in one.responses}
        return next((int(one) for one in ("400", "422") if one in statuses), self.invalid)

    @cached_property
    def _errors(self) -> tuple[ErrorBody, tuple[str, ...]]:
        """The body of refusals, and what stays open of it: then nothing can be built."""
        problems: list[Unbound] = []
        contract = self.bundle.contract
        body = ErrorBody()
        if contract is not None:
            body = read_error_body(contract, self._validation_status, problems)
        for one in problems:
            self.report.add(one.place, Code.UNBOUND, one.message, one.hint, level=Level.OPEN)
        return body, tuple(dict.fromkeys(one.message for one in problems))
