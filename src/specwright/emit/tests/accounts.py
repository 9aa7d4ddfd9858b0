"""`tests/{users}/test_accounts.py`: registering and signing in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from specwright.emit.tests.bodies import row_of
from specwright.emit.tests.modules import module
from specwright.emit.tests.passwords import PASSWORD
from specwright.emit.tests.plans import ANYONE, Plan, Working
from specwright.emit.tests.printing import Test, test_name, used_by
from specwright.emit.tests.situations import Situation
from specwright.emit.tests.values import Ref
from specwright.emit.wording import quoted
from specwright.model.accounts import Accounts
from specwright.model.operations import AccessToken, Operation, OperationKind

_IMPORTS = ("import jwt", "from tests.world import JWT_SECRET")
_NOBODY = "nobody@example.com"
_WRONG = f"{PASSWORD}?"


def emit_accounts(plan: Plan, domain: str) -> str | None:
    accounts = plan.model.accounts
    operation = next(
        (one for one in plan.operations(domain) if one.kind is OperationKind.SIGN_IN), None
    )
    working = plan.working(operation, ANYONE) if operation is not None else None
    if accounts is None or operation is None or working is None:
        return None
    told = _Told(plan, accounts, operation, working)
    return module("Registering, and signing in by a password.", told.tests(), imports=_IMPORTS)


@dataclass(frozen=True)
class _Told:
    plan: Plan
    accounts: Accounts
    operation: Operation
    working: Working

    def tests(self) -> Iterator[Test]:
        yield self._refuses()
        if self.operation.view is not None and self.operation.view.has_token:
            yield self._believed()
        register = self.plan.model.operation(self.accounts.register or "")
        registering = self.plan.working(register, ANYONE) if register is not None else None
        if register is not None and registering is not None:
            yield from self._registers(register, registering.found.situation)

    @property
    def _situation(self) -> Situation:
        return self.working.found.situation

    @property
    def _user(self) -> str:
        said = (self._situation.body or {}).values()
        return next(one.row for one in said if isinstance(one, Ref))

    def _saying(self, login: object, password: str) -> Situation:
        """The call with these in place of what works."""
        body = self.operation.body
        fields = body.fields if body is not None else ()
        said = {one.name: password if one.secret else login for one in fields}
        return replace(self._situation, body={**(self._situation.body or {}), **said})

    def _givens(self) -> list[str]:
        return self.plan.printer.givens(self._situation.givens, used_by(self._situation))

    def _call(self, situation: Situation) -> str:
        return self.plan.printer.call(situation)

    def _refuses(self) -> Test:
        theirs = Ref(self._user, self.accounts.login)
        return Test(
            test_name(self.operation.id, "tells nobody what is wrong"),
            (
                *self._givens(),
                f"answer = {self._call(self._situation)}",
                f'assert answer.outcome == "{self.working.found.outcome.answer}"',
                "",
                f"wrong = {self._call(self._saying(theirs, _WRONG))}",
                f"unknown = {self._call(self._saying(_NOBODY, PASSWORD))}",
                "",
                'assert wrong.outcome == "401 unauthenticated"',
                'assert unknown.outcome == "401 unauthenticated"',
                "assert wrong.body == unknown.body",
            ),
        )

    def _believed(self) -> Test:
        """The token of the answer names who signed in, until it expires."""
        view = self.operation.view
        named = [one.name for one in (view.fields if view else ()) if _is_token(one.source)]
        key = self.plan.model.entity(self.accounts.entity).primary_key.columns[0]
        token = f"{row_of(self.operation)}[{quoted(named[0])}]"
        return Test(
            test_name(self.operation.id, "gives a token that is believed"),
            (
                *self._givens(),
                "",
                f"answer = {self._call(self._situation)}",
                "",
                f'assert answer.outcome == "{self.working.found.outcome.answer}"',
                f"claims = jwt.decode({token}, JWT_SECRET, ['HS256'], "
                "audience=world.settings.jwt_audience, "
                'options={"verify_exp": False, "verify_iat": False})',
                f'assert claims["sub"] == str({self._user}[{quoted(key)}])',
                f"end = world.now + timedelta(seconds={self.accounts.access_seconds})",
                'assert claims["exp"] == int(end.timestamp())',
            ),
        )

    def _registers(self, register: Operation, situation: Situation) -> Iterator[Test]:
        """What is kept of a password is a hash, and it is enough to sign in."""
        body = register.body
        fields = body.fields if body is not None else ()
        said = {one.column: (situation.body or {}).get(one.name) for one in fields}
        login, password = said.get(self.accounts.login), said.get(self.accounts.password)
        if not isinstance(login, str) or not isinstance(password, str) or situation.actor:
            self.plan.leave_out(f"{register.id}: signing in afterwards.")
            return
        table = self.plan.model.entity(self.accounts.entity).table
        givens = self.plan.printer.givens(situation.givens, used_by(situation))
        yield Test(
            test_name(register.id, "keeps no password, and lets who registered sign in"),
            (
                *givens,
                f"registered = {self._call(situation)}",
                "",
                f'assert registered.outcome == "{register.answers[0].status}"',
                f"(row,) = await world.rows({quoted(table)}, "
                f"{self.accounts.login}={quoted(login)})",
                f'assert str(row[{quoted(self.accounts.password)}]).startswith("$argon2id$")',
                f"answer = {self._call(self._saying(login, password))}",
                f'assert answer.outcome == "{self.working.found.outcome.answer}"',
            ),
        )


def _is_token(source: object) -> bool:
    return isinstance(source, AccessToken)
