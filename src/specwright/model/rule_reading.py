"""From rule blocks as written to rules as meant: names resolved, values typed, targets checked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeGuard

from specwright.address import snake
from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.model import types
from specwright.model.calls import performed
from specwright.model.counting import owners_counted
from specwright.model.entities import Entity
from specwright.model.expressions import Target, check, check_condition, expect
from specwright.model.expressions.moments import duration_hint, read_duration
from specwright.model.reach import ReachFinder
from specwright.model.rules import (
    Block,
    Call,
    Case,
    ColumnOfRow,
    Create,
    Delete,
    Do,
    DoHook,
    DoRule,
    Each,
    Emit,
    Job,
    Require,
    Search,
    SearchOrder,
    Set,
)
from specwright.model.scope import Scopes, type_of_column
from specwright.model.typed import Name, Typed, walk
from specwright.model.wire import flattened
from specwright.model.wording import near_or_all
from specwright.spec import syntax
from specwright.spec.cel import parse
from specwright.spec.cel import tree as cel
from specwright.spec.syntax import Contract, Schema
from specwright.spec.text import Text

Names = Mapping[str, types.Type]

_HOOK = re.compile(r"(.*?)(?:->\s*(\w+)\s*)?", re.DOTALL)
_RESULTS = {
    "int": types.INT,
    "text": types.TEXT,
    "string": types.TEXT,
    "str": types.TEXT,
    "bool": types.BOOL,
    "double": types.DOUBLE,
    "decimal": types.DECIMAL,
    "uuid": types.UUID,
    "timestamp": types.TIMESTAMP,
    "date": types.DATE,
    "json": types.JSON,
}
_GIVEN = frozenset({"actor", "request", "event", "result", "now"})  # never set by a rule
_OURS = frozenset({"version", "updated_at"})


@dataclass(frozen=True)
class Surroundings:
    """What the rest of the bundle says that rules need."""

    scopes: Scopes
    entity_of: Mapping[str, str | None]  # by operation
    effect_entity: Mapping[str, str | None]
    states: Mapping[str, frozenset[str]] = field(default_factory=dict)  # columns, by entity
    clients: Mapping[str, Contract] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    reach: ReachFinder | None = None
    needs_request: frozenset[str] = frozenset()  # operations that no rule can do

    @property
    def entities(self) -> Mapping[str, Entity]:
        return self.scopes.entities


@dataclass(frozen=True)
class RuleReader:
    """Reads the blocks of one operation, effect or job."""

    around: Surroundings
    report: Report
    row: str | None = None  # the name of the row that the operation or effect works on

    # -- Expressions

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

    # -- Blocks

    def block(self, written: syntax.Block, names: Names) -> Block:
        search = self._search(written.search, names) if written.search is not None else None
        if written.search is not None and search is None:
            return Block(written.place)  # what follows speaks of the row that nobody finds
        inner = self._with_search(written.search, names)
        where = self.condition(written.where, inner) if written.where is not None else None
        return Block(
            written.place,
            search=search,
            where=where,
            where_words=written.where.value.strip() if written.where is not None else None,
            require=tuple(self._requires(written.require, inner)),
            set=tuple(self._sets(written.set, inner)),
            create=tuple(self._creates(written.create, inner)),
            delete=tuple(self._deletes(written.delete, inner)),
            each=tuple(self._rounds(written.each, inner)),
            emit=tuple(self._emits(written.emit)),
            do=tuple(self._does(written.do, inner)),
            switch=tuple(self._cases(written.switch, inner)),
            after=tuple(self._calls(written.after, inner)),
        )

    def _requires(self, written: Iterable[syntax.Require], names: Names) -> Iterator[Require]:
        for one in written:
            condition = self.condition(one.rule, names)
            if condition is not None:
                yield Require(
                    condition,
                    one.rule.value.strip(),
                    one.status,
                    one.error.value,
                    owners_counted(condition),
                    one.place,
                )

    def _emits(self, written: Iterable[syntax.Word]) -> Iterator[Emit]:
        for event in written:
            if event.value in self.around.events:
                yield Emit(event.value, event.place)
                continue
            self.report.add(
                event.place,
                Code.UNKNOWN_EVENT,
                f"`{event}` is no webhook of the contract.",
                did_you_mean(event.value, self.around.events)
                or f"Add `{event}` under `webhooks:` of the contract.",
            )

    def _cases(self, written: Iterable[syntax.Case], names: Names) -> Iterator[Case]:
        for one in written:
            words = one.when.value.strip() if one.when is not None else None
            when = self.condition(one.when, names) if one.when is not None else None
            block = self.block(one.block, names)
            if when is not None or one.when is None:
                yield Case(when, words, block)

    # -- What is set, made and removed

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

    def _creates(self, written: Iterable[syntax.Creation], names: Names) -> Iterator[Create]:
        for one in written:
            entity = self._entity(one.entity)
            if entity is None:
                for unused in one.values:
                    self.value(unused.value, names)
                continue
            values = tuple(self._values(one.values, entity, names))
            self._say_missing(one, entity)
            yield Create(entity.name, values, one.place)

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

    # -- Searches and rounds

    def _with_search(self, search: syntax.Search | None, names: Names) -> Names:
        if search is None or search.entity.value not in self.around.entities:
            return names
        return {**names, search.name.value: types.Row(search.entity.value)}

    def _search(self, written: syntax.Search, names: Names) -> Search | None:
        entity = self._entity(written.entity)
        if entity is None:
            return None
        if written.name.value in names:
            self._say(
                written.name.place,
                Code.DECLARED_TWICE,
                f"`{written.name}` already means something here.",
                "Give the row that is looked for another name.",
            )
        inner = self._with_search(written, names)
        where = self.condition(written.where, inner) if written.where is not None else None
        status, error = _none(written.none)
        return Search(
            written.name.value,
            entity.name,
            written.locks,
            where,
            written.where.value.strip() if written.where is not None else None,
            tuple(self._order(written.order_by, entity)),
            status,
            error,
            written.place,
        )

    def _order(self, words: Iterable[syntax.Word], entity: Entity) -> Iterator[SearchOrder]:
        for word in words:
            name = word.value.removeprefix("-").strip()
            column = entity.column(name)
            if column is None:
                self._say_no_column(syntax.Word(name, word.place), entity)
                continue
            yield SearchOrder(column.name, word.value.startswith("-"))

    def _rounds(self, written: Iterable[syntax.Round], names: Names) -> Iterator[Each]:
        for one in written:
            collection, entity = self._collection(one.collection, names)
            if entity is None:
                continue
            if one.name.value in names:
                self._say(
                    one.name.place,
                    Code.DECLARED_TWICE,
                    f"`{one.name}` already means something here.",
                    "Give the round's row another name.",
                )
                continue
            inner = {**names, one.name.value: types.Row(entity)}
            yield Each(
                one.name.value,
                entity,
                collection,
                one.collection.value.strip(),
                self.block(one.block, inner),
                one.name.place,
            )

    def _row_of(self, entity: str) -> str:
        return self.around.entities[entity].row

    def _collection(self, text: Text, names: Names) -> tuple[Typed | None, str | None]:
        """The collection of a round, None for a whole table; and the entity of its rows."""
        word = text.value.strip()
        if word in self.around.entities:
            return None, word
        if word[:1].isupper() and word.isidentifier():
            self._entity(syntax.Word(word, text.place(0)))
            return None, None
        found = self.value(text, names)
        if found is None:
            return None, None
        element = found.type.element if isinstance(found.type, types.ListOf) else None
        if not isinstance(element, types.Row) or not element.stored:
            self._say(
                text.place(0),
                Code.RULE_TYPE,
                f"`{word}` is {types.in_words(found.type)}, but a round goes over rows.",
                "Write a relation such as `order.lines`, or an entity such as `Order`.",
            )
            return None, None
        return found, element.entity

    # -- What else is done

    def _does(self, written: Iterable[syntax.Perform], names: Names) -> Iterator[Do]:
        for one in written:
            word = performed(one.text)
            done = self._hook(one.text, names) if word is None else self._rule(word, names)
            if done is not None:
                yield done

    def _rule(self, word: syntax.Word, names: Names) -> DoRule | None:
        """An unknown name is said where the calls are read."""
        is_effect = word.value in self.around.effect_entity
        if not is_effect and word.value not in self.around.entity_of:
            return None
        if word.value in self.around.needs_request:
            self._say(
                word.place,
                Code.RULE_CONTEXT,
                f"`{word}` needs a request, which is not there when a rule does it.",
                "Move what both do into an effect, or write it out here.",
            )
            return None
        entity = (
            self.around.effect_entity[word.value]
            if is_effect
            else self.around.entity_of[word.value]
        )
        kind: Literal["effect", "operation"] = "effect" if is_effect else "operation"
        if entity is None:
            return DoRule(word.value, kind, None, word.place)
        rows = [
            name
            for name, found in names.items()
            if isinstance(found, types.Row) and found.entity == entity and name != "actor"
        ]
        if not rows:
            self._say(
                word.place,
                Code.RULE_CONTEXT,
                f"`{word}` works on a {self._row_of(entity)}, and there is none here.",
                f"Find one first, or go round one: `as: {self._row_of(entity)}`.",
            )
            return None
        return DoRule(word.value, kind, rows[-1], word.place)

    def _hook(self, text: Text, names: Names) -> DoHook | None:
        found = _HOOK.fullmatch(text.value)
        before = len(self.report)
        call = parse(text.part(0, found.end(1)), self.report) if found is not None else None
        if found is None or not _is_hook(call):
            if len(self.report) == before:
                self._say(
                    text.place(0),
                    Code.UNKNOWN_OPERATION,
                    f"`{text.value.strip()}` is neither an operation nor an effect nor a hook.",
                    "Write `do: cancelOrder` or `do: hook.scoreRisk(order) -> int`.",
                )
            return None
        arguments = [(argument, check(argument, self._scope(names), self.report))
                     for argument in call.arguments]  # fmt: skip
        result = found[2]
        if result is not None and result not in _RESULTS:
            self._say(
                text.place(found.start(2)),
                Code.RULE_TYPE,
                f"`{result}` is no type that a hook can give back.",
                did_you_mean(result, _RESULTS) or "It is `int`, `text`, `bool`, `timestamp`, ….",
            )
            return None
        named = [
            (_argument_name(argument, number), value)
            for number, (argument, value) in enumerate(arguments, start=1)
            if value is not None
        ]
        if len(named) != len(arguments):
            return None
        given = _RESULTS[result] if result is not None else None
        return DoHook(call.function.value, tuple(named), given, text.place(0))

    def _calls(self, written: Iterable[syntax.Call], names: Names) -> Iterator[Call]:
        for one in written:
            key = self.value(one.key, names) if one.key is not None else None
            called = self._client_operation(one.operation)
            if called is None:
                for argument in one.arguments:
                    self.value(argument.value, names)
                continue
            client, operation = called
            yield Call(
                client,
                operation.id.value,
                key,
                tuple(self._arguments(one, operation, names)),
                tuple(self._thens(one, operation, names)),
                one.place,
            )

    def _client_operation(self, word: syntax.Word) -> tuple[str, syntax.Operation] | None:
        client, _, name = word.value.partition(".")
        contract = self.around.clients.get(client)
        if contract is None:
            self._say(
                word.place,
                Code.UNKNOWN_CLIENT,
                f"`{client}` is no client of this bundle.",
                did_you_mean(client, sorted(self.around.clients))
                or f"Add `contracts/clients/{client}.openapi.yaml`, and `clients:` in plan.md.",
            )
            return None
        operation = next((op for op in contract.operations if op.id.value == name), None)
        if operation is None:
            self._say(
                word.place,
                Code.UNKNOWN_CLIENT,
                f"`{client}` has no operation `{name}`.",
                did_you_mean(name, [op.id.value for op in contract.operations]),
            )
            return None
        return client, operation

    def _arguments(
        self, call: syntax.Call, operation: syntax.Operation, names: Names
    ) -> Iterator[tuple[str, Typed]]:
        body = _only_schema(operation.body.content if operation.body is not None else {})
        fields = {snake(n): (n, inner) for n, inner in body.properties.items()} if body else {}
        fields |= {snake(p.name.value): (p.name.value, p.schema) for p in operation.parameters}
        for one in call.arguments:
            value = self.value(one.value, names)
            name = one.target.value.strip()
            if snake(name) not in fields:
                self._say(
                    one.target.place(0),
                    Code.UNKNOWN_CLIENT,
                    f"`{call.operation}` takes no `{name}`.",
                    did_you_mean(snake(name), fields),
                )
                continue
            wire, schema = fields[snake(name)]
            wanted = self.around.scopes.type_of_schema(schema, f"{call.operation} {name}")
            fitted = self._fit_argument(value, wanted, name)
            if fitted is not None:
                yield wire, fitted
        given = {snake(one.target.value.strip()) for one in call.arguments}
        for name in sorted(body.required) if body else ():
            if snake(name) not in given:
                self._say(call.place, Code.UNKNOWN_CLIENT, f"`{call.operation}` needs `{name}`.")

    def _fit_argument(self, value: Typed | None, wanted: types.Type, name: str) -> Typed | None:
        """A uuid, a moment or an enum goes out as text where the service wants text."""
        if value is None:
            return None
        as_text = types.is_kind(value.type, types.Kind.UUID, types.Kind.TIMESTAMP, types.Kind.DATE)
        if (as_text or isinstance(value.type, types.OneOf)) and types.is_kind(
            wanted, types.Kind.TEXT
        ):
            return value
        return expect(value, Target(f"`{name}`", wanted), self.report)

    def _thens(
        self, call: syntax.Call, operation: syntax.Operation, names: Names
    ) -> Iterator[tuple[str, Block]]:
        documented = {response.status.upper(): response for response in operation.responses}
        for status, block in call.then:
            response = documented.get(status.value.upper())
            if response is None:
                self._say(
                    status.place,
                    Code.UNKNOWN_CLIENT,
                    f"`{call.operation}` does not answer {status}.",
                    f"It answers {', '.join(documented)}." if documented else None,
                )
                continue
            schema = _only_schema(response.content)
            result = (
                {}
                if schema is None
                else {
                    "result": self.around.scopes.type_of_schema(
                        schema, f"answer {status} of {call.operation}"
                    )
                }
            )
            yield status.value, self.block(block, {**names, **result})

    # -- Jobs

    def job(self, written: syntax.Job) -> Job:
        return Job(
            written.name.value,
            self._seconds(written.every) if written.every is not None else None,
            written.cron.value if written.cron is not None else None,
            self.block(written.block, {"now": types.TIMESTAMP}),
            written.name.place,
        )

    def _seconds(self, every: syntax.Word) -> int | None:
        length = read_duration(every.value)
        seconds = length.total_seconds() if length is not None else 0
        if length is None or seconds < 1 or seconds != int(seconds):
            self._say(
                every.place,
                Code.DURATION,
                f"`{every}` is no time between two runs of a job.",
                duration_hint(every.value)
                .replace("duration(", "")
                .replace('"', "")
                .replace(")", "")
                if length is None
                else "Write a whole number of seconds, from `1s` on.",
            )
            return None
        return int(seconds)

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


def _is_hook(call: cel.Expression | None) -> TypeGuard[cel.Call]:
    if not isinstance(call, cel.Call) or call.target is None:
        return False
    root = cel.path_of(call.target)
    return root is not None and [word.value for word in root] == ["hook"]


def reads_request(value: Typed) -> bool:
    return any(isinstance(node, Name) and node.name == "request" for node in walk(value))


def _none(word: syntax.Word | None) -> tuple[int, str | None]:
    """`204`, or `409 nothing-left`; without it, 404."""
    if word is None:
        return 404, "not-found"
    status, _, error = word.value.partition(" ")
    number = int(status) if status.isdigit() else 404
    return number, error.strip() or ("not-found" if number == 404 else None)  # noqa: PLR2004


def _argument_name(argument: cel.Expression, number: int) -> str:
    words = cel.path_of(argument)
    return words[-1].value if words else f"argument_{number}"


def _only_schema(content: Mapping[str, Schema]) -> Schema | None:
    return next((flattened(schema) for schema in content.values()), None)
