"""Every request from outside in: its id, its outcome in the log, and a last word if all fails."""

import logging
import re
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.core.logs import request_id
from backend.core.problems import problem

_log = logging.getLogger("backend.requests")
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


_FAILURE = problem("internal", 500, "Something went wrong on our side.")


class RequestLog:
    """Gives each request an id, the caller's own if it is a sensible one, and logs its outcome."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = time.perf_counter()
        identity = _request_id(scope)
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", identity.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        token = request_id.set(identity)
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            _log.exception("unexpected error")
            if status is None:
                await _FAILURE(scope, receive, send_with_id)
        finally:
            fields = {
                "method": scope["method"],
                "route": getattr(scope.get("route"), "path", None),
                "status": status,
                "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            }
            _log.info("request", extra={"fields": fields})
            request_id.reset(token)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            return given if _ACCEPTABLE_ID.fullmatch(given) else uuid4().hex
    return uuid4().hex
