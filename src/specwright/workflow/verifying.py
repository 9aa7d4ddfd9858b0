"""Evidence, checked again offline: against itself, its run, its commit and the files."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from specwright.tree import PathLeavesTree, Tree, digest
from specwright.workflow import dossiers, facts
from specwright.workflow.dossiers import Dossier
from specwright.workflow.ledger import Event, Ledger, LedgerDamaged, read_lines
from specwright.workflow.refusal import Refusal
from specwright.workflow.repository import Repository
from specwright.workflow.run import Run, State

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
SHOWN = 8  # differences of one kind, before the rest is only counted
LONGEST = 60  # characters of a value that is shown


class Outcome(StrEnum):
    HOLDS = "holds"
    BROKEN = "broken"
    NOT_CHECKED = "not-checked"  # there is nothing to check it against, and why is said


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was found."""

    name: str
    outcome: Outcome
    says: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """Evidence as it was handed over, and the run that its own ledger tells of."""

    text: str
    content: Mapping[str, Any]
    run: Run

    @property
    def told(self) -> Dossier:
        """What follows from the ledger, whatever stands beside it."""
        return dossiers.dossier(self.run)


def holds(name: str, *says: str) -> Check:
    return Check(name, Outcome.HOLDS, says)


def broken(name: str, says: Sequence[str]) -> Check:
    more = (f"and {len(says) - SHOWN} more",) if len(says) > SHOWN else ()
    return Check(name, Outcome.BROKEN, (*says[:SHOWN], *more))


def not_checked(name: str, why: str) -> Check:
    return Check(name, Outcome.NOT_CHECKED, (why,))


def verify(text: str, repository: Repository | None) -> tuple[Check, ...]:
    """All that can be checked of it here; what it is broken in is named."""
    given = read(text)
    if isinstance(given, Check):
        return (given,)
    try:
        told = given.told
    except (Refusal, KeyError) as error:
        says = f"Its ledger does not tell of a run at its pause: {error}"
        return (broken("chain", (says,)),)
    if repository is None:
        why = "there is no repository here: name it with `--repo`"
        beside = [not_checked(name, why) for name in ("run", "commit", "files")]
    else:
        beside = [
            _run(given, repository),
            *_commit_and_files(given, told, repository),
        ]
    chain = f"{len(told.ledger.lines)} events, each with the digest of the one before"
    return (holds("chain", chain), _record(given, told), *beside)


# -- In itself


def read(text: str) -> Given | Check:
    """Evidence with a ledger that is whole, or what is wrong with it."""
    try:
        content = json.loads(text)
        kind, version = content["format"], content["version"]
        name, lines = content["run"], content["ledger"]["lines"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return broken("chain", ("This is no evidence of a run.",))
    if kind != dossiers.FORMAT or not isinstance(version, int):
        return broken("chain", ("This is no evidence of a run.",))
    if version > dossiers.VERSION:
        says = f"A newer Specwright wrote it (version {version}): use that, or a newer one."
        return broken("chain", (says,))
    if not isinstance(name, str) or not NAME.fullmatch(name) or not _are_texts(lines):
        return broken("chain", ("It names no run, or holds no ledger.",))
    try:
        events = read_lines(lines, "ledger")
        return Given(text, content, Run(name, events))
    except LedgerDamaged as error:
        return broken("chain", (error.args[0],))


def _are_texts(lines: object) -> bool:
    return isinstance(lines, list) and bool(lines) and all(isinstance(one, str) for one in lines)


def _record(given: Given, told: Dossier) -> Check:
    """What it says is what its ledger says."""
    differences = tuple(_differences("", json.loads(dossiers.to_json(told)), given.content))
    if differences:
        return broken("record", differences)
    if given.text != dossiers.to_json(told):
        return broken("record", ("It says what its ledger says, in other bytes.",))
    count = f"{len(told.tests)} tests, {len(told.gates)} gates, {len(told.requirements)}"
    return holds("record", f"{count} requirements: as the ledger says")


def _differences(where: str, told: Any, given: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(told, dict) and isinstance(given, dict):
        for key in dict.fromkeys([*told, *given]):
            if key not in given:
                yield f"{where}/{key} is missing."
            elif key not in told:
                yield f"{where}/{key} was added."
            else:
                yield from _differences(f"{where}/{key}", told[key], given[key])
    elif isinstance(told, list) and isinstance(given, list):
        if len(told) != len(given):
            yield f"{where} has {len(given)} entries, and the ledger tells of {len(told)}."
        for number, (one, other) in enumerate(zip(told, given, strict=False)):
            yield from _differences(f"{where}/{number}", one, other)
    elif (type(told), told) != (type(given), given):
        yield f"{where} is {_short(given)}, and the ledger says {_short(told)}."


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


# -- Beside it


def _own(given: Given, repository: Repository) -> tuple[Event, ...]:
    """The run's own ledger; nothing where its folder is not here."""
    folder = repository.root / ".specwright" / "runs" / given.run.name
    return Ledger(folder / "ledger.jsonl", _never).read()


def _never() -> Any:  # noqa: ANN401 - nothing is written here
    raise AssertionError("A ledger that is checked is not written to.")


def _run(given: Given, repository: Repository) -> Check:
    """The ledger of the run goes on where the one in the evidence ends, and names the evidence."""
    try:
        own = _own(given, repository)
    except LedgerDamaged as error:
        return broken("run", (error.args[0],))
    if not own:
        return not_checked("run", f"the folder of {given.run.name} is not in {repository.root}")
    wrong = tuple(_departures(given, own))
    if wrong:
        return broken("run", wrong[:1])
    is_named = any("evidence" in event.facts for event in own)
    named = ", and names this evidence" if is_named else "; it names no evidence yet"
    return holds("run", f"its ledger goes on from these events{named}")


def _departures(given: Given, own: Sequence[Event]) -> Iterator[str]:
    for mine, theirs in zip(given.run.events, own, strict=False):
        if mine.line != theirs.line:
            where = f"event {mine.number}, `{mine.name}`"
            yield f"The ledger of the run says something else from {where} on."
    if len(own) < len(given.run.events):
        yield f"The ledger of the run ends after event {len(own)}."
    for event in own:
        if event.facts.get("evidence", digest(given.text)) != digest(given.text):
            yield f"The run is {event.name} with other evidence than this."


def _commit_and_files(given: Given, told: Dossier, repository: Repository) -> tuple[Check, Check]:
    commit = _committed(given, repository)
    if commit is not None:
        return _commit(commit, given, told, repository), _in_commit(commit, told, repository)
    worktree = repository.root / ".specwright" / "worktrees" / given.run.name
    if worktree.is_dir():
        return not_checked("commit", "nobody approved it yet"), _in_worktree(worktree, told)
    why = "neither its worktree nor its commit is here"
    return not_checked("commit", "there is none of this run"), not_checked("files", why)


def _committed(given: Given, repository: Repository) -> str | None:
    """The commit that the run's ledger names, or else one that names the run and its baseline."""
    try:
        for event in _own(given, repository):
            if event.name == State.COMMITTED:
                return facts.text_or_none(event.facts, "commit")
    except LedgerDamaged:
        pass  # said already
    said = f"--grep=Specwright-Run: {given.run.name}"
    log = repository.git.asks("log", "--all", "-F", said, "--format=%H %P") or ""
    for line in log.splitlines():
        commit, _, parents = line.partition(" ")
        if parents == given.run.baseline:
            return commit
    return None


def _commit(commit: str, given: Given, told: Dossier, repository: Repository) -> Check:
    about = repository.git.asks(
        *("log", "-1", "--format=%P%n%(trailers:key=Specwright-Evidence,valueonly)", commit)
    )
    if about is None:
        return broken("commit", (f"The commit {commit[:10]} is not in this repository.",))
    parents, _, named = about.partition("\n")
    wrong = []
    if parents != told.baseline:
        wrong.append(f"{commit[:10]} does not come after {told.baseline[:10]}, the baseline.")
    if named.strip() != digest(given.text):
        wrong.append(f"{commit[:10]} names other evidence: {named.strip()[:16] or 'none'}.")
    if wrong:
        return broken("commit", wrong)
    return holds("commit", f"{commit[:10]} comes after the baseline, and names this evidence")


def _in_commit(commit: str, told: Dossier, repository: Repository) -> Check:
    if repository.git.asks("cat-file", "-e", f"{commit}^{{commit}}") is None:
        return not_checked("files", f"the commit {commit[:10]} is not in this repository")
    files = repository.files(commit)
    found = {path: digest(text) for path, text in files.items()}
    changed = repository.git("diff", "--name-only", "-z", "--no-renames", told.baseline, commit)
    known = {*told.removed, *(one.path for one in told.files)}
    added = [path for path in changed.split("\0") if path and path not in known]
    wrong = (
        *_altered(told, found),
        *(f"{path} is changed in {commit[:10]}, and no check saw that." for path in added),
        *(f"{path} was to be removed, and is there." for path in told.removed if path in files),
    )
    if wrong:
        return broken("files", wrong)
    return holds("files", f"{len(told.files)} files in {commit[:10]} are what the checks saw")


def _in_worktree(worktree: Path, told: Dossier) -> Check:
    found = {one.path: _digest_of(worktree, one.path) for one in told.files}
    wrong = tuple(_altered(told, {path: seen for path, seen in found.items() if seen}))
    if wrong:
        return broken("files", wrong)
    return holds("files", f"{len(told.files)} files in the worktree are what the checks saw")


def _altered(told: Dossier, found: Mapping[str, str]) -> Iterator[str]:
    for one in told.files:
        kind = "sealed test" if one.part == "test" else one.part
        if one.path not in found:
            yield f"{one.path} ({kind}) is missing."
        elif found[one.path] != one.sha256:
            yield f"{one.path} ({kind}) is not what the checks saw."


def _digest_of(folder: Path, path: str) -> str | None:
    """Of an ordinary file that no link leads out of the folder to."""
    try:
        (inside,) = Tree({path: ""})
        file = (folder / inside).resolve(strict=True)
        if file.is_file() and file == folder.resolve() / inside:
            return hashlib.sha256(file.read_bytes()).hexdigest()
    except (PathLeavesTree, OSError, RuntimeError):
        pass
    return None


# -- Seen again


def same(told: Dossier, again: Run) -> Check:
    """Whether a second run of the same tests and gates came to the same verdicts."""
    if again.findings:
        return broken("rerun", tuple(str(finding) for finding in again.findings))
    seen = dossiers.dossier(again)
    before = {one.test: (one.red, one.green) for one in told.tests}
    after = {one.test: (one.red, one.green) for one in seen.tests}
    wrong = [
        f"{test} was {_ways(before.get(test))}, and is {_ways(after.get(test))}."
        for test in dict.fromkeys([*before, *after])
        if before.get(test) != after.get(test) and (before.get(test) or ("",))[0] != "unknown"
    ]
    verdicts = {one.gate: one.verdict for one in seen.gates}
    wrong += [
        f"{one.gate} was {one.verdict}, and is {verdicts.get(one.gate, 'not there')}."
        for one in told.gates
        if verdicts.get(one.gate) != one.verdict
    ]
    if wrong:
        return broken("rerun", wrong)
    other = [name for name in told.tools if told.tools[name] != seen.tools.get(name)]
    note = f"; other tools: {', '.join(other)}" if other else ", with the same tools"
    return holds("rerun", f"{len(after)} tests and {len(seen.gates)} gates say the same{note}")


def _ways(ways: tuple[str, str] | None) -> str:
    return f"{ways[0]}, then {ways[1]}" if ways else "not there"
