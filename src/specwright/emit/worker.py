"""`backend/worker.py`: the jobs of all domains, put together, and the process that runs them."""

from dataclasses import dataclass

from specwright.address import snake
from specwright.emit import names
from specwright.emit.hooks import HookDomain
from specwright.emit.jobs import jobs_class, jobs_of
from specwright.emit.rendering import render
from specwright.model import Model
from specwright.model.rules import Job


@dataclass(frozen=True, slots=True)
class _Domain:
    name: str
    jobs_class: str
    hooks: str


@dataclass(frozen=True, slots=True)
class _Job:
    id: str
    name: str
    domain: str
    seconds: int


def emit_worker(model: Model, hooks: list[HookDomain]) -> str:
    """Emitted without jobs too: tests let time pass through it, with `hooks` of their own."""
    given = {one.name: f", {one.variable}" for one in hooks}
    domains = [domain for domain in names.domains(model) if jobs_of(model, domain)]
    return render(
        "backend/worker.py",
        domains=[_Domain(one, jobs_class(one), given.get(one, "")) for one in domains],
        hooks=hooks,
        jobs=[_job(domain, job) for domain in domains for job in jobs_of(model, domain)],
    )


def _job(domain: str, job: Job) -> _Job:
    assert job.every_seconds is not None
    return _Job(job.name, snake(job.name), domain, job.every_seconds)
