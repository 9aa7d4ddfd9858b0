"""Situations as the lines of a test."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from specwright.address import snake
from specwright.emit.tests.factories import Factories
from specwright.emit.tests.factory import Row
from specwright.emit.tests.hooks import given_as
from specwright.emit.tests.situations import Found, Situation
from specwright.emit.tests.stage import HOOKS, Given, Stage
from specwright.emit.tests.values import Ref, keywords, show, show_json
from specwright.emit.tests.variables import factory_of
from specwright.emit.wording import quoted
from specwright.model.entities import Entity
from specwright.model.operations import Operation

_LONG_NAME = 84  # characters, with `async def`, and a number where there are two
_LONG_PATH = 76  # characters that a line of a call has room for
_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Test:
    """One test function: a name that is a claim, a sentence on it, and its lines."""

    name: str
    lines: tuple[str, ...]
    says: str = ""
    decorators: tuple[str, ...] = ()
    arguments: str = "world: World"


def test_name(*words: str) -> str:
    """`test_` and the words; of more than a line has room for, the last are left out."""
    name = "test_" + "_".join(snake(word) for word in words if word)
    while len(name) > _LONG_NAME and "_" in name:
        name = name.rpartition("_")[0]
    return name


def distinct(tests: Iterable[Test]) -> list[Test]:
    """The tests with names of their own: the second of a name is `…_2`."""
    counts: dict[str, int] = {}
    found: list[Test] = []
    for test in tests:
        counts[test.name] = counts.get(test.name, 0) + 1
        number = counts[test.name]
        found.append(replace(test, name=f"{test.name}_{number}") if number > 1 else test)
    return found


def tuple_text(values: Sequence[str]) -> str:
    """`("a", "b")`, without the comma that would make the formatter break it."""
    inner = ", ".join(quoted(value) for value in values)
    return f"({inner},)" if len(values) == 1 else f"({inner})"


def list_text(values: Sequence[str]) -> str:
    return f"[{', '.join(quoted(value) for value in values)}]"


# -- Rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Printer:
    factories: Factories

    def givens(self, givens: Sequence[Given], also_used: Collection[str] = ()) -> list[str]:
        """The rows; only those that something speaks of later have a variable."""
        used = {*also_used, *_referred(givens)}
        return [line for given in givens for line in self._given(given, used)]

    def _given(self, given: Given, used: Collection[str]) -> Iterator[str]:
        if given.entity == HOOKS:
            for name, value in given.says:
                yield f"world.hooks.{given_as(snake(name))} = {show(value)}"
            return
        inner_used = {*used, *_referred([given])}
        if given.times > 1:
            yield f"for _ in range({given.times}):"
            inner = [line for one in given.first for line in self._given(one, inner_used)]
            yield from (f"    {line}" for line in (*inner, self.made(given)))
            return
        made = self.made(given)
        yield f"{given.variable} = {made}" if given.variable in used else made

    def made(self, given: Given) -> str:
        return f"await {self.factory(given.entity)}(world{self.arguments(given)})"

    def factory(self, entity: str) -> str:
        return f"given.{factory_of(self.factories.model.entity(entity))}"

    def arguments(self, given: Given) -> str:
        lifecycle = self.factories.model.lifecycle_of(given.entity)
        status = ""
        if lifecycle is not None and given.status not in (None, lifecycle.initial):
            status = f", {quoted(given.status or '')}"
        return status + keywords(given.said)

    # -- calls ----------------------------------------------------------------------------------

    def call(self, situation: Situation, actor: str | None = None) -> str:
        """`await world.call(agent, "POST", …)`."""
        caller = actor or situation.actor or "None"
        return f"await world.call({caller}, {self.request(situation)})"

    def request(self, situation: Situation) -> str:
        operation = situation.operation
        parts = [quoted(operation.method.upper()), path_text(operation.path, dict(situation.path))]
        headers = self.headers(situation)
        if situation.body is not None:
            body = situation.operation.body
            around = body.envelope if body is not None else None
            sent = dict(situation.body)
            parts.append(show_json({around: sent} if around is not None else sent))
        if headers:
            parts.append(headers if situation.body is not None else f"headers={headers}")
        return ", ".join(parts)

    def headers(self, situation: Situation) -> str:
        if not situation.operation.needs_if_match or situation.row is None:
            return ""
        return f"if_match({situation.row})"

    # -- what became of rows --------------------------------------------------------------------

    def changes(self, found: Found, wanted: Collection[str] = ()) -> list[str]:
        """Assertions on every row that the test has at hand and the call changes."""
        lines: list[str] = []
        for variable, row in found.stage.variables.items():
            if wanted and variable not in wanted:
                continue
            entity = entity_of(found.stage, row)
            if id(row) in found.outcome.changes.changed and entity is not None:
                values = found.outcome.changes.of(row)
                lines.append(
                    f"assert await world.again({quoted(entity.table)}, {variable}) == {variable} | "
                    f"{self.after(entity, row, values, found.stage)}"
                )
        return lines

    def after(self, entity: Entity, row: Row, values: Row, stage: Stage) -> str:
        """The columns that have other values afterwards."""
        shown = {
            name: self.recognised(value, stage)
            for name, value in values.items()
            if row.get(name, ...) != value
        }
        parts = [f"{quoted(name)}: {text}" for name, text in shown.items()]
        if entity.versioned:
            parts.append(f'"version": {row["version"] + 1}')
        if entity.column("updated_at") is not None:
            parts.append('"updated_at": world.now')
        return "{" + ", ".join(parts) + "}"

    def recognised(self, value: Any, stage: Stage) -> str:
        """The value as Python; a key as that of the row which has it."""
        for variable, row in stage.variables.items():
            entity = entity_of(stage, row)
            for name in entity.primary_key.columns if entity else ():
                if value is not None and row[name] == value and not isinstance(value, str):
                    return str(Ref(variable, name))
        return show(value)


def entity_of(stage: Stage, row: Row) -> Entity | None:
    for name, rows in stage.rows.items():
        if any(one is row for one in rows):
            return stage.factories.model.entity(name)
    return None


def _referred(givens: Iterable[Given]) -> set[str]:
    found: set[str] = set()
    for given in givens:
        found |= {value.row for _, value in given.says if isinstance(value, Ref)}
        found |= _referred(given.first)
    return found


def used_by(situation: Situation) -> set[str]:
    """The variables that the call itself speaks of."""
    found = {ref.row for _, ref in situation.path}
    said = [*(situation.body or {}).values()]
    said += [inner for value in said if isinstance(value, dict) for inner in value.values()]
    found |= {value.row for value in said if isinstance(value, Ref)}
    if situation.operation.needs_if_match and situation.row is not None:
        found.add(situation.row)
    if situation.actor is not None:
        found.add(situation.actor)
    return found


def path_text(path: str, refs: Mapping[str, Ref | str]) -> str:
    """The path with the columns of rows in it, as a string or an f-string."""
    if not _PARAMETER.search(path):
        return quoted(path)

    def one(match: re.Match[str]) -> str:
        ref = refs[match[1]]
        return f"{{{ref.row}['{ref.column}']}}" if isinstance(ref, Ref) else ref

    text = _PARAMETER.sub(one, path)
    return f'{"f" if "{" in text else ""}"{text}"'


def with_query(path: str, query: str) -> str:
    """The string or f-string of a path with a query, on two lines where one is too long."""
    whole = f"{path.removeprefix('f')[1:-1]}?{query}"
    if len(whole) <= _LONG_PATH:
        return f'{"f" if "{" in whole else ""}"{whole}"'
    return f'{path} {"f" if "{" in query else ""}"?{query}"'


def renamed(situation: Situation, taken: Collection[str], keep: Collection[str]) -> Situation:
    """The situation with other variables, where its own are taken."""
    names = {
        given.variable: given.variable if given.variable in keep else f"other_{given.variable}"
        for given in (*situation.givens, *(f for g in situation.givens for f in g.first))
        if given.variable in taken
    }
    return replace(
        situation,
        givens=tuple(with_names(one, names) for one in situation.givens),
        actor=names.get(situation.actor or "", situation.actor),
        row=names.get(situation.row or "", situation.row),
        path=tuple((name, ref_with(ref, names)) for name, ref in situation.path),
        body=None
        if situation.body is None
        else {name: ref_with(value, names) for name, value in situation.body.items()},
        named=tuple(names.get(name, name) for name in situation.named),
    )


def with_names(given: Given, names: Mapping[str, str]) -> Given:
    return replace(
        given,
        variable=names.get(given.variable, given.variable),
        says=tuple((name, ref_with(value, names)) for name, value in given.says),
        first=tuple(with_names(one, names) for one in given.first),
    )


def ref_with(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: ref_with(inner, names) for name, inner in value.items()}
    return replace(value, row=names.get(value.row, value.row)) if isinstance(value, Ref) else value


def success_status(operation: Operation) -> str:
    return str(operation.answers[0].status) if operation.answers else "200"
