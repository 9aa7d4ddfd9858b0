"""Mermaid's erDiagram, as far as it has attributes: `string email UK "must be unique"`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from specwright.diagnostic import Report
from specwright.spec.readers import names
from specwright.spec.readers.facts import Field, Stated
from specwright.spec.readers.grids import typed
from specwright.spec.readers.remarks import read_remark
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_ENTITY = re.compile(
    r"^[^\S\n]*\"?([A-Za-z_][\w-]*)\"?(?:\[[^\]\n]*\])?\s*\{([^{}]*)\}", re.MULTILINE
)
_ATTRIBUTE = re.compile(
    r"[^\S\n]*(?P<type>[A-Za-z_][\w()\[\],]*)[^\S\n]+\*?(?P<name>[A-Za-z_]\w*)"
    r"(?P<keys>(?:[^\S\n]*,?[^\S\n]*\b(?:PK|FK|UK)\b)*)[^\S\n]*(?:\"(?P<note>[^\"\n]*)\")?"
)


def is_er_diagram(body: Text) -> bool:
    return bool(re.match(r"(?:\s|%%[^\n]*\n)*erDiagram\b", body.value))


def read_er_diagram(body: Text, enums: frozenset[str], report: Report) -> Iterator[Stated]:
    for entity in _ENTITY.finditer(body.value):
        fields = tuple(_fields(body, entity, enums, report))
        if fields:
            yield Stated(Word(entity[1], body.place(entity.start(1))), fields)


def _fields(
    body: Text, entity: "re.Match[str]", enums: frozenset[str], report: Report
) -> Iterator[Field]:
    start = entity.start(2)
    for line in re.finditer(r"[^\n]+", entity[2]):
        match = _ATTRIBUTE.fullmatch(line[0].rstrip())
        if match is None:
            continue
        at = start + line.start()
        name = Word(names.column(match["name"]), body.place(at + match.start("name")))
        kind = body.part(at + match.start("type"), at + match.end("type"))
        one = typed(Field(name), kind, enums, report)
        note = body.part(at + match.start("note"), at + match.end("note"))
        yield _noted(_keyed(one, match["keys"], name), note if match["note"] else None)


def _keyed(one: Field, keys: str, name: Word) -> Field:
    one = replace(one, primary_key="PK" in keys, unique="UK" in keys)
    if "FK" not in keys:
        return one
    return (
        read_remark(one, Text(name.place.file, "FK", name.place.line, (name.place.column - 1,)))
        or one
    )


def _noted(one: Field, note: Text | None) -> Field:
    """What stands in quotes is for people, but for the few words that say a constraint."""
    return (note and read_remark(one, note)) or one
