"""Everything, from a terminal."""

from specwright.cli.entry import main

__all__ = ["main"]
