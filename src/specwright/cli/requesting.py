"""A change of the schema that is another role's to make: asked for, and waited for."""

from collections.abc import Iterator
from pathlib import Path

from specwright.build import Backend
from specwright.roles import Settings
from specwright.roles.choices import MigrationsOwner
from specwright.roles.settings import MIGRATIONS_OWNER, MIGRATIONS_ROLE
from specwright.workflow import Refusal, Repository
from specwright.workflow.files import replace_whole

REQUESTS = Path(".specwright/requests")


def expect_schema(
    backend: Backend, settings: Settings, repository: Repository, asker: str | None, bundle: Path
) -> None:
    """Go on only if the schema is as the bundle needs it, or this run may change it."""
    file = repository.root / REQUESTS / f"{backend.model.name}.md"
    if settings[MIGRATIONS_OWNER] is MigrationsOwner.IMPLEMENTER:
        return
    if not backend.changes:
        file.unlink(missing_ok=True)
        return
    owner, said = settings[MIGRATIONS_ROLE], settings.of(MIGRATIONS_OWNER)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(_request(backend, owner, asker or "a run", str(said)))
    replace_whole(file, text.encode())
    count = len(backend.changes)
    changes = f"{count} change{'s' if count > 1 else ''} of the schema"
    raise Refusal(
        f"{backend.model.name} waits for {changes}, which {owner} makes: {said}.",
        f"It is asked for in {file.relative_to(repository.root)}: "
        f"`specwright implement {bundle} --into {repository.root} --role {owner}`, then again.",
    )


def requests(repository: Repository) -> Iterator[str]:
    """The first line of each that is open."""
    for file in sorted((repository.root / REQUESTS).glob("*.md")):
        first, *_ = file.read_text("utf-8").splitlines() or [""]
        yield f"{first.removeprefix('# ')}: {file.relative_to(repository.root)}"


def _request(backend: Backend, owner: str, asker: str, said: str) -> Iterator[str]:
    yield f"# {backend.model.name}: schema request to {owner}"
    yield ""
    yield f"{asker} does not change the schema: {said}."
    yield ""
    for change in backend.changes:
        yield f"- [ ] {change.title}" + (f": {change.reason}" if change.reason else "")
    yield ""
