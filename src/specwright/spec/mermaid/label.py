"""The label of an arrow: `trigger [guard] / effect`."""

import re
from dataclasses import dataclass, replace

from specwright.diagnostic import Code
from specwright.spec.mermaid.line import Line, quoted
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_NAME = re.compile(r"\w[\w.-]*")
_BEFORE_GUARD = re.compile(r"[^\[/]+")
_EFFECT_AT_END = re.compile(r"\s/\s*\w[\w.-]*$")
_GUARD_IN_WORDS = re.compile(r"(\w[\w.-]*)\s+(?:if|when)\s+(\S.*)", re.IGNORECASE)
_EXAMPLE = "draft --> placed : placeOrder [order.total_cents > 0] / reserveStock"


@dataclass(frozen=True, slots=True)
class Label:
    trigger: Word | None = None
    guard: Text | None = None
    effect: Word | None = None


def read_label(line: Line) -> Label:
    """All that is left of a line."""
    if not line.rest:
        _say(line, "After the colon the trigger is missing.", f"Write `{_EXAMPLE}`.")
        return Label()
    label = Label(_trigger(line), _guard(line) if line.starts_with("[") else None)
    if line.starts_with("/"):
        line.skip(1)
        return _with_effect(line, label)
    if line.rest:
        _say(
            line,
            f"After the guard comes `/ effect` or nothing, but here stands {quoted(line.rest)}.",
            f"Write `{_EXAMPLE}`.",
        )
    return label


# -- Trigger ------------------------------------------------------------------------------------


def _trigger(line: Line) -> Word | None:
    phrase = line.take(_BEFORE_GUARD)
    if phrase is None:
        return None
    written = phrase.value.strip()
    if _NAME.fullmatch(written):
        return Word(written, phrase.place)
    meant = _one_word(written)
    condition = _GUARD_IN_WORDS.fullmatch(written)
    line.say(
        phrase.place,
        Code.STATE_SYNTAX,
        f"A trigger is the name of one operation, not {quoted(written)}.",
        f"Write `{condition[1]} [{condition[2]}]`." if condition else f"Write `{meant}`.",
    )
    return Word(condition[1] if condition else meant, phrase.place)


def _one_word(written: str) -> str:
    words: list[str] = re.findall(r"\w+", written) or ["placeOrder"]
    return words[0] + "".join(word[0].upper() + word[1:] for word in words[1:])


# -- Guard --------------------------------------------------------------------------------------


def _guard(line: Line) -> Text | None:
    opening = line.place()
    start = line.offset
    end = _closing_bracket(line.text.value, start, line.end)
    line.skip(1)
    if end is None:
        return _unclosed_guard(line, start)
    guard = line.take_text(end)
    line.skip(1)
    if guard.value:
        return guard
    hint = "Write a condition, or leave the brackets out."
    line.say(opening, Code.STATE_GUARD, "This guard is empty.", hint)
    return None


def _closing_bracket(value: str, start: int, end: int) -> int | None:
    """The bracket that closes the one at `start`.

    Where strings or brackets do not add up it is the last one: what reads the guard says why.
    """
    depth, quote, escaped = 0, "", False
    for offset in range(start, end):
        char = value[offset]
        if quote:
            quote = "" if char == quote and not escaped else quote
            escaped = char == "\\" and not escaped
        elif char in "\"'":
            quote = char
        elif char in "[]":
            depth += 1 if char == "[" else -1
            if depth == 0:
                return offset
    last = value.rfind("]", start, end)
    return None if last < 0 else last


def _unclosed_guard(line: Line, start: int) -> Text:
    """What the guard most probably is: all but an effect at the end."""
    hint = "Close it with `]`."
    line.say(line.place(start), Code.STATE_GUARD, "This guard is never closed.", hint)
    effect = _EFFECT_AT_END.search(line.text.value, line.offset, line.end)
    return line.take_text(effect.start() if effect else line.end)


# -- Effect -------------------------------------------------------------------------------------


def _with_effect(line: Line, label: Label) -> Label:
    phrase = line.take(_BEFORE_GUARD)
    if phrase is None:
        _say(line, "After `/` the effect is missing.", f"Write `{_EXAMPLE}`.")
        return label
    effect = Word(phrase.value.strip(), phrase.place)
    if line.starts_with("[") and label.guard is None:
        _say(line, "The guard comes before the effect.", f"Write `{_EXAMPLE}`.")
        label = replace(label, guard=_guard(line))
    if not _NAME.fullmatch(effect.value) or line.rest:
        line.say(
            effect.place,
            Code.STATE_SYNTAX,
            f"A transition has one effect, named by one word, not {quoted(effect.value)}.",
            "Give all that happens one name, and say what it is in `effects` of `rules.md`.",
        )
        return label
    return replace(label, effect=effect)


def _say(line: Line, message: str, hint: str) -> None:
    line.say(line.place(), Code.STATE_SYNTAX, message, hint)
