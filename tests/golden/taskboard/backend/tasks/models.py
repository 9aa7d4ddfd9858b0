"""The tables of tasks, and their rows as they are read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base, Row, Timestamp


class TaskStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'in_progress', 'done', 'failed', 'cancelled')",
            name="ck_tasks_status",
        ),
        CheckConstraint("priority BETWEEN 0 AND 9", name="ck_tasks_priority"),
        CheckConstraint(
            "(status = 'in_progress') = (lease_until IS NOT NULL)", name="ck_tasks_lease"
        ),
        Index(
            "ix_tasks_project_id_status_priority_created_at",
            "project_id",
            "status",
            "priority",
            "created_at",
        ),
        Index("ix_tasks_project_id_created_at_id", "project_id", "created_at", "id"),
        Index("ix_tasks_claimed_by", "claimed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", name="fk_tasks_project_id_projects")
    )
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[TaskStatus] = mapped_column(Text, server_default=text("'pending'"))
    claimed_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", name="fk_tasks_claimed_by_users", ondelete="RESTRICT")
    )
    claimed_at: Mapped[datetime | None] = mapped_column(Timestamp)
    lease_until: Mapped[datetime | None] = mapped_column(Timestamp)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    result: Mapped[object] = mapped_column(JSONB, nullable=True)


class TaskRow(Row, frozen=True):
    """A task as it was read."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int
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


class TaskBlocker(Base):
    __tablename__ = "task_blockers"
    __table_args__ = (
        CheckConstraint("task_id <> blocker_id", name="ck_blockers_self"),
        Index("ix_task_blockers_blocker_id", "blocker_id"),
    )

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", name="fk_task_blockers_task_id_tasks", ondelete="CASCADE"),
        primary_key=True,
    )
    blocker_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", name="fk_task_blockers_blocker_id_tasks"), primary_key=True
    )


class TaskBlockerRow(Row, frozen=True):
    """A task blocker as it was read."""

    task_id: UUID
    blocker_id: UUID
