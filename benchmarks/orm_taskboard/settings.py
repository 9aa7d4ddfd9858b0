from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str
    pool_size: int = 10
    jwt_secret: SecretStr
    jwt_issuer: str = "taskboard"
    jwt_audience: str = "taskboard"
    log_level: str = "INFO"
