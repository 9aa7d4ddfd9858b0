"""Where tasks are kept: every query."""

from datetime import datetime
from functools import cache
from typing import Self
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from backend.core.database import Connection, Row, Statement
from backend.core.errors import NotFound
from backend.core.paging import Key, Page, bound, from_token, to_token
from backend.tasks.models import Task, TaskBlocker, TaskRow, TaskStatus
from backend.users.models import UserRow


class ListTasksKey(Key, frozen=True):
    """Where in the list a page ended."""

    created_at: datetime
    id: UUID

    @classmethod
    def of(cls, task: TaskRow) -> Self:
        return cls(task.created_at, task.id)


class ClaimTaskFacts(Row, frozen=True):
    """What claimTask asks about other rows."""

    guard_holds: bool
    too_many_claims: bool


_blocker = aliased(Task, name="_blocker")
_claim = aliased(Task, name="_claim")

_OUR_TASKS = select(Task).where(Task.project_id == bindparam("project_id"))

_GET_TASK = Statement(TaskRow, _OUR_TASKS.where(Task.id == bindparam("id")))
_LOCK_TASK = Statement(
    TaskRow, _OUR_TASKS.where(Task.id == bindparam("id")).with_for_update(key_share=True, of=Task)
)
_ADD_TASK = Statement(
    TaskRow,
    insert(Task)
    .values(
        project_id=bindparam("project_id"),
        title=bindparam("title"),
        description=bindparam("description"),
        priority=bindparam("priority"),
        created_at=bindparam("now"),
        updated_at=bindparam("now"),
    )
    .returning(Task),
)
_SAVE_TASK = Statement(
    TaskRow,
    update(Task)
    .where(Task.id == bindparam("id"))
    .values(
        title=bindparam("title"),
        description=bindparam("description"),
        priority=bindparam("priority"),
        status=bindparam("status"),
        claimed_by=bindparam("claimed_by"),
        claimed_at=bindparam("claimed_at"),
        lease_until=bindparam("lease_until"),
        attempts=bindparam("attempts"),
        result=bindparam("result"),
        version=Task.version + 1,
        updated_at=bindparam("now"),
    )
    .returning(Task),
)
_REMOVE_TASK = Statement(int, delete(Task).where(Task.id == bindparam("id")))
_ADD_BLOCKER = Statement(
    int,
    upsert(TaskBlocker)
    .values(task_id=bindparam("task_id"), blocker_id=bindparam("blocker_id"))
    .on_conflict_do_nothing(),
)
_REMOVE_BLOCKER = Statement(
    int,
    delete(TaskBlocker).where(
        TaskBlocker.task_id == bindparam("task_id"),
        TaskBlocker.blocker_id == bindparam("blocker_id"),
    ),
)
_PICK_FOR_CLAIM_NEXT_TASK = Statement(
    TaskRow,
    _OUR_TASKS.where(
        Task.status == TaskStatus.PENDING,
        ~exists()
        .where(
            TaskBlocker.task_id == Task.id,
            TaskBlocker.blocker_id == _blocker.id,
            _blocker.status != TaskStatus.DONE,
        )
        .correlate(Task),
    )
    .order_by(Task.priority.desc(), Task.created_at, Task.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True, of=Task),
)
_CLAIM_TASK_FACTS = Statement(
    ClaimTaskFacts,
    select(
        (
            ~exists()
            .where(
                TaskBlocker.task_id == Task.id,
                TaskBlocker.blocker_id == _blocker.id,
                _blocker.status != TaskStatus.DONE,
            )
            .correlate(Task)
        ).label("guard_holds"),
        (
            select(func.count())
            .where(
                _claim.claimed_by == bindparam("actor_id"), _claim.status == TaskStatus.IN_PROGRESS
            )
            .correlate(None)
            .scalar_subquery()
            >= 3
        ).label("too_many_claims"),
    ).where(Task.id == bindparam("id")),
)


@cache
def _list_tasks(*, status: bool, after: bool) -> Statement[TaskRow]:
    """Newest first; one statement for each combination asked for."""
    rows = _OUR_TASKS
    if status:
        rows = rows.where(Task.status == bindparam("status"))
    if after:
        rows = rows.where(
            tuple_(Task.created_at, Task.id)
            < tuple_(bindparam("after_created_at"), bindparam("after_id"))
        )
    return Statement(
        TaskRow, rows.order_by(Task.created_at.desc(), Task.id.desc()).limit(bindparam("limit"))
    )


def _due_for_expire_leases(*behind: ColumnElement[bool]) -> Statement[TaskRow]:
    return Statement(
        TaskRow,
        select(Task)
        .where(*behind, Task.status == TaskStatus.IN_PROGRESS, Task.lease_until < bindparam("now"))
        .order_by(Task.id)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True),
    )


_FIRST_FOR_EXPIRE_LEASES = _due_for_expire_leases()
_NEXT_FOR_EXPIRE_LEASES = _due_for_expire_leases(Task.id > bindparam("after_id"))


class TaskRows:
    """What is done to tasks that were already found."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def save(self, task: TaskRow, now: datetime) -> TaskRow:
        """Write all of a locked task; its version goes up by one."""
        return await _SAVE_TASK.one(self._connection, **asdict(task), now=now)

    async def remove(self, task: TaskRow) -> None:
        await _REMOVE_TASK.run(self._connection, id=task.id)

    async def add_blocker(self, task: TaskRow, blocker: TaskRow) -> None:
        await _ADD_BLOCKER.run(self._connection, task_id=task.id, blocker_id=blocker.id)

    async def remove_blocker(self, task: TaskRow, blocker: TaskRow) -> None:
        await _REMOVE_BLOCKER.run(self._connection, task_id=task.id, blocker_id=blocker.id)

    async def claim_task_facts(self, task: TaskRow, actor: UserRow) -> ClaimTaskFacts:
        return await _CLAIM_TASK_FACTS.one(self._connection, id=task.id, actor_id=actor.id)


class TaskRepository(TaskRows):
    """The tasks that exist for one caller."""

    def __init__(self, connection: Connection, actor: UserRow) -> None:
        super().__init__(connection)
        self._scope: dict[str, object] = {"project_id": actor.project_id}

    async def get(self, task_id: UUID) -> TaskRow:
        return await self._task(_GET_TASK, id=task_id)

    async def lock(self, task_id: UUID) -> TaskRow:
        """The task, which nobody else can change until the transaction ends."""
        return await self._task(_LOCK_TASK, id=task_id)

    async def _task(self, statement: Statement[TaskRow], /, **key: object) -> TaskRow:
        found = await statement.first(self._connection, **key, **self._scope)
        if found is None:
            raise NotFound("There is no such task.")
        return found

    async def list_tasks(
        self, status: TaskStatus | None, page_size: int, page_token: str | None
    ) -> Page[TaskRow]:
        after = None if page_token is None else from_token(page_token, ListTasksKey)
        rows = await _list_tasks(status=status is not None, after=after is not None).all(
            self._connection, status=status, limit=page_size + 1, **bound(after), **self._scope
        )
        page, rest = rows[:page_size], rows[page_size:]
        return Page(page, to_token(ListTasksKey.of(page[-1])) if rest else None)

    async def add(
        self, *, title: str, description: str | None, priority: int, now: datetime
    ) -> TaskRow:
        return await _ADD_TASK.one(
            self._connection,
            title=title,
            description=description,
            priority=priority,
            now=now,
            **self._scope,
        )

    async def pick_for_claim_next_task(self) -> TaskRow | None:
        """The first that fits, locked; those that others hold are skipped."""
        return await _PICK_FOR_CLAIM_NEXT_TASK.first(self._connection, **self._scope)


class EveryTask(TaskRows):
    """The tasks of everybody, for jobs: they act for nobody."""

    async def pick_for_expire_leases(self, last: TaskRow | None, now: datetime) -> TaskRow | None:
        """The first that is due behind the last one; those that others hold are skipped."""
        if last is None:
            return await _FIRST_FOR_EXPIRE_LEASES.first(self._connection, now=now)
        return await _NEXT_FOR_EXPIRE_LEASES.first(self._connection, after_id=last.id, now=now)
