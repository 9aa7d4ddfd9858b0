from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class Problem(Exception):
    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail


def problem_response(status: int, kind: str, detail: str, **more: object) -> JSONResponse:
    body = {"type": kind, "title": kind, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


async def on_problem(_: Request, problem: Problem) -> JSONResponse:
    return problem_response(problem.status, problem.kind, problem.detail)


async def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    errors = jsonable_encoder(error.errors())
    return problem_response(400, "invalid", "The request is not valid.", errors=errors)


def add_handlers(app: FastAPI) -> None:
    app.exception_handler(Problem)(on_problem)
    app.exception_handler(RequestValidationError)(on_invalid)
