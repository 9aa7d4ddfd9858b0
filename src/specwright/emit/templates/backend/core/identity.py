"""Who is calling: what a bearer token proves."""

from datetime import datetime
from uuid import UUID

import jwt

from backend.core.errors import Unauthenticated
from backend.core.settings import Settings


def verified_subject(token: str, settings: Settings, now: datetime) -> UUID:
    """The user whom this token names, if we signed it and it has not expired at `now`."""
    try:
        claims = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=["HS256"],
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            options={
                "require": ["sub", "exp", "iat", "iss", "aud"],
                "verify_exp": False,  # by our own clock, below
                "verify_iat": False,
            },
        )
        if int(claims["exp"]) <= now.timestamp():
            raise Unauthenticated("The bearer token has expired.")
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise Unauthenticated("The bearer token is malformed or not ours.") from error
