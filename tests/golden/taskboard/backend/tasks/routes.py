"""Tasks over HTTP."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from backend.core.http import answer, body_of, if_match, no_content, signed_in
from backend.core.versions import etag
from backend.tasks.models import TaskStatus
from backend.tasks.schemas import CompleteTaskRequest, NewTask, TaskPage, TaskPatch, TaskView
from backend.tasks.service import TaskService
from backend.users.caller import Caller

router = APIRouter(tags=["tasks"])


async def task_service(request: Request) -> TaskService:
    return TaskService(Caller(*signed_in(request)))


Service = Annotated[TaskService, Depends(task_service)]
IfMatch = Annotated[Collection[str], Depends(if_match)]


@router.get("/v1/tasks")
async def list_tasks(
    service: Service,
    status: TaskStatus | None = None,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: str | None = None,
) -> Response:
    page = await service.list_tasks(status=status, page_size=page_size, page_token=page_token)
    return answer(TaskPage.of(page))


@router.post("/v1/tasks")
async def create_task(
    service: Service, new: Annotated[NewTask, Depends(body_of(NewTask, "application/json"))]
) -> Response:
    task = await service.create_task(new)
    return answer(TaskView.of(task), 201, etag=etag(task.version))


@router.post("/v1/tasks/claim-next")
async def claim_next_task(service: Service) -> Response:
    task = await service.claim_next_task()
    if task is None:
        return no_content()
    return answer(TaskView.of(task), etag=etag(task.version))


@router.get("/v1/tasks/{task_id}")
async def get_task(service: Service, task_id: UUID) -> Response:
    task = await service.get_task(task_id)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.patch("/v1/tasks/{task_id}")
async def update_task(
    service: Service,
    task_id: UUID,
    changes: Annotated[
        TaskPatch, Depends(body_of(TaskPatch, "application/merge-patch+json", min_properties=1))
    ],
    versions: IfMatch,
) -> Response:
    task = await service.update_task(task_id, changes, versions)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.delete("/v1/tasks/{task_id}")
async def delete_task(service: Service, task_id: UUID, versions: IfMatch) -> Response:
    await service.delete_task(task_id, versions)
    return no_content()


@router.post("/v1/tasks/{task_id}/claim")
async def claim_task(service: Service, task_id: UUID) -> Response:
    task = await service.claim_task(task_id)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.post("/v1/tasks/{task_id}/heartbeat")
async def heartbeat(service: Service, task_id: UUID) -> Response:
    task = await service.heartbeat(task_id)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.post("/v1/tasks/{task_id}/give-up")
async def give_up(service: Service, task_id: UUID) -> Response:
    task = await service.give_up(task_id)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.post("/v1/tasks/{task_id}/reopen")
async def reopen_task(service: Service, task_id: UUID) -> Response:
    task = await service.reopen_task(task_id)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.post("/v1/tasks/{task_id}/cancel")
async def cancel_task(service: Service, task_id: UUID) -> Response:
    task = await service.cancel_task(task_id)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.post("/v1/tasks/{task_id}/complete")
async def complete_task(
    service: Service,
    task_id: UUID,
    request: Annotated[
        CompleteTaskRequest, Depends(body_of(CompleteTaskRequest, "application/json"))
    ],
) -> Response:
    task = await service.complete_task(task_id, request)
    return answer(TaskView.of(task), etag=etag(task.version))


@router.put("/v1/tasks/{task_id}/blockers/{blocker_id}")
async def add_blocker(service: Service, task_id: UUID, blocker_id: UUID) -> Response:
    await service.add_blocker(task_id, blocker_id)
    return no_content()


@router.delete("/v1/tasks/{task_id}/blockers/{blocker_id}")
async def remove_blocker(service: Service, task_id: UUID, blocker_id: UUID) -> Response:
    await service.remove_blocker(task_id, blocker_id)
    return no_content()
