"""From rule blocks as written to rules as meant: searches, rounds, guards, and what is done."""

from collections.abc import Iterable, Iterator
from typing import Literal

from specwright.diagnostic import Code, did_you_mean
from specwright.model import types
from specwright.model.calls import performed
from specwright.model.counting import owners_counted
from specwright.model.entities import Entity
from specwright.model.expressions.moments import read_interval
from specwright.model.rule_calls import RuleCalls, only_schema
from specwright.model.rule_changes import RuleChanges
from specwright.model.rule_expressions import Names
from specwright.model.rule_hooks import RuleHooks, is_hook, results
from specwright.model.rules import (
    Block,
    Call,
    Case,
    Do,
    DoHook,
    DoRule,
    Each,
    Emit,
    Job,
    Narrowing,
    Require,
    Search,
    SearchOrder,
)
from specwright.model.typed import Typed
from specwright.spec import syntax
from specwright.spec.text import Text


class RuleReader(RuleChanges, RuleCalls, RuleHooks):
    """Reads the blocks of one operation, effect or job."""

    # -- Blocks

    def block(self, written: syntax.Block, names: Names) -> Block:
        search = self._search(written.search, names) if written.search is not None else None
        if written.search is not None and search is None:
            return Block(written.place)  # what follows speaks of the row that nobody finds
        inner = self._with_search(written.search, names)
        where = self.condition(written.where, inner) if written.where is not None else None
        done = tuple(self._does(written.do, inner))
        if sum(is_hook(one.text) for one in written.do) > sum(isinstance(d, DoHook) for d in done):
            return Block(written.place)  # what follows may speak of what the hook gives
        inner = {**inner, **results(done)}
        return Block(
            written.place,
            search=search,
            where=where,
            where_words=written.where.value.strip() if written.where is not None else None,
            narrow=tuple(self._narrowings(written.narrow, inner)),
            require=tuple(self._requires(written.require, inner)),
            set=tuple(self._sets(written.set, inner)),
            create=tuple(self._creates(written.create, inner)),
            delete=tuple(self._deletes(written.delete, inner)),
            each=tuple(self._rounds(written.each, inner)),
            emit=tuple(self._emits(written.emit)),
            do=done,
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

    def _narrowings(self, written: Iterable[Text], names: Names) -> Iterator[Narrowing]:
        for one in written:
            condition = self.condition(one, names)
            if condition is not None:
                yield Narrowing(condition, one.value.strip())

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
        taken = names
        for one in written:
            word = performed(one.text)
            done = self._hook(one.text, taken) if word is None else self._rule(word, names)
            if done is not None:
                yield done
            if isinstance(done, DoHook):
                taken = {**taken, **results([done])}

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
            schema = only_schema(response.content)
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
        length = read_interval(every.value)
        seconds = length.total_seconds() if length is not None else 0
        if length is None or seconds < 1 or seconds != int(seconds):
            self._say(
                every.place,
                Code.DURATION,
                f"`{every}` is no time between two runs of a job.",
                "Write a whole number of seconds, from `1s` on, such as `30s` or `5m`.",
            )
            return None
        return int(seconds)


def _none(word: syntax.Word | None) -> tuple[int, str | None]:
    """`204`, or `409 nothing-left`; without it, 404."""
    if word is None:
        return 404, "not-found"
    status, _, error = word.value.partition(" ")
    number = int(status) if status.isdigit() else 404
    return number, error.strip() or ("not-found" if number == 404 else None)  # noqa: PLR2004
