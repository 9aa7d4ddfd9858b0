"""The contract that this backend keeps, as a file: what was given, and what was added to it."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

router = APIRouter()


@cache
def _contract() -> bytes:
    return Path("contracts/openapi.json").read_bytes()


@router.get("/openapi.json")
async def openapi() -> Response:
    return Response(_contract(), media_type="application/json")
