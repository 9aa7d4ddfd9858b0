"""A contract of its own taste is kept to the letter."""

from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.anyio


async def cook(world: Any) -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com")


def refusal(answer: Any) -> dict[str, Any]:
    """The error within the body, after a look at what is around it."""
    assert answer.media_type == "application/vnd.kitchen+json"
    assert answer.body.keys() == {"success", "error"}
    assert answer.body["success"] is False
    assert answer.body["error"].keys() == {"code", "message", "path", "at", "fields"}
    assert answer.body["error"]["at"] is None
    assert answer.body["error"]["message"]
    error: dict[str, Any] = answer.body["error"]
    return error


async def test_every_refusal_has_the_body_of_the_contract(world: Any) -> None:
    me, path = await cook(world), f"/recipes/{uuid4()}"
    refused = {
        "404 NOT_FOUND": await world.call(me, "GET", path),
        "401 UNAUTHENTICATED": await world.call(None, "GET", path),
        "405 METHOD_NOT_ALLOWED": await world.call(me, "DELETE", path),
        "415 UNSUPPORTED_MEDIA_TYPE": await world.call(
            me, "POST", "/recipes", {}, **{"Content-Type": "text/plain"}
        ),
    }
    for said, answer in refused.items():
        error = refusal(answer)
        assert f"{answer.outcome} {error['code']}" == said
        assert error["path"] in (path, "/recipes")
        assert error["fields"] == []


async def test_what_is_wrong_with_each_field_is_said_as_the_contract_says_it(world: Any) -> None:
    body = {"slug": "soup", "title": 7, "servings": 0}
    answer = await world.call(await cook(world), "POST", "/recipes", body)
    assert answer.outcome == "422"
    found = {one["field"]: one["reason"] for one in refusal(answer)["fields"]}
    assert found.keys() == {"title", "servings"}
    answer = await world.call(await cook(world), "GET", "/recipes/soup")
    assert [one["field"] for one in refusal(answer)["fields"]] == ["recipe_id"]


async def test_a_constraint_that_breaks_is_a_refusal_like_any_other(world: Any) -> None:
    body = {"slug": uuid4().hex, "title": "Soup"}
    assert (await world.call(await cook(world), "POST", "/recipes", body)).outcome == "201"
    answer = await world.call(await cook(world), "POST", "/recipes", body)
    assert (answer.outcome, refusal(answer)["code"]) == ("409", "UQ_RECIPES_SLUG")


async def test_the_contract_that_is_served_tells_of_refusals(world: Any) -> None:
    served = (await world.call(None, "GET", "/openapi.json")).body
    refusals = served["paths"]["/recipes"]["post"]["responses"]
    assert refusals["409"] == {"$ref": "#/components/responses/Refusal"}
    assert served["components"]["responses"]["Refusal"]["content"] == {
        "application/vnd.kitchen+json": {"schema": {"$ref": "#/components/schemas/Failure"}}
    }
