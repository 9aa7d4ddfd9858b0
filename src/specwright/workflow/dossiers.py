"""What a run has proven, as one document: it follows from the ledger alone, to the byte."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias

from specwright.gates import Evidence
from specwright.tree import digest
from specwright.workflow import facts
from specwright.workflow.files import replace_whole
from specwright.workflow.ledger import Event, Json
from specwright.workflow.promises import Promises
from specwright.workflow.refusal import Refusal
from specwright.workflow.run import Run

FILE = "evidence.json"
LIMIT = 64_000_000  # bytes of evidence that are read
FORMAT = "specwright-evidence"
VERSION = 1


class Verdict(StrEnum):
    """What the tests of a requirement, an operation or a scenario have shown."""

    RED_GREEN = "red-green"  # all pass, and at least one was seen to fail without the code
    GREEN = "green"  # all pass; they hold without the code, as tests of the schema do
    WAITS = "waits"  # at least one waits for hand-written code
    NO_TEST = "no-test"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The specification, by the digests of its files."""

    name: str
    digest: str
    files: Mapping[str, str]


Part: TypeAlias = Literal["code", "migration", "test", "document"]


@dataclass(frozen=True, slots=True)
class File:
    """A file that the run wrote."""

    path: str
    part: Part
    sha256: str


@dataclass(frozen=True, slots=True)
class SeenTest:
    """A test, as it was seen before the code was there and with it."""

    test: str
    red: Literal["failed", "spared", "unknown"]
    said: str  # when it failed
    green: Literal["passed", "waits"]
    about: tuple[str, ...]  # operations, jobs and rules


@dataclass(frozen=True, slots=True)
class SeenRequirement:
    """A requirement, the operations that it names, and the tests of what it names."""

    id: str
    text: str
    place: str
    links: tuple[str, ...]
    operations: tuple[str, ...]
    tests: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SeenScenario:
    feature: str
    name: str
    place: str
    tests: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SeenOperation:
    id: str
    tests: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SeenGate:
    gate: str
    verdict: str
    tried: str
    saw: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Chain:
    """The ledger as it was at the pause; `head` is the digest of its last line."""

    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Dossier:
    """All that a person needs to judge a run, and a program to check it."""

    run: str
    began: str
    branch: str
    baseline: str
    role: str
    runner: str  # who worked
    asked_by: str  # for whom
    bundle: Bundle
    files: tuple[File, ...]
    removed: tuple[str, ...]
    tools: Mapping[str, Json]
    gates: tuple[SeenGate, ...]
    requirements: tuple[SeenRequirement, ...]
    scenarios: tuple[SeenScenario, ...]
    operations: tuple[SeenOperation, ...]
    tests: tuple[SeenTest, ...]
    open: tuple[str, ...]
    doubts: tuple[str, ...]
    comments: tuple[str, ...]
    ledger: Chain


def dossier(run: Run) -> Dossier:
    """Of all that happened before the pause."""
    return _Telling(Run(run.name, _before_pause(run))).dossier()


def to_json(dossier: Dossier) -> str:
    """The same dossier is the same bytes."""
    content = {"format": FORMAT, "version": VERSION, **asdict(dossier)}
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def kept(home: Path, run: Run) -> str:
    """What was written at the pause; it is written again where it is missing."""
    file = home / FILE
    written = facts.text_or_none(run.told("waiting"), "evidence")
    text = read(file) if file.exists() else to_json(dossier(run))
    if written and digest(text) != written:
        raise Refusal(
            f"{file} is not what was written at the pause.",
            f"`specwright evidence verify {file}` names the difference.",
        )
    if not file.exists():
        replace_whole(file, text.encode())
    return text


def read(file: Path) -> str:
    """Its text; nothing where it is missing, is no text or has no end."""
    try:
        with file.open("rb") as stream:
            content = stream.read(LIMIT + 1)
        return content.decode() if len(content) <= LIMIT else ""
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _before_pause(run: Run) -> tuple[Event, ...]:
    names = [event.name for event in run.events]
    return run.events[: names.index("waiting")] if "waiting" in names else run.events


@dataclass(frozen=True)
class _Telling:
    run: Run

    def dossier(self) -> Dossier:
        run, begun = self.run, self.run.begun
        promises = run.promises
        tests = tuple(self._tests(promises))
        seen = {one.test: one for one in tests}
        requirements = tuple(self._requirements(promises, seen))
        scenarios = tuple(self._scenarios(promises, seen))
        lines = tuple(event.line for event in run.events)
        return Dossier(
            run=facts.text_or_none(begun, "run") or run.name,
            began=run.began.isoformat(),
            branch=run.branch,
            baseline=run.baseline,
            role=run.role,
            runner=run.runner,
            asked_by=facts.text_or_none(begun, "asked_by") or "",
            bundle=Bundle(
                run.bundle,
                facts.text(begun, "bundle_digest"),
                facts.table(begun, "bundle_files") if "bundle_files" in begun else {},
            ),
            files=tuple(self._files()),
            removed=facts.texts(begun, "removed"),
            tools=self._tools(),
            gates=tuple(_gate(evidence) for evidence in run.evidence),
            requirements=requirements,
            scenarios=scenarios,
            operations=tuple(_operations(promises, seen)),
            tests=tests,
            open=facts.texts(begun, "open_questions"),
            doubts=tuple(self._doubts(promises, requirements, scenarios, tests)),
            comments=facts.texts(begun, "comments"),
            ledger=Chain(digest(lines[-1]), lines),
        )

    def _files(self) -> Iterator[File]:
        sealed = facts.table(self.run.told("sealed"), "files")
        migrations = self.run.manner("migrations")
        for path, sha256 in sorted(facts.table(self.run.begun, "files").items()):
            is_migration = path in migrations
            part: Part = "test" if path in sealed else "migration" if is_migration else "code"
            yield File(path, part, sha256)
        ticked = self.run.told("ticked")
        documents = facts.table(ticked, "documents") if "documents" in ticked else {}
        for path, sha256 in sorted(documents.items()):
            yield File(path, "document", sha256)

    def _tools(self) -> Mapping[str, Json]:
        tools = self.run.told("sealed").get("tools")
        return tools if isinstance(tools, dict) else {}

    def _tests(self, promises: Promises) -> Iterator[SeenTest]:
        gates = {evidence.gate: evidence for evidence in self.run.evidence}
        red, green = gates["red"], gates["green"]
        is_told = "spared" in self.run.told("red")  # by an earlier version it is not
        for test in green.tests:
            yield SeenTest(
                test,
                red=("spared" if test in red.spared else "failed") if is_told else "unknown",
                said=red.said.get(test, ""),
                green="waits" if test in green.spared else "passed",
                about=promises.about(test),
            )

    def _requirements(
        self, promises: Promises, seen: Mapping[str, SeenTest]
    ) -> Iterator[SeenRequirement]:
        for one in promises.requirements:
            named = {
                scenario.test
                for scenario in promises.scenarios
                if scenario.test
                and (scenario.name in one.links or one.id in f"{scenario.feature} {scenario.name}")
            }
            tests = [
                test
                for test, told in seen.items()
                if set(one.links).intersection(told.about) or _function(test) in named
            ]
            operations = tuple(link for link in one.links if link in promises.operations)
            verdict = _verdict(tests, seen)
            yield SeenRequirement(
                one.id, one.text, one.place, one.links, operations, tuple(tests), verdict
            )

    def _scenarios(
        self, promises: Promises, seen: Mapping[str, SeenTest]
    ) -> Iterator[SeenScenario]:
        for one in promises.scenarios:
            tests = [test for test in seen if one.test and _function(test) == one.test]
            yield SeenScenario(
                one.feature, one.name, one.place, tuple(tests), _verdict(tests, seen)
            )

    def _doubts(
        self,
        promises: Promises,
        requirements: Sequence[SeenRequirement],
        scenarios: Sequence[SeenScenario],
        tests: Sequence[SeenTest],
    ) -> Iterator[str]:
        if "promises" not in self.run.begun:
            yield "An earlier Specwright began this run: it did not keep which test shows what."
        for one in requirements:
            if one.verdict is Verdict.NO_TEST:
                links = f"`{'`, `'.join(one.links)}`" if one.links else "nothing"
                yield f"{one.id} ({one.place}) names {links}: no test is known to show that."
        yield from promises.not_shown
        for told in scenarios:
            is_said = any(f"`{told.name}`" in sentence for sentence in promises.not_shown)
            if told.verdict is Verdict.NO_TEST and not is_said:
                yield f"The scenario `{told.name}` ({told.place}) has no test."
        for test in tests:
            if test.green == "waits":
                yield f"{test.test} waits for hand-written code."


def _gate(evidence: Evidence) -> SeenGate:
    return SeenGate(evidence.gate, evidence.verdict, evidence.tried, evidence.saw, evidence.seconds)


def _operations(promises: Promises, seen: Mapping[str, SeenTest]) -> Iterator[SeenOperation]:
    for name in promises.operations:
        tests = [test for test, told in seen.items() if name in told.about]
        yield SeenOperation(name, tuple(tests), _verdict(tests, seen))


def _verdict(tests: Sequence[str], seen: Mapping[str, SeenTest]) -> Verdict:
    if not tests:
        return Verdict.NO_TEST
    if any(seen[test].green == "waits" for test in tests):
        return Verdict.WAITS
    failed = any(seen[test].red == "failed" for test in tests)
    return Verdict.RED_GREEN if failed else Verdict.GREEN


def _function(test: str) -> str:
    return test.partition("[")[0]
