"""What a gate tried, what it saw, and what it holds against the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How a gate decides; one that could not run decides nothing and raises `CouldNotRun`."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"  # there was nothing to try, and why is said


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing held against the work: where, what, and the command that shows it again."""

    where: str
    problem: str
    reproduce: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one gate tried and saw; a finding is what makes it fail.

    `spared` are tests whose outcome it did not ask for; `said` is how tests failed that had to.
    """

    gate: str
    tried: str
    saw: str
    seconds: float
    tests: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    applicable: bool = True
    spared: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        if self.findings:
            return Verdict.FAILED
        return Verdict.PASSED if self.applicable else Verdict.NOT_APPLICABLE

    @classmethod
    def nothing_to_try(cls, gate: str, why: str) -> "Evidence":
        return cls(gate, tried="nothing", saw=why, seconds=0.0, applicable=False)


class CouldNotRun(Exception):
    """A gate had no chance to judge: a tool is missing, or took too long. Nothing is decided."""
