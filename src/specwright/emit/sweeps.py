"""The rounds of jobs: each goes over the rows of a table, with a transaction for each row."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.address import pascal
from specwright.model import Model
from specwright.model.rules import Each, Job, Rule


@dataclass(frozen=True, slots=True)
class Sweep:
    """One `each` of a job; the only one has the job's own name."""

    job: Job
    each: Each
    name: str

    @property
    def rule(self) -> Rule | None:
        """What is done to each row, where that is more than to do an operation."""
        block, each = self.each.block, self.each
        changes = block.set or block.create or block.delete or block.each
        if not (block.require or block.hooks or changes):
            return None
        return Rule(
            self.name, "operation", each.entity, each.name, block, each.place, has_actor=False
        )


def sweeps_of(model: Model, job: Job) -> tuple[Sweep, ...]:
    """In the order in which the job does them."""
    return tuple(_sweeps(model, job))


def _sweeps(model: Model, job: Job) -> Iterator[Sweep]:
    taken = {job.name for job in model.jobs} | {rule.name for rule in model.rules}
    taken |= {operation.id for operation in model.operations}
    for each in job.block.each:
        name = job.name
        if len(job.block.each) > 1:
            name += pascal(each.name)
            while name in taken:
                name += "Again"
            taken.add(name)
        yield Sweep(job, each, name)
