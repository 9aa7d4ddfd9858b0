"""Closed lists of values, wherever they stand: fences of TypeScript and Python, and bullets."""

import ast
import re
from collections.abc import Iterator, Sequence

from specwright.address import snake
from specwright.spec.markdown import Block, Fence, Heading, Paragraph
from specwright.spec.readers import names
from specwright.spec.readers.prisma import enums_of_prisma
from specwright.spec.syntax import Word

_UNION = re.compile(
    r"\btype\s+([A-Za-z_]\w*)\s*=\s*((?:\s*\|?\s*['\"][^'\"\n]*['\"][^\S\n]*(?://[^\n]*)?\n?)+)"
)
_LITERAL = re.compile(r"['\"]([^'\"\n]*)['\"]")
_TITLE = re.compile(
    r"[*_`\s]*(?:(?:allowed|valid|possible)\s+)?(?P<name>[A-Za-z][\w ]*?)?\s*"
    r"(?:\(?\benum(?:eration)?\b\)?(?:\s+values?)?|\bvalues)"
    r"\s*(?:[:：]\s*`?(?P<type>[A-Za-z]\w*)`?)?[*_`\s]*[:：]?[*_`\s]*",
    re.IGNORECASE,
)  # fmt: skip
_VALUE = re.compile(r"[`\"'*]+([A-Za-z0-9][\w -]*?)[`\"'*]+(?:\s*(?:[:：(—–-].*)?)?", re.DOTALL)
_PYTHON = ("python", "py")
_TYPESCRIPT = ("typescript", "ts", "tsx", "javascript", "js")


def read_enums(parts: Sequence[Block]) -> dict[str, tuple[Word, ...]]:
    """By the name of a type, or by `Thing.field` where the values of a field are listed."""
    found: dict[str, tuple[Word, ...]] = {}
    for name, values in (*_of_fences(parts), *_of_bullets(parts)):
        if values:
            found.setdefault(name, values)
    return found


def _of_fences(parts: Sequence[Block]) -> Iterator[tuple[str, tuple[Word, ...]]]:
    for part in parts:
        if isinstance(part, Fence) and part.language in _TYPESCRIPT:
            for union in _UNION.finditer(part.body.value):
                yield (
                    union[1],
                    tuple(
                        Word(one[1], part.body.place(union.start(2) + one.start(1)))
                        for one in _LITERAL.finditer(union[2])
                    ),
                )
        elif isinstance(part, Fence) and part.language in _PYTHON:
            yield from _of_python(part)
        elif isinstance(part, Fence) and part.language == "prisma":
            yield from enums_of_prisma(part.body)


def _of_python(fence: Fence) -> Iterator[tuple[str, tuple[Word, ...]]]:
    try:
        tree = ast.parse(fence.body.value)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(b) for b in node.bases):
            yield (
                node.name,
                tuple(
                    Word(line.value.value, fence.body.at(line.lineno - 1, line.col_offset))
                    for line in node.body
                    if isinstance(line, ast.Assign)
                    and isinstance(line.value, ast.Constant)
                    and isinstance(line.value.value, str)
                ),
            )


def _of_bullets(parts: Sequence[Block]) -> Iterator[tuple[str, tuple[Word, ...]]]:
    thing: Word | None = None
    for number, part in enumerate(parts):
        title = _title(part)
        if isinstance(part, Heading) and not title and not names.is_generic(part.title):
            thing = names.thing(part.title)
        if not title:
            continue
        values = tuple(_values(parts[number + 1 :]))
        if title["type"]:
            yield title["type"], values
        elif title["name"] and isinstance(part, Heading):
            yield title["name"].replace(" ", ""), values
        if title["name"] and thing is not None:
            yield f"{thing}.{snake(title['name'])}", values


def _title(part: Block) -> "re.Match[str] | None":
    match part:
        case Heading():
            return _TITLE.fullmatch(part.title.value)
        case Paragraph(is_item=False):
            return _TITLE.fullmatch(part.text.value)
    return None


def _values(parts: Sequence[Block]) -> Iterator[Word]:
    for part in parts:
        if not (isinstance(part, Paragraph) and part.is_item):
            return
        match = _VALUE.fullmatch(part.text.value)
        if match is None:
            return
        yield Word(match[1], part.text.place(match.start(1)))
