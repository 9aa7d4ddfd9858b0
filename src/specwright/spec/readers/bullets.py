"""Typed bullets: `- **title** (string, required)`, `- `id` UUID PK`, `- title: string`."""

import re
from dataclasses import replace

from specwright.diagnostic import Code, Level, Report
from specwright.spec.markdown import Paragraph
from specwright.spec.readers import names, remarks, types
from specwright.spec.readers.facts import Field
from specwright.spec.readers.grids import typed
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_BULLET = re.compile(
    r"(?P<mark>\*\*`?|`|)(?P<name>[A-Za-z_]\w*)(?:`?\*\*|`|)(?P<colon>\s*[:：])?\s*(?P<rest>.*)",
    re.DOTALL,
)
_BRACKETS = re.compile(r"^\((?P<inside>(?:[^()]|\([^()]*\))*)\)\s*(?:[:：—–-].*)?$", re.DOTALL)
_NOTE = re.compile(r"\s+(?:—|–|--)\s+.*|\s*;\s.*", re.DOTALL)
_ASIDE = re.compile(r"\s*\((?!\d)([^()]*)\)")
_TYPE = re.compile(
    r"(?:enum\s*[:(]\s*)?`[^`]*`|[A-Za-z_]\w*(?:\s*\([^()]*\)|<[^<>]*>|\[\])?\??(?:\s*\|\s*\w+)*"
)


def bullet(paragraph: Paragraph, enums: frozenset[str], report: Report) -> Field | None:
    """The field that a bullet states; None where it is about something else."""
    text = paragraph.text
    match = _BULLET.fullmatch(text.value)
    if not paragraph.is_item or match is None or not match["rest"]:
        return None
    start, end = match.span("rest")
    inside = _BRACKETS.match(match["rest"])
    if inside:
        start, end = start + inside.start("inside"), start + inside.end("inside")
    elif not (match["mark"] or match["colon"]):
        return None
    said = text.part(start, end)
    note = None if inside else _NOTE.search(said.value)
    if note:
        said = said.part(0, note.start())
    written = _TYPE.match(said.value)
    if written is None:
        return None
    kind = said.part(0, written.end())
    named = Word(names.column(match["name"]), text.place(match.start("name")))
    if types.read_type(kind, enums) is None and kind.value.lower() not in types.AMBIGUOUS:
        return None
    one = typed(Field(named), kind, enums, report)
    return _remarked(one, said.part(written.end(), len(said.value)), report)


def _remarked(one: Field, rest: Text, report: Report) -> Field:
    """What follows the type: by commas, or, in the manner of SQL, by words alone."""
    for phrase in remarks.phrases(rest):
        one = _phrase(one, phrase, report)
    return one


def _phrase(one: Field, phrase: Text, report: Report) -> Field:
    whole = remarks.read_remark(one, phrase)
    if whole is not None:
        return whole
    asides = [phrase.part(*match.span(1)) for match in _ASIDE.finditer(phrase.value)]
    plain = replace(phrase, value=_ASIDE.sub("", phrase.value).strip())
    found = remarks.read_remark(one, plain) or _in_pieces(one, plain)
    for aside in asides:  # what stands in brackets is often a mere remark
        found = (found and remarks.read_remark(found, aside)) or found
    if found is None:
        report.add(
            phrase.place(0),
            Code.UNREAD_FACT,
            f"`{phrase.value.strip()}` says nothing of `{one.name}` that is understood.",
            "Write it as a check in DBML, as in `[check: `price >= 0`]`, or as a description.",
            level=Level.OPEN,
        )
    return found or one


_PIECES = re.compile(
    r"not null|nullable|null|primary key|pk|unique|required|optional|default\s+\S+"
    r"|(?:fk\s*)?(?:→|->)\s*\S+|references\s+\S+|indexed|auto[- ]generated|auto[- ]increment",
    re.IGNORECASE,
)


def _in_pieces(one: Field, phrase: Text) -> Field | None:
    left = _PIECES.sub("", phrase.value).strip()
    if left or not phrase.value.strip():
        return None if left else one
    found: Field | None = one
    for match in _PIECES.finditer(phrase.value):
        found = found and remarks.read_remark(found, phrase.part(*match.span()))
    return found
