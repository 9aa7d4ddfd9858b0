"""A role: a document about how to work, and the settings that it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from specwright.diagnostic import Report
from specwright.roles.front_matter import FrontMatter, read_front_matter
from specwright.roles.kinds import shown
from specwright.roles.precedence import Level, Said
from specwright.roles.reading import read_settings_file
from specwright.roles.recognition import recognised
from specwright.spec.text import Text
from specwright.tree import digest

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Role:
    name: str
    said: tuple[Said, ...]
    description: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    document: str | None = None  # as it was imported; a role of Specwright's own has none here
    sha256: str = ""  # of the document that the settings were read from

    @property
    def front(self) -> FrontMatter:
        return read_front_matter(self.document or "")


@cache
def builtin_roles() -> tuple[Role, ...]:
    """The roles that Specwright knows, by name."""
    folder = files("specwright.roles").joinpath("builtin")
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return tuple(
        read_role(Text(file.name, file.read_text("utf-8")), None, Report())
        for file in found
        if file.name.endswith(".yaml")
    )


def read_role(settings: Text, document: str | None, report: Report) -> Role:
    """A role from the file of its settings, `NAME.yaml`, and the document `NAME.md` beside it."""
    file = PurePath(settings.file)
    cited = str(file.with_suffix(".md")) if document is not None else None
    written = read_settings_file(settings, Level.ROLE, cited, report)
    return Role(
        file.stem,
        written.said,
        written.about.get("description")
        or read_front_matter(document or "").text("description")
        or "",
        written.variables,
        document,
        written.about.get("sha256", ""),
    )


def imported_name(document: str, file_stem: str) -> str:
    """What a document calls itself; else the role that it is known to be; else its file."""
    known = known_as(document)
    named = read_front_matter(document).text("name") or (known.name if known else file_stem)
    return _NOT_IN_A_NAME.sub("-", named.lower()).strip("-")[:60].rstrip("-")


def known_as(document: str) -> Role | None:
    """The role of Specwright's own that was made from this very document."""
    sha256 = digest(document.replace("\r\n", "\n"))
    return next((role for role in builtin_roles() if role.sha256 == sha256), None)


def settings_of(name: str, document: str) -> str:
    """The file of settings that an import writes beside the document, for a person to edit."""
    known = known_as(document)
    said = known.said if known else recognised(document, read_front_matter(document), f"{name}.md")
    of_whom = (
        f"as the role {known.name} has them" if known else "as far as its words were recognised"
    )
    lines = [f"# What {name}.md says, {of_whom}. Yours to edit: `commit.mode: pause` decides."]
    lines += ["settings:", *_settings_lines(said)] if said else ["settings:"]
    if known and known.variables:
        lines += ["variables:", *(f"  {key}: {text}" for key, text in known.variables.items())]
    return "\n".join(lines) + "\n"


def _settings_lines(said: tuple[Said, ...]) -> list[str]:
    by_name: dict[str, list[str]] = {}
    for one in said:
        by_name.setdefault(one.setting.name, []).append(_statement(one))
    return [f"  {name}: {_one_or_several(ones)}" for name, ones in by_name.items()]


def _one_or_several(statements: list[str]) -> str:
    """What does not agree stays a list, and stops a run until a person decides."""
    return statements[0] if len(statements) == 1 else f"[{', '.join(statements)}]"


def _statement(said: Said) -> str:
    value = shown(said.value)
    written = f'"{value}"' if re.search(r"[^\w.-]", value) else value
    origin, _, line = said.where.rpartition(":")
    return written if origin.endswith(".yaml") else f"{{ is: {written}, line: {line} }}"
