"""A whole diagram: its transitions, and what else may stand in it."""

import re
from collections.abc import Iterator

from specwright.diagnostic import Code, Report
from specwright.spec.mermaid.arrow import read_transition, starts_transition
from specwright.spec.mermaid.line import Line, lines_of, quoted
from specwright.spec.syntax import StateDiagram, Transition, Word
from specwright.spec.text import Text

_HEADERS = ("statediagram", "statediagram-v2")
_DRAWING = (  # says how it looks, or what a reader should know
    "acctitle",
    "accdescr",
    "class",
    "classdef",
    "click",
    "default",
    "direction",
    "hide",
    "scale",
    "style",
    "title",
)
_DECLARATION = re.compile(r"\w+(?:-\w+)*\s*(?::.*)?")
_PSEUDO_STATE = re.compile(r"(?:<<|\[\[)\s*(\w+)\s*(?:>>|\]\])$")
_CONCURRENT = re.compile(r"--+")


def parse_state_diagram(text: Text, heading: Word | None, report: Report) -> StateDiagram | None:
    """The diagram of a `mermaid` fence; None where it is a diagram of another kind."""
    lines = lines_of(text, report)
    header = next(lines, None)
    if header is None or not _is_header(header):
        return None
    before = len(report)
    diagram = StateDiagram(heading, tuple(_transitions(lines)), header.place())
    if not diagram.transitions and len(report) == before:
        message = "This state diagram has no transitions."
        report.add(header.place(), Code.STATE_SYNTAX, message, "Begin with `[*] --> draft`.")
    return diagram


def _is_header(line: Line) -> bool:
    """Whether this begins a state diagram; a header that means to is reported."""
    word = line.rest.split()[0]
    if word.casefold() in _HEADERS:
        return True
    if not word.casefold().replace("-", "").replace("_", "").startswith("statediag"):
        return False
    message = f"{quoted(word)} is no kind of Mermaid diagram."
    line.say(line.place(), Code.STATE_SYNTAX, message, "Did you mean `stateDiagram-v2`?")
    return True


def _transitions(lines: Iterator[Line]) -> Iterator[Transition]:
    for line in lines:
        if starts_transition(line):
            transition = read_transition(line)
            if transition is not None:
                yield transition
        else:
            _read_over(line, lines)


def _read_over(line: Line, lines: Iterator[Line]) -> None:
    """A line without an arrow: it changes nothing, is not built yet, or is a slip."""
    keyword = line.words()[0].rstrip(":{")
    if keyword == "note" and len(line.words()) > 1:
        _skip_note(line, lines)
    elif keyword == "state" and len(line.words()) > 1:
        _state(line, lines)
    elif keyword == "accdescr" and "{" in line.rest:
        _skip_until("}", line, lines)
    elif keyword in _DRAWING or _DECLARATION.fullmatch(line.rest):
        return
    elif _CONCURRENT.fullmatch(line.rest):
        line.later("Concurrent states are not built yet.", "Draw a diagram for each of them.")
    else:
        line.say(
            line.place(),
            Code.STATE_SYNTAX,
            f"{quoted(line.rest)} is no statement of a state diagram.",
            "A transition is written `draft --> placed : placeOrder`.",
        )


def _skip_note(line: Line, lines: Iterator[Line]) -> None:
    """A note on one line has a colon, or is `note "text" as name`; any other ends below."""
    if ":" not in line.rest and '"' not in line.rest:
        _skip_until("end note", line, lines)


def _state(line: Line, lines: Iterator[Line]) -> None:
    pseudo = _PSEUDO_STATE.search(line.rest)
    if pseudo:
        line.later(
            f"A {pseudo[1]} is not built yet.",
            "Draw an arrow for each case, with a guard: `draft --> placed : place [order.paid]`.",
        )
    elif line.rest.endswith("{"):
        line.later(
            f"States inside of a state are not built yet: {quoted(line.rest[:-1])} is one state.",
            "Draw all states side by side.",
        )
        _skip_states(line, lines)


def _skip_states(opening: Line, lines: Iterator[Line]) -> None:
    depth = 1
    for line in lines:
        depth += line.rest.endswith("{")
        depth -= line.rest == "}"
        if depth == 0:
            return
    _report_unclosed(opening, "}")


def _skip_until(closing: str, opening: Line, lines: Iterator[Line]) -> None:
    if closing in opening.rest.casefold():
        return
    for line in lines:
        if closing in line.rest.casefold():
            return
    _report_unclosed(opening, closing)


def _report_unclosed(opening: Line, closing: str) -> None:
    message, hint = f"{quoted(opening.rest)} is never closed.", f"Close it with `{closing}`."
    opening.say(opening.place(), Code.STATE_SYNTAX, message, hint)
