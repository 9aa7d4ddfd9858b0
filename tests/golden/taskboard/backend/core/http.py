"""Between HTTP and the domains: what comes in, and what goes out."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError

from backend.core.clock import Clock
from backend.core.database import Database
from backend.core.errors import (
    Invalid,
    PreconditionRequired,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from backend.core.identity import verified_subject
from backend.core.settings import Settings

T = TypeVar("T")

# -- what comes in ------------------------------------------------------------------------------


def signed_in(request: Request) -> tuple[Database, UUID, datetime]:
    """The database, the user whom the token names, and the time of this request."""
    state = request.app.state
    clock: Clock = state.clock
    now = clock()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("This needs a bearer token.")
    return state.database, verified_subject(token, state.settings, now), now


def body_of(
    kind: type[T], media_type: str, *, min_properties: int = 0
) -> Callable[[Request], Awaitable[T]]:
    """A dependency that reads a JSON body of this kind, and of nothing looser."""
    adapter = TypeAdapter(kind)

    async def read(request: Request) -> T:
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != media_type:
            raise UnsupportedMediaType(f"Send this as `{media_type}`.")
        try:
            body = adapter.validate_json(await _bounded_body(request), strict=True)
        except ValidationError as error:
            raise Invalid(
                "The body is not what this operation takes.",
                [
                    {"pointer": _pointer(e["loc"]), "detail": e["msg"]}
                    for e in error.errors(include_url=False)
                ],
            ) from error
        if isinstance(body, dict) and len(body) < min_properties:
            detail = f"must have {min_properties} properties or more"
            raise Invalid("The body says too little.", [{"pointer": "", "detail": detail}])
        return body

    return read


async def _bounded_body(request: Request) -> bytes:
    settings: Settings = request.app.state.settings
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > settings.max_body_bytes:
            raise TooLarge(f"The body is larger than {settings.max_body_bytes} bytes.")
    return bytes(body)


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


async def if_match(request: Request) -> Collection[str]:
    """The entity tags of the `If-Match` header (RFC 9110, section 13.1.1); it has to be there."""
    header = request.headers.get("if-match")
    if header is None:
        raise PreconditionRequired("Send the `ETag` that you read as `If-Match`.")
    return [tag.strip() for tag in header.split(",")]


# -- what goes out ------------------------------------------------------------------------------


def answer(view: msgspec.Struct, status: int = 200, *, etag: str | None = None) -> Response:
    headers = None if etag is None else {"etag": etag}
    return Response(msgspec.json.encode(view), status, headers, "application/json")


def no_content() -> Response:
    return Response(status_code=204)
