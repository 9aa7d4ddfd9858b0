"""The life of a task: every status with every trigger."""

import pytest

from tests import given
from tests.tasks.calls import TRIGGERS
from tests.world import World

ROLE = {
    "claimTask": "agent",
    "heartbeat": "agent",
    "giveUp": "agent",
    "reopenTask": "member",
    "cancelTask": "member",
    "completeTask": "agent",
}
AFTER = {
    ("pending", "claimTask"): "in_progress",
    ("in_progress", "heartbeat"): "in_progress",
    ("in_progress", "giveUp"): "pending",
    ("failed", "reopenTask"): "pending",
    ("pending", "cancelTask"): "cancelled",
    ("in_progress", "cancelTask"): "cancelled",
    ("in_progress", "completeTask"): "done",
}
WRONG = [
    ("in_progress", "claimTask"),
    ("done", "claimTask"),
    ("failed", "claimTask"),
    ("cancelled", "claimTask"),
    ("pending", "heartbeat"),
    ("done", "heartbeat"),
    ("failed", "heartbeat"),
    ("cancelled", "heartbeat"),
    ("pending", "giveUp"),
    ("done", "giveUp"),
    ("failed", "giveUp"),
    ("cancelled", "giveUp"),
    ("pending", "reopenTask"),
    ("in_progress", "reopenTask"),
    ("done", "reopenTask"),
    ("cancelled", "reopenTask"),
    ("done", "cancelTask"),
    ("failed", "cancelTask"),
    ("cancelled", "cancelTask"),
    ("pending", "completeTask"),
    ("done", "completeTask"),
    ("failed", "completeTask"),
    ("cancelled", "completeTask"),
]


@pytest.mark.parametrize(("status", "trigger"), AFTER)
async def test_a_trigger_leads_to_the_next_status(world: World, status: str, trigger: str) -> None:
    actor = await given.user(world, role=ROLE[trigger])
    call = await TRIGGERS[trigger](world, actor, status)

    answer = await world.send(actor, call)

    assert answer.outcome.startswith("2")
    assert answer.body["status"] == AFTER[status, trigger]
    after = await world.again("tasks", call.row)
    assert after["status"] == AFTER[status, trigger]


@pytest.mark.parametrize(("status", "trigger"), WRONG)
async def test_in_any_other_status_a_trigger_is_refused(
    world: World, status: str, trigger: str
) -> None:
    actor = await given.user(world, role=ROLE[trigger])
    right = next(start for start, name in AFTER if name == trigger)
    allowed = await world.send(actor, await TRIGGERS[trigger](world, actor, right))
    assert allowed.outcome.startswith("2")
    call = await TRIGGERS[trigger](world, actor, status)

    async with world.nothing_changes():
        refused = await world.send(actor, call)

    assert refused.outcome == "409 wrong-status"
