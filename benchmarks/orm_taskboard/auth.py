from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from orm_taskboard.database import Session
from orm_taskboard.errors import Problem
from orm_taskboard.models import Role, User
from orm_taskboard.settings import Settings

bearer = HTTPBearer(auto_error=False)


async def get_current_user(
    request: Request,
    session: Session,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User:
    if credentials is None:
        raise Problem(401, "unauthenticated", "This needs a bearer token.")
    settings: Settings = request.app.state.settings
    try:
        claims = jwt.decode(
            credentials.credentials,
            settings.jwt_secret.get_secret_value(),
            algorithms=["HS256"],
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            options={"require": ["sub", "exp", "iat", "iss", "aud"]},
        )
        user_id = UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise Problem(401, "unauthenticated", "The bearer token is not valid.") from error
    user = await session.get(User, user_id)
    if user is None:
        raise Problem(401, "unauthenticated", "The bearer token names nobody.")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_role(*roles: Role) -> Callable[[User], Awaitable[User]]:
    async def check(user: CurrentUser) -> User:
        if user.role not in roles:
            raise Problem(403, "forbidden", "You may not do this.")
        return user

    return check


Writer = Annotated[User, Depends(require_role(Role.MEMBER, Role.ADMIN))]
Agent = Annotated[User, Depends(require_role(Role.AGENT))]
