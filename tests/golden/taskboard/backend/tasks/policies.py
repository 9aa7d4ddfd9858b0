"""Who may do what with tasks: the access table, a row at a time."""

from backend.tasks.models import TaskRow
from backend.users.models import Role, UserRow


def may_list_tasks(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.AGENT, Role.ADMIN}


def may_create_task(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.ADMIN}


def may_claim_next_task(actor: UserRow) -> bool:
    return actor.role is Role.AGENT


def may_get_task(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.AGENT, Role.ADMIN}


def may_update_task(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.ADMIN}


def may_delete_task(actor: UserRow) -> bool:
    return actor.role is Role.ADMIN


def may_add_blocker(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.ADMIN}


def may_remove_blocker(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.ADMIN}


def may_claim_task(actor: UserRow) -> bool:
    return actor.role is Role.AGENT


def may_heartbeat(actor: UserRow, task: TaskRow) -> bool:
    return actor.role is Role.AGENT and task.claimed_by == actor.id


def may_give_up(actor: UserRow, task: TaskRow) -> bool:
    return actor.role is Role.AGENT and task.claimed_by == actor.id


def may_reopen_task(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.ADMIN}


def may_cancel_task(actor: UserRow) -> bool:
    return actor.role in {Role.MEMBER, Role.ADMIN}


def may_complete_task(actor: UserRow, task: TaskRow) -> bool:
    return actor.role is Role.AGENT and task.claimed_by == actor.id
