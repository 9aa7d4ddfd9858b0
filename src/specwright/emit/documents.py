"""The files around the code: how to build, run, check and read it."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.hooks import has_hooks
from specwright.emit.lookups import permissions
from specwright.emit.needs import Needs
from specwright.emit.refresh_tokens import refreshes
from specwright.emit.rendering import render, verbatim
from specwright.model import Model
from specwright.tree import Tree

_VERBATIM = (
    ".dockerignore",
    ".github/workflows/ci.yml",
    ".gitignore",
    "alembic.ini",
    "dev/__init__.py",
    "dev/postgres.py",
    "dev/token.py",
    "migrations/script.py.mako",
)
_QUIET = (
    "clock",
    "database",
    "errors",
    "fields",
    "hooks",
    "identity",
    "logs",
    "paging",
    "scheduling",
    "settings",
    "versions",
)


@dataclass(frozen=True, slots=True)
class _Line:
    id: str
    method: str
    path: str
    who: str


def emit_documents(
    model: Model, needs: Needs, python_files: frozenset[str], *, has_seed: bool
) -> Tree:
    domains = names.domains(model)
    return Tree(
        {
            **{path: verbatim(path) for path in _VERBATIM},
            "Dockerfile": render("Dockerfile"),
            "Makefile": render("Makefile", has_jobs=needs.jobs, has_seed=has_seed),
            "README.md": _readme(model, needs, domains, has_seed=has_seed),
            "compose.yaml": render("compose.yaml", has_jobs=needs.jobs),
            "migrations/env.py": render("migrations/env.py", domains=domains),
            "pyproject.toml": _pyproject(model, needs, domains, python_files),
        }
    )


def _pyproject(model: Model, needs: Needs, domains: list[str], python_files: frozenset[str]) -> str:
    def module(path: str) -> str:
        return path.removesuffix(".py").replace("/", ".")

    quiet = [
        path
        for path in sorted(python_files)
        if path.startswith("backend/")
        and (
            path.removeprefix("backend/core/").removesuffix(".py") in _QUIET
            if path.startswith("backend/core/")
            else path.count("/") > 1 and not path.endswith(("/routes.py", "/__init__.py"))
        )
    ]
    sqlless = [
        path
        for path in sorted(python_files)
        if path.endswith(
            ("/routes.py", "/service.py", "/schemas.py", "/policies.py", "/lifecycle.py")
        )
    ]
    return render(
        "pyproject.toml",
        name=model.name,
        version=model.contract.version if model.contract else "0.1.0",
        title=model.title,
        apps="backend.app | backend.worker",
        has_accounts=model.accounts is not None,
        refreshes=refreshes(model),
        has_jobs=needs.jobs,
        has_hooks=has_hooks(model),
        domains=" : ".join(f"backend.{domain}" for domain in domains),
        containers=[f"backend.{domain}" for domain in domains],
        quiet=[module(path) for path in quiet],
        sqlless=[module(path) for path in sqlless],
    )


def _readme(model: Model, needs: Needs, domains: list[str], *, has_seed: bool) -> str:
    return render(
        "README.md",
        name=model.name,
        title=model.title,
        summary="A backend on FastAPI, SQLAlchemy and PostgreSQL.",
        has_jobs=needs.jobs,
        has_seed=has_seed,
        operations=list(_operations(model)),
        domains=[(domain, domain.replace("_", " ")) for domain in domains],
    )


def _operations(model: Model) -> Iterator[_Line]:
    for operation in model.operations:
        cells = [
            cell.role if cell.words is None else f"{cell.role} if `{cell.words}`"
            for cell in permissions(model, operation.id)
        ]
        who = ", ".join(cells).replace("|", "\\|")
        yield _Line(operation.id, operation.method.upper(), operation.path, who)
