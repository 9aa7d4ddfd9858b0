"""Create projects, users, tasks and task_blockers.

Purpose:
- create table projects: new in data-model.md
- create table users: new in data-model.md; ix_users_project_id: users.project_id is a foreign key:
  deleting from projects would scan users without this index
- create table tasks: new in data-model.md; ix_tasks_project_id_created_at_id: listTasks reads the
  rows in this order; ix_tasks_claimed_by: tasks.claimed_by is a foreign key: deleting from users
  would scan tasks without this index
- create table task_blockers: new in data-model.md; ix_task_blockers_blocker_id:
  task_blockers.blocker_id is a foreign key: deleting from tasks would scan task_blockers without
  this index

Impact:
- nothing that stays is locked.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_7ff37edc"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'member'"), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'member', 'agent')", name="ck_users_role"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_users_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_email", "users", [sa.text("lower(email)")], unique=True)
    op.create_index("ix_users_project_id", "users", ["project_id"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'in_progress', 'done', 'failed', 'cancelled')",
            name="ck_tasks_status",
        ),
        sa.CheckConstraint("priority BETWEEN 0 AND 9", name="ck_tasks_priority"),
        sa.CheckConstraint(
            "(status = 'in_progress') = (lease_until IS NOT NULL)", name="ck_tasks_lease"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_tasks_project_id_projects"
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["users.id"], name="fk_tasks_claimed_by_users", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_index(
        "ix_tasks_project_id_status_priority_created_at",
        "tasks",
        ["project_id", "status", "priority", "created_at"],
    )
    op.create_index(
        "ix_tasks_project_id_created_at_id", "tasks", ["project_id", "created_at", "id"]
    )
    op.create_index("ix_tasks_claimed_by", "tasks", ["claimed_by"])
    op.create_table(
        "task_blockers",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("blocker_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("task_id <> blocker_id", name="ck_blockers_self"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_task_blockers_task_id_tasks", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["tasks.id"], name="fk_task_blockers_blocker_id_tasks"
        ),
        sa.PrimaryKeyConstraint("task_id", "blocker_id", name="pk_task_blockers"),
    )
    op.create_index("ix_task_blockers_blocker_id", "task_blockers", ["blocker_id"])


def downgrade() -> None:
    op.drop_table("task_blockers")
    op.drop_table("tasks")
    op.drop_table("users")
    op.drop_table("projects")
