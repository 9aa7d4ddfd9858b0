"""`backend/core/`: what every domain stands on, and only the parts that this backend needs."""

from collections.abc import Iterator

from specwright.emit.error_body import own_body
from specwright.emit.hooks import has_hooks
from specwright.emit.lookups import users_of
from specwright.emit.needs import Needs
from specwright.emit.pages import COUNTED, NUMBERED
from specwright.emit.rendering import render, verbatim
from specwright.emit.subject import Subject
from specwright.model import Model
from specwright.tree import Tree

_ALWAYS = (
    "__init__",
    "clock",
    "contract",
    "database",
    "health",
    "logs",
)


def emit_core(model: Model, needs: Needs) -> Tree:
    return Tree({f"backend/core/{name}.py": text for name, text in _files(model, needs)})


def _files(model: Model, needs: Needs) -> Iterator[tuple[str, str]]:
    for name in _ALWAYS:
        yield name, verbatim(f"backend/core/{name}.py")
    own = own_body(model.errors)
    of_request = own is not None and own.needs_request
    yield (
        "problems",
        render(
            "backend/core/problems.py",
            own=own,
            request="request" if of_request else "_",
            given="request, " if of_request else "",
            challenge=model.credential.challenge,
        ),
    )
    yield "requests", render("backend/core/requests.py", of_request=of_request)
    yield "errors", render("backend/core/errors.py", validation_status=model.validation_status)
    accounts = model.accounts
    yield (
        "settings",
        render("backend/core/settings.py", name=model.name, has_jobs=needs.jobs, accounts=accounts),
    )
    if accounts is not None:
        yield "passwords", verbatim("backend/core/passwords.py")
    subject = Subject.of(model)
    yield (
        "http",
        render(
            "backend/core/http.py",
            needs=needs,
            credential=model.credential,
            subject=subject,
            accounts=accounts,
        ),
    )
    yield "identity", render("backend/core/identity.py", subject=subject, accounts=accounts)
    if users_of(model) is None:
        yield "caller", verbatim("backend/core/caller.py")
    yield "fields", verbatim("backend/core/fields.py")
    if needs.pages:
        counted, numbered = COUNTED in needs.page_forms, NUMBERED in needs.page_forms
        yield "paging", render("backend/core/paging.py", counted=counted, numbered=numbered)
    if needs.rows:
        yield "rows", verbatim("backend/core/rows.py")
    if needs.slugs:
        yield "texts", verbatim("backend/core/texts.py")
    if has_hooks(model):
        yield "hooks", verbatim("backend/core/hooks.py")
    if needs.jobs:
        yield "scheduling", verbatim("backend/core/scheduling.py")
        yield "sweeping", verbatim("backend/core/sweeping.py")
    if needs.versions:
        yield "versions", verbatim("backend/core/versions.py")
