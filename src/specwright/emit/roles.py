"""How emitted code tells callers apart: by the role of their row, or by whether they signed in."""

from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.lookups import role_enum
from specwright.model import Model
from specwright.model.naming import attribute


@dataclass(frozen=True)
class CallersRole:
    """The parameter of functions that know who calls, and what it is of an actor."""

    model: Model

    @property
    def parameter(self) -> str:
        return "role" if role_enum(self.model) else "signed_in"

    @property
    def annotation(self) -> str:
        enum = role_enum(self.model)
        return f"{enum.class_name} | None" if enum else "bool"

    def pattern(self, role: str) -> str:
        """What `case` matches for callers of a role."""
        enum = role_enum(self.model)
        return f"{enum.class_name}.{names.member(role)}" if enum else "True"

    def of_actor(self, *, optional: bool) -> str:
        """Of the caller, who may be nobody."""
        column = self.model.roles.column if self.model.roles else None
        if column is None:
            return "actor is not None" if optional else "True"
        return f"actor.{attribute(column)}{' if actor else None' if optional else ''}"
