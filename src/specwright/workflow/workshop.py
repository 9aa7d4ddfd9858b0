"""Where runs are begun, resumed, approved and rejected."""

import errno
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from specwright.agents import Commission, sandbox_of
from specwright.agents.bounds import Bounds
from specwright.agents.sandbox import Sandbox
from specwright.gates import Workspace
from specwright.gates.evidence import CouldNotRun
from specwright.gates.serving import Served, serving
from specwright.gates.workspace import plain
from specwright.roles.choices import Approver, CommitMode
from specwright.tree import digest
from specwright.workflow import dossiers, facts, lock, promises
from specwright.workflow.bench import Bench
from specwright.workflow.commissioning import Walls, asking
from specwright.workflow.delivery import Delivery, to_json
from specwright.workflow.files import replace_whole, settle
from specwright.workflow.ledger import Facts, Ledger, LedgerDamaged
from specwright.workflow.person import MACHINE, RUNNER, Person
from specwright.workflow.refusal import Refusal
from specwright.workflow.repository import Baseline, Repository
from specwright.workflow.run import ENDED, FORMAT, Run, State
from specwright.workflow.steps import CHECKS, Step, steps
from specwright.workflow.work import Work, stored

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
AGAIN = ".again"  # ends the name of the worktree in which a run is run once more
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workshop:
    """A repository, and what is needed to work for it."""

    repository: Repository
    environment: Mapping[str, str]  # the person's: checks see only `gates.workspace.PASSED_ON`
    given: Mapping[str, str] = field(default_factory=dict)  # what checks see beside it
    python: Path = Path(sys.executable)  # an interpreter that has the backend's dependencies
    clock: Callable[[], datetime] = _now
    checks: tuple[Step, ...] = CHECKS
    patience: float = 5.0  # seconds to wait for what another run started to end
    bounds: Bounds = Bounds()  # noqa: RUF009 - it is immutable
    sandbox: Sandbox | None = None  # for agents; default: the best that works here

    def runs(self) -> tuple[Run, ...]:
        """Every run of the repository, the oldest first."""
        found: list[Run] = []
        for name in self._names():
            with suppress(LedgerDamaged):  # `show` says it
                if self._ledger(name).read():
                    found.append(self.show(name))
        return tuple(sorted(found, key=lambda run: (run.began, run.name)))

    def show(self, name: str) -> Run:
        events = self._ledger(_sound(name)).read()
        if not events:
            raise Refusal(
                f"There is no run `{name}` in {self.repository.root}.",
                "`specwright runs` lists them.",
            )
        return Run(name, events)

    def baseline(self, branch: str) -> Baseline:
        """Where a run on this branch would start: what the compiler must know of."""
        git = self.repository.git
        return self.repository.branch_point(branch, Person.at_work(git), self.clock())

    def begin(self, delivery: Delivery, name: str) -> Run:
        """Take a delivery from its tests to the pause, or to the first gate that objects."""
        with self._alone(_sound(name)) as held:
            repository = self.repository.holding(held)
            self._refuse_second(delivery.branch, name)
            baseline = self.baseline(delivery.branch)
            self._refuse_idle(delivery, baseline)
            self._sweep(repository)
            repository.hide_runs()
            self._open(delivery, name, baseline, *self._not_ours(delivery))
            work = self._work(name, held)
            work.go_on()
            work.commit_by_itself()
        return self.show(name)

    def resume(self, name: str) -> Run:
        """Go on where the ledger ends; nothing that ended is done again."""
        with self._alone(name) as held:
            state = self.show(name).state
            if state is State.UNFINISHED:
                work = self._work(name, held)
                if not work.refuse_tampering():
                    work.go_on()
                    work.commit_by_itself()
            elif state is State.WAITING:
                self._work(name, held).commit_by_itself()
            elif state is State.APPROVED:
                self._work(name, held).commit()
        return self.show(name)

    def approve(self, name: str) -> Run:
        """Commit what the checks saw, on the branch that was named."""
        with self._alone(name) as held:
            self._expect(name, State.WAITING)
            work = self._work(name, held)
            person = Person.at_work(work.repository.git)
            self._expect_entitled(person, work)
            work.approve(person)
        return self.show(name)

    def reject(self, name: str, comment: str) -> Run:
        """Commit nothing, and keep the comment for the next run of the bundle."""
        if not comment.strip():
            raise Refusal("A rejection says what should be different.", 'Add `--comment "…"`.')
        with self._alone(name) as held:
            self._expect(name, State.WAITING, State.UNFINISHED, State.APPROVED)
            work = self._work(name, held)
            work.reject(comment.strip(), Person.at_work(work.repository.git))
        return self.show(name)

    def evidence(self, name: str) -> str:
        """What a run has proven, as it was written at its pause."""
        run = self.show(name)
        if "waiting" not in run.done:
            raise Refusal(
                f"{name} is {run.state}: evidence is written when a run waits for a person.",
                f"`specwright show {name}` says how it stands.",
            )
        return dossiers.kept(self._folder / "runs" / name, run)

    def rerun(self, name: str) -> Run:
        """The tests and gates of a run once more, on files laid out anew; nothing of it is kept."""
        with self._alone(name) as held, TemporaryDirectory(prefix="specwright-") as scratch:
            work = self._work(name, held)
            bench = replace(work.bench, folder=work.bench.folder.with_name(f"{name}{AGAIN}"))
            again = replace(
                work,
                bench=bench,
                workspace=replace(work.workspace, root=bench.folder),
                ledger=Ledger(Path(scratch) / "ledger.jsonl", self.clock),
                steps=tuple(step for step in work.steps if step.name not in ("ticked", "waiting")),
            )
            again.ledger.append("begun", work.run.begun)
            try:
                again.go_on()
                again.ledger.append("ticked", {})
                return again.run
            finally:
                bench.clear()

    @contextmanager
    def trial(self, name: str, port: int = 0) -> Iterator[Served]:
        """Serve a copy of what waits: whoever decides meanwhile is not in the way."""
        run = self.show(name)
        if run.state is not State.WAITING:
            raise Refusal(
                f"The run {name} is {run.state}{run.decided}: nothing waits to be tried.",
                f"`specwright show {name}` says how it stands.",
            )
        scratch = Path(mkdtemp(prefix="specwright-try-"))
        try:
            with self._alone(name) as held:
                copy = self._work(name, held).copied(scratch / scratch.name)
            checked = {**plain(self.environment), **self.given}
            try:
                with serving(Workspace(copy, self.python, checked), scratch, port) as served:
                    yield served
            except CouldNotRun as error:
                raise Refusal(
                    str(error), f"`specwright show {name}` says where it lies."
                ) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    @property
    def _runner(self) -> str:
        """Who works: a program that was named to us, or our own."""
        return self.environment.get(RUNNER, "").strip() or MACHINE

    def _expect_entitled(self, person: Person, work: Work) -> None:
        """A person decides, and nobody on work of their own."""
        if self._runner != MACHINE:
            raise Refusal(
                f"{self._runner} is a runner ({RUNNER}): no runner approves a run.",
                "A person approves it, in a shell of their own.",
            )
        if person.is_called(work.run.runner):
            raise Refusal(
                f"{person} ran {work.name}: somebody else approves it.",
                "Git says who you are: `git config user.email`.",
            )
        manner = work.delivery.manner
        asked_by = facts.text_or_none(work.run.begun, "asked_by")
        is_own = asked_by is not None and person.is_called(asked_by)
        if manner.approver is Approver.OTHER and is_own:
            raise Refusal(
                f"{person} asked for {work.name}, and `commit.approver: other` "
                f"({manner.approver_said}) wants another person to approve it.",
                f"They stand in {self.repository.root}, or a clone of theirs, and do.",
            )

    @property
    def _folder(self) -> Path:
        return self.repository.root / ".specwright"

    def _names(self) -> list[str]:
        folder = self._folder / "runs"
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        return [name for name in names if NAME.fullmatch(name)]

    def _ledger(self, name: str) -> Ledger:
        return Ledger(self._folder / "runs" / name / "ledger.jsonl", self.clock)

    def _bench(self, repository: Repository, run: Run) -> Bench:
        return Bench(repository, self._folder / "worktrees" / run.name, run.baseline)

    def _work(self, name: str, held: int) -> Work:
        run = self.show(name)
        repository = self.repository.holding(held)
        bench = self._bench(repository, run)
        bench.mend()
        delivery = stored(self._folder / "runs" / name, run)
        return Work(
            name=name,
            repository=repository,
            bench=bench,
            workspace=Workspace(
                bench.folder, self.python, {**plain(self.environment), **self.given}, held=(held,)
            ),
            ledger=self._ledger(name),
            delivery=delivery,
            before=repository.files(run.baseline),
            steps=steps(
                self.checks,
                code_first=delivery.manner.code_first,
                asking=asking(self._walls) if delivery.commission else None,
            ),
        )

    @property
    def _walls(self) -> Walls:
        sandbox = sandbox_of(self.environment) if self.sandbox is None else self.sandbox
        return Walls(sandbox, self.bounds, self.environment)

    def _agent(self, commission: Commission) -> Facts:
        return {"agent": commission.agent, "within": self._walls.sandbox.sentence}

    def _not_ours(self, delivery: Delivery) -> Iterator[str]:
        is_asked = delivery.manner.commit is CommitMode.AUTO
        if is_asked and not self.repository.is_of_runs(delivery.branch):
            yield f"{delivery.branch} is not a branch of runs alone, so it waits for a person."

    def _open(self, delivery: Delivery, name: str, baseline: Baseline, *notes: str) -> None:
        """The first event: before it there is no run, after it there is one for good."""
        folder = self._folder / "runs" / name
        folder.mkdir(parents=True)
        content = to_json(delivery)
        replace_whole(folder / "delivery.json", content.encode())
        settle(folder)
        settle(folder.parent)
        self._ledger(name).append(
            "begun",
            {
                "format": FORMAT,
                "run": name,
                "root": str(self.repository.root),
                "runner": self._runner,
                "asked_by": str(Person.at_work(self.repository.git)),
                "bundle": delivery.bundle,
                "bundle_files": dict(delivery.bundle_files),
                "bundle_digest": delivery.bundle_digest,
                "delivery": digest(content),
                "branch": delivery.branch,
                "baseline": baseline.commit,
                "tip": baseline.tip,
                "notes": [*baseline.notes, *notes],
                "comments": list(self._comments(delivery.bundle)),
                "open_questions": list(delivery.open_questions),
                "try_it": list(delivery.try_it),
                "files": {path: digest(text) for path, text in delivery.final.items()},
                "migrations": list(delivery.migrations),
                "removed": list(delivery.removed),
                "promises": promises.to_content(delivery.promises),
                "role": delivery.manner.role,
                "commit": delivery.manner.commit,
                "told": list(delivery.manner.told),
                "later": list(delivery.manner.later),
                **(self._agent(delivery.commission) if delivery.commission else {}),
            },
        )

    def _comments(self, bundle: str) -> tuple[str, ...]:
        """What a person said of this bundle since it was last committed."""
        comments: tuple[str, ...] = ()
        for run in self.runs():
            if run.bundle == bundle:
                comments = () if run.state is State.COMMITTED else comments
                comments += (run.comment,) if run.comment else ()
        return comments

    def _refuse_second(self, branch: str, name: str) -> None:
        if name in self._names() and self._ledger(name).read():
            raise Refusal(f"There is a run `{name}` already.", f"`specwright resume {name}`.")
        for run in self.runs():
            if run.branch == branch and run.state not in ENDED:
                raise Refusal(
                    f"The run {run.name} for the branch {branch} is {run.state}.",
                    f"`specwright show {run.name}`, then resume, approve or reject it.",
                )

    def _refuse_idle(self, delivery: Delivery, baseline: Baseline) -> None:
        known = delivery.baseline
        if known and not self.repository.holds_same_files(known, baseline.commit):
            raise Refusal(
                f"The repository has moved since this was compiled, to {baseline.commit[:10]}.",
                "Implement again.",
            )
        before = self.repository.files(baseline.commit)
        removed = any(path in before for path in delivery.removed)
        if not (delivery.commission or removed) and delivery.final.items() <= before.items():
            raise Refusal(f"There is nothing to do: {delivery.branch} holds all of it already.")

    def _sweep(self, repository: Repository) -> None:
        """Remove what ended runs, and runs that never began, have left."""
        for name in self._names():
            with suppress(LedgerDamaged):
                if not self._ledger(name).read():
                    shutil.rmtree(self._folder / "runs" / name)
        for run in self.runs():
            bench = self._bench(repository, run)
            once_more = replace(bench, folder=bench.folder.with_name(f"{run.name}{AGAIN}"))
            if once_more.folder.exists():  # a rerun was killed
                once_more.clear()
            if run.state in ENDED and bench.folder.exists():
                bench.clear()

    def _expect(self, name: str, *states: State) -> None:
        run = self.show(name)
        if run.state not in states:
            raise Refusal(
                f"The run {name} is {run.state}{run.decided}: there is nothing to decide.",
                f"`specwright show {name}` says how it stands.",
            )

    @contextmanager
    def _alone(self, name: str) -> Iterator[int]:
        """Hold the repository; what the machine lacks is said in a sentence."""
        again = f"then `specwright resume {name}`."
        try:
            with lock.held(self.repository.private / "specwright.lock", self.patience) as held:
                yield held
        except CouldNotRun as error:
            raise Refusal(f"A check could not run: {error}", f"Put that right, {again}") from error
        except OSError as error:
            if error.errno in FULL:
                sentence = f"There is no space left to write {error.filename or 'the ledger'}."
                raise Refusal(sentence, f"Make room, {again}") from error
            raise Refusal(
                f"{error.strerror}: {error.filename}", f"Put it right, {again}"
            ) from error


def _sound(name: str) -> str:
    if not NAME.fullmatch(name):
        raise Refusal(f"`{name}` is not the name of a run.", "`specwright runs` lists them.")
    return name
