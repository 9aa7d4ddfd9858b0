"""The closed lists of settings: what can be said of each thing, and what value it takes.

DBML itself takes a misspelt setting for a custom one and says nothing; here every setting is known.
"""

from collections.abc import Mapping
from enum import StrEnum

from specwright.spec.dbml.tokens import Kind


class Owner(StrEnum):
    TABLE = "table"
    COLUMN = "column"
    INDEX = "index"
    CHECK = "check"
    REFERENCE = "reference"
    VALUE = "value of an enum"


class Takes(StrEnum):
    """What may stand after the colon of a setting."""

    NOTHING = "no value"
    TEXT = "a text in single quotes"
    EXPRESSION = "an SQL expression in backticks"
    LITERAL = "a number, a text in single quotes, true, false, null or an expression in backticks"
    POINTER = "the column that it points at, after `>`, `<` or `-`"
    ACTION = "one of cascade, restrict, set null, set default, no action"
    METHOD = "one of btree, hash, gin, gist, brin"
    ANYTHING = "any value"


KNOWN: Mapping[Owner, Mapping[str, Takes]] = {
    Owner.TABLE: {
        "headercolor": Takes.ANYTHING,
        "note": Takes.TEXT,
        "audit": Takes.TEXT,
        "purge": Takes.TEXT,
        "was": Takes.TEXT,
    },
    Owner.COLUMN: {
        "pk": Takes.NOTHING,
        "primary key": Takes.NOTHING,
        "null": Takes.NOTHING,
        "not null": Takes.NOTHING,
        "unique": Takes.NOTHING,
        "increment": Takes.NOTHING,
        "default": Takes.LITERAL,
        "check": Takes.EXPRESSION,
        "note": Takes.TEXT,
        "ref": Takes.POINTER,
        "personal": Takes.TEXT,
        "encrypted": Takes.TEXT,
        "search": Takes.TEXT,
        "was": Takes.TEXT,
    },
    Owner.INDEX: {
        "pk": Takes.NOTHING,
        "primary key": Takes.NOTHING,
        "unique": Takes.NOTHING,
        "name": Takes.TEXT,
        "type": Takes.METHOD,
        "note": Takes.TEXT,
    },
    Owner.CHECK: {"name": Takes.TEXT},
    Owner.REFERENCE: {
        "delete": Takes.ACTION,
        "update": Takes.ACTION,
        "color": Takes.ANYTHING,
    },
    Owner.VALUE: {"note": Takes.TEXT},
}
CUSTOM = ("personal", "encrypted", "search", "audit", "purge", "was")
ACTIONS = ("cascade", "restrict", "set null", "set default", "no action")
METHODS = ("btree", "hash", "gin", "gist", "brin")
CONSTANTS = ("true", "false", "null")
FLAGS = tuple(key for key, takes in KNOWN[Owner.COLUMN].items() if takes is Takes.NOTHING)
KINDS: Mapping[Takes, tuple[Kind | None, ...]] = {
    Takes.NOTHING: (None,),
    Takes.TEXT: (Kind.STRING,),
    Takes.EXPRESSION: (Kind.EXPRESSION,),
    Takes.LITERAL: (Kind.STRING, Kind.NUMBER, Kind.EXPRESSION),
}
WORDS = {Takes.ACTION: ACTIONS, Takes.METHOD: METHODS, Takes.LITERAL: CONSTANTS}

EXAMPLES = {
    "audit": "audit: '7y'",
    "check": "check: `price_cents >= 0`",
    "default": "default: 0",
    "delete": "delete: cascade",
    "encrypted": "encrypted: 'yes'",
    "name": "name: 'ck_products_reserved'",
    "note": "note: 'In cents'",
    "personal": "personal: 'yes'",
    "purge": "purge: '30d'",
    "ref": "ref: > users.id",
    "search": "search: 'english'",
    "type": "type: gin",
    "update": "update: cascade",
    "was": "was: 'old_name'",
}
OTHER_WORDS = {
    "required": "not null",
    "optional": "null",
    "nullable": "null",
    "autoincrement": "increment",
    "auto_increment": "increment",
    "auto increment": "increment",
    "identity": "increment",
    "foreign key": "ref: > users.id",
    "references": "ref: > users.id",
    "fk": "ref: > users.id",
}
PLACES = {
    Owner.TABLE: "after the name of the table: `Table orders [{}] {{`",
    Owner.COLUMN: "after the type of a column: `total_cents int [{}]`",
    Owner.INDEX: "after the columns of an index: `(order_id, product_id) [{}]`",
    Owner.REFERENCE: "at a `Ref` of its own: `Ref: orders.customer_id > users.id [{}]`",
}


def example(key: str) -> str | None:
    line = EXAMPLES.get(key)
    return write(line) if line else None


def write(line: str) -> str:
    return f"Write {line}." if "`" in line else f"Write `{line}`."
