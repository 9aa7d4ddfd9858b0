"""What is done to a task, whoever asks for it: a caller, another operation, or a job."""

from datetime import datetime

from backend.tasks import lifecycle
from backend.tasks.errors import LeaseExpired, TooManyClaims
from backend.tasks.models import TaskRow
from backend.tasks.repository import TaskRows
from backend.tasks.schemas import CompleteTaskRequest
from backend.users.models import UserRow


async def claim_task(tasks: TaskRows, task: TaskRow, actor: UserRow, now: datetime) -> TaskRow:
    facts = await tasks.claim_task_facts(task, actor)
    changed = lifecycle.claim_task(task, facts, actor, now)
    if facts.too_many_claims:
        raise TooManyClaims(
            'claimTask needs `actor.claims.filter(t, t.status == "in_progress").size() < 3`.'
        )
    return await tasks.save(changed, now)


async def heartbeat(tasks: TaskRows, task: TaskRow, now: datetime) -> TaskRow:
    changed = lifecycle.heartbeat(task, now)
    if not (task.lease_until is not None and task.lease_until > now):
        raise LeaseExpired("heartbeat needs `task.lease_until > now`.")
    return await tasks.save(changed, now)


async def give_up(tasks: TaskRows, task: TaskRow, now: datetime) -> TaskRow:
    return await tasks.save(lifecycle.give_up(task), now)


async def reopen_task(tasks: TaskRows, task: TaskRow, now: datetime) -> TaskRow:
    return await tasks.save(lifecycle.reopen_task(task), now)


async def cancel_task(tasks: TaskRows, task: TaskRow, now: datetime) -> TaskRow:
    return await tasks.save(lifecycle.cancel_task(task), now)


async def complete_task(
    tasks: TaskRows, task: TaskRow, request: CompleteTaskRequest, now: datetime
) -> TaskRow:
    return await tasks.save(lifecycle.complete_task(task, request), now)
