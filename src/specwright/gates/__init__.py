"""Is it good enough? Each gate runs something and keeps what it saw."""

from specwright.gates import red_green, static
from specwright.gates.evidence import Evidence, Finding, Verdict
from specwright.gates.migrations import round_trip
from specwright.gates.workspace import Workspace

__all__ = ["Evidence", "Finding", "Verdict", "Workspace", "red_green", "round_trip", "static"]
