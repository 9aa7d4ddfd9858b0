"""Who registers and signs in: which operations do it, and which columns tell who and prove it."""

from collections.abc import Mapping
from dataclasses import dataclass

from specwright.diagnostic import Code, Level, Report, did_you_mean
from specwright.model.entities import Column, Entity
from specwright.model.expressions.moments import read_interval
from specwright.model.sql_types import Kind
from specwright.model.wire import squashed
from specwright.model.wording import near_or_all
from specwright.spec import syntax

_REGISTER = ("registeruser", "register", "signup", "createaccount")
_SIGN_IN = ("login", "signin", "authenticate", "createsession")
_HASHES = ("password_hash", "hashed_password", "password_digest", "passwd_hash")
_TEXTS = (Kind.TEXT, Kind.VARCHAR)
_USUAL_SECONDS = 15 * 60
_ACCESS_TOKENS = frozenset({"token", "accesstoken", "jwt", "authtoken"})
_PASSWORDS = frozenset({"password", "passwd", "newpassword"})


@dataclass(frozen=True, slots=True)
class Accounts:
    """Rows of `entity` sign in by the column `login`; `password` is the column with a hash.

    `access_seconds` is for how long an access token is believed.
    """

    entity: str
    login: str
    password: str
    access_seconds: int
    register: str | None
    sign_in: str | None


def is_password(name: str) -> bool:
    """Whether a property of a request is one."""
    return squashed(name) in _PASSWORDS


def is_access_token(name: str) -> bool:
    """Whether a property of an answer is one."""
    return squashed(name) in _ACCESS_TOKENS


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
        _seconds(auth),
        _operation(auth.register, _REGISTER, operations, report),
        _operation(auth.sign_in, _SIGN_IN, operations, report),
    )


def _seconds(auth: syntax.Auth) -> int:
    found = read_interval(auth.access_token.value) if auth.access_token is not None else None
    return int(found.total_seconds()) if found is not None else _USUAL_SECONDS


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
    if said is not None:
        if said.value not in operations:
            report.add(
                said.place,
                Code.UNKNOWN_OPERATION,
                f"`{said}` is no operation of the contract.",
                did_you_mean(said.value, operations),
            )
            return None
        return said.value
    called = [name for name in operations if squashed(name) in usual]
    return called[0] if len(called) == 1 else None
