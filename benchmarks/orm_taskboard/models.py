from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Enum, ForeignKey, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Role(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"
    AGENT = "agent"


class TaskStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def choice(kind: type[StrEnum]) -> Enum:
    """A varchar with a CHECK, holding the values rather than the names."""
    return Enum(kind, native_enum=False, values_callable=lambda each: [e.value for e in each])


def utc_now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - as SQLAlchemy documents it
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


class Common:
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=utc_now)


class Project(Common, Base):
    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(String(80), unique=True)


class User(Common, Base):
    __tablename__ = "users"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    email: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[Role] = mapped_column(choice(Role), default=Role.MEMBER)


class TaskBlocker(Base):
    __tablename__ = "task_blockers"
    __table_args__ = (CheckConstraint("task_id <> blocker_id", name="ck_blockers_self"),)

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)


class Task(Common, Base):
    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 0 AND 9", name="ck_tasks_priority"),
        CheckConstraint(
            "(status = 'in_progress') = (lease_until IS NOT NULL)", name="ck_tasks_lease"
        ),
    )

    version: Mapped[int] = mapped_column(default=1)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(default=0)
    status: Mapped[TaskStatus] = mapped_column(choice(TaskStatus), default=TaskStatus.PENDING)
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy documents it
