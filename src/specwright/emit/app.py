"""`backend/app.py`: the backend, put together."""

from specwright.emit.hooks import services_with_hooks
from specwright.emit.rendering import render
from specwright.model import Model

_TAKEN = frozenset(
    {"app", "clock", "connected", "contract", "database", "gc", "health", "routers", "settings"}
)


def emit_app(model: Model) -> str:
    domains = sorted({operation.domain for operation in model.operations})
    return render(
        "backend/app.py",
        title=model.title,
        version=model.contract.version if model.contract else "0.1.0",
        hooks=services_with_hooks(model),
        routers={name: f"{name}_routes" if name in _TAKEN else name for name in domains},
    )
