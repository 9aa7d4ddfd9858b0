"""Lines about several columns together: `**Unique constraint**: (customer_id, name)`."""

import re
from dataclasses import dataclass, replace

from specwright.diagnostic import Code, Level, Report
from specwright.spec.markdown import Paragraph
from specwright.spec.readers import names
from specwright.spec.readers.facts import Stated
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_UNIQUE = re.compile(
    r"[*_`\s]*(?:composite\s+)?unique(?:\s+(?:constraints?|index|key|on|together))*[*_`\s]*[:：]?[*_`\s]*"
    r"(?:on\s+)?\(\s*(?P<columns>[\w\s,`]+?)\s*\)[`*.\s]*(?:[—–-].*)?",
    re.IGNORECASE | re.DOTALL,
)
_INDEX = re.compile(
    r"`?\w+`?\s+on\s+`?\(?\s*(?P<columns>\w+(?:\s*,\s*`?\w+`?)*)\s*\)?`?(?:\s*[(—–-].*)?",
    re.IGNORECASE | re.DOTALL,
)


_CHECK = re.compile(
    r"[`\s]*CHECK\s*\((?P<sql>[\w\s<>=!'.,%()+*/-]*)\)[`.\s]*(?:[—–(-].*)?", re.DOTALL
)
_CALL = re.compile(r"\b(?!and\b|or\b|in\b|not\b|length\b|between\b)[a-z_]\w*\s*\(", re.IGNORECASE)
_SAYS_MORE = re.compile(r"[`*_\s]*(?:UNIQUE|CHECK|EXCLUDE|FOREIGN KEY|PRIMARY KEY)\b")


@dataclass(frozen=True, slots=True)
class Constraint:
    columns: tuple[Word, ...] = ()
    is_unique: bool = False
    check: Text | None = None

    def added_to(self, stated: Stated) -> Stated:
        """As far as all of them are columns of it."""
        if self.check is not None:
            return replace(stated, checks=(*stated.checks, self.check))
        known = {f.name.value for f in stated.fields}
        if not all(word.value in known for word in self.columns):
            return stated
        if self.is_unique:
            return replace(stated, uniques=(*stated.uniques, self.columns))
        return replace(stated, indexes=(*stated.indexes, self.columns))


def constraint(paragraph: Paragraph, report: Report) -> Constraint | None:
    """None where it says nothing of the kind; what it says and nobody understands is reported."""
    for pattern, is_unique in ((_UNIQUE, True), (_INDEX, False)):
        match = pattern.fullmatch(paragraph.text.value)
        if match:
            return Constraint(tuple(_words(paragraph.text, match)), is_unique)
    text = paragraph.text
    check = _CHECK.fullmatch(text.value)
    if check and not _CALL.search(check["sql"]):
        return Constraint(check=text.part(*check.span("sql")))
    if _SAYS_MORE.match(text.value):
        report.add(
            text.place(0),
            Code.UNREAD_FACT,
            f"`{text.value.partition(chr(10))[0].replace('`', '')}` is no constraint that is read.",
            "Write it in DBML, under `checks` or `indexes`.",
            level=Level.OPEN,
        )
    return None


def _words(text: Text, match: "re.Match[str]") -> list[Word]:
    start = match.start("columns")
    return [
        Word(names.column(word[0]), text.place(start + word.start()))
        for word in re.finditer(r"\w+", match["columns"])
    ]
