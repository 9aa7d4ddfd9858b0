"""`backend/{users}/caller.py`: who is calling."""

from specwright.emit import names
from specwright.emit.lookups import users_of
from specwright.emit.needs import Needs
from specwright.emit.rendering import render
from specwright.emit.subject import Subject
from specwright.model import Model


def emit_caller(model: Model, domain: str) -> str | None:
    """Only in the domain of those who sign in."""
    users = users_of(model)
    if users is None or users.domain != domain:
        return None
    return render(
        "backend/caller.py",
        domain=domain,
        needs=Needs.of(model),
        table=names.table_class(users),
        row=names.row_class(users),
        singular=users.row,
        subject=Subject.of(model),
    )
