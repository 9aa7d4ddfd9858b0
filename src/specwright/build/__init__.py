"""A bundle's backend, compiled and written beside what lies there already."""

from specwright.build.compilation import Backend, Compiled, compile_bundle
from specwright.build.destination import Destination
from specwright.build.drafting import Draft, draft
from specwright.build.state import State

__all__ = [
    "Backend",
    "Compiled",
    "Destination",
    "Draft",
    "State",
    "compile_bundle",
    "draft",
]
