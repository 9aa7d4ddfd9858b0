"""What things are called in foreign notations, and what we call them."""

import re

from specwright.address import snake, words
from specwright.spec.syntax import Word


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER = re.compile(r"^\s*\d+(?:\.\d+)*[.)]?\s+")
_KIND = r"(?:entity|table|model|collection|resource|schema|エンティティ|テーブル)"
_BEFORE = re.compile(rf"^{_KIND}\s*[:：]\s*", re.IGNORECASE)
_AFTER = re.compile(rf"\s+{_KIND}$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(（]\s*`?([A-Za-z][\w.]*)`?[^()（）]*[)）]")
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]")
_REST = re.compile(r"\s+[—–:-]\s.*$")
_NAME = re.compile(r"[A-Za-z_][\w]*(?:[ .-][A-Za-z_]\w*){0,3}", re.ASCII)
_GENERIC = words_of(
    """fields field attributes attribute columns column properties property schema structure table
    definition fieldlist entity entities フィールド 属性 カラム"""
)
_SENT = words_of("response dto payload input output params create patch")
_SENT_OR_SHOWN = _SENT | words_of("request update query filter filters result page view summary")

_IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women",
    "criterion": "criteria", "index": "indices", "analysis": "analyses", "shelf": "shelves",
    "knife": "knives", "quiz": "quizzes", "cache": "caches",
}  # fmt: skip
_ALREADY = words_of("news series species data metadata media staff equipment feedback")


def thing(heading: Word) -> Word | None:
    """The thing that a heading is about: `Customer` of `### 2. Customer (external)`."""
    text = _NUMBER.sub("", heading.value.replace("`", "").replace("*", "")).strip()
    text = _BEFORE.sub("", text)
    inside = _IN_BRACKETS.search(text)
    plain = _BRACKETS.sub("", _REST.sub("", text)).strip()
    if not plain.isascii() and inside:
        plain = inside[1]
    plain = _AFTER.sub("", plain)
    is_named = _NAME.fullmatch(plain) and plain.lower().replace(" ", "") not in _GENERIC
    return Word(plain.rpartition(".")[2], heading.place) if is_named else None


def is_generic(heading: Word) -> bool:
    """Whether it says what stands below it, and not of what."""
    text = _BRACKETS.sub("", _NUMBER.sub("", heading.value.strip("`* :"))).lower().strip()
    return text.replace(" ", "") in _GENERIC or text in ("field list", "field definitions")


def is_sent(name: str) -> bool:
    """Whether it is called like what is sent or answered, whatever it holds."""
    return _ends_in(name, _SENT)


def may_be_sent(name: str) -> bool:
    """Whether it is called like what no database keeps, unless it has a key."""
    return _ends_in(name, _SENT_OR_SHOWN)


def _ends_in(name: str, endings: frozenset[str]) -> bool:
    return not endings.isdisjoint(words(name)[-1:])


def column(name: str) -> str:
    return snake(name)


def table(name: str) -> str:
    """The name of its table: `order_lines` of `OrderLine`; a plural stands as it is."""
    *first, last = words(name) or (name,)
    return "_".join((*first, plural(last)))


def plural(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    is_plural = word in _IRREGULAR.values() or re.search(r"[^su]s$", word)
    if word in _ALREADY or is_plural:
        return word
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(?:s|sh|ch|x|z)$", word) else f"{word}s"


def singular(table: str) -> str:
    """The other way round; a word that is no plural stands as it is."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        one = table.removesuffix(ending) + instead
        if table.endswith(ending) and plural(one.rpartition("_")[2]) == table.rpartition("_")[2]:
            return one
    return table
