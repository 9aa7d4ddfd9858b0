"""Rules ask hand-written code: in their transaction, when all else allows it, before they set."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from backend.app import create_app
from backend.claims.hooks import WrittenClaimHooks
from backend.core.hooks import HookChanged
from backend.core.settings import Settings

pytestmark = pytest.mark.anyio


async def _user(world: Any, role: str = "clerk") -> dict[str, Any]:
    return await world.add("users", email=f"{uuid4()}@example.com", role=role)


async def _claim(world: Any, **values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    holder = await _user(world, "holder")
    said = {"holder_id": holder["id"], "words": "A dent", **values}
    return holder, await world.add("claims", **said)


async def _now(world: Any, claim: dict[str, Any]) -> dict[str, Any]:
    return await world.row("claims", id=claim["id"])


async def test_what_a_hook_gives_is_set_on_a_new_row(world: Any) -> None:
    before = len(await world.rows("claims"))
    answer = await world.call(await _user(world, "holder"), "POST", "/claims", {"words": "A dent"})
    assert (answer.outcome, answer.body["amount"]) == ("201", 60 + before)


async def test_what_a_hook_gives_can_be_refused(world: Any) -> None:
    before = await world.rows("claims")
    holder = await _user(world, "holder")
    answer = await world.call(holder, "POST", "/claims", {"words": "A dent" * 30})
    assert answer.outcome == "409 too-dear"
    assert await world.rows("claims") == before


async def test_a_hook_is_asked_with_the_row_as_it_was_before_a_patch(world: Any) -> None:
    media = {"Content-Type": "application/merge-patch+json"}
    for words, outcome in (("A dent", "200"), ("A bad dent", "422 bad-words")):
        holder, claim = await _claim(world, words=words)
        path = f"/claims/{claim['id']}"
        answer = await world.call(holder, "PATCH", path, {"words": "bad"}, **media)
        assert answer.outcome == outcome
        kept = "bad" if outcome == "200" else words
        assert (await _now(world, claim))["words"] == kept


async def test_a_transition_sets_makes_and_goes_round_with_what_a_hook_gives(world: Any) -> None:
    holder, claim = await _claim(world, amount=40)
    for weight in (1, 2):
        await world.add("notes", claim_id=claim["id"], words="Old", weight=weight)
    answer = await world.call(holder, "POST", f"/claims/{claim['id']}:file")
    assert (answer.outcome, answer.body["status"], answer.body["risk"]) == ("200", "filed", 42)
    notes = await world.rows("notes", order="weight", claim_id=claim["id"])
    assert [(note["words"], note["weight"]) for note in notes] == [
        ("filed", 42),
        ("Old", 43),
        ("Old", 44),
    ]
    assert (await world.row("users", id=holder["id"]))["email"].startswith("seen-")


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"amount": 91}, "409 too-risky"),
        ({"amount": 0}, "409 guard-failed"),
        ({"amount": 1, "words": "nothing"}, "409 nothing-said"),
        ({"amount": 1, "status": "paid"}, "409 wrong-status"),
    ],
)
async def test_what_is_refused_leaves_nothing_of_what_a_hook_did(
    world: Any, values: dict[str, Any], outcome: str
) -> None:
    holder, claim = await _claim(world, **values)
    answer = await world.call(holder, "POST", f"/claims/{claim['id']}:file")
    assert answer.outcome == outcome
    assert await _now(world, claim) == claim
    assert await world.row("users", id=holder["id"]) == holder


async def test_a_hook_that_breaks_leaves_nothing_behind(world: Any) -> None:
    holder, claim = await _claim(world, amount=1, words="boom")
    answer = await world.call(holder, "POST", f"/claims/{claim['id']}:file")
    assert answer.outcome == "500 internal"
    assert await _now(world, claim) == claim
    assert await world.row("users", id=holder["id"]) == holder


async def test_a_hook_that_is_not_written_is_said_and_nothing_is_done(world: Any) -> None:
    holder, claim = await _claim(world)
    answer = await world.call(holder, "DELETE", f"/claims/{claim['id']}")
    assert answer.outcome == "501 hook-not-written"
    assert await _now(world, claim) == claim


async def test_an_effect_asks_its_hook_where_its_arrow_is_taken(world: Any) -> None:
    clerk = await _user(world)
    for risk, amount, status, payout in (
        (49, 10, "paid", Decimal("2.50")),
        (49, 7, "paid", None),
        (50, 10, "refused", None),
    ):
        _, claim = await _claim(world, status="filed", risk=risk, amount=amount)
        answer = await world.call(clerk, "POST", f"/claims/{claim['id']}:settle")
        assert (answer.outcome, answer.body["status"]) == ("200", status)
        assert (await _now(world, claim))["payout"] == payout


async def test_a_hook_gives_one_of_an_enum(world: Any) -> None:
    clerk = await _user(world)
    for risk, level in ((50, "low"), (51, "high")):
        _, claim = await _claim(world, risk=risk)
        answer = await world.call(clerk, "POST", f"/claims/{claim['id']}:grade")
        assert (answer.outcome, answer.body["level"]) == ("200", level)


async def test_what_is_picked_is_given_to_the_hook(world: Any) -> None:
    await world.execute("DELETE FROM claims")
    _, claim = await _claim(world, status="filed", risk=99)
    answer = await world.call(await _user(world), "POST", "/claims:gradeNext")
    assert (answer.outcome, answer.body["id"]) == ("200", str(claim["id"]))
    assert answer.body["level"] == "high"


async def test_a_hook_stands_beside_another_operation(world: Any) -> None:
    _, claim = await _claim(world, status="filed", risk=60)
    answer = await world.call(await _user(world), "POST", f"/claims/{claim['id']}:weigh")
    assert (answer.body["status"], answer.body["age"]) == ("refused", 7)


async def test_a_case_asks_its_own_hook(world: Any) -> None:
    clerk = await _user(world)
    for amount, words, age in ((11, "tned A", 0), (10, "A dent", 1)):
        _, claim = await _claim(world, amount=amount)
        answer = await world.call(clerk, "POST", f"/claims/{claim['id']}:sort")
        assert (answer.body["words"], answer.body["age"]) == (words, age)


async def test_a_job_asks_a_hook_for_each_row(world: Any) -> None:
    _, filed = await _claim(world, status="filed")
    _, draft = await _claim(world)
    await world.run_jobs(datetime.now(UTC) + timedelta(days=3, hours=1))
    assert ((await _now(world, filed))["age"], (await _now(world, draft))["age"]) == (3, 0)


def _settings() -> Settings:
    return Settings.model_validate({"database_url": "postgresql://", "jwt_secret": "s" * 40})


async def _score_less(self: object, connection: object, claim: object) -> int:
    return 0


def _grade_at_once(self: object, connection: object, risk: int, payout: object) -> str:
    return "low"


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("score_risk", _score_less, "score_risk is `(self: object, connection: object"),
        ("grade", _grade_at_once, "grade must be an `async def`"),
        ("weight", None, "weight is missing"),
    ],
)
async def test_a_hook_that_is_signed_otherwise_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, function: object, said: str
) -> None:
    create_app(_settings())
    monkeypatch.setattr(WrittenClaimHooks, name, function)
    with pytest.raises(HookChanged, match="WrittenClaimHooks") as found:
        create_app(_settings())
    assert said in str(found.value)
