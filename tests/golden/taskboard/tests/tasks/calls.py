"""A call of each operation that is allowed to its actor, with the rows there that it needs."""

from collections.abc import Awaitable, Callable, Mapping

from tests import given
from tests.world import Call, Row, World, if_match


async def list_tasks(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    return Call("GET", "/v1/tasks", row=task)


async def create_task(_world: World, _actor: Row) -> Call:
    return Call("POST", "/v1/tasks", {"title": "title"})


async def claim_next_task(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    return Call("POST", "/v1/tasks/claim-next", row=task)


async def get_task(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    return Call("GET", f"/v1/tasks/{task['id']}", row=task)


async def update_task(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    return Call(
        "PATCH", f"/v1/tasks/{task['id']}", {"title": "another title"}, if_match(task), row=task
    )


async def delete_task(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    return Call("DELETE", f"/v1/tasks/{task['id']}", headers=if_match(task), row=task)


async def add_blocker(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    blocker = await given.task(world)
    return Call("PUT", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}", row=task)


async def remove_blocker(world: World, _actor: Row) -> Call:
    task = await given.task(world)
    blocker = await given.task(world)
    await given.task_blocker(world, task_id=task["id"], blocker_id=blocker["id"])
    return Call("DELETE", f"/v1/tasks/{task['id']}/blockers/{blocker['id']}", row=task)


async def claim_task(world: World, _actor: Row, status: str = "pending") -> Call:
    task = await given.task(world, status)
    return Call("POST", f"/v1/tasks/{task['id']}/claim", row=task)


async def heartbeat(world: World, actor: Row, status: str = "in_progress") -> Call:
    task = await given.task(world, status, claimed_by=actor["id"])
    return Call("POST", f"/v1/tasks/{task['id']}/heartbeat", row=task)


async def give_up(world: World, actor: Row, status: str = "in_progress") -> Call:
    task = await given.task(world, status, claimed_by=actor["id"])
    return Call("POST", f"/v1/tasks/{task['id']}/give-up", row=task)


async def reopen_task(world: World, _actor: Row, status: str = "failed") -> Call:
    task = await given.task(world, status)
    return Call("POST", f"/v1/tasks/{task['id']}/reopen", row=task)


async def cancel_task(world: World, _actor: Row, status: str = "pending") -> Call:
    task = await given.task(world, status)
    return Call("POST", f"/v1/tasks/{task['id']}/cancel", row=task)


async def complete_task(world: World, actor: Row, status: str = "in_progress") -> Call:
    task = await given.task(world, status, claimed_by=actor["id"])
    return Call("POST", f"/v1/tasks/{task['id']}/complete", {"result": {"any": "thing"}}, row=task)


CALLS: Mapping[str, Callable[[World, Row], Awaitable[Call]]] = {
    "listTasks": list_tasks,
    "createTask": create_task,
    "claimNextTask": claim_next_task,
    "getTask": get_task,
    "updateTask": update_task,
    "deleteTask": delete_task,
    "addBlocker": add_blocker,
    "removeBlocker": remove_blocker,
    "claimTask": claim_task,
    "heartbeat": heartbeat,
    "giveUp": give_up,
    "reopenTask": reopen_task,
    "cancelTask": cancel_task,
    "completeTask": complete_task,
}
TRIGGERS: Mapping[str, Callable[[World, Row, str], Awaitable[Call]]] = {
    "claimTask": claim_task,
    "heartbeat": heartbeat,
    "giveUp": give_up,
    "reopenTask": reopen_task,
    "cancelTask": cancel_task,
    "completeTask": complete_task,
}
