"""What each operation on tasks asks for, and what it leaves behind."""

from datetime import timedelta

from tests import given
from tests.world import World


async def test_claim_next_task_takes_only_what_fits(world: World) -> None:
    """`task.status == "pending" && task.blockers.all(b, b.blocker.status == "done")`"""
    agent = await given.user(world, role="agent")
    task = await given.task(world)
    allowed = await world.call(agent, "POST", "/v1/tasks/claim-next")
    assert allowed.outcome == "200"
    assert allowed.body["id"] == world.wire(task["id"])

    await given.task(world, "in_progress")
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", "/v1/tasks/claim-next")
    assert refused.outcome == "204"


async def test_claim_next_task_takes_only_what_fits_2(world: World) -> None:
    """`task.status == "pending" && task.blockers.all(b, b.blocker.status == "done")`"""
    agent = await given.user(world, role="agent")
    task = await given.task(world)
    allowed = await world.call(agent, "POST", "/v1/tasks/claim-next")
    assert allowed.outcome == "200"
    assert allowed.body["id"] == world.wire(task["id"])

    other_task = await given.task(world)
    blocker = await given.task(world, "in_progress")
    await given.task_blocker(world, task_id=other_task["id"], blocker_id=blocker["id"])
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", "/v1/tasks/claim-next")
    assert refused.outcome == "204"


async def test_claim_next_task_takes_the_first_in_order(world: World) -> None:
    """`-priority, created_at`"""
    agent = await given.user(world, role="agent")
    second = await given.task(world, priority=2, created_at=world.now - timedelta(hours=1))
    third = await given.task(world, priority=1, created_at=world.now - timedelta(hours=2))
    first = await given.task(world, priority=2, created_at=world.now - timedelta(hours=2))

    answers = [await world.call(agent, "POST", "/v1/tasks/claim-next") for _ in range(3)]

    assert [answer.outcome for answer in answers] == ["200", "200", "200"]
    picked = [answer.body["id"] for answer in answers]
    assert picked == [world.wire(task["id"]) for task in (first, second, third)]


async def test_claim_next_task_takes_nothing_of_another_project(world: World) -> None:
    agent = await given.user(world, role="agent")
    await given.task(world)
    allowed = await world.call(agent, "POST", "/v1/tasks/claim-next")
    assert allowed.outcome == "200"
    elsewhere = await given.project(world)
    await given.task(world, project_id=elsewhere["id"])

    async with world.nothing_changes():
        answer = await world.call(agent, "POST", "/v1/tasks/claim-next")

    assert answer.outcome == "204"


async def test_claim_task_leads_from_pending_to_in_progress(world: World) -> None:
    """`task.blockers.all(b, b.blocker.status == "done")` / `take`"""
    agent = await given.user(world, role="agent")
    task = await given.task(world)

    answer = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/claim")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "in_progress",
        "claimed_by": agent["id"],
        "claimed_at": world.now,
        "lease_until": world.now + timedelta(minutes=5),
        "attempts": 1,
        "version": 2,
        "updated_at": world.now,
    }


async def test_claim_task_can_be_refused_with_guard_failed(world: World) -> None:
    """`task.blockers.all(b, b.blocker.status == "done")`, or 409 guard-failed"""
    agent = await given.user(world, role="agent")
    task = await given.task(world)
    blocker = await given.task(world, "done")
    await given.task_blocker(world, task_id=task["id"], blocker_id=blocker["id"])
    allowed = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/claim")
    assert allowed.outcome == "200"

    other_task = await given.task(world)
    other_blocker = await given.task(world)
    await given.task_blocker(world, task_id=other_task["id"], blocker_id=other_blocker["id"])
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", f"/v1/tasks/{other_task['id']}/claim")
    assert refused.outcome == "409 guard-failed"


async def test_claim_task_can_be_refused_with_too_many_claims(world: World) -> None:
    """`actor.claims.filter(t, t.status == "in_progress").size() < 3`, or 409 too-many-claims"""
    agent = await given.user(world, role="agent")
    for _ in range(2):
        await given.task(world, "in_progress", claimed_by=agent["id"])
    task = await given.task(world)
    allowed = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/claim")
    assert allowed.outcome == "200"

    for _ in range(3):
        await given.task(world, "in_progress", claimed_by=agent["id"])
    other_task = await given.task(world)
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", f"/v1/tasks/{other_task['id']}/claim")
    assert refused.outcome == "409 too-many-claims"


async def test_heartbeat_leaves_in_progress_as_it_is(world: World) -> None:
    """`extend`"""
    agent = await given.user(world, role="agent")
    task = await given.task(
        world, "in_progress", claimed_by=agent["id"], lease_until=world.now + timedelta(seconds=1)
    )

    answer = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/heartbeat")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "lease_until": world.now + timedelta(minutes=5),
        "version": 2,
        "updated_at": world.now,
    }


async def test_heartbeat_can_be_refused_with_lease_expired(world: World) -> None:
    """`task.lease_until > now`, or 409 lease-expired"""
    agent = await given.user(world, role="agent")
    task = await given.task(
        world, "in_progress", claimed_by=agent["id"], lease_until=world.now + timedelta(seconds=1)
    )
    allowed = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/heartbeat")
    assert allowed.outcome == "200"

    other_task = await given.task(
        world, "in_progress", claimed_by=agent["id"], lease_until=world.now
    )
    async with world.nothing_changes():
        refused = await world.call(agent, "POST", f"/v1/tasks/{other_task['id']}/heartbeat")
    assert refused.outcome == "409 lease-expired"


async def test_give_up_leads_from_in_progress_to_pending(world: World) -> None:
    """`task.attempts < 3` / `letGo`"""
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"], attempts=2)

    answer = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/give-up")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "pending",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "version": 2,
        "updated_at": world.now,
    }


async def test_give_up_leads_from_in_progress_to_failed(world: World) -> None:
    """`else` / `letGo`"""
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"], attempts=3)

    answer = await world.call(agent, "POST", f"/v1/tasks/{task['id']}/give-up")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "failed",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "version": 2,
        "updated_at": world.now,
    }


async def test_reopen_task_leads_from_failed_to_pending(world: World) -> None:
    """`reset`"""
    member = await given.user(world, role="member")
    task = await given.task(world, "failed")

    answer = await world.call(member, "POST", f"/v1/tasks/{task['id']}/reopen")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "pending",
        "attempts": 0,
        "version": 2,
        "updated_at": world.now,
    }


async def test_cancel_task_leads_from_pending_to_cancelled(world: World) -> None:
    member = await given.user(world, role="member")
    task = await given.task(world)

    answer = await world.call(member, "POST", f"/v1/tasks/{task['id']}/cancel")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "cancelled",
        "version": 2,
        "updated_at": world.now,
    }


async def test_cancel_task_leads_from_in_progress_to_cancelled(world: World) -> None:
    """`letGo`"""
    member = await given.user(world, role="member")
    task = await given.task(world, "in_progress")

    answer = await world.call(member, "POST", f"/v1/tasks/{task['id']}/cancel")

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "cancelled",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "version": 2,
        "updated_at": world.now,
    }


async def test_complete_task_leads_from_in_progress_to_done(world: World) -> None:
    """`letGo`"""
    agent = await given.user(world, role="agent")
    task = await given.task(world, "in_progress", claimed_by=agent["id"])

    answer = await world.call(
        agent, "POST", f"/v1/tasks/{task['id']}/complete", {"result": {"any": "thing"}}
    )

    assert answer.outcome == "200"
    assert await world.again("tasks", task) == task | {
        "status": "done",
        "result": {"any": "thing"},
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "version": 2,
        "updated_at": world.now,
    }


async def test_expire_leases_makes_it_pending(world: World) -> None:
    """`task.status == "in_progress" && task.lease_until < now`"""
    task = await given.task(world, "in_progress", lease_until=world.now - timedelta(seconds=1))
    spared = await given.task(world, "in_progress", lease_until=world.now)

    await world.run_jobs()

    assert await world.again("tasks", task) == task | {
        "status": "pending",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "version": 2,
        "updated_at": world.now,
    }
    assert await world.again("tasks", spared) == spared


async def test_expire_leases_makes_it_failed(world: World) -> None:
    """`task.status == "in_progress" && task.lease_until < now`"""
    task = await given.task(
        world, "in_progress", lease_until=world.now - timedelta(seconds=1), attempts=3
    )
    spared = await given.task(world, "in_progress", lease_until=world.now)

    await world.run_jobs()

    assert await world.again("tasks", task) == task | {
        "status": "failed",
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "version": 2,
        "updated_at": world.now,
    }
    assert await world.again("tasks", spared) == spared
