"""The tables of users, and their rows as they are read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base, Row, Timestamp


class Role(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"
    AGENT = "agent"


class User(Base):
    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'member', 'agent')", name="ck_users_role"),
        Index("uq_users_email", text("lower(email)"), unique=True),
        Index("ix_users_project_id", "project_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", name="fk_users_project_id_projects")
    )
    email: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(Text, server_default=text("'member'"))


class UserRow(Row, frozen=True):
    """A user as it was read."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    project_id: UUID
    email: str
    role: Role
