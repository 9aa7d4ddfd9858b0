"""Reading a long list a page at a time, by key rather than by offset."""

import base64
import binascii
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import asdict

from backend.core.errors import Invalid

R = TypeVar("R")


class Key(msgspec.Struct, frozen=True):
    """Where in a list a page ended: the values that the list is sorted by."""


K = TypeVar("K", bound=Key)


class Page(msgspec.Struct, Generic[R], frozen=True):
    """Some rows, and the token with which to read on; `None` at the end."""

    rows: list[R]
    next_page_token: str | None


def bound(key: Key | None) -> dict[str, object]:
    """The values of a key, as the statement that reads on after it binds them."""
    values = {} if key is None else asdict(key)
    return {f"after_{name}": value for name, value in values.items()}


def to_token(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def from_token(token: str, key: type[K]) -> K:
    """The key that `to_token` wrote; anything else is refused."""
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=key)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise Invalid("This `page_token` is none that a page gave.") from error
