"""The expressions of a bundle: a subset of CEL, read with the place of every word.

Python's spellings (`and`, `not`, `None`, `len(x)`, `a if b else c`, a single `=`) are read as the
CEL that they mean; the nodes so read are `foreign`, and `cel_spelling` writes them as CEL has them.
"""

from specwright.spec.cel.parser import parse
from specwright.spec.cel.spelling import cel_spelling
from specwright.spec.cel.tree import Expression, is_foreign, path_of

__all__ = ["Expression", "cel_spelling", "is_foreign", "parse", "path_of"]
