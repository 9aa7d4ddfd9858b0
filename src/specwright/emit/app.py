"""`backend/app.py`: the backend, put together."""

from specwright.emit.rendering import render
from specwright.model import Model


def emit_app(model: Model) -> str:
    domains = sorted({operation.domain for operation in model.operations})
    return render(
        "backend/app.py",
        title=model.title,
        version=model.contract.version if model.contract else "0.1.0",
        domains=domains,
    )
