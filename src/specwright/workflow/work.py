"""One run at work, while its repository is held."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from specwright.gates import Finding, Workspace
from specwright.roles.choices import CommitMode, TasksTick
from specwright.tree import Tree, digest
from specwright.workflow import dossiers, facts
from specwright.workflow.bench import Bench
from specwright.workflow.delivery import Delivery, Stage, from_json
from specwright.workflow.ledger import Ledger, LedgerDamaged
from specwright.workflow.person import Person
from specwright.workflow.refusal import Refusal
from specwright.workflow.repository import Repository
from specwright.workflow.run import Run, State
from specwright.workflow.steps import HeldAgainst, Site, Step, bodies


@dataclass(frozen=True)
class Work:
    """A run whose next step may be taken: nobody else holds its repository."""

    name: str
    repository: Repository
    bench: Bench
    workspace: Workspace
    ledger: Ledger
    delivery: Delivery
    before: Tree  # the texts of the baseline
    steps: tuple[Step, ...]

    @property
    def run(self) -> Run:
        return Run(self.name, self.ledger.read())

    def go_on(self) -> None:
        """Take every step that has not ended, from a clean bench."""
        laid: Stage | None = None
        for step in self.steps:
            if step.name in self.run.done:
                continue
            site = self._site()
            tree = site.tree(step.stage)
            if step.stage is not laid:
                is_on_top = (laid, step.stage) == (Stage.CODE, Stage.DONE)
                put = self.bench.put if is_on_top else self.bench.lay
                put(tree, self.delivery.removed)
                laid = step.stage
            try:
                told = step.work(site)
                self._expect_same(tree | bodies(told), meanwhile=step.name)
            except HeldAgainst as error:
                self.ledger.append(
                    State.FAILED, {"at": step.name, "findings": facts.of_findings(error.findings)}
                )
                return
            self.ledger.append(step.name, told)

    def refuse_tampering(self) -> bool:
        """End the run if somebody edited a sealed test while it was interrupted."""
        if "sealed" not in self.run.done or not self.bench.sound:
            return False
        sealed = facts.table(self.run.told("sealed"), "files")
        found = [_altered(path, "the run was interrupted") for path in self.bench.tampered(sealed)]
        if found:
            self.ledger.append(State.FAILED, {"at": "sealed", "findings": facts.of_findings(found)})
        return bool(found)

    def commit_by_itself(self) -> None:
        """Commit for a person who said so beforehand: what is green, on a branch of runs alone.

        Whatever is in the way leaves the run waiting, and says so to the person who approves it.
        """
        manner = self.delivery.manner
        is_asked = manner.commit is CommitMode.AUTO and self.run.state is State.WAITING
        if self.run.is_beyond_scope:  # who left its scope is looked at by a person
            return
        if is_asked and self.repository.is_of_runs(self.run.branch):
            with suppress(Refusal):
                because = f"commit.mode: auto ({manner.commit_said})"
                self.approve(Person.at_work(self.repository.git), because)

    def approve(self, person: Person, because: str | None = None) -> None:
        """Commit what the checks saw, and nothing else."""
        manner = self.delivery.manner
        if manner.commit is CommitMode.NEVER:
            raise Refusal(
                f"Nothing is committed here: `commit.mode: never` ({manner.commit_said}).",
                f"Take it from {self.bench.folder}, or reject the run.",
            )
        tree = self._site().tree(Stage.DONE)
        if not self.bench.folder.exists():
            self.bench.lay(tree, self.delivery.removed)
        altered = self.bench.altered(tree)
        if altered or not self.bench.sound:
            raise Refusal(
                f"{altered[0] if altered else self.bench.folder} was changed after it was checked: "
                "only what the checks saw is committed.",
                "Put it back, or reject the run with a comment that says what should be different.",
            )
        self.repository.expect_unmoved(self.run.branch, self._tip)
        proven = digest(dossiers.kept(self.ledger.path.parent, self.run))
        told = {"name": person.name, "email": person.email, "evidence": proven}
        self.ledger.append(State.APPROVED, {**told, "because": because} if because else told)
        self.commit()

    def commit(self) -> None:
        """Make the approved commit; made twice, it is the same commit."""
        commit = self._committed()
        self.repository.publish(self.run.branch, commit, self._tip)
        if self.delivery.manner.tick is TasksTick.AFTER_APPROVAL:
            self._site().tick_elsewhere()
        self.ledger.append(State.COMMITTED, {"commit": commit})
        self.bench.clear()

    def copied(self, place: Path) -> Path:
        """A copy of what waits, made anew where its worktree is gone."""
        if not self.bench.sound:
            self.bench.lay(self._site().tree(Stage.DONE), self.delivery.removed)
        left_out = shutil.ignore_patterns(".git", ".venv", ".postgres", "__pycache__")
        shutil.copytree(self.bench.folder, place, symlinks=True, ignore=left_out)
        return place

    def reject(self, comment: str, person: Person) -> None:
        """Keep the comment, unless a crash came only after the commit."""
        approved = self.run.state is State.APPROVED
        if approved and self.repository.tip(self.run.branch) == self._committed():
            raise Refusal(
                f"The commit is on {self.run.branch} already.", f"`specwright resume {self.name}`."
            )
        self.ledger.append(State.REJECTED, {"comment": comment, "by": str(person)})
        self.bench.clear()

    @property
    def _tip(self) -> str | None:
        """Where the branch was when the run began."""
        return facts.text_or_none(self.run.begun, "tip")

    def _committed(self) -> str:
        """The commit as an object of git, before any branch points to it."""
        approved = next(event for event in self.run.events if event.name == State.APPROVED)
        person = Person(facts.text(approved.facts, "name"), facts.text(approved.facts, "email"))
        tree = self._site().tree(Stage.DONE)
        if not self.bench.sound or self.bench.altered(tree):
            self.bench.lay(tree, self.delivery.removed)
        paths = (*tree, *self.delivery.removed)
        return self.bench.commit(paths, self._message(), person, approved.at)

    def _site(self) -> Site:
        return Site(
            delivery=self.delivery,
            bench=self.bench,
            workspace=self.workspace,
            run=self.run,
            before=self.before,
            home=self.ledger.path.parent,
        )

    def _expect_same(self, tree: Tree, *, meanwhile: str) -> None:
        altered = self.bench.altered(tree)
        if altered:
            raise HeldAgainst(tuple(_altered(path, f"`{meanwhile}` ran") for path in altered))

    def _message(self) -> str:
        message = self.delivery.message
        trailers = f"Specwright-Run: {self.name}\nSpecwright-Bundle: {self.delivery.bundle_digest}"
        proven = facts.text_or_none(self.run.told(State.APPROVED), "evidence")
        if proven:  # an earlier version kept none
            trailers += f"\nSpecwright-Evidence: {proven}"
        parts = (message.subject, message.body.strip(), trailers)
        return "\n\n".join(part for part in parts if part) + "\n"


def stored(folder: Path, run: Run) -> Delivery:
    """The delivery of a run, if it is still the one that the run began with."""
    content = (folder / "delivery.json").read_text(encoding="utf-8")
    if digest(content) != facts.text(run.begun, "delivery"):
        raise LedgerDamaged(
            f"{folder / 'delivery.json'} is not what the run began with.",
            "Start again with `specwright implement`.",
        )
    return from_json(content)


def _altered(path: str, meanwhile: str) -> Finding:
    return Finding(path, f"was changed by something else while {meanwhile}.", f"git diff -- {path}")
