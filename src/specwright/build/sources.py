"""From what in the bundle a file was made, by addresses that survive the moving of lines."""

from collections.abc import Iterator

from specwright.address import Address
from specwright.model import Model

_OF_TABLES = ("models.py", "repository.py", "caller.py")
_OF_TRIGGERS = "lifecycle.py"
_OF_JOBS = "jobs.py"


def sources(model: Model, path: str) -> tuple[str, ...]:
    """The tables, operations, lifecycles, jobs or scenarios that a file is about, sorted."""
    return tuple(sorted({str(Address.of(model.name, *parts)) for parts in _parts(model, path)}))


def _parts(model: Model, path: str) -> Iterator[tuple[str, str]]:
    top, _, rest = path.partition("/")
    folder, _, name = rest.partition("/")
    if top == "migrations" and folder == "versions":
        yield from (("tables", entity.table) for entity in model.entities)
    elif top == "tests" and folder == "scenarios" and name != "__init__.py":
        yield from (("scenarios", scenario.feature) for scenario in model.scenarios)
    elif top == "tests" and folder == "schema":
        yield from (("tables", entity.table) for entity in model.entities)
    elif top in ("backend", "tests") and folder in model.domains and name != "__init__.py":
        yield from _in_domain(model, folder, name)


def _in_domain(model: Model, domain: str, name: str) -> Iterator[tuple[str, str]]:
    entities = [entity for entity in model.entities if entity.domain == domain]
    if name in _OF_TABLES:
        yield from (("tables", entity.table) for entity in entities)
    elif name == _OF_TRIGGERS:
        names = {entity.name for entity in entities}
        yield from (("lifecycles", one.entity) for one in model.lifecycles if one.entity in names)
    elif name == _OF_JOBS:
        yield from (("jobs", job.name) for job in model.jobs)
    else:
        yield from (("operations", one.id) for one in model.operations if one.domain == domain)
