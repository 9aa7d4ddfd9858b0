"""Where roles lie on disk: those that were imported, and the project's own settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from specwright.cli.findings import summary
from specwright.diagnostic import Report, did_you_mean
from specwright.roles import Level, Role, Said, builtin_roles, read_role
from specwright.roles.reading import Written, read_settings_file
from specwright.spec.text import Text
from specwright.workflow import Refusal

ROLES = Path(".specwright/roles")
PROJECT = Path(".specwright/profile.yaml")


@dataclass(frozen=True)
class Shelf:
    """The folders of a project that may hold roles, the nearest first."""

    folders: tuple[Path, ...]

    def role(self, name: str) -> Role:
        for role in self.roles():
            if role.name == name:
                return role
        known = [role.name for role in self.roles()]
        raise Refusal(
            f"There is no role `{name}`.",
            did_you_mean(name, known) or "`specwright role list` lists them.",
        )

    def roles(self) -> tuple[Role, ...]:
        """Each by its name: one that was imported stands for one of Specwright's own."""
        found: dict[str, Role] = {}
        for role in (*self._imported(), *builtin_roles()):
            found.setdefault(role.name, role)
        return tuple(found.values())

    def project(self) -> Written:
        """What the project says, of whatever role."""
        for folder in self.folders:
            file = folder / PROJECT
            if file.is_file():
                report = Report()
                written = read_settings_file(_text(file), Level.PROJECT, None, report)
                _expect_sound(report)
                return written
        return Written((), {}, {})

    def said(self, role: Role | None) -> tuple[Said, ...]:
        return (*(role.said if role else ()), *self.project().said)

    def _imported(self) -> Iterator[Role]:
        for folder in self.folders:
            for file in sorted((folder / ROLES).glob("*.yaml")):
                report = Report()
                document = file.with_suffix(".md")
                said = read_document(document) if document.is_file() else None
                yield read_role(_text(file), said, report)
                _expect_sound(report)


def read_document(file: Path) -> str:
    """A text in UTF-8, its line ends as they are."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(f"{file} is no text in UTF-8.", "Save it in UTF-8.") from error


def _text(file: Path) -> Text:
    return Text(str(file), read_document(file).replace("\r\n", "\n"))


def _expect_sound(report: Report) -> None:
    found = tuple(report)
    if found:
        first = found[0]
        more = f" ({summary(found)})" if len(found) > 1 else ""
        raise Refusal(f"{first.place}: {first.message}{more}", first.hint)
