"""Words and literals for emitted files."""

import json
import re
import textwrap

_SOUNDS_LIKE_A_VOWEL = re.compile(r"(?!u[^aeiou][aeiou]|eu|one\b)[aeiou]|hour|heir|honou?r")


def with_article(noun: str) -> str:
    """`a task`, `an order line`, `a user`, `an hour`."""
    words = noun.replace("_", " ")
    return f"{'an' if _SOUNDS_LIKE_A_VOWEL.match(words) else 'a'} {words}"


def quoted(text: str) -> str:
    """A Python string literal, in double quotes where the formatter would put them."""
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def docstring(text: str, most: int = 90) -> str:
    """A docstring; of a long one, what comes after its first colon on lines of its own."""
    plain = text.replace("\\", "\\\\").replace('"""', "'''")
    if len(plain) <= most:
        return f'"""{plain}"""'
    head, _, rest = plain.partition(": ")
    lines = textwrap.wrap(rest, most, break_on_hyphens=False)
    return "\n".join([f'"""{head}:', "", *lines, '"""'])


def spoken(text: str, most: int = 76) -> str:
    """A sentence as Python writes it: a long one in several literals, one after the other."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] += f"{word} "
    lines[-1] = lines[-1][:-1]
    return " ".join(quoted(line) for line in lines)
