"""Passwords: kept as argon2id hashes, and compared in a thread, since either takes its time."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_OF_NOBODY = _HASHER.hash("nobody's")


async def hashed(password: str) -> str:
    """With a salt of its own; the parameters of RFC 9106 for little memory stand in the hash."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def is_password(password: str, of_user: str | None) -> bool:
    """Whether the hash is of this password; it takes as long for nobody as for anybody."""
    return await asyncio.to_thread(_is_password, password, of_user)


def _is_password(password: str, of_user: str | None) -> bool:
    try:
        _HASHER.verify(of_user or _OF_NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return of_user is not None
