"""Everything that a deployment may vary, read once from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`DATABASE_URL` sets `database_url`, and so on; a missing one stops the start."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    database_url: str
    pool_size: Annotated[int, Field(ge=1)] = 10
    pool_timeout: Annotated[float, Field(gt=0)] = 5.0  # seconds to wait for a free connection
    statement_timeout: Annotated[float, Field(gt=0)] = 10.0  # seconds, then the database stops
    command_timeout: Annotated[float, Field(gt=0)] = 15.0  # seconds, then nobody waits for it

    jwt_secret: Annotated[SecretStr, Field(min_length=32)]
    jwt_issuer: str = "taskboard"
    jwt_audience: str = "taskboard"

    max_body_bytes: Annotated[int, Field(gt=0)] = 1_000_000
    log_level: str = "INFO"
    alive_file: Path | None = None  # a worker touches it every 5 seconds


def read_settings() -> Settings:
    """The settings of this process; they come from its environment, not from arguments."""
    return Settings.model_validate({})
