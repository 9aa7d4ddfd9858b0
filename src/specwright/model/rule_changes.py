"""What a rule block sets, makes and removes: columns and rows that may be written by a rule."""

from collections.abc import Iterable, Iterator

from specwright.diagnostic import Code
from specwright.model import types
from specwright.model.entities import Entity
from specwright.model.expressions import Target, check
from specwright.model.rule_expressions import Names, RuleExpressions, reads_request
from specwright.model.rules import ColumnOfRow, Create, Delete, Set
from specwright.model.scope import type_of_column
from specwright.model.typed import Typed
from specwright.spec import syntax
from specwright.spec.cel import parse
from specwright.spec.cel import tree as cel
from specwright.spec.text import Text

_GIVEN = frozenset({"actor", "request", "event", "result", "now"})  # never set by a rule
_OURS = frozenset({"version", "updated_at"})


class RuleChanges(RuleExpressions):
    """Reads `set`, `create` and `delete`."""

    def _sets(self, written: Iterable[syntax.Assignment], names: Names) -> Iterator[Set]:
        for one in written:
            target = self._target(one.target, names)
            if target is None:
                self.value(one.value, names)
                continue
            entity = self.around.entities[target.entity]
            column = entity.columns_by_name[target.column]
            column_type = type_of_column(column, self.around.scopes.enums)
            fitted = self._fitted(one.value, names, Target(f"`{target.words}`", column_type))
            if fitted is not None:
                key = entity.foreign_key_of(column.name) if reads_request(fitted) else None
                named = key.target if key is not None else None
                yield Set(target, fitted, one.target.place(0), named)

    def _target(self, text: Text, names: Names) -> ColumnOfRow | None:
        parsed = parse(text, self.report)
        if parsed is None:
            return None
        if not isinstance(parsed, cel.Select):
            self._say(
                text.place(0),
                Code.RULE_TARGET,
                f"`{text.value.strip()}` is no column of a row.",
                f"Write a path such as `{self.row or 'order'}.column`.",
            )
            return None
        root = cel.path_of(parsed)
        if root is not None and root[0].value in _GIVEN - {"actor"}:
            self._say(
                text.place(0),
                Code.RULE_TARGET,
                f"`{root[0]}` is given, so no rule sets anything of it.",
            )
            return None
        row = check(parsed.operand, self._scope(names), self.report)
        if row is None:
            return None
        return self._column_of(row, parsed, text)

    def _column_of(self, row: Typed, select: cel.Select, text: Text) -> ColumnOfRow | None:
        words = text.value.strip()
        of = row.type.entity if isinstance(row.type, types.Row) and row.type.stored else ""
        entity = self.around.entities.get(of)
        if entity is None:
            self._say(
                text.place(0),
                Code.RULE_TARGET,
                f"`{words}` is no column of a row: what stands before the last dot "
                f"is {types.in_words(row.type)}.",
            )
            return None
        name = select.field
        column = entity.column(name.value)
        if column is None:
            self._say_no_column(name, entity)
            return None
        if row.type.nullable:
            self._say(
                text.place(0),
                Code.RULE_TARGET,
                f"There may be no row to set `{words}` of.",
                "Say so first: put it into a case of `switch:` that asks for `!= null`.",
            )
            return None
        writer = self._writer(entity, column.name)
        if writer is not None:
            self._say(
                name.place, Code.RULE_TARGET, f"No rule sets `{entity.row}.{name}`: {writer}."
            )
            return None
        return ColumnOfRow(row, entity.name, column.name, words)

    def _writer(self, entity: Entity, column: str) -> str | None:
        """Who writes a column that no rule may."""
        if column in self.around.states.get(entity.name, ()):
            return "only transitions of its lifecycle write a state"
        if column in entity.primary_key.columns:
            return "a key never changes"
        return "the backend writes it itself" if column in _OURS else None

    def _creates(self, written: Iterable[syntax.Creation], names: Names) -> Iterator[Create]:
        for one in written:
            entity = self._entity(one.entity)
            if entity is None:
                for unused in one.values:
                    self.value(unused.value, names)
                continue
            values = tuple(self._values(one.values, entity, names))
            self._say_missing(one, entity)
            named = [
                (column, key.target)
                for column, value in values
                if reads_request(value) and (key := entity.foreign_key_of(column)) is not None
            ]
            yield Create(entity.name, values, one.place, tuple(named))

    def _values(
        self, written: Iterable[syntax.Assignment], entity: Entity, names: Names
    ) -> Iterator[tuple[str, Typed]]:
        for one in written:
            name = syntax.Word(one.target.value.strip(), one.target.place(0))
            column = entity.column(name.value)
            if column is None:
                self.value(one.value, names)
                self._say_no_column(name, entity)
                continue
            if column.name in self.around.states.get(entity.name, ()):
                self._say(
                    name.place,
                    Code.RULE_TARGET,
                    f"A new {entity.row} begins in the first state of its lifecycle, "
                    f"so no rule sets `{name}`.",
                    "Drop the line.",
                )
                continue
            column_type = type_of_column(column, self.around.scopes.enums)
            words = f"`{entity.row}.{column.name}`"
            fitted = self._fitted(one.value, names, Target(words, column_type))
            if fitted is not None:
                yield column.name, fitted

    def _say_missing(self, written: syntax.Creation, entity: Entity) -> None:
        said = {one.target.value.strip() for one in written.values}
        said |= {"created_at", "updated_at", "version"}
        said |= self.around.states.get(entity.name, frozenset())
        if entity.tenant is not None and entity.tenant.is_direct:
            said.add(entity.tenant.column)
        for column in entity.columns:
            if column.name not in said and not column.is_filled:
                self._say(
                    written.place,
                    Code.RULE_TARGET,
                    f"Nothing says what `{column.name}` of the new {entity.row} is.",
                    f"Write `{column.name}: …`, or give the column a default.",
                )

    def _deletes(self, written: Iterable[Text], names: Names) -> Iterator[Delete]:
        for text in written:
            row = self.value(text, names)
            if row is None:
                continue
            found = row.type.element if isinstance(row.type, types.ListOf) else row.type
            if not isinstance(found, types.Row) or not found.stored:
                self._say(
                    text.place(0),
                    Code.RULE_TYPE,
                    f"`{text.value.strip()}` is {types.in_words(row.type)}, "
                    "but only rows can be deleted.",
                )
                continue
            yield Delete(row, found.entity, text.place(0))
