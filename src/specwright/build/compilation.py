"""A bundle compiled: from its texts to every file of its backend, in memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from specwright.build.comparison import HISTORY
from specwright.build.migrating import changes_since, next_migration
from specwright.build.state import State
from specwright.diagnostic import Diagnostic, Level, Report
from specwright.emit.backend import emit_backend
from specwright.emit.hooks import written_once
from specwright.emit.limits import within_limits
from specwright.emit.refusing import emit_not_implemented
from specwright.emit.tests import EmittedTests, emit_tests
from specwright.model import Model, build_model
from specwright.plan.changes import Change
from specwright.plan.schema import schema_of
from specwright.roles import Problem, Said, Settings, settle
from specwright.roles.bundle import contract_says, read_bundle_settings
from specwright.roles.settings import VALIDATION_STATUS
from specwright.spec import read_bundle
from specwright.spec.syntax import Scenario
from specwright.tree import Tree

NOTHING = State()
TESTS = "tests/"
Tidy: TypeAlias = Callable[[Tree], Tree]


def as_emitted(tree: Tree) -> Tree:
    """No tidying: enough where nobody reads the files."""
    return tree


@dataclass(frozen=True)
class Backend:
    """All that is emitted for a model, after what an earlier build left."""

    tree: Tree  # without the migrations of earlier builds
    not_shown: tuple[str, ...]  # what no emitted test shows, each in a sentence
    needs_hooks: Mapping[str, tuple[str, ...]]  # by the tests that come to hand-written code
    told: Mapping[str, Scenario]  # by the tests that tell them
    model: Model
    changes: tuple[Change, ...]

    @property
    def written_once(self) -> tuple[str, ...]:
        """The files for hand-written code: a person's, once they are there."""
        return written_once(self.model)

    @property
    def tests(self) -> Tree:
        return Tree({path: text for path, text in self.tree.items() if path.startswith(TESTS)})

    @property
    def migrations(self) -> Tree:
        """What brings a database from the earlier build to this one; empty where nothing does."""
        return Tree({path: text for path, text in self.tree.items() if path.startswith(HISTORY)})

    def red(self, tidy: Tidy) -> Tree:
        """What the tests run on when seen red."""
        return tidy(emit_not_implemented(self.model, self.tree))


@dataclass(frozen=True)
class Compiled:
    """A bundle, what is to be said about it, and its tests unless there are errors.

    The backend depends on where it goes: there is none before that is known.
    """

    name: str
    files: Tree
    diagnostics: tuple[Diagnostic, ...]
    model: Model
    tests: EmittedTests | None
    backend: Backend | None = None
    settings: Settings = Settings({})  # noqa: RUF009 - it is immutable
    disagreements: tuple[Problem, ...] = ()  # of those who say settings

    def onto(self, state: State, tidy: Tidy = as_emitted) -> "Compiled":
        """The same with its backend, after what an earlier build left."""
        if self.tests is None:
            return self
        return replace(self, backend=_backend(self.model, self.tests, state, tidy))

    @property
    def is_whole(self) -> bool:
        """Whether all that the bundle says is determined, and built."""
        return not (self.diagnostics or self.model.left_out)

    def at(self, level: Level) -> tuple[Diagnostic, ...]:
        return tuple(found for found in self.diagnostics if found.level is level)


def compile_bundle(
    name: str, files: Tree, report: Report, *, state: State = NOTHING, tidy: Tidy = as_emitted
) -> Compiled:
    """A bundle with its backend, for where nothing was built before unless `state` says more."""
    return understand(name, files, report).onto(state, tidy)


def understand(name: str, files: Tree, report: Report, said: Iterable[Said] = ()) -> Compiled:
    """All that is to be said of a bundle; `report` holds what reading its texts showed already.

    `said` are settings of others than the bundle.
    """
    bundle = read_bundle(name, files, report)
    of_bundle = (*read_bundle_settings(files, report), *contract_says(bundle.contract))
    settings, disagreements = settle((*of_bundle, *said))
    model = build_model(bundle, report, int(settings[VALIDATION_STATUS]))
    model = within_limits(model, report)
    tests = None if report.failed else emit_tests(model, report)
    return Compiled(
        name=name,
        files=files,
        diagnostics=tuple(report),
        model=model,
        tests=None if report.failed else tests,
        settings=settings,
        disagreements=disagreements,
    )


def _backend(model: Model, tests: EmittedTests, state: State, tidy: Tidy) -> Backend:
    schema = schema_of(model.entities)
    changes = changes_since(state.built, schema)
    tree = tidy(emit_backend(model) | tests.tree | next_migration(state.built, schema))
    return Backend(tree, tests.not_shown, tests.needs_hooks, tests.told, model, changes)
