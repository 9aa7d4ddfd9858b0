"""The way of a run, step by step; each leaves one event in the ledger when it has ended."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from specwright.gates import Evidence, Finding, Workspace, red_green, round_trip, static
from specwright.gates.canary import canary
from specwright.roles.choices import TasksTick
from specwright.tree import Tree, digest
from specwright.workflow import documents, dossiers, facts
from specwright.workflow.bench import Bench
from specwright.workflow.delivery import Delivery, Stage, is_test_file
from specwright.workflow.files import replace_whole
from specwright.workflow.ledger import Facts, Json
from specwright.workflow.run import Run
from specwright.workflow.tools import tools_of


class HeldAgainst(Exception):
    """A gate holds something against the work: the run ends here."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(*findings)
        self.findings = findings


@dataclass(frozen=True)
class Site:
    """What a step works with: the delivery, the bench it lies on, and the story so far."""

    delivery: Delivery
    bench: Bench
    workspace: Workspace
    run: Run
    before: Tree  # the texts of the baseline
    home: Path  # where the run keeps what is not part of its work

    def tree(self, stage: Stage) -> Tree:
        """All that the run has written when a stage is reached."""
        parts = {
            Stage.PLAN: self._todo,
            Stage.UNTESTED: self._todo | self.delivery.untested,
            Stage.TESTS: self._todo | self.delivery.before_code,
            Stage.CODE: self._todo | self.delivery.final | self._bodies,
            Stage.DONE: self._todo | self.delivery.final | self._bodies | self._tasks,
        }
        return parts[stage]

    @property
    def tasks(self) -> str | None:
        """The path of `tasks.md` in the repository, if it is committed there."""
        root = self.bench.repository.root
        file = self._tasks_file or root
        path = str(file.relative_to(root)) if file.is_relative_to(root) else ""
        return path if path in self.before else None

    @property
    def _tasks_file(self) -> Path | None:
        """Where it lies now: the repository may have moved since the run began."""
        if not self.delivery.tasks:
            return None
        file = Path(self.delivery.tasks.path).resolve()
        began_in = facts.text_or_none(self.run.begun, "root")
        if began_in and file.is_relative_to(began_in):
            return self.bench.repository.root / file.relative_to(began_in)
        return file

    def tick_elsewhere(self) -> None:
        """Tick the tasks of a bundle that lies outside of the repository; again does no harm."""
        tasks = self.delivery.tasks
        if tasks and self._tasks_file and not self.tasks:
            documents.tick_in_place(self._tasks_file, tasks.done)

    @property
    def _todo(self) -> Tree:
        todo = self.delivery.todo
        if not todo:
            return Tree({})
        return Tree({todo.path: documents.todo(todo.plan, self.run.branch, self.run.began)})

    @property
    def _bodies(self) -> Tree:
        """What an agent wrote, once it has."""
        return bodies(self.run.written)

    @property
    def _tasks(self) -> Tree:
        if not self.tasks or not self.delivery.tasks:
            return Tree({})
        before = self.before[self.tasks]
        return Tree({self.tasks: documents.tick(before, self.delivery.tasks.done)})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the event it leaves, what lies on the bench meanwhile, and the work."""

    name: str
    stage: Stage
    work: Callable[[Site], Facts]


def gate(name: str, judge: Callable[[Site], Evidence]) -> Step:
    """A step that goes on only if a gate has nothing against it."""

    def work(site: Site) -> Facts:
        seen = judge(site)
        if seen.findings:
            raise HeldAgainst(seen.findings)
        return facts.of_evidence(seen)

    return Step(name, Stage.TESTS if name == "red" else Stage.CODE, work)


def _written(stage: Stage) -> Callable[[Site], Facts]:
    def work(site: Site) -> Facts:
        tree = site.tree(stage)
        return {"files": len(tree), "digest": tree.digest}

    return work


def _red(site: Site) -> Evidence:
    return red_green.red(site.workspace, site.delivery.test_files, site.delivery.exempt)


def _sealed(site: Site) -> Facts:
    """The tests by their digests, and what judges them by its versions."""
    files: Json = {path: digest(text) for path, text in site.delivery.tests.items()}
    return {"files": files, "tools": dict(tools_of(site.workspace))}


def _green(site: Site) -> Evidence:
    expected = facts.texts(site.run.told("red"), "tests")
    delivery = site.delivery
    waiting, files = delivery.waiting, delivery.test_files
    if delivery.commission:  # whoever wrote the code of others may have reached their tests
        waiting = delivery.commission.waiting(facts.texts(site.run.written, "unwritten"))
        with canary() as bird:
            return red_green.green(site.workspace, files, expected, waiting, bird)
    return red_green.green(site.workspace, files, expected, waiting)


def _migrations(site: Site) -> Evidence:
    delivery = site.delivery
    return round_trip(site.workspace, delivery.round_trip, migrations=bool(delivery.migrations))


def _kept(site: Site) -> Evidence:
    """Tests of the repository that this run did not write."""
    gone = {*site.delivery.removed, *site.tree(Stage.DONE)}
    return red_green.kept(
        site.workspace, [path for path in site.before if is_test_file(path) and path not in gone]
    )


def bodies(told: Facts) -> Tree:
    """The files that an agent wrote, as the ledger keeps them."""
    return Tree(facts.table(told, "bodies")) if "bodies" in told else Tree({})


def _ticked(site: Site) -> Facts:
    documents: Json = {
        path: digest(text)
        for path, text in site.tree(Stage.DONE).items()
        if path not in site.delivery.final
    }
    if site.delivery.manner.tick is TasksTick.AFTER_APPROVAL:
        return {"tasks": [], "documents": documents}
    site.tick_elsewhere()
    done: Json = list(site.delivery.tasks.done) if site.delivery.tasks else []
    return {"tasks": done, "documents": documents}


def _waiting(site: Site) -> Facts:
    """The evidence is on disk before anybody is waited for."""
    text = dossiers.to_json(dossiers.dossier(site.run))
    replace_whole(site.home / dossiers.FILE, text.encode())
    left = site.bench.left_behind(site.tree(Stage.DONE))
    return {"left_behind": list(left), "evidence": digest(text)}


CHECKS = (
    gate("migrations", _migrations),
    gate("kept", _kept),
    gate("lint", lambda site: static.lint(site.workspace, site.delivery.places)),
    gate("types", lambda site: static.types(site.workspace, site.delivery.typed)),
    gate("layers", lambda site: static.layers(site.workspace)),
)


def steps(
    checks: tuple[Step, ...] = CHECKS,
    *,
    code_first: bool = False,
    asking: Step | None = None,  # an agent for hooks
) -> tuple[Step, ...]:
    """From the plan to the pause."""
    return (
        Step("planned", Stage.PLAN, _written(Stage.PLAN)),
        *(_CODE_FIRST if code_first else _TESTS_FIRST),
        *((asking,) if asking else ()),
        gate("green", _green),
        *checks,
        Step("ticked", Stage.DONE, _ticked),
        Step("waiting", Stage.DONE, _waiting),
    )


_TESTS_FIRST = (
    Step("tests-written", Stage.TESTS, _written(Stage.TESTS)),
    gate("red", _red),
    Step("sealed", Stage.TESTS, _sealed),
    Step("code-written", Stage.CODE, _written(Stage.CODE)),
)

# Tests that come after the code are seen red as well: with the code taken out again.
_CODE_FIRST = (
    Step("code-written", Stage.UNTESTED, _written(Stage.UNTESTED)),
    Step("tests-written", Stage.CODE, _written(Stage.CODE)),
    Step("sealed", Stage.CODE, _sealed),
    gate("red", _red),
)
