"""What is done to a task whoever asks for it: a caller, another operation, or a job."""

from datetime import datetime

from backend.tasks import lifecycle
from backend.tasks.errors import TooManyClaims
from backend.tasks.models import TaskRow
from backend.tasks.repository import TaskRows
from backend.users.models import UserRow


async def claim_task(tasks: TaskRows, task: TaskRow, actor: UserRow, now: datetime) -> TaskRow:
    facts = await tasks.claim_task_facts(task, actor)
    claimed = lifecycle.claim_task(task, facts, actor, now)
    if facts.too_many_claims:
        raise TooManyClaims(
            'claimTask needs `actor.claims.filter(t, t.status == "in_progress").size() < 3`.'
        )
    return await tasks.save(claimed, now)


async def give_up(tasks: TaskRows, task: TaskRow, now: datetime) -> TaskRow:
    return await tasks.save(lifecycle.give_up(task), now)
