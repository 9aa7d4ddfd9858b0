"""Texts made of others."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]")  # on their own, as NFKD has them
_OTHERS = re.compile("[^a-z0-9]+")


def slugify(text: str) -> str:
    """`Crème brûlée!` as `creme-brulee`: what may stand in a path; empty if nothing may."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _OTHERS.sub("-", plain.encode().lower().decode()).strip("-")
