"""`specwright role`: documents about how to work, and the settings that they are read as."""

import argparse
import textwrap
from collections.abc import Iterator
from pathlib import Path

from specwright.cli.misuse import Misuse
from specwright.cli.shelf import ROLES, Shelf, read_document
from specwright.cli.terminal import Style, Terminal, harmless
from specwright.roles import Role, Said, Settings, settle, shown
from specwright.roles.front_matter import FrontMatter
from specwright.roles.kinds import Built
from specwright.roles.role import NAME, imported_name, settings_of
from specwright.roles.variables import filled, missing_variables
from specwright.workflow import Refusal
from specwright.workflow.files import replace_whole

LARGEST = 1_000_000  # bytes of a document
WIDTH = 100


def role(asked: argparse.Namespace, terminal: Terminal) -> int:
    match asked.deed:
        case "import":
            return _import(asked, terminal)
        case "list":
            return _list(Shelf((asked.repo,)), terminal)
        case _:
            return _show(Shelf((asked.repo,)), asked, terminal)


# -- Import


def _import(asked: argparse.Namespace, terminal: Terminal) -> int:
    document = _document(asked.file)
    name = asked.name or imported_name(document, asked.file.stem)
    if not NAME.fullmatch(name):
        raise Misuse(f"`{name}` cannot be the name of a role.", "Try `--name backend-developer`.")
    folder = asked.repo / ROLES
    kept, settings = folder / f"{name}.md", folder / f"{name}.yaml"
    if kept.exists() and read_document(kept) != document:
        raise Refusal(f"{kept} is there already, and is another.", "Choose a `--name` for this.")
    folder.mkdir(parents=True, exist_ok=True)
    replace_whole(kept, document.encode())
    if not settings.exists():
        replace_whole(settings, settings_of(name, document).encode())
    found = Shelf((asked.repo,)).role(name)
    terminal.say(f"{name} is a role of {len({one.setting for one in found.said})} settings.")
    terminal.say(f"  {kept}  as it was")
    terminal.say(f"  {settings}  yours to edit")
    for line in _doubts(found):
        terminal.say(harmless(f"  {line}"), Style.YELLOW)
    terminal.say(f"Next: specwright role show {name}")
    return 0


def _document(file: Path) -> str:
    if not file.is_file():
        raise Misuse(f"{file} is no file.", "Name the document of a role.")
    if file.stat().st_size > LARGEST:
        raise Refusal(f"{file} is larger than {LARGEST // 1_000_000} MB.")
    document = read_document(file)
    if not document.strip():
        raise Refusal(f"{file} is empty.")
    if "\0" in document:
        raise Refusal(f"{file} is no text.")
    return document


def _doubts(found: Role) -> Iterator[str]:
    yield from (f"line {one.line}: {one.how}." for one in found.front.tolerated)
    yield from (str(problem) for problem in settle(found.said)[1])


# -- List


def _list(shelf: Shelf, terminal: Terminal) -> int:
    roles = shelf.roles()
    width = max(len(one.name) for one in roles)
    for one in roles:
        about = textwrap.shorten(one.description, WIDTH - width - 2, placeholder=" …")
        terminal.say(f"{one.name:<{width}}  {harmless(about)}".rstrip())
    return 0


# -- Show


def _show(shelf: Shelf, asked: argparse.Namespace, terminal: Terminal) -> int:
    found = shelf.role(asked.role)
    if asked.document:
        terminal.say(harmless(_filled(found, shelf, asked.repo)).rstrip("\n"))
        return 0
    terminal.say(found.name, Style.BOLD)
    for line in _front(found.front):
        terminal.say(harmless(f"  {line}"))
    for line in _doubts(found):
        terminal.say(harmless(f"  {line}"), Style.YELLOW)
    terminal.say()
    for line in _table(settle(found.said)[0]):
        terminal.say(harmless(line))
    terminal.say()
    terminal.say("`later`: known, and nothing obeys it yet.")
    return 0


def _front(front: FrontMatter) -> Iterator[str]:
    width = max((len(key) for key in front.fields), default=0)
    for key, one in front.fields.items():
        text = textwrap.shorten(one.text.replace("\\n", " "), WIDTH - width, placeholder=" …")
        yield f"{key:<{width}}  {text}"


def _table(settings: Settings) -> Iterator[str]:
    rows = [(one.setting.name, _value(one), one.where) for one in settings.all()]
    name, value = (max(len(row[column]) for row in rows) for column in (0, 1))
    for row in rows:
        yield f"  {row[0]:<{name}}  {row[1]:<{value}}  {row[2]}"


def _value(said: Said) -> str:
    text = textwrap.shorten(shown(said.value) or "-", WIDTH // 2, placeholder=" …")
    is_later = said.setting.built is Built.LATER or said.setting.is_later(said.value)
    return f"{text} (later)" if is_later else text


def _filled(found: Role, shelf: Shelf, repo: Path) -> str:
    if found.document is None:
        raise Refusal(f"{found.name} has no document here.", "`specwright role import FILE`.")
    known = {
        "PROJECT_NAME": repo.resolve().name,
        **found.variables,
        **shelf.project().variables,
    }
    missing = missing_variables(found.document, known)
    for variable, line in missing.items():
        raise Refusal(
            f"{repo / ROLES / found.name}.md:{line}: `{{{{{variable}}}}}` has no value.",
            f"Write `{variable}: …` below `variables:` in {repo / ROLES / found.name}.yaml.",
        )
    return filled(found.document, known)
