"""Who a token names: the key of a row of those who sign in."""

from dataclasses import dataclass

from specwright.emit.columns import plain_type
from specwright.emit.lookups import users_of
from specwright.model import Model

TYPES = ("UUID", "int", "str")


@dataclass(frozen=True, slots=True)
class Subject:
    """`column` is the key's attribute, `type` what it is in Python."""

    column: str
    type: str

    @classmethod
    def of(cls, model: Model) -> "Subject":
        users = users_of(model)
        if users is None:
            return cls("id", "UUID")
        key = users.columns_by_name[users.primary_key.columns[0]]
        return cls(key.attribute, plain_type(key.type))
