"""How a refusal looks: RFC 9457 problem details, and nothing else."""

from collections.abc import Collection
from http import HTTPStatus

import asyncpg
import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from backend.core.errors import Invalid, Refusal, Unauthenticated, Unavailable


def problem(
    kind: str, status: int, detail: str, errors: Collection[dict[str, str]] = ()
) -> Response:
    members: dict[str, object] = {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        members["errors"] = errors
    return Response(msgspec.json.encode(members), status, media_type="application/problem+json")


def _allowed_methods(request: Request, routers: Collection[APIRouter]) -> list[str]:
    """Of every route of this path; Starlette alone would name those of the first."""
    path = request.scope["path"]
    routes = (route for router in routers for route in router.routes)
    alike = (one for one in routes if isinstance(one, APIRoute) and one.path_regex.match(path))
    return sorted({method for route in alike for method in route.methods or ()})


def render_refusals(
    app: FastAPI, routers: Collection[APIRouter], reachable_constraints: Collection[str]
) -> None:
    """Give every refusal, ours or a library's, the shape of a problem.

    A constraint of the database is the caller's concern where a request can violate it; any other
    is a fault of ours.
    """

    @app.exception_handler(Refusal)
    async def refuse(_: Request, refusal: Refusal) -> Response:
        errors = refusal.errors if isinstance(refusal, Invalid) else ()
        response = problem(refusal.type, refusal.status, refusal.detail, errors)
        if refusal.status == Unauthenticated.status:
            response.headers["www-authenticate"] = "Bearer"
        if refusal.status == Unavailable.status:
            response.headers["retry-after"] = "1"
        return response

    @app.exception_handler(RequestValidationError)
    async def refuse_parameters(_: Request, error: RequestValidationError) -> Response:
        errors = [{"parameter": str(e["loc"][-1]), "detail": e["msg"]} for e in error.errors()]
        return problem(
            Invalid.type, Invalid.status, "A parameter is not what this operation takes.", errors
        )

    @app.exception_handler(HTTPException)
    async def refuse_request(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        response = problem(phrase.lower().replace(" ", "-"), error.status_code, f"{phrase}.")
        response.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["allow"] = ", ".join(_allowed_methods(request, routers))
        return response

    @app.exception_handler(asyncpg.IntegrityConstraintViolationError)
    async def refuse_violation(
        _: Request, error: asyncpg.IntegrityConstraintViolationError
    ) -> Response:
        constraint = error.constraint_name
        if constraint is None or constraint not in reachable_constraints:
            raise error
        return problem(constraint, 409, f"This would break the rule `{constraint}`.")

    @app.exception_handler(TimeoutError)
    @app.exception_handler(ConnectionError)
    @app.exception_handler(asyncpg.PostgresConnectionError)
    @app.exception_handler(asyncpg.OperatorInterventionError)
    @app.exception_handler(asyncpg.TransactionRollbackError)
    async def refuse_for_now(request: Request, _: Exception) -> Response:
        return await refuse(request, Unavailable("The database is too busy, or out of reach."))
