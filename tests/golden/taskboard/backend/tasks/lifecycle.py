"""The life of tasks: what each trigger makes of it, and from which status.

Every value is of the row as it was; all of them change together.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from backend.core.errors import GuardFailed, WrongStatus
from backend.tasks.models import TaskRow, TaskStatus
from backend.tasks.repository import ClaimTaskFacts
from backend.tasks.schemas import CompleteTaskRequest
from backend.users.models import UserRow


def claim_task(task: TaskRow, facts: ClaimTaskFacts, actor: UserRow, now: datetime) -> TaskRow:
    match task.status:
        case TaskStatus.PENDING if facts.guard_holds:
            return replace(
                task,
                status=TaskStatus.IN_PROGRESS,
                claimed_by=actor.id,
                claimed_at=now,
                lease_until=now + timedelta(minutes=5),
                attempts=task.attempts + 1,
            )
        case TaskStatus.PENDING:
            raise GuardFailed('claimTask needs `task.blockers.all(b, b.blocker.status == "done")`.')
        case _:
            raise _wrong_task(task, "claimTask")


def heartbeat(task: TaskRow, now: datetime) -> TaskRow:
    match task.status:
        case TaskStatus.IN_PROGRESS:
            return replace(task, lease_until=now + timedelta(minutes=5))
        case _:
            raise _wrong_task(task, "heartbeat")


def complete_task(task: TaskRow, request: CompleteTaskRequest) -> TaskRow:
    match task.status:
        case TaskStatus.IN_PROGRESS:
            return replace(
                task,
                status=TaskStatus.DONE,
                result=request.result,
                claimed_by=None,
                claimed_at=None,
                lease_until=None,
            )
        case _:
            raise _wrong_task(task, "completeTask")


def give_up(task: TaskRow) -> TaskRow:
    match task.status:
        case TaskStatus.IN_PROGRESS if task.attempts < 3:
            return replace(
                task, status=TaskStatus.PENDING, claimed_by=None, claimed_at=None, lease_until=None
            )
        case TaskStatus.IN_PROGRESS:
            return replace(
                task, status=TaskStatus.FAILED, claimed_by=None, claimed_at=None, lease_until=None
            )
        case _:
            raise _wrong_task(task, "giveUp")


def reopen_task(task: TaskRow) -> TaskRow:
    match task.status:
        case TaskStatus.FAILED:
            return replace(task, status=TaskStatus.PENDING, attempts=0)
        case _:
            raise _wrong_task(task, "reopenTask")


def cancel_task(task: TaskRow) -> TaskRow:
    match task.status:
        case TaskStatus.PENDING:
            return replace(task, status=TaskStatus.CANCELLED)
        case TaskStatus.IN_PROGRESS:
            return replace(
                task,
                status=TaskStatus.CANCELLED,
                claimed_by=None,
                claimed_at=None,
                lease_until=None,
            )
        case _:
            raise _wrong_task(task, "cancelTask")


def _wrong_task(task: TaskRow, trigger: str) -> WrongStatus:
    return WrongStatus(f"This task is `{task.status}`: {trigger} is not for that.")
