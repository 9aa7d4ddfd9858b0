"""Serve it with `uvicorn --factory orm_taskboard.app:create_app`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker

from orm_taskboard.access_log import add_access_log, configure_logging
from orm_taskboard.database import new_engine
from orm_taskboard.errors import add_handlers
from orm_taskboard.routes import router
from orm_taskboard.settings import Settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings: Settings = app.state.settings
    configure_logging(settings.log_level)
    engine = new_engine(settings)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


def create_app() -> FastAPI:
    app = FastAPI(title="Task board API", version="1.0.0", lifespan=lifespan)
    app.state.settings = Settings.model_validate({})
    add_access_log(app)
    add_handlers(app)
    app.include_router(router)
    return app
