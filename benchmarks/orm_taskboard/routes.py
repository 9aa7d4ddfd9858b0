from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from orm_taskboard.auth import Agent, CurrentUser, Writer
from orm_taskboard.database import Session
from orm_taskboard.errors import Problem
from orm_taskboard.models import Task, TaskStatus
from orm_taskboard.schemas import NewTask, TaskOut, TaskPage, TaskPatch
from orm_taskboard.service import TaskService, etag

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


def service_for_anyone(session: Session, user: CurrentUser) -> TaskService:
    return TaskService(session, user)


def service_for_writer(session: Session, user: Writer) -> TaskService:
    return TaskService(session, user)


def service_for_agent(session: Session, user: Agent) -> TaskService:
    return TaskService(session, user)


ForAnyone = Annotated[TaskService, Depends(service_for_anyone)]
ForWriter = Annotated[TaskService, Depends(service_for_writer)]
ForAgent = Annotated[TaskService, Depends(service_for_agent)]


@router.get("", response_model_exclude_none=True)
async def list_tasks(
    tasks: ForAnyone,
    status: TaskStatus | None = None,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: str | None = None,
) -> TaskPage:
    items, token = await tasks.list(status, page_size, page_token)
    return TaskPage(items=[TaskOut.model_validate(task) for task in items], next_page_token=token)


@router.post("", status_code=201, response_model=TaskOut)
async def create_task(new: NewTask, tasks: ForWriter, response: Response) -> Task:
    task = await tasks.create(new)
    response.headers["ETag"] = etag(task)
    return task


@router.post("/claim-next", response_model=TaskOut)
async def claim_next_task(tasks: ForAgent, response: Response) -> Task | Response:
    task = await tasks.claim_next()
    if task is None:
        return Response(status_code=204)
    response.headers["ETag"] = etag(task)
    return task


@router.get("/{task_id}", response_model=TaskOut)
async def get_task(task_id: UUID, tasks: ForAnyone, response: Response) -> Task:
    task = await tasks.get(task_id)
    response.headers["ETag"] = etag(task)
    return task


@router.patch("/{task_id}", response_model=TaskOut)
async def update_task(
    task_id: UUID,
    patch: TaskPatch,
    tasks: ForWriter,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> Task:
    if if_match is None:
        raise Problem(428, "precondition-required", "Send the ETag that you read as If-Match.")
    task = await tasks.update(task_id, patch, if_match)
    response.headers["ETag"] = etag(task)
    return task


@router.post("/{task_id}/claim", response_model=TaskOut)
async def claim_task(task_id: UUID, tasks: ForAgent, response: Response) -> Task:
    task = await tasks.claim(task_id)
    response.headers["ETag"] = etag(task)
    return task
