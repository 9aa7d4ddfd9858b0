"""`backend/{domain}/jobs.py`: what happens by itself, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.address import pascal, snake
from specwright.emit import names
from specwright.emit.actions import call, rows_name
from specwright.emit.behaviour import Behaviour
from specwright.emit.hook_names import hooks_class
from specwright.emit.hooks import jobs_call_hooks
from specwright.emit.lookups import job_rule
from specwright.emit.rendering import render
from specwright.model import Model
from specwright.model.naming import singular
from specwright.model.rules import DoRule, Job

_CALLED = {"hooks": "self._hooks"}


@dataclass(frozen=True, slots=True)
class _Job:
    id: str
    name: str
    rows: str
    row: str
    every: str
    lines: list[str]


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
    entities = [model.entity(job.block.each[0].entity) for job in jobs]
    return render(
        "backend/jobs.py",
        domain=domain,
        jobs_class=jobs_class(domain),
        hooks=hooks,
        imports=names.grouped(
            [*asked, *((f"{e.domain}.repository", f"Every{e.name}") for e in entities)]
        ),
        jobs=[_job(model, job) for job in jobs],
    )


def _job(model: Model, job: Job) -> _Job:
    each = job.block.each[0]
    entity = model.entity(each.entity)
    return _Job(
        id=job.name,
        name=snake(job.name),
        rows=rows_name(entity),
        row=each.name,
        every=f"Every{entity.name}",
        lines=list(_lines(model, job)),
    )


def _lines(model: Model, job: Job) -> Iterator[str]:
    each = job.block.each[0]
    rows = rows_name(model.entity(each.entity))
    own = Behaviour.named(model, job.name) if job_rule(model, job.name) else None
    if own is not None:
        yield f"await operations.{call(own, rows, each.name, _CALLED)}"
        return
    for do in each.block.do:
        assert isinstance(do, DoRule)
        inner = Behaviour.named(model, do.name)
        assert inner is not None
        yield f"await operations.{call(inner, rows, each.name, _CALLED)}"
