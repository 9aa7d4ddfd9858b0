"""A transition: `source --> target : label`."""

import re
from dataclasses import dataclass

from specwright.diagnostic import Code
from specwright.spec.mermaid.label import Label, read_label
from specwright.spec.mermaid.line import Line, quoted
from specwright.spec.syntax import Transition, Word

_STATE = re.compile(r"\[ *\* *\]|\(\*\)|\*|\w+(?:-\w+)*|\"[^\"]*\"")
_STYLE = re.compile(r":::\w*")
_ARROW = re.compile(r"[-=.~<>→⟶⇒➜]+")
_BEGINNING = re.compile(rf"(?:{_STATE.pattern})?\s*(?:{_STYLE.pattern}\s*)?{_ARROW.pattern}")
_DIVIDER = re.compile(r"--+")
_EXAMPLE = "draft --> placed : placeOrder"


@dataclass(frozen=True, slots=True)
class _End:
    """One end of an arrow; a state of None is `[*]`."""

    state: Word | None

    def __str__(self) -> str:
        return self.state.value if self.state else "[*]"


@dataclass(frozen=True, slots=True)
class _Shaft:
    """An arrow as drawn, with the label that it has inside of it in a flowchart."""

    sign: Word
    label: Line | None = None

    @property
    def backwards(self) -> bool:
        return self.sign.value.startswith("<") and not self.sign.value.endswith(">")


def starts_transition(line: Line) -> bool:
    drawn = _BEGINNING.match(line.text.value, line.offset, line.end)
    return drawn is not None and not _DIVIDER.fullmatch(line.rest)


def read_transition(line: Line) -> Transition | None:
    place = line.place()
    source, shaft = _end(line), _shaft(line)
    target = _end(line)
    if source is None or shaft is None or target is None:
        message, hint = _half(source, target)
        line.say(place, Code.STATE_SYNTAX, message, hint)
        return None
    if shaft.backwards:
        source, target = target, source
    _judge(line, source, shaft, target)
    label = read_label(shaft.label) if shaft.label else _label(line, source, target)
    if source.state is None and target.state is None:
        _say(line, "This arrow joins no states.", f"Write `{_EXAMPLE}`.")
    return Transition(source.state, target.state, label.trigger, label.guard, label.effect, place)


# -- Ends ---------------------------------------------------------------------------------------


def _end(line: Line) -> _End | None:
    name = line.take(_STATE)
    line.take(_STYLE)
    if name is None or name.value == "[*]":
        return None if name is None else _End(None)
    if "*" in name.value:
        message = f"Start and end are written `[*]`, not {quoted(name.value)}."
        line.say(name.place, Code.STATE_SYNTAX, message, "Write `[*]`.")
        return _End(None)
    plain = name.value.strip('"')
    meant = re.sub(r"\W+", "_", plain)
    if meant != name.value:
        message = f"{quoted(name.value)} is no name of a state."
        line.say(name.place, Code.STATE_SYNTAX, message, f"Write `{meant}`, as the enum does.")
    return _End(Word(meant, name.place))


def _half(source: _End | None, target: _End | None) -> tuple[str, str]:
    if source is not None:
        return "This arrow leads to no state.", f"Write `{source} --> placed : placeOrder`."
    hint = f"Write `[*] --> {target}`." if target else f"Write `{_EXAMPLE}`."
    return "This arrow comes from no state.", hint


# -- Arrows -------------------------------------------------------------------------------------


def _shaft(line: Line) -> _Shaft | None:
    sign = line.take(_ARROW)
    if sign is None:
        return None
    if line.starts_with("|"):
        line.skip(1)
        return _Shaft(sign, _inside(line, "|"))
    if sign.value in ("--", "==") and sign.value + ">" in line.rest:
        return _Shaft(sign, _inside(line, sign.value + ">"))
    return _Shaft(sign)


def _inside(line: Line, closing: str) -> Line:
    """The label of an arrow as flowcharts draw it; the line goes on behind it."""
    end = line.text.value.find(closing, line.offset, line.end)
    end = line.end if end < 0 else end
    label = line.up_to(end)
    line.skip(end - line.offset + len(closing))
    return label


def _judge(line: Line, source: _End, shaft: _Shaft, target: _End) -> None:
    if shaft.sign.value == "-->" and shaft.label is None:
        return
    label = shaft.label.rest if shaft.label else line.rest.lstrip(": ")
    right = f"{source} --> {target} : {label}" if label else f"{source} --> {target}"
    message = f"`{shaft.sign.value}` is no arrow of a state diagram."
    if shaft.label:
        message = "An arrow of a state diagram has its label after a colon, not inside of it."
    line.say(shaft.sign.place, Code.STATE_ARROW, message, f"Write {quoted(right)}.")


# -- Label --------------------------------------------------------------------------------------


def _label(line: Line, source: _End, target: _End) -> Label:
    if not line.rest:
        return Label()
    if line.starts_with(":"):
        line.skip(1)
        return read_label(line)
    if _ARROW.match(line.text.value, line.offset, line.end):
        hint = f"Write `{target} --> …` on a line of its own."
        _say(line, "A line draws one arrow only.", hint)
        return Label()
    hint = f"Write {quoted(f'{source} --> {target} : {line.rest}')}."
    _say(line, "After the target of an arrow a colon is missing.", hint)
    return read_label(line)


def _say(line: Line, message: str, hint: str) -> None:
    line.say(line.place(), Code.STATE_SYNTAX, message, hint)
