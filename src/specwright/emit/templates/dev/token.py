"""A bearer token for a user, as your identity provider would issue it: `make token USER=…`."""

import sys
from datetime import UTC, datetime, timedelta

import jwt

from backend.core.settings import Settings, read_settings


def token(user_id: str, settings: Settings, now: datetime) -> str:
    claims = {
        "sub": user_id,
        "iat": now,
        "exp": now + timedelta(minutes=15),
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
    }
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm="HS256")


if __name__ == "__main__":
    sys.stdout.write(token(sys.argv[1], read_settings(), datetime.now(UTC)) + "\n")
