"""Whom the backend believes: a token signed with its key, for it, that has not expired."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import jwt
import pytest

from tests import given
from tests.tasks.calls import CALLS
from tests.world import World

BELIEVED: Mapping[str, Callable[[World, object], str]] = {
    "a new token": lambda world, user: f"Bearer {world.token(user)}",
    "any case of the scheme": lambda world, user: f"bearer {world.token(user)}",
    "a second before its end": lambda world, user: (
        f"Bearer {world.token(user, exp=world.now + timedelta(seconds=1))}"
    ),
}
NOT_BELIEVED: Mapping[str, Callable[[World, object], str]] = {
    "nothing": lambda _world, _user: "",
    "no token": lambda _world, _user: "Bearer",
    "no bearer": lambda world, user: f"Basic {world.token(user)}",
    "rubbish": lambda _world, _user: "Bearer rubbish",
    "two tokens": lambda world, user: f"Bearer {world.token(user)} {world.token(user)}",
    "its end": lambda world, user: f"Bearer {world.token(user, exp=world.now)}",
    "no end": lambda world, user: f"Bearer {world.token(user, exp=None)}",
    "another audience": lambda world, user: f"Bearer {world.token(user, aud='another')}",
    "another issuer": lambda world, user: f"Bearer {world.token(user, iss='another')}",
    "no user": lambda world, user: f"Bearer {world.token(user, sub='nobody')}",
    "another key": lambda world, user: f"Bearer {world.token(user, key='another key' * 4)}",
    "no signature": lambda world, user: (
        f"Bearer {jwt.encode(world.claims(user), key=None, algorithm='none')}"
    ),
    "a cut signature": lambda world, user: f"Bearer {world.token(user)[:-4]}",
}


@pytest.mark.parametrize("why", BELIEVED)
async def test_a_token_is_believed(world: World, why: str) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["listTasks"](world, actor)
    authorization = BELIEVED[why](world, actor["id"])

    answer = await world.call(
        None, call.method, call.path, call.body, {**call.headers, "authorization": authorization}
    )

    assert answer.outcome == "200"


@pytest.mark.parametrize("why", NOT_BELIEVED)
async def test_a_token_is_not_believed(world: World, why: str) -> None:
    actor = await given.user(world, role="member")
    call = await CALLS["listTasks"](world, actor)
    believed = await world.send(actor, call)
    assert believed.outcome == "200"
    authorization = NOT_BELIEVED[why](world, actor["id"])

    answer = await world.call(
        None, call.method, call.path, call.body, {**call.headers, "authorization": authorization}
    )

    assert answer.outcome == "401 unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"
