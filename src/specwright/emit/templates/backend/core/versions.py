"""Entity tags: how a change says which version it is based on."""

from collections.abc import Collection

from backend.core.errors import Stale


def etag(version: int) -> str:
    return f'"{version}"'


def check_version(version: int, if_match: Collection[str]) -> None:
    """Stop here unless one of the tags is of this version (RFC 9110, section 13.1.1)."""
    if "*" not in if_match and etag(version) not in if_match:
        raise Stale("Somebody else changed this since you read it.")
