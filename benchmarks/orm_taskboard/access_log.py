import json
import logging
import sys
import time
from contextvars import ContextVar
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
log = logging.getLogger("taskboard.access")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **record.__dict__.get("fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging(level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


async def log_access(request: Request, call_next: RequestResponseEndpoint) -> Response:
    identity = request.headers.get("X-Request-ID") or uuid4().hex
    token = request_id.set(identity)
    start = time.perf_counter()
    try:
        response = await call_next(request)
        response.headers["X-Request-ID"] = identity
        fields = {
            "method": request.method,
            "path": request.url.path,
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - start) * 1000, 1),
        }
        log.info("request", extra={"fields": fields})
        return response
    finally:
        request_id.reset(token)


def add_access_log(app: FastAPI) -> None:
    app.middleware("http")(log_access)
