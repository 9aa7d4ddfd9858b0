"""Who registers and signs in, and what of a bundle says it."""

from collections.abc import Callable, Mapping

import pytest

from specwright.model import Model

Files = Mapping[str, str]


def test_users_sign_in_by_the_column_that_the_plan_names(orders: Model) -> None:
    accounts = orders.accounts
    assert accounts is not None
    assert (accounts.entity, accounts.login, accounts.password) == (
        "User",
        "email",
        "password_hash",
    )
    assert (accounts.access_seconds, accounts.refresh_seconds) == (15 * 60, 7 * 24 * 3600)
    assert list(accounts.operations) == ["registerUser", "login", "refresh"]


def test_the_table_of_refresh_tokens_is_made(orders: Model) -> None:
    tokens = orders.entity("RefreshToken")
    assert tokens.primary_key.columns == ("id",)
    (key,) = tokens.foreign_keys
    assert (key.columns, key.target, key.on_delete) == (("user_id",), "User", "cascade")


def test_a_password_is_written_as_a_hash(orders: Model) -> None:
    operation = orders.operation("registerUser")
    assert operation is not None
    assert operation.body is not None
    said = {field.name: (field.column, field.secret) for field in operation.body.fields}
    assert said == {"email": ("email", False), "password": ("password_hash", True)}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "plan.md",
            "login: email   ",
            "login: nickname",
            "error unknown-column: User has no column `nickname` to sign in with.",
        ),
        (
            "data-model.md",
            "  password_hash text   [not null]\n",
            "",
            "open unbound: Nothing says which column of `users` holds the hash of a password.",
        ),
        (
            "plan.md",
            "login: email   ",
            "login: email\n  password: secret   ",
            "error unknown-column: User has no text column `secret` for hashes of passwords.",
        ),
        (
            "plan.md",
            "login: email   ",
            "login: email\n  sign_in: signIn   ",
            "error unknown-operation: `signIn` is no operation of the contract.",
        ),
    ],
)
def test_what_is_not_said_is_asked_once(
    example: Callable[[str], Files],
    build: Callable[[str, Files], tuple[Model, list[str]]],
    file: str,
    old: str,
    new: str,
    said: str,
) -> None:
    files = dict(example("orders"))
    assert files[file].count(old) == 1
    files[file] = files[file].replace(old, new)
    model, found = build("orders", files)
    told = [line for line in found if ": later not-built: " not in line]
    assert len(told) == 1, told
    assert told[0].split(": ", 1)[1].startswith(said)
    is_read = "unknown-operation" in said
    assert ("login" in {one.id for one in model.operations}) is is_read
