from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from orm_taskboard.models import TaskStatus

Title = Annotated[str, Field(min_length=1, max_length=200)]
Priority = Annotated[int, Field(ge=0, le=9)]


class NewTask(BaseModel):
    title: Title
    description: str | None = None
    priority: Priority = 0


class TaskPatch(BaseModel):
    title: Title | None = None
    description: str | None = None
    priority: Priority | None = None


class TaskOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    project_id: UUID
    title: str
    description: str | None
    priority: int
    status: TaskStatus
    claimed_by: UUID | None
    claimed_at: datetime | None
    lease_until: datetime | None
    attempts: int
    result: dict[str, Any] | None
    created_at: datetime


class TaskPage(BaseModel):
    items: list[TaskOut]
    next_page_token: str | None = None
