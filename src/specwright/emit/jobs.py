"""`backend/{domain}/jobs.py`: what happens by itself, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from specwright.address import pascal, snake
from specwright.emit import names
from specwright.emit.actions import call, rows_name
from specwright.emit.behaviour import Behaviour
from specwright.emit.hook_names import hooks_class
from specwright.emit.hooks import jobs_call_hooks
from specwright.emit.owners import in_order
from specwright.emit.rendering import render
from specwright.emit.sweeps import Sweep, sweeps_of
from specwright.model import Model
from specwright.model.naming import attribute, singular
from specwright.model.rules import DoRule, Job

_CALLED = {"hooks": "self._hooks"}


@dataclass(frozen=True, slots=True)
class _Sweep:
    """`variable` is what its last row is called where the rounds of its job are."""

    name: str
    variable: str
    rows: str
    row: str
    row_class: str
    every: str
    key: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class _Job:
    id: str
    name: str
    sweeps: list[_Sweep]


def jobs_class(domain: str) -> str:
    return f"{pascal(singular(domain))}Jobs"


def jobs_of(model: Model, domain: str) -> list[Job]:
    return [job for job in model.jobs if _domain(model, job) == domain]


def _domain(model: Model, job: Job) -> str:
    return model.entity(job.block.each[0].entity).domain


def emit_jobs(model: Model, domain: str) -> str | None:
    """None where nothing happens by itself."""
    jobs = jobs_of(model, domain)
    if not jobs:
        return None
    hooks = hooks_class(domain) if jobs_call_hooks(model, domain) else None
    asked = [(f"{domain}.hooks_protocol", hooks)] if hooks else []
    return render(
        "backend/jobs.py",
        domain=domain,
        jobs_class=jobs_class(domain),
        hooks=hooks,
        imports=names.grouped([*asked, *_imports(model, domain, jobs)]),
        jobs=[_job(model, domain, job) for job in jobs],
    )


def _imports(model: Model, domain: str, jobs: list[Job]) -> Iterator[tuple[str, str]]:
    for job in jobs:
        for sweep in sweeps_of(model, job):
            entity = model.entity(sweep.each.entity)
            called = _operations(model, domain, sweep)
            alias = "operations" if called == "operations" else f"operations as {called}"
            yield entity.domain, alias
            yield f"{entity.domain}.models", names.row_class(entity)
            yield f"{entity.domain}.repository", f"Every{entity.name}"


def _operations(model: Model, domain: str, sweep: Sweep) -> str:
    """What the module of what is done to the rows is called here."""
    home = model.entity(sweep.each.entity).domain
    return "operations" if home == domain else f"{home}_operations"


def _job(model: Model, domain: str, job: Job) -> _Job:
    sweeps = sweeps_of(model, job)
    rows = [sweep.each.name for sweep in sweeps]
    variables = [
        name if name not in rows[:number] else f"{name}_{number + 1}"
        for number, name in enumerate(rows)
    ]
    found = zip(sweeps, variables, strict=True)
    return _Job(job.name, snake(job.name), [_sweep(model, domain, *one) for one in found])


def _sweep(model: Model, domain: str, sweep: Sweep, variable: str) -> _Sweep:
    entity = model.entity(sweep.each.entity)
    row = sweep.each.name
    keys = [f"{row}.{attribute(name)}" for name in entity.primary_key.columns]
    operations = _operations(model, domain, sweep)
    return _Sweep(
        name=snake(sweep.name),
        variable=variable,
        rows=rows_name(entity),
        row=row,
        row_class=names.row_class(entity),
        every=f"Every{entity.name}",
        key=keys[0] if len(keys) == 1 else f"({', '.join(keys)})",
        lines=[
            *_locks(model, sweep),
            *(f"await {operations}.{one}" for one in _calls(model, sweep)),
        ],
    )


def _locks(model: Model, sweep: Sweep) -> Iterator[str]:
    """The rows whose rows are counted."""
    done = (Behaviour.named(model, name) for name in _done(sweep))
    owners = in_order(model, (owner for one in done if one for owner in one.owners))
    for owner in owners:
        keys = ", ".join(replace(owner, start=sweep.each.name).keys)
        yield f"await {rows_name(owner.near)}.{owner.method}({keys})"


def _done(sweep: Sweep) -> list[str]:
    inner = [do.name for do in sweep.each.block.do if isinstance(do, DoRule)]
    return [sweep.name] if sweep.rule else inner


def _calls(model: Model, sweep: Sweep) -> Iterator[str]:
    each = sweep.each
    for name in _done(sweep):
        behaviour = Behaviour.named(model, name)
        assert behaviour is not None
        yield call(behaviour, rows_name(model.entity(each.entity)), each.name, _CALLED)
