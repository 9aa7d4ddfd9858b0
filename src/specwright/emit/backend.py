"""A whole backend, file by file; each kind of file is made in one place."""

from collections.abc import Callable, Iterator

from specwright.emit import names
from specwright.emit.actions import emit_actions
from specwright.emit.app import emit_app
from specwright.emit.caller import emit_caller
from specwright.emit.core import emit_core
from specwright.emit.documents import emit_documents
from specwright.emit.errors import emit_errors
from specwright.emit.hooks import emit_hooks, emit_hooks_protocol, jobs_with_hooks
from specwright.emit.jobs import emit_jobs
from specwright.emit.lifecycle import emit_lifecycle
from specwright.emit.models import emit_models
from specwright.emit.needs import Needs
from specwright.emit.overlay import emit_contract
from specwright.emit.parts import emit_parts
from specwright.emit.policies import emit_policies
from specwright.emit.refresh_tokens import emit_refresh_tokens
from specwright.emit.rendering import render
from specwright.emit.repository import emit_repository
from specwright.emit.routes import emit_routes
from specwright.emit.schemas import emit_schemas
from specwright.emit.seed import emit_seed
from specwright.emit.service import emit_service
from specwright.emit.worker import emit_worker
from specwright.model import Model
from specwright.tree import Tree

_IN_A_DOMAIN: dict[str, Callable[[Model, str], str | None]] = {
    "caller": emit_caller,
    "errors": emit_errors,
    "hooks": emit_hooks,
    "hooks_protocol": emit_hooks_protocol,
    "jobs": emit_jobs,
    "lifecycle": emit_lifecycle,
    "models": emit_models,
    "parts": emit_parts,
    "operations": emit_actions,
    "policies": emit_policies,
    "refresh_tokens": emit_refresh_tokens,
    "repository": emit_repository,
    "routes": emit_routes,
    "schemas": emit_schemas,
    "service": emit_service,
}


def emit_backend(model: Model) -> Tree:
    """Everything but the migrations and the tests, as no formatter has seen it yet."""
    needs = Needs.of(model)
    code = Tree(
        {
            "backend/__init__.py": render("backend/__init__.py", title=model.title),
            "backend/app.py": emit_app(model),
            "backend/worker.py": emit_worker(model, jobs_with_hooks(model)),
            **emit_core(model, needs),
            **dict(_domains(model)),
        }
    )
    seed = emit_seed(model)
    seeded = {} if seed is None else {"dev/seed.py": seed}
    documents = emit_documents(model, needs, frozenset(code), has_seed=bool(seeded))
    return code | seeded | emit_contract(model) | documents


def _domains(model: Model) -> Iterator[tuple[str, str]]:
    for domain in names.domains(model):
        title = domain.replace("_", " ").capitalize()
        yield f"backend/{domain}/__init__.py", f'"""{title}."""\n'
        for name, emit in _IN_A_DOMAIN.items():
            text = emit(model, domain)
            if text is not None:
                yield f"backend/{domain}/{name}.py", text
