"""One run, as its ledger tells it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from specwright.gates import Evidence, Finding
from specwright.roles.choices import CommitMode
from specwright.workflow import facts, promises
from specwright.workflow.ledger import Event, Facts, LedgerDamaged
from specwright.workflow.person import MACHINE
from specwright.workflow.promises import Promises

GATES = ("red", "green", "migrations", "kept", "lint", "types", "layers")

HOOKS_WRITTEN = "hooks-written"  # by an agent


class State(StrEnum):
    """How far a run is."""

    UNFINISHED = "unfinished"  # at work, or interrupted: `resume` goes on
    WAITING = "waiting"  # for a person
    FAILED = "failed"  # a gate holds something against it
    APPROVED = "approved"  # but not committed yet: `resume` goes on
    COMMITTED = "committed"
    REJECTED = "rejected"


FORMAT = 2  # of ledgers; what an earlier one lacks is read as not told

ENDED = (State.FAILED, State.COMMITTED, State.REJECTED)


class WrittenByNewer(LedgerDamaged):
    """A ledger that is sound, and that only a later version understands."""


@dataclass(frozen=True)
class Run:
    """A run, by its name, and all that happened in it."""

    name: str
    events: tuple[Event, ...]

    def __post_init__(self) -> None:
        if not self.events or self.events[0].name != "begun":
            raise LedgerDamaged(f"The ledger of {self.name} does not tell how the run began.")
        written = self.begun.get("format", 1)
        if not isinstance(written, int) or written > FORMAT:
            raise WrittenByNewer(
                f"A newer Specwright wrote the ledger of {self.name} (format {written}): this one "
                f"reads up to {FORMAT}.",
                "Use that version, or a newer one.",
            )

    @property
    def begun(self) -> Facts:
        return self.events[0].facts

    @property
    def began(self) -> datetime:
        return self.events[0].at

    @property
    def done(self) -> frozenset[str]:
        return frozenset(event.name for event in self.events)

    @property
    def state(self) -> State:
        for state in (State.COMMITTED, State.REJECTED, State.FAILED, State.APPROVED, State.WAITING):
            if state in self.done:
                return state
        return State.UNFINISHED

    @property
    def bundle(self) -> str:
        return facts.text(self.begun, "bundle")

    @property
    def branch(self) -> str:
        return facts.text(self.begun, "branch")

    @property
    def baseline(self) -> str:
        return facts.text(self.begun, "baseline")

    @property
    def role(self) -> str:
        return facts.text_or_none(self.begun, "role") or ""

    @property
    def decided(self) -> str:
        """By whom and when, in parentheses."""
        for event in self.events:
            if event.name == State.REJECTED:
                return f" (by {facts.text(event.facts, 'by')}, {_minute(event.at)})"
            if event.name == State.APPROVED:
                name = facts.text(event.facts, "name")
                return f" (approved by {name}, {_minute(event.at)})"
        return ""

    @property
    def runner(self) -> str:
        """Who works on it, which is nobody who may approve it."""
        return facts.text_or_none(self.begun, "runner") or MACHINE

    @property
    def promises(self) -> Promises:
        told = self.begun.get("promises")
        if told is None:
            return Promises()
        try:
            return promises.from_content(told)
        except (TypeError, KeyError, AttributeError) as error:
            raise LedgerDamaged(
                f"The ledger of {self.name} holds promises that are none."
            ) from error

    @property
    def is_never_committed(self) -> bool:
        return facts.text_or_none(self.begun, "commit") == CommitMode.NEVER

    def manner(self, key: str) -> tuple[str, ...]:
        """What is said of how it works; a run of an earlier version says nothing."""
        return facts.texts(self.begun, key) if key in self.begun else ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(facts.evidence(event.facts) for event in self.events if event.name in GATES)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return facts.findings(self.told("failed")) if "failed" in self.done else ()

    @property
    def agent(self) -> str | None:
        """Whom the run asks for the bodies of hooks, if not a person."""
        return facts.text_or_none(self.begun, "agent")

    @property
    def written(self) -> Facts:
        """What became of the hooks, once an agent was asked for them."""
        return self.told(HOOKS_WRITTEN) if HOOKS_WRITTEN in self.done else {}

    @property
    def undone(self) -> tuple[Finding, ...]:
        """What the agent did outside of its scope."""
        return facts.findings({"findings": self.written.get("undone", [])})

    @property
    def is_beyond_scope(self) -> bool:
        """Whether the agent left its scope, or may have."""
        return bool(self.undone or self.written.get("moved"))

    @property
    def comment(self) -> str | None:
        return facts.text(self.told("rejected"), "comment") if "rejected" in self.done else None

    def told(self, name: str) -> Facts:
        """What the ledger tells of an event."""
        for event in self.events:
            if event.name == name:
                return event.facts
        raise LedgerDamaged(f"The ledger of {self.name} does not tell of `{name}`.")


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
