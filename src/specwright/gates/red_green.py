"""Tests, seen red for the right reason, then seen green: the same tests, all of them."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from specwright.gates.canary import TESTS as CANARIES
from specwright.gates.evidence import CouldNotRun, Evidence, Finding
from specwright.gates.suite import Phase, Suite, run
from specwright.gates.workspace import Workspace

IDLE = ("skipped", "xfail")
SAID = 160  # characters kept of how a test failed
NOT_WRITTEN = re.compile(r"\b501\b")  # the answer where hand-written code is not there yet


def red(workspace: Workspace, files: Sequence[str], exempt: Collection[str] = ()) -> Evidence:
    """Each test must fail by an assertion of its own, on an app that does nothing yet."""
    suite = run(workspace, files)
    _expect_start(suite)
    own = {workspace.root / PurePath(file).parts[0] for file in files}
    excused = {test for test in suite.tests if any(names(entry, test) for entry in exempt)}
    return Evidence(
        gate="red",
        tried=f"{_count(len(suite.tests))} on an app that answers 501 to every operation",
        saw=_saw_red(suite, excused),
        seconds=suite.outcome.seconds,
        tests=tuple(suite.tests),
        spared=tuple(test for test in suite.tests if test in excused),
        said={
            test: call.says[:SAID]
            for test, phases in suite.tests.items()
            if test not in excused and (call := _call(phases)) and call.outcome == "failed"
        },
        findings=(
            *suite.findings(),
            *(_missing(suite, files, exempt) if suite.whole else ()),
            *(
                Finding(test, problem, suite.again(test))
                for test, phases in suite.tests.items()
                if (problem := _not_red(phases, own, excused=test in excused))
            ),
        ),
    )


def green(
    workspace: Workspace,
    files: Sequence[str],
    expected: Sequence[str],
    waiting: Collection[str] = (),
    canary: Path | None = None,
) -> Evidence:
    """The tests seen red, and no others, must pass; `waiting` may wait for hand-written code.

    `canary` is a file of tests that must fail among them: where it does not, none can.
    """
    suite = run(workspace, (*files, str(canary)) if canary else files)
    silent, suite = _canary(suite, canary) if canary else ((), suite)
    gone = set(expected) - set(suite.tests) if suite.whole else set[str]()
    new = set(suite.tests) - set(expected)
    return _passing(
        "green",
        suite,
        *(Finding(test, "was seen red, and is gone.", suite.again(test)) for test in sorted(gone)),
        *(Finding(test, "was never seen red.", suite.again(test)) for test in sorted(new)),
        *silent,
        waiting=waiting,
    )


def _canary(suite: Suite, file: Path) -> tuple[tuple[Finding, ...], Suite]:
    """What is wrong if it did not fail as it should; and the suite without it."""
    rest = dict(suite.tests)  # pytest knows no file for tests from elsewhere
    own = {test: rest.pop(test) for test in suite.tests if test.rpartition("::")[2] in CANARIES}
    fell = len(own) == len(CANARIES) and all(
        _not_red(phases, {file}, excused=False) is None for phases in own.values()
    )
    if fell or not suite.whole:
        return (), replace(suite, tests=rest)
    problem = "did not fail among the others: something keeps tests from failing."
    return (Finding("a test that must fail", problem, suite.again()),), replace(suite, tests=rest)


def kept(workspace: Workspace, files: Sequence[str]) -> Evidence:
    """Tests that were there before must still pass."""
    if not files:
        return Evidence.nothing_to_try("kept", "no other tests were there before")
    return _passing("kept", run(workspace, files))


def names(entry: str, test: str) -> bool:
    """Whether `entry` (a file, a test, or one with its parameters) covers the test."""
    return test == entry or test.startswith((f"{entry}::", f"{entry}["))


def _passing(
    gate: str, suite: Suite, *findings: Finding, waiting: Collection[str] = ()
) -> Evidence:
    wait = {test for test in waiting if _waits(suite.tests.get(test, ()))}
    failing = tuple(
        Finding(test, problem, suite.again(test))
        for test, phases in suite.tests.items()
        if test not in wait and (problem := _not_green(phases))
    )
    passed = len(suite.tests) - len(failing) - len(wait)
    left = f"; waiting for hand-written code: {len(wait)}" if wait else ""
    return Evidence(
        gate=gate,
        tried=_count(len(suite.tests)),
        saw=f"{passed} of {len(suite.tests)} passed{left}",
        seconds=suite.outcome.seconds,
        tests=tuple(suite.tests),
        spared=tuple(test for test in suite.tests if test in wait),
        findings=(*suite.findings(), *findings, *failing),
    )


def _saw_red(suite: Suite, excused: Collection[str]) -> str:
    failed = {
        test: call
        for test, phases in suite.tests.items()
        if test not in excused and (call := _call(phases)) and call.outcome == "failed"
    }
    example = next((f", such as `{call.says}`" for call in failed.values() if call.says), "")
    of_schema = f"; exempt as tests of the schema alone: {len(excused)}" if excused else ""
    return f"{len(failed)} failed{example}{of_schema}"


def _count(tests: int) -> str:
    return f"{tests} test" if tests == 1 else f"{tests} tests"


def _missing(suite: Suite, files: Sequence[str], exempt: Collection[str]) -> Iterator[Finding]:
    broken = [where for where, _ in suite.uncollected]
    seen = (*suite.tests, *broken)
    for file in files:
        if not any(names(file, test) for test in seen):
            yield Finding(file, "holds no test that ran.", suite.again(file))
    for entry in exempt:
        if not any(names(entry, test) or names(test, entry) for test in seen):
            yield Finding(entry, "is listed as exempt, but is no test.", suite.again(entry))


def _not_red(phases: Sequence[Phase], own: Collection[Path], *, excused: bool) -> str | None:
    """Why a test does not count as seen red; None if it does."""
    for phase in phases:
        if phase.outcome in IDLE:
            return f"was {_idle(phase)}: a test must run to be seen red."
        if phase.outcome == "failed" and phase.name != "call":
            return f"broke in its {phase.name}, before it could fail by itself: {_words(phase)}"
    call = _call(phases)
    if call is None:
        return "never reached its call."
    if call.outcome == "passed":
        return None if excused else "passes although nothing is built: it proves nothing."
    return _wrong_reason(call, own)


def _wrong_reason(call: Phase, own: Collection[Path]) -> str | None:
    if not call.asserted:
        return f"failed for the wrong reason, not by an assertion: {_words(call)}"
    for file in call.files:
        if not any(PurePath(file).is_relative_to(place) for place in own):
            return f"failed by an assertion that is not its own, in {file}: {call.says}"
    return None


def _not_green(phases: Sequence[Phase]) -> str | None:
    for phase in phases:
        if phase.outcome in IDLE:
            return f"was {_idle(phase)}: it proves nothing."
        if phase.outcome != "passed":
            return f"fails in its {phase.name}: {_words(phase)}"
    return None if _call(phases) else "never reached its call."


def _waits(phases: Sequence[Phase]) -> bool:
    """Whether all that fails is an assertion on the answer of a hook that is not written."""
    failed = [phase for phase in phases if phase.outcome != "passed"]
    return bool(failed) and all(
        phase.name == "call" and phase.asserted and NOT_WRITTEN.search(phase.says)
        for phase in failed
    )


def _expect_start(suite: Suite) -> None:
    """If every test breaks in its setup in one way, that says nothing of any test."""
    ways = {_words(phases[0]) for phases in suite.tests.values() if phases[0].outcome == "failed"}
    broken = all(phases[0].outcome == "failed" for phases in suite.tests.values())
    if len(suite.tests) > 1 and broken and len(ways) == 1:
        raise CouldNotRun(f"no test got through its setup: {ways.pop()}")


def _call(phases: Sequence[Phase]) -> Phase | None:
    return next((phase for phase in phases if phase.name == "call"), None)


def _idle(phase: Phase) -> str:
    why = f" ({phase.says})" if phase.says else ""
    return f"{'expected to fail' if phase.outcome == 'xfail' else 'skipped'}{why}"


def _words(phase: Phase) -> str:
    raised = ", ".join(dict.fromkeys(phase.raised)) or "an unknown exception"
    return f"{raised}: {phase.says}" if phase.says else raised
