"""How tasks look from outside."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from backend.core.fields import JsonObject, Text
from backend.core.paging import Page
from backend.tasks.models import TaskRow, TaskStatus


class NewTask(BaseModel):
    """What createTask takes."""

    model_config = ConfigDict(frozen=True)

    title: Annotated[Text, Field(min_length=1, max_length=200)]
    description: Text | None = None
    priority: Annotated[int, Field(ge=0, le=9)] = 0


@with_config(ConfigDict(extra="allow"))
class TaskPatch(TypedDict, total=False):
    """What updateTask takes: absent keeps, null clears (RFC 7396)."""

    title: Annotated[Text, Field(min_length=1, max_length=200)]
    description: Text | None
    priority: Annotated[int, Field(ge=0, le=9)]


class CompleteTaskRequest(BaseModel):
    """What completeTask takes."""

    model_config = ConfigDict(frozen=True)

    result: JsonObject


class TaskView(msgspec.Struct, frozen=True, gc=False):
    """A task as its readers see it."""

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
    result: object
    created_at: datetime

    @classmethod
    def of(cls, task: TaskRow) -> "TaskView":
        return cls(
            id=task.id,
            project_id=task.project_id,
            title=task.title,
            description=task.description,
            priority=task.priority,
            status=task.status,
            claimed_by=task.claimed_by,
            claimed_at=task.claimed_at,
            lease_until=task.lease_until,
            attempts=task.attempts,
            result=task.result,
            created_at=task.created_at,
        )


class TaskPage(msgspec.Struct, frozen=True):
    """Some of the tasks."""

    items: list[TaskView]
    next_page_token: str | msgspec.UnsetType

    @classmethod
    def of(cls, page: Page[TaskRow]) -> "TaskPage":
        return cls(
            items=[TaskView.of(task) for task in page.rows],
            next_page_token=page.next_page_token or msgspec.UNSET,
        )
