"""The expressions of a rule block, each typed in the scope where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.model import types
from specwright.model.entities import Entity
from specwright.model.expressions import Target, check, check_condition, expect
from specwright.model.scope import Scopes
from specwright.model.typed import Arithmetic, Get, Name, Typed, walk
from specwright.model.wording import near_or_all
from specwright.spec import syntax
from specwright.spec.cel import parse
from specwright.spec.syntax import Contract
from specwright.spec.text import Text

Names = Mapping[str, types.Type]


@dataclass(frozen=True)
class Surroundings:
    """What the rest of the bundle says that rules need."""

    scopes: Scopes
    entity_of: Mapping[str, str | None]  # by operation
    effect_entity: Mapping[str, str | None]
    states: Mapping[str, frozenset[str]] = field(default_factory=dict)  # columns, by entity
    clients: Mapping[str, Contract] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    needs_request: frozenset[str] = frozenset()  # operations that no rule can do

    @property
    def entities(self) -> Mapping[str, Entity]:
        return self.scopes.entities


@dataclass(frozen=True)
class RuleExpressions:
    """Types what stands in one block, and says what is wrong with it."""

    around: Surroundings
    report: Report
    row: str | None = None  # the name of the row that the operation or effect works on

    def value(self, text: Text, names: Names) -> Typed | None:
        parsed = parse(text, self.report)
        return None if parsed is None else check(parsed, self._scope(names), self.report)

    def condition(self, text: Text, names: Names) -> Typed | None:
        parsed = parse(text, self.report)
        if parsed is None:
            return None
        return check_condition(parsed, self._scope(names), self.report)

    def _scope(self, names: Names) -> types.Scope:
        return self.around.scopes.scope(names)

    def _fitted(self, text: Text, names: Names, target: Target) -> Typed | None:
        """The value of an expression as its target keeps it."""
        if self._is_bare_word(text, names, target):
            word = text.value.strip()
            self._say(
                text.place(0),
                Code.UNKNOWN_NAME,
                f"Nothing here is called `{word}`, and YAML takes one pair of quotes for its own.",
                f"""Write `'"{word}"'` for the text.""",
            )
            return None
        value = self.value(text, names)
        return None if value is None else expect(value, target, self.report)

    def _is_bare_word(self, text: Text, names: Names, target: Target) -> bool:
        takes_words = isinstance(target.type, types.OneOf) or types.is_kind(
            target.type, types.Kind.TEXT
        )
        word = text.value.strip()
        is_name = word.isidentifier() and word not in names
        return takes_words and is_name and word not in ("true", "false", "null", "None")

    def _say_no_column(self, name: syntax.Word, entity: Entity) -> None:
        is_relation = entity.relation(name.value) is not None
        self._say(
            name.place,
            Code.UNKNOWN_COLUMN,
            f"`{name}` is a relation of {entity.name}, not a column."
            if is_relation
            else f"{entity.name} has no column `{name}`.",
            near_or_all(name.value, [column.name for column in entity.columns]),
        )

    def _entity(self, word: syntax.Word) -> Entity | None:
        found = self.around.entities.get(word.value)
        if found is None:
            self._say(
                word.place,
                Code.UNKNOWN_ENTITY,
                f"`{word}` is no entity.",
                did_you_mean(word.value, self.around.entities),
            )
        return found

    def _say(self, place: Place, code: Code, message: str, hint: str | None = None) -> None:
        self.report.add(place, code, message, hint)


def counts_on(value: Typed) -> bool:
    """Whether it computes with what a row holds: done often enough, it leaves any bounds."""
    sums = (node for node in walk(value) if isinstance(node, Arithmetic))
    return any(isinstance(node, Get) for one in sums for node in walk(one))


def reads_request(value: Typed) -> bool:
    return any(isinstance(node, Name) and node.name == "request" for node in walk(value))
