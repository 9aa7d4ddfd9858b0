"""What may be done with tasks, and by whom."""

from collections.abc import Collection
from uuid import UUID

from msgspec.structs import replace

from backend.core.errors import permit
from backend.core.paging import Page
from backend.core.versions import check_version
from backend.tasks import operations, policies
from backend.tasks.models import TaskRow, TaskStatus
from backend.tasks.repository import TaskRepository
from backend.tasks.schemas import CompleteTaskRequest, NewTask, TaskPatch
from backend.users.caller import Caller


class TaskService:
    """One caller's dealings with tasks; each method is one transaction."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._now = caller.now

    async def list_tasks(
        self, *, status: TaskStatus | None, page_size: int, page_token: str | None
    ) -> Page[TaskRow]:
        async with self._caller.reading() as (connection, actor):
            permit(policies.may_list_tasks(actor))
            tasks = TaskRepository(connection, actor)
            return await tasks.list_tasks(status, page_size, page_token)

    async def create_task(self, new: NewTask) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_create_task(actor))
            tasks = TaskRepository(connection, actor)
            return await tasks.add(
                title=new.title, description=new.description, priority=new.priority, now=self._now
            )

    async def claim_next_task(self) -> TaskRow | None:
        """FR-001"""
        async with self._caller.changing_alone() as (connection, actor):
            permit(policies.may_claim_next_task(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.pick_for_claim_next_task()
            if task is None:
                return None
            return await operations.claim_task(tasks, task, actor, self._now)

    async def get_task(self, task_id: UUID) -> TaskRow:
        async with self._caller.reading() as (connection, actor):
            permit(policies.may_get_task(actor))
            tasks = TaskRepository(connection, actor)
            return await tasks.get(task_id)

    async def update_task(
        self, task_id: UUID, changes: TaskPatch, versions: Collection[str]
    ) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_update_task(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            check_version(task.version, versions)
            changed = replace(
                task,
                title=changes.get("title", task.title),
                description=changes.get("description", task.description),
                priority=changes.get("priority", task.priority),
            )
            return await tasks.save(changed, self._now)

    async def delete_task(self, task_id: UUID, versions: Collection[str]) -> None:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_delete_task(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            check_version(task.version, versions)
            await tasks.remove(task)

    async def add_blocker(self, task_id: UUID, blocker_id: UUID) -> None:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_add_blocker(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.get(task_id)
            blocker = await tasks.get(blocker_id)
            await tasks.add_blocker(task, blocker)

    async def remove_blocker(self, task_id: UUID, blocker_id: UUID) -> None:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_remove_blocker(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.get(task_id)
            blocker = await tasks.get(blocker_id)
            await tasks.remove_blocker(task, blocker)

    async def claim_task(self, task_id: UUID) -> TaskRow:
        """FR-001, FR-003"""
        async with self._caller.changing_alone() as (connection, actor):
            permit(policies.may_claim_task(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            return await operations.claim_task(tasks, task, actor, self._now)

    async def heartbeat(self, task_id: UUID) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            permit(policies.may_heartbeat(actor, task))
            return await operations.heartbeat(tasks, task, self._now)

    async def give_up(self, task_id: UUID) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            permit(policies.may_give_up(actor, task))
            return await operations.give_up(tasks, task, self._now)

    async def reopen_task(self, task_id: UUID) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_reopen_task(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            return await operations.reopen_task(tasks, task, self._now)

    async def cancel_task(self, task_id: UUID) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            permit(policies.may_cancel_task(actor))
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            return await operations.cancel_task(tasks, task, self._now)

    async def complete_task(self, task_id: UUID, request: CompleteTaskRequest) -> TaskRow:
        async with self._caller.changing() as (connection, actor):
            tasks = TaskRepository(connection, actor)
            task = await tasks.lock(task_id)
            permit(policies.may_complete_task(actor, task))
            return await operations.complete_task(tasks, task, request, self._now)
