"""What constraints say in words: `NOT NULL`, `max 200 chars`, `FK → Customer.id`, `default 0`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from specwright.spec.readers import types
from specwright.spec.readers.facts import DEFAULTS, Field, Target
from specwright.spec.syntax import Default, Word
from specwright.spec.text import Text

_APART = re.compile(r"[,;、](?![^(]*\))(?![^`]*`(?:[^`]*`[^`]*`)*[^`]*$)")
_QUOTED = re.compile(r"[`'\"]")
_TEXTS = ("text", "citext", "varchar")
_NUMBERS = ("int", "bigint", "smallint", "numeric", "double", "serial")
_UNIT = r"(?:\s*(?:chars?|characters?|letters|文字))"
_DASH = r"\s*(?:-|–|—|〜|~|to|\.\.)\s*"
_NUMBER = r"(-?\d+(?:\.\d+)?)"

_SAME = {
    "uuid()": "gen_random_uuid()",
    "uuid_generate_v4()": "gen_random_uuid()",
    "current_timestamp": "now()",
    "current_timestamp()": "now()",
}

Reading = Callable[[Field, "re.Match[str]", Text], Field | None]


def phrases(written: Text) -> Iterator[Text]:
    """The parts of a cell, each in its place."""
    start = 0
    for mark in _APART.finditer(written.value):
        yield _stripped(written.part(start, mark.start()))
        start = mark.end()
    yield _stripped(written.part(start, len(written.value)))


def read_remark(one: Field, phrase: Text) -> Field | None:
    """The column with what the phrase says of it; None where it says nothing that we know."""
    text = phrase.value.strip().strip("*").rstrip(".。")
    for pattern, reading in _READINGS:
        match = pattern.fullmatch(text)
        if match and (found := reading(one, match, phrase)) is not None:
            return found
    return None


def _stripped(text: Text) -> Text:
    kept = text.value.strip()
    start = len(text.value) - len(text.value.lstrip())
    return text.part(start, start + len(kept))


# -- One reading for each kind of phrase ----------------------------------------------------------


def _key(one: Field, _: "re.Match[str]", __: Text) -> Field:
    return replace(one, primary_key=True)


def _required(one: Field, _: "re.Match[str]", __: Text) -> Field:
    return replace(one, not_null=True)


def _optional(one: Field, _: "re.Match[str]", __: Text) -> Field:
    return replace(one, not_null=False)


def _unique(one: Field, _: "re.Match[str]", __: Text) -> Field:
    return replace(one, unique=True)


def _generated(one: Field, _: "re.Match[str]", __: Text) -> Field:
    return replace(one, generated=True)


def _nothing(one: Field, _: "re.Match[str]", __: Text) -> Field:
    return one


def _default(one: Field, match: "re.Match[str]", phrase: Text) -> Field | None:
    value = match[1].strip().strip("`")
    is_call = re.fullmatch(r"\w+\(.*\)|current_timestamp|current_date", value, re.IGNORECASE)
    if value.lower() == "null":
        return one
    if is_call:
        called = _SAME.get(value.lower(), value.lower())
        if called not in DEFAULTS:
            return None
        return replace(one, default=Default(called, is_expression=True, place=phrase.place(0)))
    is_quoted = re.fullmatch(r"([`'\"]).*\1", match[1].strip())
    plain = _QUOTED.sub("", value)
    if not is_quoted and (not plain or " " in plain):
        return None
    if plain.lower() in ("true", "false"):
        plain = plain.lower()
    return replace(one, default=Default(plain, is_expression=False, place=phrase.place(0)))


def _target(one: Field, match: "re.Match[str]", phrase: Text) -> Field:
    name, column = match["table"], match["column"]
    if column is None and "." in name:
        name, _, column = name.rpartition(".")
    place = phrase.place(match.start("table"))
    acts = match["action"]
    action = Word(acts.lower(), place) if acts else None
    return replace(one, target=Target(Word(name.rpartition(".")[2], place), column, action))


def _alone_target(one: Field, _: "re.Match[str]", phrase: Text) -> Field | None:
    """`FK` alone: what the column is called says where it points."""
    name = one.name.value.removesuffix("_id")
    return None if name == one.name.value else replace(
        one, target=Target(Word(name, phrase.place(0)))
    )  # fmt: skip


def _between(one: Field, match: "re.Match[str]", phrase: Text) -> Field | None:
    what = _measured(one, match)
    between = f"{what} BETWEEN {match[1]} AND {match[2]}"
    return None if what is None else _checked(one, phrase, between)


def _bound(sign: str) -> Reading:
    def reading(one: Field, match: "re.Match[str]", phrase: Text) -> Field | None:
        what = _measured(one, match)
        return None if what is None else _checked(one, phrase, f"{what} {sign} {match[1]}")

    return reading


def _sign(one: Field, match: "re.Match[str]", phrase: Text) -> Field | None:
    if not _is_number(one):
        return None
    sign = {"≥": ">=", "≤": "<="}.get(match["sign"], match["sign"])
    return _checked(one, phrase, f"{one.name} {sign} {match['bound']}")


def _positive(one: Field, _: "re.Match[str]", phrase: Text) -> Field | None:
    return _checked(one, phrase, f"{one.name} > 0") if _is_number(one) else None


def _not_negative(one: Field, _: "re.Match[str]", phrase: Text) -> Field | None:
    return _checked(one, phrase, f"{one.name} >= 0") if _is_number(one) else None


def _one_of(one: Field, match: "re.Match[str]", phrase: Text) -> Field | None:
    inner = phrase.part(match.start(1), match.end(1))
    meaning = types.read_type(Text(inner.file, f"enum({inner.value.strip(' {}()')})", inner.line,
                                   inner.indents), frozenset())  # fmt: skip
    return replace(one, values=meaning.values) if meaning and meaning.values else None


def _measured(one: Field, match: "re.Match[str]") -> str | None:
    """The length of a text, or the number itself."""
    if _is_number(one) and not match["unit"]:
        return one.name.value
    return f"length({one.name})" if _is_text(one) else None


def _is_text(one: Field) -> bool:
    return one.type is not None and one.type.value.startswith(_TEXTS)


def _is_number(one: Field) -> bool:
    return one.type is not None and one.type.value.startswith(_NUMBERS)


def _checked(one: Field, phrase: Text, sql: str) -> Field:
    first = phrase.place(0)
    check = Text(first.file, sql, first.line, (first.column - 1,))
    return replace(one, checks=(*one.checks, check))


def _pattern(regex: str) -> "re.Pattern[str]":
    return re.compile(regex, re.IGNORECASE)


_READINGS: tuple[tuple["re.Pattern[str]", Reading], ...] = (
    (_pattern(r"|-|—|–|n/?a|none"), _nothing),
    (_pattern(r"e\.?g\.?.*|example.*|例[:：]?.*|read-?only|immutable|auto"), _nothing),
    (_pattern(r"p\.?k|primary[ _]?key|主キー"), _key),
    (_pattern(r"not[ _]?null|required|mandatory|yes|non-?null|必須|はい"), _required),
    (_pattern(r"null(?:able)?|optional|no|任意|いいえ"), _optional),
    (_pattern(r"unique|uniq|一意|ユニーク"), _unique),
    (
        _pattern(
            r"auto[- ]?(?:generated|increment(?:ed)?|incrementing)|generated|identity|自動生成"
        ),
        _generated,
    ),
    (_pattern(r"index(?:ed)?|on update (?:now\(\)|current_timestamp(?:\(\))?)"), _nothing),
    (_pattern(r"default(?:s)?(?: to)?\s*[:=]?\s*(.+)"), _default),
    (
        _pattern(
            r"(?:(?:fk|foreign[ _]?key|references|refers to|ref)(?:\s*(?:→|->|to|:))?\s*\(?"
            r"|(?:→|->))"
            r"\s*`?(?P<table>[A-Za-z_][\w.]*)`?(?:\s*\(\s*(?P<column>\w+)\s*\))?\)?"
            r"(?:\s+on delete (?P<action>cascade|set null|restrict|no action))?"
        ),
        _target,
    ),
    (_pattern(r"fk|foreign[ _]?key|外部キー"), _alone_target),
    (_pattern(rf"{_NUMBER}{_DASH}{_NUMBER}(?P<unit>{_UNIT})?"), _between),
    (_pattern(rf"max(?:imum)?(?: length)?[:= ]*{_NUMBER}(?P<unit>{_UNIT})?"), _bound("<=")),
    (_pattern(rf"min(?:imum)?(?: length)?[:= ]*{_NUMBER}(?P<unit>{_UNIT})?"), _bound(">=")),
    (_pattern(rf"(?:up to|at most|≤)\s*{_NUMBER}(?P<unit>{_UNIT})"), _bound("<=")),
    (_pattern(rf"(?:check:?\s*)?(?P<sign>[<>]=?|≥|≤)\s*(?P<bound>{_NUMBER})"), _sign),
    (_pattern(r"positive|must be positive"), _positive),
    (_pattern(r"non-?negative|must be non-?negative"), _not_negative),
    (_pattern(r"(?:enum|one of|values?|∈)\s*[:(]?\s*(.+?)\)?"), _one_of),
)
