"""What an author slipped on where a YAML parser gives up, and what would be right."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from specwright.diagnostic import Code
from specwright.spec.yaml.nodes import Scalar
from specwright.spec.yaml.quoting import first_outside, in_quotes

_QUOTED = re.compile(r"'(?:[^'\n]|'')*'|\"(?:[^\"\\\n]|\\.)*\"")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*(?:[ \t]+#.*)?[ \t]*$")
_QUOTE_OR_COMMENT = re.compile(r"['\"]|[ \t]#")
_MARKS = re.compile(r"(?:- +)*")
_NO_SPACE = re.compile(r"[ ]*(?:- +)*([\w.$-]+):([^\s:/].*)")
_KEY = re.compile(r"[ ]*(?:- |[\w.$/{}'\"-]+:(?:\s|$))")
_NO_BEGINNING = frozenset("!&*%@`,|>?]}")
_ENDS_PLAIN = (":", "[", "{")
_PARTNERED = frozenset("'\"[{")
_LONGEST_PROPOSAL = 300

_MUST = "must be quoted as a whole."
KEY_IS_MISSING = "The key before this `:` is missing."
_COLON = "A value that contains `: ` must be quoted."
_TOLD = {
    "sequence entries are not allowed": "A list that begins with `- ` starts on a line of its own.",
    "<document start>": "A second document begins here.",
}


@dataclass(frozen=True, slots=True)
class Slip:
    """A diagnostic to be; with the characters of `repair` blanked out, reading can go on."""

    start: int
    code: Code
    message: str
    hint: str | None = None
    repair: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where and how a parser gave up."""

    characters: str
    at: int
    since: int  # where the thing begins that it was reading
    problem: str
    context: str
    flow: int | None  # where the innermost open bracket stands
    last: Scalar | None  # that it read

    def line(self, offset: int) -> tuple[int, str]:
        """The line around an offset, and where it starts."""
        start = self.characters.rfind("\n", 0, offset) + 1
        end = self.characters.find("\n", offset)
        return start, self.characters[start : end if end >= 0 else None].rstrip("\r")

    @property
    def is_first_of_line(self) -> bool:
        start, _ = self.line(self.at)
        return not self.characters[start : self.at].strip()


def find_slip(stumble: Stumble) -> Slip:
    for seek in _SEEKERS:
        if slip := seek(stumble):
            return slip
    if sentence := next((s for told, s in _TOLD.items() if told in stumble.problem), None):
        return Slip(stumble.at, Code.YAML_SYNTAX, sentence)
    problem = stumble.problem or "nothing can be read from here"
    return Slip(stumble.at, Code.YAML_SYNTAX, f"This is no YAML: {problem}.")


def value_end(characters: str, start: int) -> int:
    """Where a value ends that takes the rest of its line, but for a comment."""
    end = characters.find("\n", start)
    rest = characters[start : end if end >= 0 else None]
    return start + len(_without_comment(rest))


def as_quoted_line(characters: str, start: int, end: int) -> str | None:
    """The hint to put a value in quotes, with the line as it would be."""
    value = characters[start:end]
    if len(value) > _LONGEST_PROPOSAL:
        return "Put it in single quotes."
    line_start = characters.rfind("\n", 0, start) + 1
    return f"Write `{characters[line_start:start].lstrip()}{in_quotes(value)}`."


def _tab(stumble: Stumble) -> Slip | None:
    start, line = stumble.line(stumble.at)
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation and stumble.flow is None:
        tab = start + indentation.index("\t")
    elif stumble.characters.startswith("\t", stumble.at):
        tab = stumble.at
    else:
        return None
    return Slip(tab, Code.YAML_TAB, "YAML is indented with spaces, not with tabs.")


def _escape(stumble: Stumble) -> Slip | None:
    if "escape" not in stumble.problem and "decimal number" not in stumble.problem:
        return None
    start = stumble.characters.rfind("\\", 0, stumble.at + 1)
    if start < 0:
        return None
    return Slip(
        start,
        Code.YAML_QUOTE,
        f"`{stumble.characters[start : start + 2]}` is no escape in double quotes.",
        "Double the backslash, or use single quotes, where it stands for itself.",
        (start, start + 2),
    )


def _quote(stumble: Stumble) -> Slip | None:
    """A quote without its partner: it runs to the end of the file, or to the next quote."""
    if stumble.context.startswith("while scanning a quoted"):
        start = stumble.since
    elif (last := stumble.last) and _opened_above(stumble, last):
        start = last.start
    else:
        return None
    _, line = stumble.line(start)
    return Slip(
        start,
        Code.YAML_UNCLOSED,
        "This quote is not closed on its line.",
        f"Close it: `{line.strip()}{stumble.characters[start]}`.",
        _to_line_end(stumble, start),
    )


def _opened_above(stumble: Stumble, last: Scalar) -> bool:
    raw = stumble.characters[last.start : last.end]
    behind = stumble.characters[last.end : stumble.at]
    # Behind a quote, PyYAML takes a `#` for a comment, as in `$ref: '#/components/…'`.
    return raw[:1] in ("'", '"') and "\n" in raw and ("\n" not in behind or behind[0] == "#")


def _to_line_end(stumble: Stumble, start: int) -> tuple[int, int] | None:
    """The rest of the line, when the next line begins something else."""
    line_start, line = stumble.line(start)
    following = stumble.characters[line_start + len(line) :].lstrip("\r\n").partition("\n")[0]
    if stumble.flow is not None or not _KEY.match(following):
        return None
    return start, line_start + len(line.rstrip())


def _value(stumble: Stumble) -> Slip | None:
    """A value that YAML does not take for a text, because of how it begins or goes on."""
    if stumble.flow is not None:
        return None
    line_start, line = stumble.line(stumble.at)
    begin = _value_begin(line)
    value = _without_comment(line[begin:])
    offset = stumble.at - line_start - begin
    message = _why_quoted(value, offset, stumble.problem)
    if not message or offset < 0:
        return None
    start, end = line_start + begin, line_start + begin + len(value)
    where = stumble.at if message is _COLON else start
    hint = as_quoted_line(stumble.characters, start, end)
    repair = (start, end) if line[:begin].strip() else None
    return Slip(where, Code.YAML_QUOTE, message, hint, repair)


def _why_quoted(value: str, offset: int, problem: str) -> str | None:
    first = value[:1]
    if first in _PARTNERED:
        goes_on = 0 < _partner_end(value) <= min(offset, len(value) - 1)
        return (
            f"{_begins_with(first)} and goes on after the closing one {_MUST}" if goes_on else None
        )
    if first in _NO_BEGINNING and not _BLOCK_HEADER.match(value):
        return f"{_begins_with(first)} {_MUST}"
    has_colon = ": " in value or value.endswith(":")
    return _COLON if has_colon and problem.startswith("mapping values") else None


def _begins_with(char: str) -> str:
    return f"A value that begins with {'a backtick' if char == '`' else f'`{char}`'}"


def _partner_end(value: str) -> int:
    """Where the quote or bracket that begins a value is past; 0 if it never is."""
    if value[0] in "[{":
        end = first_outside(value) or 0
        return end if value[end:].strip(" ]}") else 0
    quoted = _QUOTED.match(value)
    return quoted.end() if quoted else 0


def _value_begin(line: str) -> int:
    """Where the value of a line begins, behind dashes and a key."""
    indent = len(line) - len(line.lstrip(" "))
    marks = _MARKS.match(line, indent)
    begin = marks.end() if marks else indent
    if quoted := _QUOTED.match(line, begin):
        key_end = quoted.end() if line.startswith(":", quoted.end()) else -1
    else:
        key_end = line.find(": ", begin)
    if key_end < 0:
        return begin
    return key_end + 1 + len(line[key_end + 1 :]) - len(line[key_end + 1 :].lstrip(" "))


def _without_comment(value: str) -> str:
    """A value up to the first ` #` that follows whole pairs of quotes."""
    odd = {"'": False, '"': False}
    for found in _QUOTE_OR_COMMENT.finditer(value):
        if found[0] in odd:
            odd[found[0]] = not odd[found[0]]
        elif not any(odd.values()):
            return value[: found.start()].rstrip()
    return value.rstrip()


def _no_entry(stumble: Stumble) -> Slip | None:
    """A line that is no `key: value`."""
    if not stumble.problem.startswith("could not find expected ':'"):
        return None
    start, line = stumble.line(stumble.since)
    if missing := _NO_SPACE.fullmatch(line):
        return _missing_space(start, missing)
    message = f"`{line.strip()[:_LONGEST_PROPOSAL]}` is no `key: value`."
    return Slip(stumble.since, Code.YAML_SYNTAX, message)


def _missing_space(start: int, line: re.Match[str]) -> Slip:
    message = f"A space is missing behind `{line[1]}:`."
    return Slip(start + line.start(2), Code.YAML_SYNTAX, message, f"Write `{line[1]}: {line[2]}`.")


def _bracket(stumble: Stumble) -> Slip | None:
    if "flow" not in stumble.context and stumble.flow is None:
        return None
    opened = stumble.flow if stumble.flow is not None else stumble.since
    bracket = stumble.characters[opened : opened + 1]
    found = stumble.characters[stumble.at : stumble.at + 1]
    if found in _ENDS_PLAIN and _is_in_value(stumble):
        told = ": " if found == ":" else found
        message = f"Inside of brackets, a value that contains `{told}` must be quoted."
        return Slip(stumble.at, Code.YAML_QUOTE, message, "Put the whole value in single quotes.")
    if first_outside(stumble.characters[opened:]) is None:
        return Slip(opened, Code.YAML_UNCLOSED, f"This `{bracket}` is not closed.")
    closer = "}" if bracket == "{" else "]"
    message = f"A `,` or `{closer}` is missing before this."
    return Slip(stumble.at, Code.YAML_SYNTAX, message)


def _is_in_value(stumble: Stumble) -> bool:
    start, _ = stumble.line(stumble.at)
    before = stumble.characters[start : stumble.at]
    _, colon, value = re.split(r"[,{\[]", before)[-1].rpartition(": ")
    return bool(colon and value.strip())


def _tag(stumble: Stumble) -> Slip | None:
    if not stumble.context.endswith("a tag"):
        return None
    word = re.split(r"[\s,\[\]{}]", stumble.characters[stumble.since :], maxsplit=1)[0]
    return Slip(stumble.since, Code.YAML_TAG, read_as_tag(word))


def read_as_tag(word: str) -> str:
    return f"`{word}` is read as a YAML tag: quote this expression."


def _step(stumble: Stumble) -> Slip | None:
    """A line that does not fit the lines above."""
    if stumble.characters.startswith(("]", "}"), stumble.at):
        message = f"This `{stumble.characters[stumble.at]}` closes nothing."
        return Slip(stumble.at, Code.YAML_SYNTAX, message)
    if stumble.problem.startswith("mapping values"):
        return _deeper(stumble)
    if not stumble.context.startswith("while parsing a block") or not stumble.is_first_of_line:
        return None
    if stumble.context.endswith("collection"):
        message = "This line lines up neither with the list above nor with what is in its items."
        hint = "Begin it with `- `, or line it up with what it belongs to."
    elif stumble.characters.startswith(":", stumble.at):
        return Slip(stumble.at, Code.YAML_KEY, KEY_IS_MISSING)
    elif stumble.characters.startswith("- ", stumble.at):
        message, hint = "A list item stands here between the keys of a mapping.", None
    else:
        message = "This line begins in a column where no line above begins."
        hint = "Line it up with the line that it belongs to."
    return Slip(stumble.at, Code.YAML_INDENTATION, message, hint)


def _deeper(stumble: Stumble) -> Slip | None:
    start, line = stumble.line(stumble.at)
    above, before = stumble.line(max(start - 1, 0))
    if missing := _NO_SPACE.fullmatch(before):
        return _missing_space(above, missing)
    indent = len(line) - len(line.lstrip())
    return Slip(
        start + indent,
        Code.YAML_INDENTATION,
        "This line is indented as a part of the one above, which has its value already.",
        "Line it up with the line above, or give that line no value.",
    )


_SEEKERS: tuple[Callable[[Stumble], Slip | None], ...] = (
    _tab, _escape, _quote, _value, _tag, _no_entry, _bracket, _step,
)  # fmt: skip
