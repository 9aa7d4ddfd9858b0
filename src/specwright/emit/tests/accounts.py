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
        if self._refresh_token is not None:
            yield from self._renews(self._refresh_token)
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
        key = self.plan.model.entity(self.accounts.entity).primary_key.columns[0]
        token = _token_in(self.operation, refreshes=False)
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

    # -- Refreshing -------------------------------------------------------------------------------

    @property
    def _refresh_token(self) -> str | None:
        return _token_in(self.operation, refreshes=True)

    def _renews(self, token: str) -> Iterator[Test]:
        refresh = self.plan.model.operation(self.accounts.refresh or "")
        renewed = _token_in(refresh, refreshes=True) if refresh is not None else None
        if refresh is None or renewed is None:
            return
        begin = (*self._givens(), f"first = {self._call(self._situation)}")
        signed_in = f'assert first.outcome == "{self.working.found.outcome.answer}"'
        good = f'assert second.outcome == "{refresh.answers[0].status}"'
        refused = 'outcome == "401 unauthenticated"'
        one, two = token.replace("answer", "first"), renewed.replace("answer", "second")
        yield Test(
            test_name(refresh.id, "gives new tokens once"),
            (
                *begin,
                signed_in,
                f"second = {_brings(refresh, one)}",
                good,
                f"assert {two} != {one}",
                f"third = {_brings(refresh, two)}",
                f'assert third.outcome == "{refresh.answers[0].status}"',
            ),
        )
        yield Test(
            test_name(refresh.id, "ends all that came of a token that is brought again"),
            (
                *begin,
                signed_in,
                f"second = {_brings(refresh, one)}",
                good,
                "",
                f"again = {_brings(refresh, one)}",
                f"after = {_brings(refresh, two)}",
                "",
                f"assert again.{refused}",
                f"assert after.{refused}",
            ),
        )
        yield Test(
            test_name(refresh.id, "takes no token that has expired, or that was never given"),
            (
                *begin,
                signed_in,
                f"second = {_brings(refresh, one)}",
                good,
                "",
                f"await world.pass_time(timedelta(seconds={self.accounts.refresh_seconds}))",
                f"expired = {_brings(refresh, two)}",
                f"unknown = {_brings(refresh, quoted('unknown'))}",
                "",
                f"assert expired.{refused}",
                f"assert unknown.{refused}",
            ),
        )
        yield from self._signs_out(refresh, (*begin, signed_in), one, refused)

    def _signs_out(
        self, refresh: Operation, begin: tuple[str, ...], token: str, refused: str
    ) -> Iterator[Test]:
        sign_out = self.plan.model.operation(self.accounts.sign_out or "")
        if sign_out is None or not sign_out.is_public:
            return
        yield Test(
            test_name(sign_out.id, "ends what was signed in"),
            (
                *begin,
                f"ended = {_brings(sign_out, token)}",
                f'assert ended.outcome == "{sign_out.answers[0].status}"',
                "",
                f"after = {_brings(refresh, token)}",
                "",
                f"assert after.{refused}",
            ),
        )


def _brings(operation: Operation, token: str) -> str:
    """The call with this refresh token."""
    body = operation.body
    name = next((one.name for one in (body.fields if body else ()) if one.brings_token), "")
    said = f"{{{quoted(name)}: {token}}}"
    sent = f"{{{quoted(body.envelope)}: {said}}}" if body and body.envelope else said
    return f'await world.call(None, "{operation.method.upper()}", "{operation.path}", {sent})'


def _token_in(operation: Operation, *, refreshes: bool) -> str | None:
    """Where an answer has the token."""
    fields = operation.view.fields if operation.view is not None else ()
    wanted = AccessToken(refreshes=refreshes)
    named = [one.name for one in fields if one.source == wanted]
    return f"{row_of(operation)}[{quoted(named[0])}]" if named else None
