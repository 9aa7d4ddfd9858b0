"""The backend, put together. Serve it with `uvicorn --factory backend.app:create_app`."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from backend.core.clock import Clock, utc_now
from backend.core.contract import router as contract
from backend.core.database import Database, connected
from backend.core.health import router as health
from backend.core.logs import log_as_json
from backend.core.problems import render_refusals
from backend.core.requests import RequestLog
from backend.core.settings import Settings, read_settings
from backend.tasks.errors import REACHABLE_CONSTRAINTS as TASKS
from backend.tasks.routes import router as tasks


def create_app(
    settings: Settings | None = None, *, database: Database | None = None, clock: Clock = utc_now
) -> FastAPI:
    """A new application; nothing is shared with any other."""
    settings = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        log_as_json(settings.log_level)
        async with connected(settings) as app.state.database:
            gc.collect()
            gc.freeze()  # what lives from the start is not searched for garbage again
            gc.set_threshold(50_000, 20, 100)  # requests make little garbage that has cycles
            yield

    app = FastAPI(title="Task board API", version="1.0.0", openapi_url=None, lifespan=lifespan)
    app.state.settings = settings
    app.state.database = database
    app.state.clock = clock
    app.add_middleware(RequestLog)
    routers = (health, contract, tasks)
    render_refusals(app, routers, reachable_constraints=TASKS)
    for router in routers:
        app.include_router(router)
    return app
