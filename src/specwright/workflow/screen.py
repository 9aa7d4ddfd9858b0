"""What a person sees at the pause: one screen."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from specwright.gates import Evidence, Finding, Verdict
from specwright.workflow import facts
from specwright.workflow.run import Run, State

WIDTH = 12  # of the column of headings
LONGEST = 200  # characters of a line
SHOWN = 8  # lines of a list before the rest is only counted

HEADLINES = {
    State.UNFINISHED: "is not finished",
    State.WAITING: "waits for you",
    State.FAILED: "was stopped",
    State.APPROVED: "is approved, but not committed yet",
    State.COMMITTED: "is committed",
    State.REJECTED: "was rejected",
}


def screen(run: Run) -> str:
    """The run in words, from its ledger alone."""
    return "\n".join(_lines(run)) + "\n"


def _lines(run: Run) -> Iterator[str]:
    yield f"{run.bundle} {HEADLINES[run.state]}  ({run.name})"
    yield ""
    yield from _part("Built" if "green" in run.done else "To build", _files(run))
    yield from _part("As", (run.role,) if run.role else ())
    yield from _part("With", _agent(run))
    yield from _part("How", run.manner("told"))
    yield from _part("Not obeyed", run.manner("later"))
    yield from _part("Checked", (_checked(evidence) for evidence in run.evidence))
    yield from _part("Hooks", _hooks(run))
    yield from _part("Undone", _objections(run.undone, SHOWN))
    yield from _part("Against it", _objections(run.findings))
    yield from _part("Stays open", (*_told(run, "without_body"), *_open(run)))
    yield from _part("You said", (*facts.texts(run.begun, "comments"), *_comment(run)))
    yield from _part("Note", _notes(run))
    yield from _part("Try it", _try(run))
    yield from _part("Next", _next(run))


def _part(heading: str, lines: Iterable[str]) -> Iterator[str]:
    several = tuple(lines)
    for number, line in enumerate(several[:SHOWN]):
        yield f"{'' if number else heading:<{WIDTH}}{_one_line(line)}"
    if len(several) > SHOWN:
        yield f"{'':<{WIDTH}}… and {len(several) - SHOWN} more"


def _one_line(text: str) -> str:
    """Whatever a test or a bundle says, it does not speak to the terminal."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _files(run: Run) -> Iterator[str]:
    files = facts.table(run.begun, "files")
    removed = facts.texts(run.begun, "removed")
    folders = Counter(path.partition("/")[0] if "/" in path else "." for path in files)
    counts = (f"{count} in {name}" for name, count in sorted(folders.items()))
    yield f"{len(files)} files: {', '.join(counts)}"
    if removed:
        yield f"{len(removed)} removed: " + ", ".join(removed[:SHOWN])
    yield f"on the branch {run.branch}, from {run.baseline[:10]}"


def _checked(evidence: Evidence) -> str:
    sign = "-" if evidence.verdict is Verdict.NOT_APPLICABLE else "✓"
    return f"{sign} {evidence.gate:<11}{evidence.saw}"


def _objections(findings: Sequence[Finding], named: int = 1) -> Iterator[str]:
    """What is wrong with many is said once."""
    by_problem: dict[str, list[str]] = {}
    for finding in findings:
        by_problem.setdefault(finding.problem, []).append(finding.where)
    for problem, places in by_problem.items():
        first, others = ", ".join(places[:named]), len(places[named:])
        yield f"{first}{f' and {others} more' if others else ''}: {problem}"


def _agent(run: Run) -> Iterator[str]:
    """Whom we asked, and what it was kept from."""
    if run.agent:
        yield run.agent
        yield facts.text_or_none(run.written or run.begun, "within") or ""
        yield from (f"not given: {refused}" for refused in _told(run, "refused"))


def _hooks(run: Run) -> Iterator[str]:
    yield from (f"{written}, written by the agent" for written in _told(run, "written"))
    unjudged = _told(run, "unjudged")
    if unjudged:
        yield f"no test comes to {', '.join(unjudged)}: read what was written"


def _told(run: Run, key: str) -> tuple[str, ...]:
    """What is told of the hooks, once an agent was asked for them."""
    return facts.texts(run.written, key) if run.written else ()


def _open(run: Run) -> tuple[str, ...]:
    return facts.texts(run.begun, "open_questions")


def _comment(run: Run) -> tuple[str, ...]:
    return (run.comment,) if run.comment else ()


def _notes(run: Run) -> Iterator[str]:
    yield from facts.texts(run.begun, "notes")
    yield from _told(run, "moved")
    if run.state is State.WAITING:
        left = facts.texts(run.told("waiting"), "left_behind")
        if left:
            yield f"left by the checks, not committed: {', '.join(left[:SHOWN])}"


def _try(run: Run) -> Iterator[str]:
    if run.state not in (State.WAITING, State.FAILED):
        return
    yield f"cd .specwright/worktrees/{run.name}"
    if run.state is State.WAITING:
        yield from facts.texts(run.begun, "try_it")
    else:
        yield from dict.fromkeys(found.reproduce for found in run.findings if found.reproduce)


def _next(run: Run) -> Iterator[str]:
    match run.state:
        case State.WAITING if run.is_never_committed:
            yield f"take it from .specwright/worktrees/{run.name}: nothing commits it"
            yield f'specwright reject {run.name} --comment "…"'
        case State.WAITING:
            yield f"specwright approve {run.name}"
            yield f'specwright reject {run.name} --comment "…"'
        case State.UNFINISHED | State.APPROVED:
            yield f"specwright resume {run.name}"
        case State.COMMITTED:
            yield f"{run.branch} is at {facts.text(run.told('committed'), 'commit')[:10]}"
        case State.FAILED | State.REJECTED:
            yield "change the bundle, then `specwright implement` again"
