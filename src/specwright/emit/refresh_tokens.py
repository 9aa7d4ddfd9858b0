"""`backend/{users}/refresh_tokens.py`: who may ask for new tokens, and until when."""

from specwright.emit import names
from specwright.emit.lookups import users_of
from specwright.emit.rendering import render
from specwright.emit.subject import Subject
from specwright.model import Model
from specwright.model.refresh_tokens import ENTITY


def emit_refresh_tokens(model: Model, domain: str) -> str | None:
    """Only in the domain of those who sign in, where tokens are refreshed."""
    users, accounts = users_of(model), model.accounts
    if users is None or accounts is None or users.domain != domain or not refreshes(model):
        return None
    tokens = model.entity(ENTITY)
    return render(
        "backend/refresh_tokens.py",
        table=names.table_class(tokens),
        home=tokens.domain,
        users=users.table.replace("_", " "),
        subject=Subject.of(model),
        seconds=accounts.refresh_seconds,
    )


def refreshes(model: Model) -> bool:
    accounts = model.accounts
    return accounts is not None and accounts.refresh_seconds is not None
