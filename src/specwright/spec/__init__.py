"""A bundle as its authors wrote it, every byte with a place."""

from specwright.spec.bundle import read_bundle
from specwright.spec.syntax import Bundle

__all__ = ["Bundle", "read_bundle"]
