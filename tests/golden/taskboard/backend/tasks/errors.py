"""The refusals that only tasks know."""

from backend.core.errors import Conflict


class TooManyClaims(Conflict):
    """claimTask: `actor.claims.filter(t, t.status == "in_progress").size() < 3`."""

    type = "too-many-claims"


class LeaseExpired(Conflict):
    """heartbeat: `task.lease_until > now`."""

    type = "lease-expired"


# What a request can violate; any other constraint that breaks is a fault of ours.
REACHABLE_CONSTRAINTS: frozenset[str] = frozenset(
    {"ck_blockers_self", "fk_task_blockers_blocker_id_tasks"}
)
