"""How much an agent may use before it is stopped."""

from dataclasses import dataclass

GIGABYTE = 1_000_000_000
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """All of an agent together, with whatever it starts."""

    seconds: float = 1800.0
    memory: int = 4 * GIGABYTE  # bytes
    processes: int = 256
    output: int = 16 * MEGABYTE  # bytes that it prints
    disk: int = GIGABYTE  # bytes that it writes and leaves
