import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from orm_taskboard.errors import Problem
from orm_taskboard.models import Task, TaskBlocker, TaskStatus, User, utc_now
from orm_taskboard.schemas import NewTask, TaskPatch

LEASE = timedelta(minutes=5)
MOST_CLAIMS = 3

Blocker = aliased(Task)
BLOCKED = exists().where(
    TaskBlocker.task_id == Task.id,
    TaskBlocker.blocker_id == Blocker.id,
    Blocker.status != TaskStatus.DONE,
)


class TaskService:
    def __init__(self, session: AsyncSession, user: User) -> None:
        self.session = session
        self.user = user

    def _tasks(self) -> Select[Task]:
        return select(Task).where(Task.project_id == self.user.project_id)

    async def get(self, task_id: UUID, *, lock: bool = False) -> Task:
        query = self._tasks().where(Task.id == task_id)
        if lock:
            query = query.with_for_update()
        task = await self.session.scalar(query)
        if task is None:
            raise Problem(404, "not-found", "There is no such task.")
        return task

    async def list(
        self, status: TaskStatus | None, page_size: int, page_token: str | None
    ) -> tuple[Sequence[Task], str | None]:
        query = self._tasks().order_by(Task.created_at.desc(), Task.id.desc())
        if status is not None:
            query = query.where(Task.status == status)
        if page_token is not None:
            query = query.where(tuple_(Task.created_at, Task.id) < decode_cursor(page_token))
        tasks = (await self.session.scalars(query.limit(page_size + 1))).all()
        if len(tasks) <= page_size:
            return tasks, None
        page = tasks[:page_size]
        return page, encode_cursor(page[-1])

    async def create(self, new: NewTask) -> Task:
        task = Task(project_id=self.user.project_id, **new.model_dump())
        self.session.add(task)
        await self.session.commit()
        return task

    async def update(self, task_id: UUID, patch: TaskPatch, if_match: str) -> Task:
        task = await self.get(task_id, lock=True)
        if if_match != etag(task):
            raise Problem(412, "stale", "Somebody else changed this first.")
        for field, value in patch.model_dump(exclude_unset=True).items():
            setattr(task, field, value)
        await self.session.commit()
        return task

    async def claim(self, task_id: UUID) -> Task:
        await self._lock_user()
        return await self._take(await self.get(task_id, lock=True))

    async def claim_next(self) -> Task | None:
        await self._lock_user()
        task = await self.session.scalar(
            self._tasks()
            .where(Task.status == TaskStatus.PENDING, ~BLOCKED)
            .order_by(Task.priority.desc(), Task.created_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=Task)
        )
        return None if task is None else await self._take(task)

    async def _lock_user(self) -> None:
        """One claim of a user at a time, so that the count of their claims holds."""
        await self.session.refresh(self.user, with_for_update=True)

    async def _take(self, task: Task) -> Task:
        if task.status != TaskStatus.PENDING:
            raise Problem(409, "wrong-status", f"The task is {task.status}.")
        if await self.session.scalar(select(BLOCKED).where(Task.id == task.id)):
            raise Problem(409, "guard-failed", "The task is blocked.")
        claims = await self.session.scalar(
            select(func.count())
            .select_from(Task)
            .where(Task.claimed_by == self.user.id, Task.status == TaskStatus.IN_PROGRESS)
        )
        if (claims or 0) >= MOST_CLAIMS:
            raise Problem(409, "too-many-claims", "Finish one of your claims first.")
        now = utc_now()
        task.status = TaskStatus.IN_PROGRESS
        task.claimed_by = self.user.id
        task.claimed_at = now
        task.lease_until = now + LEASE
        task.attempts += 1
        await self.session.commit()
        return task


def etag(task: Task) -> str:
    return f'"{task.version}"'


def encode_cursor(task: Task) -> str:
    return base64.urlsafe_b64encode(f"{task.created_at.isoformat()} {task.id}".encode()).decode()


def decode_cursor(token: str) -> tuple[datetime, UUID]:
    try:
        created_at, _, task_id = base64.urlsafe_b64decode(token).decode().partition(" ")
        return datetime.fromisoformat(created_at), UUID(task_id)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, "invalid", "This page token is not valid.") from error
