"""What a table, a constraint and a relation are called, and which names nothing may have."""

import re
from collections.abc import Sequence

from specwright.address import pascal, snake
from specwright.tree import digest


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


LONGEST_NAME = 63  # bytes that PostgreSQL keeps of a name

# The singulars that no rule finds. Where the singular cannot be told (`leaves` of a tree or of an
# employee) and where there is none (`news`) the plural stands for itself.
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "mice": "mouse",
    "geese": "goose", "teeth": "tooth", "feet": "foot", "criteria": "criterion",
    "phenomena": "phenomenon", "indices": "index", "matrices": "matrix", "vertices": "vertex",
    "appendices": "appendix", "analyses": "analysis", "diagnoses": "diagnosis",
    "hypotheses": "hypothesis", "crises": "crisis", "theses": "thesis", "axes": "axis",
    "movies": "movie", "cookies": "cookie", "calories": "calorie", "rookies": "rookie",
    "ties": "tie", "pies": "pie", "lies": "lie", "caches": "cache", "niches": "niche",
    "headaches": "headache", "shoes": "shoe", "toes": "toe", "quizzes": "quiz",
    "shelves": "shelf", "knives": "knife", "wolves": "wolf", "halves": "half", "wives": "wife",
    "lives": "life", "calves": "calf", "loaves": "loaf", "thieves": "thief", "selves": "self",
    "aliases": "alias", "biases": "bias", "gases": "gas", "atlases": "atlas", "lenses": "lens",
    "canvases": "canvas", "ids": "id", "menus": "menu", "skus": "sku", "cpus": "cpu", "gpus": "gpu",
    "gurus": "guru", "taxis": "taxi",
}  # fmt: skip
_WITH_USE = frozenset({
    "houses", "warehouses", "causes", "clauses", "uses", "pauses", "spouses", "excuses", "reuses",
})  # fmt: skip
_OWN_SINGULAR = frozenset({
    "leaves", "news", "series", "species", "means", "data", "metadata", "media", "staff",
    "equipment", "information", "feedback", "sms", "dns", "gps",
})  # fmt: skip
_ENDINGS = (  # the first that fits wins
    (re.compile(r"(ss|us|is)$"), 0, ""),
    (re.compile(r"[^aeiou]ies$"), 3, "y"),
    (re.compile(r"(ss|sh|ch|x|zz)es$"), 2, ""),
    (re.compile(r"uses$"), 2, ""),
    (re.compile(r"[^aeiou]oes$"), 2, ""),
    (re.compile(r"s$"), 1, ""),
)

# PostgreSQL's reserved key words, and Python's and CEL's that could be a name.
RESERVED_IN_SQL = word_set(
    """all analyse analyze and any array as asc asymmetric authorization between both case cast
    check collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user default
    deferrable desc distinct do else end except false fetch for foreign freeze from full grant
    group having ilike in initially inner intersect into is isnull join lateral leading left like
    limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps
    placing primary references returning right select session_user similar some symmetric
    table tablesample then to trailing true union unique user using variadic verbose when
    where window with xmax xmin cmax cmin ctid tableoid"""
)
RESERVED_IN_PYTHON = word_set(
    """and as assert async await break class continue def del elif else except finally for from
    global if import in is lambda nonlocal not or pass raise return try while with yield"""
)
RESERVED_IN_EXPRESSIONS = word_set(
    """as break const continue else false for function if import in let loop namespace null
    package return true var void while"""
)
_RESERVED_IN_BACKENDS = word_set(  # what emitted functions use beside their rows
    """connection service all any bool bytes date datetime dict float int len list max min next
    object set str sum super tuple type zip"""
)
_RESERVED_IN_MODULES = word_set(  # what stands beside the functions of operations
    "bool bytes dict float int list object router set str tuple type"
)
_RESERVED_FOR_ROWS = (
    RESERVED_IN_PYTHON
    | RESERVED_IN_EXPRESSIONS
    | _RESERVED_IN_BACKENDS
    | {"actor", "now", "request"}
)

# What a variable or an attribute of emitted code cannot be called without hiding something: what
# Python has built in, the types of annotations, what base classes and functions have themselves.
_TAKEN_ATTRIBUTES = word_set(
    """abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod
    compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float
    format frozenset getattr globals hasattr hash help hex input int isinstance issubclass iter len
    license list locals map max memoryview min next object oct open ord pow print property quit
    range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars
    zip date datetime timedelta
    cls self of actor connection now rows versions
    metadata registry text mapped_column
    construct copy from_orm json parse_file parse_obj parse_raw schema schema_json
    update_forward_refs validate model_computed_fields model_config model_construct model_copy
    model_dump model_dump_json model_extra model_fields model_fields_set model_json_schema
    model_parametrized_name model_post_init model_rebuild model_validate model_validate_json
    model_validate_strings"""
)

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def is_plain(name: str) -> bool:
    """Whether SQL, Python and expressions all take the name without quotes."""
    return bool(_NAME.fullmatch(name)) and len(name) <= LONGEST_NAME


def as_plain(name: str) -> str | None:
    """The nearest plain name, if there is one."""
    near = snake(name)[:LONGEST_NAME]
    return near if is_plain(near) else None


def reserved_by(name: str) -> str | None:
    """The language that keeps the name for itself, if one does."""
    if name in RESERVED_IN_SQL:
        return "SQL"
    if name in RESERVED_IN_PYTHON:
        return "Python"
    return "CEL" if name in RESERVED_IN_EXPRESSIONS else None


def reserved_for_functions(name: str) -> str | None:
    """What keeps an operation from being called so, by the function that it becomes."""
    if snake(name) in RESERVED_IN_PYTHON:
        return "Python reserves the word"
    return "the code of a backend uses it" if snake(name) in _RESERVED_IN_MODULES else None


def row_name(table: str) -> str:
    """`order_lines` → `order_line`; a word that rules or Python keep gets `_row` at its end."""
    row = singular(table)
    return f"{row}_row" if row in _RESERVED_FOR_ROWS else row


def attribute(name: str) -> str:
    """What a column or a parameter is called in Python: `format_`, since Python has its own."""
    return f"{name}_" if name in _TAKEN_ATTRIBUTES else name


def singular(plural: str) -> str:
    """The singular of a snake_case name, by its last word: `order_lines` → `order_line`."""
    start, _, last = plural.rpartition("_")
    one = _singular_word(last)
    return f"{start}_{one}" if start else one


def _singular_word(word: str) -> str:
    if word in _OWN_SINGULAR:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _WITH_USE:
        return word[:-1]
    for ending, cut, added in _ENDINGS:
        if ending.search(word) and len(word) > cut + 1:
            return word[: len(word) - cut] + added
    return word


def entity_name(table: str) -> str:
    """`order_lines` → `OrderLine`."""
    return pascal(singular(table))


def primary_key_name(table: str) -> str:
    return _fitting(f"pk_{table}")


def unique_name(table: str, columns: Sequence[str]) -> str:
    return _fitting("_".join(("uq", table, *columns)))


def foreign_key_name(table: str, columns: Sequence[str], target: str) -> str:
    return _fitting("_".join(("fk", table, *columns, target)))


def index_name(table: str, columns: Sequence[str]) -> str:
    return _fitting("_".join(("ix", table, *columns)))


def check_name(table: str, column: str) -> str:
    return _fitting(f"ck_{table}_{column}")


def _fitting(name: str) -> str:
    """The name, or its start and a digest: PostgreSQL would cut it, and cut two names alike."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{digest(name)[:8]}"
