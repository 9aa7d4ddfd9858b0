"""The tests of a backend: what its bundle promises, over HTTP and in the database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from specwright.diagnostic import Report
from specwright.emit.hooks import has_hooks, jobs_with_hooks, services_with_hooks
from specwright.emit.rendering import render, verbatim
from specwright.emit.tests.access import emit_access
from specwright.emit.tests.accounts import emit_accounts
from specwright.emit.tests.calls import emit_calls
from specwright.emit.tests.given import emit_given
from specwright.emit.tests.hooks import emit_fake_hooks
from specwright.emit.tests.http import emit_http
from specwright.emit.tests.lifecycles import emit_lifecycles
from specwright.emit.tests.paths import emit_paths
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.printing import tuple_text
from specwright.emit.tests.races import emit_races
from specwright.emit.tests.reads import emit_reads
from specwright.emit.tests.refusals import in_words_of_contract, own_answer
from specwright.emit.tests.rules import emit_rules
from specwright.emit.tests.scenarios import emit_scenarios
from specwright.emit.tests.schema import emit_schema
from specwright.emit.tests.worker import emit_worker_tests
from specwright.emit.tests.writes import emit_writes
from specwright.model import Model
from specwright.spec.syntax import Scenario
from specwright.tree import Tree

EXEMPT = ("tests/schema",)  # what holds before the backend is built


@dataclass(frozen=True, slots=True)
class EmittedTests:
    """`not_shown` says what no situation was found for, each in a sentence.

    `needs_hooks` are the tests that come to hand-written code, with the hooks that they need;
    `told` are the scenarios by the tests that tell them.
    """

    tree: Tree
    not_shown: tuple[str, ...]
    needs_hooks: Mapping[str, tuple[str, ...]]
    told: Mapping[str, Scenario]


_IN_A_DOMAIN: dict[str, Callable[[Plan, str], str | None]] = {
    "calls": emit_calls,
    "test_access": emit_access,
    "test_accounts": emit_accounts,
    "test_rules": emit_rules,
    "test_paths": emit_paths,
    "test_reads": emit_reads,
    "test_writes": emit_writes,
    "test_races": emit_races,
}


_SCHEMA = '"""What the database itself keeps: it holds before the backend is built."""\n'


def emit_tests(model: Model, report: Report) -> EmittedTests:
    """The tests, as no formatter has seen them yet."""
    plan = Plan(model)
    files = {path: in_words_of_contract(model, text) for path, text in _files(plan, report)}
    return EmittedTests(Tree(files), tuple(plan.not_shown), plan.needs_hooks, plan.told)


def _files(plan: Plan, report: Report) -> Iterator[tuple[str, str]]:
    yield "tests/__init__.py", '"""What the backend promises, over HTTP and in the database."""\n'
    yield "tests/conftest.py", render("tests/conftest.py", hooks=has_hooks(plan.model))
    yield "tests/database.py", verbatim("tests/database.py")
    yield "tests/given.py", emit_given(plan)
    yield "tests/world.py", _world(plan)
    for domain in plan.domains:
        title = domain.replace("_", " ").capitalize()
        yield f"tests/{domain}/__init__.py", f'"""{title}."""\n'
        for name, emit in _IN_A_DOMAIN.items():
            text = emit(plan, domain)
            if text is not None:
                yield f"tests/{domain}/{name}.py", text
        yield from emit_lifecycles(plan, domain)
    yield from emit_http(plan)
    scenarios = dict(emit_scenarios(plan, report))
    yield from scenarios.items()
    yield from emit_fake_hooks(plan.model, has_scenarios=bool(scenarios))
    yield from emit_worker_tests(plan.model)
    yield "tests/schema/__init__.py", _SCHEMA
    yield "tests/schema/test_migrations.py", verbatim("tests/schema/test_migrations.py")
    yield from emit_schema(plan)


def _world(plan: Plan) -> str:
    keys = {
        entity.table: tuple_text(entity.primary_key.columns)
        for entity in plan.model.entities
        if entity.primary_key.columns != ("id",)
    }
    return render(
        "tests/world.py",
        keys=keys,
        users=plan.users,
        credential=plan.model.credential,
        own=own_answer(plan.model),
        hooks=has_hooks(plan.model),
        service_hooks=services_with_hooks(plan.model),
        job_hooks=jobs_with_hooks(plan.model),
    )


__all__ = ["EXEMPT", "EmittedTests", "emit_tests"]
