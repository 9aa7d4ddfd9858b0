"""Documents about how to work, read into settings that a run obeys."""

from specwright.roles.kinds import Setting, Value, shown
from specwright.roles.precedence import Level, Problem, Said, Settings, settle
from specwright.roles.role import Role, builtin_roles, read_role

__all__ = [
    "Level",
    "Problem",
    "Role",
    "Said",
    "Setting",
    "Settings",
    "Value",
    "builtin_roles",
    "read_role",
    "settle",
    "shown",
]
