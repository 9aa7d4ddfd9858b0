"""The ways in which the backend refuses. Domains subclass these with their own words."""

from typing import ClassVar


class Refusal(Exception):
    """A refusal that its caller can understand and act on; `type` and `status` are stable."""

    status: ClassVar[int]
    type: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Invalid(Refusal):
    """The request is not well formed."""

    status = 400
    type = "invalid"

    def __init__(self, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


class Unauthenticated(Refusal):
    """The caller did not prove who they are."""

    status = 401
    type = "unauthenticated"


class Forbidden(Refusal):
    """The caller may not do this."""

    status = 403
    type = "forbidden"


class NotFound(Refusal):
    """There is no such thing, or none that the caller may see."""

    status = 404
    type = "not-found"


class Conflict(Refusal):
    """The present state of things does not allow this."""

    status = 409


class WrongStatus(Conflict):
    """The status that it has now does not allow this."""

    type = "wrong-status"


class GuardFailed(Conflict):
    """The status allows this, but a condition that goes with it does not hold."""

    type = "guard-failed"


class Stale(Refusal):
    """Somebody else changed this first."""

    status = 412
    type = "stale"


class TooLarge(Refusal):
    """The body is larger than this service reads."""

    status = 413
    type = "too-large"


class UnsupportedMediaType(Refusal):
    """The body is not of a type that this operation reads."""

    status = 415
    type = "unsupported-media-type"


class PreconditionRequired(Refusal):
    """A change needs an `If-Match` header with the version that it is based on."""

    status = 428
    type = "precondition-required"


class Unavailable(Refusal):
    """The service is too busy, or cannot reach what it depends on; try again later."""

    status = 503
    type = "unavailable"


def permit(allowed: bool) -> None:
    """Stop here unless the access table allows it."""
    if not allowed:
        raise Forbidden("You may not do this.")
