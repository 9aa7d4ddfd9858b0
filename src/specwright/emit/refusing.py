"""The core with an app that answers 501 to every operation: what tests run on when seen red."""

from dataclasses import replace

from specwright.emit.hooks import jobs_with_hooks, services_with_hooks
from specwright.emit.rendering import render
from specwright.emit.worker import emit_worker
from specwright.model import Model
from specwright.tree import Tree

_NEEDED_IN_A_DOMAIN = ("__init__.py", "models.py")  # by migrations


def emit_not_implemented(model: Model, backend: Tree) -> Tree:
    """Of `backend`, what its tests and migrations import; nothing in it does what is asked for."""
    return Tree({path: text for path, text in backend.items() if _is_core(path)}) | {
        "backend/app.py": render(
            "backend/not_implemented/app.py",
            title=model.title,
            version=model.contract.version if model.contract else "0.1.0",
            operations=model.operations,
            of_request=model.errors.needs_request,
            hooks=services_with_hooks(model),
        ),
        "backend/worker.py": emit_worker(replace(model, all_jobs=()), jobs_with_hooks(model)),
    }


def _is_core(path: str) -> bool:
    folder, _, rest = path.partition("/")
    if folder in ("contracts", "dev", "migrations") or not rest:
        return True
    domain, _, name = rest.partition("/")
    return folder == "backend" and (domain == "core" or not name or name in _NEEDED_IN_A_DOMAIN)
