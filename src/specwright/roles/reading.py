"""Settings as they are written in YAML: in a role's file, a project's, and a bundle's block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.roles.kinds import Names, Setting
from specwright.roles.precedence import Level, Said
from specwright.roles.settings import SETTINGS
from specwright.spec.text import Text
from specwright.spec.yaml import Entry, Mapping, Node, Scalar, Sequence, described, read_yaml

PARTS = ("description", "document", "sha256", "settings", "variables")


@dataclass(frozen=True)
class Written:
    """A file of settings: those, the variables, and what it says of the document behind it."""

    said: tuple[Said, ...]
    variables: dict[str, str]
    about: dict[str, str]


def read_settings_file(text: Text, level: Level, document: str | None, report: Report) -> Written:
    """A file with `settings:` and `variables:`; `document` is whose lines it cites."""
    node = read_yaml(text, report)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return Written((), {}, {})
    if not isinstance(node, Mapping):
        _wrong(report, node.place, text.file, described(node), "`settings:` and what it says")
        return Written((), {}, {})
    for entry in node:
        if entry.key.text not in PARTS:
            hint = did_you_mean(entry.key.text, PARTS) or "Settings stand below `settings:`."
            message = f"`{entry.key.text}` is no part of a file of settings."
            report.add(entry.key.place, Code.UNKNOWN_KEY, message, hint)
    settings, variables = node.get("settings"), node.get("variables")
    about = {entry.key.text: _text(entry.value) for entry in node if entry.key.text in PARTS[:3]}
    return Written(
        tuple(read_settings(settings, level, document or about.get("document"), report)),
        dict(_variables(variables, report)),
        about,
    )


def read_settings(
    node: Node | None, level: Level, document: str | None, report: Report
) -> Iterator[Said]:
    """`name: value`, or `name: { is: value, line: 12 }`, or a list of what does not agree."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return
    if not isinstance(node, Mapping):
        _wrong(
            report, node.place, "settings", described(node), "lines such as `commit.mode: pause`"
        )
        return
    for entry in node:
        setting = SETTINGS.get(entry.key.text)
        if setting is None:
            hint = did_you_mean(entry.key.text, SETTINGS) or "docs/roles.md lists all settings."
            message = f"`{entry.key.text}` is no setting."
            report.add(entry.key.place, Code.UNKNOWN_KEY, message, hint)
            continue
        yield from _said(setting, entry, level, document, report)


def _said(
    setting: Setting[Any], entry: Entry, level: Level, document: str | None, report: Report
) -> Iterator[Said]:
    for node in _statements(setting, entry.value):
        place = entry.key.place
        value, where = node, f"{place.file}:{place.line}"
        if isinstance(node, Mapping) and (said := node.get("is")) is not None:
            value = said
            line = node.get("line")
            where = f"{document}:{line.text}" if isinstance(line, Scalar) and document else where
        read = None if isinstance(value, Mapping) else setting.read(_text(value))
        if read is None:
            _wrong(report, value.place, setting.name, described(value), setting.wanted)
        else:
            yield Said(setting, read, level, where)


def _statements(setting: Setting[Any], node: Node) -> Iterable[Node]:
    """One, or several that do not agree; a list of names is one."""
    if not isinstance(node, Sequence):
        return (node,)
    is_list_of_names = isinstance(setting, Names) and not any(
        isinstance(item, Mapping) for item in node
    )
    return (node,) if is_list_of_names else node.items


def _text(node: Node) -> str:
    match node:
        case Scalar():
            return node.text.strip()
        case Sequence():
            return ", ".join(_text(item) for item in node)
        case Mapping():
            return ""


def _variables(node: Node | None, report: Report) -> Iterator[tuple[str, str]]:
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return
    if not isinstance(node, Mapping):
        wanted = "lines such as `PROJECT_NAME: Orders`"
        _wrong(report, node.place, "variables", described(node), wanted)
        return
    for entry in node:
        if isinstance(entry.value, Scalar):
            yield entry.key.text, entry.value.text
        else:
            found = described(entry.value)
            _wrong(report, entry.value.place, entry.key.text, found, "a text")


def _wrong(report: Report, place: Place, name: str, found: str, wanted: str) -> None:
    report.add(place, Code.WRONG_SHAPE, f"`{name}` must be {wanted}, not {found}.")
