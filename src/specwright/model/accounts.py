"""Who registers and signs in: which operations do it, and which columns tell who and prove it."""

from collections.abc import Mapping
from dataclasses import dataclass

from specwright.diagnostic import Code, Level, Report, did_you_mean
from specwright.model.entities import Column, Entity
from specwright.model.expressions.moments import read_interval
from specwright.model.operations import OperationKind
from specwright.model.sql_types import Kind
from specwright.model.wire import squashed
from specwright.model.wording import near_or_all
from specwright.spec import syntax

_REGISTER = ("registeruser", "register", "signup", "createaccount")
_SIGN_IN = ("login", "signin", "authenticate", "createsession")
_REFRESH = ("refresh", "refreshtoken", "refreshtokens", "refreshsession")
_SIGN_OUT = ("logout", "signout", "revoke", "revoketoken", "deletesession")
_HASHES = ("password_hash", "hashed_password", "password_digest", "passwd_hash")
_TEXTS = (Kind.TEXT, Kind.VARCHAR)
_USUAL_SECONDS = 15 * 60
_ACCESS_TOKENS = frozenset({"token", "accesstoken", "jwt", "authtoken"})
_REFRESH_TOKENS = frozenset({"refreshtoken", "refresh"})
_PASSWORDS = frozenset({"password", "passwd", "newpassword"})


@dataclass(frozen=True, slots=True)
class Accounts:
    """Rows of `entity` sign in by the column `login`; `password` is the column with a hash.

    Seconds are for how long tokens are believed; without those of refreshing there is none of it.
    """

    entity: str
    login: str
    password: str
    access_seconds: int
    refresh_seconds: int | None
    register: str | None
    sign_in: str | None
    refresh: str | None
    sign_out: str | None

    @property
    def operations(self) -> Mapping[str, OperationKind]:
        """What is done with accounts, by operation."""
        found = {
            self.register: OperationKind.CREATE,
            self.sign_in: OperationKind.SIGN_IN,
            self.refresh: OperationKind.REFRESH,
            self.sign_out: OperationKind.SIGN_OUT,
        }
        return {name: kind for name, kind in found.items() if name is not None}


def is_password(name: str) -> bool:
    """Whether a property of a request is one."""
    return squashed(name) in _PASSWORDS


def is_access_token(name: str) -> bool:
    """Whether a property of an answer is one."""
    return squashed(name) in _ACCESS_TOKENS


def is_of_accounts(operation: str) -> bool:
    """Whether an operation is called as one that registers, signs in or goes on from there."""
    return squashed(operation) in (*_REGISTER, *_SIGN_IN, *_REFRESH, *_SIGN_OUT, "resetpassword")


def is_refresh_token(name: str) -> bool:
    return squashed(name) in _REFRESH_TOKENS


def read_accounts(
    auth: syntax.Auth | None,
    users: Entity | None,
    operations: Mapping[str, syntax.Operation],
    report: Report,
) -> Accounts | None:
    """None where nobody signs in by a password, or where that could not be read."""
    if auth is None or auth.login is None or users is None:
        return None
    login = users.column(auth.login.value)
    if login is None:
        report.add(
            auth.login.place,
            Code.UNKNOWN_COLUMN,
            f"{users.name} has no column `{auth.login}` to sign in with.",
            near_or_all(auth.login.value, [column.name for column in users.columns]),
        )
        return None
    password = _password(auth, auth.login, users, report)
    if password is None:
        return None
    return Accounts(
        users.name,
        login.name,
        password.name,
        _seconds(auth.access_token) or _USUAL_SECONDS,
        _seconds(auth.refresh_token),
        _operation(auth.register, _REGISTER, operations, report),
        _operation(auth.sign_in, _SIGN_IN, operations, report),
        _operation(None, _REFRESH, operations, report) if auth.refresh_token else None,
        _operation(None, _SIGN_OUT, operations, report) if auth.refresh_token else None,
    )


def _seconds(word: syntax.Word | None) -> int | None:
    found = read_interval(word.value) if word is not None else None
    return int(found.total_seconds()) if found is not None else None


def _password(auth: syntax.Auth, by: syntax.Word, users: Entity, report: Report) -> Column | None:
    """The column that holds hashes, as it is named or as such columns are called."""
    if auth.password is not None:
        found = users.column(auth.password.value)
        if found is None or found.type.kind not in _TEXTS:
            said = f"{users.name} has no text column `{auth.password}` for hashes of passwords."
            hint = near_or_all(auth.password.value, [column.name for column in users.columns])
            report.add(auth.password.place, Code.UNKNOWN_COLUMN, said, hint)
            return None
        return found
    called = [c for c in users.columns if c.name in _HASHES and c.type.kind in _TEXTS]
    if len(called) == 1:
        return called[0]
    report.add(
        by.place,
        Code.UNBOUND,
        f"Nothing says which column of `{users.table}` holds the hash of a password.",
        "Write `password: COLUMN` below `auth:`, "
        f"or add `password_hash text [not null]` to `{users.table}`.",
        level=Level.OPEN,
    )
    return None


def _operation(
    said: syntax.Word | None,
    usual: tuple[str, ...],
    operations: Mapping[str, syntax.Operation],
    report: Report,
) -> str | None:
    if said is not None and said.value in operations:
        return said.value
    if said is not None:
        report.add(
            said.place,
            Code.UNKNOWN_OPERATION,
            f"`{said}` is no operation of the contract.",
            did_you_mean(said.value, operations),
        )
    called = [name for name in operations if squashed(name) in usual]
    return called[0] if len(called) == 1 else None
