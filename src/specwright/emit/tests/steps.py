"""The sentences that scenarios are written in: every pattern, what it means, and its lines of test.

A step that no pattern fits is an open question, with the nearest pattern as a hint; its scenario
has no test until it is answered.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from specwright.diagnostic import did_you_mean
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.printing import path_text, success_status
from specwright.emit.tests.values import Form, equals, keywords, show, show_json
from specwright.emit.tests.variables import factory_of, variable_of
from specwright.emit.wording import quoted
from specwright.model.entities import Column, Entity, ForeignKey
from specwright.model.naming import singular
from specwright.model.operations import ColumnValue, Operation
from specwright.model.sql_types import Kind
from specwright.model.wire import squashed
from specwright.model.wording import near_or_all
from specwright.spec.syntax import Step

NAME = r'"([^"]+)"'
WORD = r"([A-Za-z][\w-]*)"
_HANDLE = re.compile(r'"([^"]+)"')
_UNITS = {"second": "seconds", "minute": "minutes", "hour": "hours", "day": "days"}


class Unclear(Exception):
    """A step says something that the model does not know; the message says what."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotBuilt(Exception):
    """A step needs something that this backend does not have yet."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A row that a scenario calls by a name: the Python that stands for it, and its entity."""

    variable: str
    entity: str

    def key(self, column: str) -> str:
        return f"{self.variable}[{quoted(column)}]"


@dataclass
class Story:
    """A scenario as far as it was read: its things, its lines, and whether calls race."""

    plan: Plan
    things: dict[str, Thing] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    idle_jobs: list[str] = field(default_factory=list)
    races: bool = False
    answered: str = ""  # `answer` or `answers`, once there is one
    _taken: set[str] = field(
        default_factory=lambda: {"world", "given", "answer", "answers", "cast"}
    )

    def copy(self, prefix: str) -> "Story":
        """What a scenario starts from after a background: its things by another name."""
        things = {
            name: replace(thing, variable=f"{prefix}{thing.variable}")
            for name, thing in self.things.items()
        }
        return Story(self.plan, things, idle_jobs=list(self.idle_jobs))

    @property
    def all_jobs(self) -> list[str]:
        return [job.name for job in self.plan.model.all_jobs]

    # -- names ------------------------------------------------------------------------------------

    def entity(self, word: str) -> Entity:
        """The entity of a word such as `task`, `tasks` or `order line`."""
        for entity in self.plan.model.entities:
            if squashed(word) in (squashed(entity.row), squashed(entity.table)):
                return entity
        rows = [entity.row for entity in self.plan.model.entities]
        raise Unclear(f"`{word}` is no table of this data model.", near_or_all(word, rows))

    def role(self, word: str) -> str | None:
        wanted = (word, singular(word))
        return next((role for role in self.plan.roles if role in wanted), None)

    def thing(self, name: str) -> Thing:
        if name not in self.things:
            near = did_you_mean(name, self.things)
            raise Unclear(f"Nothing in this scenario is called `{name}`.", near)
        return self.things[name]

    def said_thing(self, word: str, name: str) -> Thing:
        """The thing of a name, which is what the word before the name says."""
        thing = self.thing(name)
        if self.role(word) is None and self.entity(word).name != thing.entity:
            raise Unclear(f"`{name}` is a {self.plan.model.entity(thing.entity).row}, no {word}.")
        return thing

    def key(self, thing: Thing) -> str:
        (column,) = self.plan.model.entity(thing.entity).primary_key.columns
        return thing.key(column)

    def new(self, name: str, entity: Entity) -> Thing:
        variable = re.sub(r"\W+", "_", name).strip("_").lower() or entity.row
        if not variable.isidentifier() or variable in self._taken:
            variable = f"{entity.row}_{variable}"
        self._taken.add(variable)
        self.things[name] = Thing(variable, entity.name)
        return self.things[name]

    # -- rows -------------------------------------------------------------------------------------

    def make(self, name: str, entity: Entity, status: str | None, said: Mapping[str, Any]) -> Thing:
        if entity.name not in self.plan.factories:
            raise NotBuilt(f"rows of {entity.table}")
        values = {**self._named(name, entity, said), **said}
        lifecycle = self.plan.model.lifecycle_of(entity.name)
        shown = ""
        if status is not None:
            if lifecycle is None or status not in lifecycle.states:
                raise Unclear(f"`{status}` is no state of {entity.row}.")
            shown = "" if status == lifecycle.initial else f", {quoted(status)}"
        thing = self.new(name, entity)
        self.lines.append(
            f"{thing.variable} = await given.{factory_of(entity)}(world{shown}{keywords(values)})"
        )
        return thing

    def _named(self, name: str, entity: Entity, said: Mapping[str, Any]) -> dict[str, str]:
        """What a row is called stands in its column of unique text, unless that is an address."""
        for unique in entity.uniques:
            column = entity.column(unique.columns[0])
            if len(unique.columns) > 1 or column is None or column.name in said:
                continue
            texts = column.type.kind in (Kind.TEXT, Kind.VARCHAR)
            fits = column.type.length is None or len(name) <= column.type.length
            if texts and fits and "email" not in column.name:
                return {column.name: name}
        return {}

    def within(self, entity: Entity, container: Thing) -> dict[str, Any]:
        """The column that says that a row belongs to another."""
        keys = [key for key in entity.foreign_keys if key.target == container.entity]
        if len(keys) != 1:
            raise Unclear(f"Nothing says how a {entity.row} is in a {container.entity}.")
        return _pointing(keys[0], container)

    def person(self, name: str, role: str, container: Thing | None = None) -> Thing:
        users, roles = self.plan.users, self.plan.model.roles
        if users is None or roles is None or roles.column is None:
            raise Unclear("Nobody signs in here, so nobody has a role.")
        said: dict[str, Any] = {} if container is None else self.within(users, container)
        return self.make(name, users, None, {**said, roles.column: role})

    def value(self, column: Column, text: str, *, is_name: bool, entity: Entity) -> Any:
        """What a word or a name in a step stands for in a column."""
        key = entity.foreign_key_of(column.name)
        if is_name and key is not None:
            return Form(self.thing(text).key(key.target_columns[0]))
        if column.type.enum:
            values = self.plan.model.enum(column.type.enum).values
            if text not in values:
                near = near_or_all(text, values)
                raise Unclear(f"`{text}` is no value of `{column.type.enum}`.", near)
            return text
        match column.type.kind:
            case Kind.SMALLINT | Kind.INT | Kind.BIGINT if re.fullmatch(r"-?\d+", text):
                return int(text)
            case Kind.NUMERIC:
                try:
                    return Decimal(text)
                except InvalidOperation:
                    raise Unclear(f"`{text}` is no number.") from None
            case Kind.DOUBLE if re.fullmatch(r"-?\d+(\.\d+)?", text):
                return float(text)
            case Kind.BOOL if text in ("true", "false"):
                return text == "true"
            case Kind.TEXT | Kind.VARCHAR:
                return text
            case _:
                raise Unclear(f"`{text}` is no value of `{column.name}`.")

    def column(self, entity: Entity, name: str) -> Column:
        column = entity.column(name)
        if column is None:
            near = did_you_mean(name, [c.name for c in entity.columns])
            raise Unclear(f"`{name}` is no column of `{entity.table}`.", near)
        return column

    def assignments(self, entity: Entity, text: str) -> dict[str, Any]:
        """`status "done", attempts 1 and no claimed_by`."""
        found: dict[str, Any] = {}
        for part in _listed(text):
            empty = re.fullmatch(rf"no {WORD}", part)
            said = re.fullmatch(rf"{WORD} (?:{NAME}|(-?[\w.]+))", part)
            if empty:
                found[self.column(entity, empty[1]).name] = None
            elif said:
                column = self.column(entity, said[1])
                text_ = said[2] if said[2] is not None else said[3]
                is_name = said[2] is not None
                found[column.name] = self.value(column, text_, is_name=is_name, entity=entity)
            else:
                raise Unclear(f'`{part}` is not `column "value"`, `column 1` or `no column`.')
        return found

    def changed(self, entity: Entity, said: Mapping[str, Any]) -> dict[str, Any]:
        """The values that a row gets, with those that go with its new status."""
        lifecycle = self.plan.model.lifecycle_of(entity.name)
        if lifecycle is None or lifecycle.column not in said:
            return dict(said)
        factory = self.plan.factories[entity.name]
        touched = {name for one in factory.statuses for name in (*one.values, one.held) if name}
        first = {fill.column.name: fill.value for fill in factory.fills}
        status = factory.status(said[lifecycle.column])
        values = {c.name: first[c.name] for c in entity.columns if c.name in touched}
        values |= status.values if status is not None else {}
        if status is not None and status.held is not None and status.held not in said:
            raise Unclear(f"Nobody is said to be the `{status.held}` of this {entity.row}.")
        return {lifecycle.column: said[lifecycle.column], **values, **said}

    # -- calls ------------------------------------------------------------------------------------

    def operation(self, name: str) -> Operation:
        found = self.plan.model.operation(name)
        if found is not None:
            return found
        contract = self.plan.model.contract
        known = [one.id.value for one in contract.operations] if contract else []
        if name in known:
            raise NotBuilt(f"`{name}`")
        raise Unclear(f"`{name}` is no operation of the contract.", did_you_mean(name, known))

    def call(self, text: str, document: str | None) -> tuple[str, Operation]:
        """The Python of `a1 calls claimTask on task "t1"`."""
        found = _CALL.fullmatch(text)
        if found is None:
            raise Unclear(f'`{text}` is not `somebody calls operation on thing "name"`.')
        actor, name, _, target, rest = found.groups()
        caller = "None" if actor == "nobody" else self.thing(actor.strip('"')).variable
        operation = self.operation(name)
        refs = self._path(operation, target, rest)
        query = self._query(operation, rest)
        path = path_text(operation.path, refs)
        if query:
            path = f'{"f" if "{" in path + query else ""}"{path.lstrip("f")[1:-1]}?{query}"'
        parts = [caller, quoted(operation.method.upper()), path]
        body = self._body(operation, document)
        headers = '{"if-match": "*"}' if operation.needs_if_match else ""
        if body is not None:
            parts.append(body)
        if headers:
            parts.append(headers if body is not None else f"headers={headers}")
        return f"world.call({', '.join(parts)})", operation

    def _path(self, operation: Operation, target: str | None, rest: str | None) -> dict[str, Any]:
        named = dict(_with(rest))
        parameters = re.findall(r"\{([^{}]+)\}", operation.path)
        refs: dict[str, Any] = {}
        keys = _path_keys(operation)
        for parameter in parameters:
            entity, column = keys.get(parameter, (None, "id"))
            name = next(
                (n for word, n in named.items() if word in (parameter, parameter[:-3])), None
            )
            if name is None and target is not None and parameter == self._main(operation, target):
                name = target
            if name is None or entity is None:
                raise Unclear(f"Nothing says what `{{{parameter}}}` of `{operation.id}` is.")
            thing = self.thing(name)
            refs[parameter] = f"{{{thing.variable}['{column}']}}"
        return refs

    def _main(self, operation: Operation, target: str) -> str | None:
        """The parameter of the thing a call is on: the last of its entity; of a link, the first."""
        entity = self.thing(target).entity
        keys = [name for name, (owner, _) in _path_keys(operation).items() if owner == entity]
        if not keys:
            return None
        return keys[0] if operation.link is not None else keys[-1]

    def _query(self, operation: Operation, rest: str | None) -> str:
        names = {one.name: one for one in operation.parameters if one.location == "query"}
        parts = []
        for word, value in _with(rest):
            if word in names:
                thing = self.things.get(value)
                shown = f"{{{self.key(thing)}}}".replace('"', "'") if thing else value
                parts.append(f"{word}={shown}")
        return "&".join(parts)

    def _body(self, operation: Operation, document: str | None) -> str | None:
        if document is not None:
            try:
                return show(json.loads(document))
            except json.JSONDecodeError as error:
                raise Unclear(f"The JSON of this step is broken: {error.msg}.") from error
        if operation.body is None or not operation.body.required:
            return None
        working = self.plan.working(operation)
        body = working.found.situation.body if working is not None else None
        if body is None or "[" in show_json(dict(body)).replace("[]", ""):
            raise Unclear(f'`{operation.id}` needs a body: write it below, as JSON between `"""`.')
        return show_json(dict(body))


def _path_keys(operation: Operation) -> dict[str, tuple[str, str]]:
    """The entity and the column that each parameter of the path is a key of."""
    if operation.link is not None:
        return {end.parameter: (end.target, end.target_column) for end in operation.link.ends}
    named = operation.row or operation.parent
    if named is None:
        return {}
    return {key.parameter: (row.entity, key.column) for row in named.chain() for key in row.keys}


def _pointing(key: ForeignKey, to: Thing) -> dict[str, Any]:
    return {
        own: Form(to.key(theirs))
        for own, theirs in zip(key.columns, key.target_columns, strict=True)
    }


def _with(rest: str | None) -> Iterator[tuple[str, str]]:
    """The pairs of ` with blocker "x1" and status "done"`."""
    for found in re.finditer(rf"{WORD} {NAME}", rest or ""):
        yield found[1], found[2]


def _listed(text: str) -> list[str]:
    """The parts of `a, b and c`; what stands in quotes is no separator."""
    parts = re.split(r'(?:,\s*|\s+and\s+)(?=(?:[^"]*"[^"]*")*[^"]*$)', text)
    return [part.strip() for part in parts if part.strip()]


_CALL = re.compile(
    rf'("?[\w-]+"?) call(?:s|ed) {WORD}(?: on ([a-z_ ]+?) {NAME})?( with (?!:).+?)?(?: with)?:?'
)

# -- The patterns ---------------------------------------------------------------------------------

Handler = Callable[[Story, re.Match[str], Step], None]


@dataclass(frozen=True, slots=True)
class Pattern:
    """`shape` is how an author writes it."""

    keywords: tuple[str, ...]
    shape: str
    form: re.Pattern[str]
    handler: Handler


def _things(story: Story, match: re.Match[str], _step: Step) -> None:
    entity = story.entity(match[1])
    container = story.make(match[2], entity, None, {})
    for part in _groups(match[3] or ""):
        word, names = part
        role = story.role(word)
        for name in names:
            if role is not None:
                story.person(name, role, container)
            else:
                inner = story.entity(word)
                story.make(name, inner, None, story.within(inner, container))


def _groups(text: str) -> Iterator[tuple[str, list[str]]]:
    """`agents "a1" and "a2" and task "t1"` as its words, each with its names."""
    word = ""
    names: list[str] = []
    for found in re.finditer(rf"{WORD}|{NAME}", re.sub(r"\band\b|,", " ", text)):
        if found[1]:
            if names:
                yield word, names
            word, names = found[1], []
        else:
            names.append(found[2])
    if names:
        yield word, names


def _exist(story: Story, match: re.Match[str], step: Step) -> None:
    entity = story.entity(match[1])
    said = story.within(entity, story.thing(match[2])) if match[2] else {}
    if not step.table or len(step.table) < 2:  # noqa: PLR2004
        raise Unclear("A table with a heading belongs below this step.")
    heading = [word.value for word in step.table[0]]
    for cells in step.table[1:]:
        pairs = dict(zip(heading, (cell.value for cell in cells), strict=False))
        handle = next(iter(pairs.values()))
        columns = {
            name: story.value(story.column(entity, name), text, is_name=True, entity=entity)
            for name, text in pairs.items()
            if text and not (name == heading[0] and entity.column(name) is None)
        }
        lifecycle = story.plan.model.lifecycle_of(entity.name)
        status = columns.pop(lifecycle.column, None) if lifecycle else None
        story.make(handle, entity, status, {**said, **columns})


def _exists(story: Story, match: re.Match[str], _step: Step) -> None:
    entity = story.entity(match[1])
    said = story.within(entity, story.thing(match[3])) if match[3] else {}
    story.make(match[2], entity, None, said)


def _linked(story: Story, match: re.Match[str], _step: Step) -> None:
    one, verb, other = story.thing(match[2]), match[3], story.thing(match[5])
    stem = re.sub(r"(ed|en|t)$", "", verb)[:4]
    for entity in story.plan.model.entities:
        for far in entity.foreign_keys:
            if far.target != other.entity or stem not in far.columns[0]:
                continue
            for near in entity.foreign_keys:
                if near is not far and near.target == one.entity:
                    said = {**_pointing(near, one), **_pointing(far, other)}
                    story.lines.append(f"await given.{factory_of(entity)}(world{keywords(said)})")
                    return
    raise Unclear(f"No table says that a {match[1]} is {verb} by a {match[4]}.")


def _every_has(story: Story, match: re.Match[str], _step: Step) -> None:
    entity = story.entity(match[1])
    where = ""
    if match[2]:
        (pair,) = story.within(entity, story.thing(match[2])).items()
        where = f", {pair[0]}={pair[1]}"
    values = story.changed(entity, story.assignments(entity, match[3]))
    story.lines += [
        f"for {variable_of(entity)} in await world.rows({quoted(entity.table)}{where}):",
        f"    await world.change({quoted(entity.table)}, {variable_of(entity)}{keywords(values)})",
    ]


def _given_has(story: Story, match: re.Match[str], _step: Step) -> None:
    thing = story.said_thing(match[1], match[2])
    entity = story.plan.model.entity(thing.entity)
    values = story.changed(entity, story.assignments(entity, match[3]))
    story.lines.append(
        f"await world.change({quoted(entity.table)}, {thing.variable}{keywords(values)})"
    )


def _then_has(story: Story, match: re.Match[str], _step: Step) -> None:
    thing = story.said_thing(match[1], match[2])
    entity = story.plan.model.entity(thing.entity)
    variable = thing.variable.rpartition(".")[2]
    story.lines.append(f"{variable} = await world.again({quoted(entity.table)}, {thing.variable})")
    for name, value in story.assignments(entity, match[3]).items():
        story.lines.append(f"assert {variable}[{quoted(name)}] {equals(value)}")


def _holds(story: Story, match: re.Match[str], _step: Step) -> None:
    holder = story.thing(match[1].strip('"'))
    owner = story.plan.model.entity(holder.entity)
    relation = owner.relation(match[2])
    if relation is None or relation.kind != "many":
        raise Unclear(f"`{match[2]}` is no relation of {owner.name} to many rows.")
    entity = story.plan.model.entity(relation.target)
    key = next(k for k in entity.foreign_keys if k.name == relation.foreign_key)
    said = _pointing(key, holder)
    factory = story.plan.factories[entity.name]
    status = next((one for one in factory.statuses if one.held in said), None)
    if status is not None and factory.lifecycle is not None:
        said = story.changed(entity, {factory.lifecycle.column: status.name, **said})
    things = [story.thing(name).variable for name in _HANDLE.findall(match[4])]
    listed = f"({', '.join(things)},)" if len(things) == 1 else f"({', '.join(things)})"
    story.lines += [
        f"for {variable_of(entity)} in {listed}:",
        f"    await world.change({quoted(entity.table)}, {variable_of(entity)}{keywords(said)})",
    ]


def _idle(story: Story, match: re.Match[str], _step: Step) -> None:
    known = [job.name for job in story.plan.model.jobs]
    if match[1] not in known:
        raise Unclear(f"`{match[1]}` is no job.", did_you_mean(match[1], known))
    story.idle_jobs.append(match[1])


def _is_a(story: Story, match: re.Match[str], _step: Step) -> None:
    role = story.role(match[2])
    if role is None:
        raise Unclear(f"`{match[2]}` is no role.")
    person = story.person(match[1], role)
    if match[3]:
        _owned(story, person, match[3], match[4], match[5], match[6])


def _has_a(story: Story, match: re.Match[str], step: Step) -> None:
    person = story.thing(match[1].strip('"'))
    owned = _owned(story, person, match[2], match[3], match[4], match[5])
    if step.table:
        _parts(story, owned, match[6] or "", step)


def _owned(
    story: Story, person: Thing, status: str, word: str, name: str, parts: str | None
) -> Thing:
    """`a placed order "o1" with 2 of "KB-01"`."""
    entity = story.entity(word)
    owned = story.make(name, entity, status, story.within(entity, person))
    found = re.fullmatch(rf"(\d+) of {NAME}", parts or "")
    if found:
        _part(story, owned, story.thing(found[2]), {"": found[1]})
    return owned


def _part(story: Story, owned: Thing, other: Thing, said: Mapping[str, str]) -> None:
    """A row between two things, with a number in its only column of numbers that has to be said."""
    between = [
        entity
        for entity in story.plan.model.entities
        if {owned.entity, other.entity} <= {key.target for key in entity.foreign_keys}
    ]
    if len(between) != 1:
        raise Unclear(f"Nothing says how a {other.entity} is part of a {owned.entity}.")
    entity = between[0]
    values = {**story.within(entity, owned), **story.within(entity, other)}
    needed = [
        c for c in entity.columns if not c.is_filled and c.type.bounds and c.name not in values
    ]
    for name, text in said.items():
        column = story.column(entity, name) if name else (needed[0] if needed else None)
        if column is None:
            raise Unclear(f"`{entity.table}` has no number to be said.")
        values[column.name] = story.value(column, text, is_name=False, entity=entity)
    story.lines.append(f"await given.{factory_of(entity)}(world{keywords(values)})")


def _parts(story: Story, owned: Thing, _word: str, step: Step) -> None:
    assert step.table is not None
    heading = [word.value for word in step.table[0]]
    for cells in step.table[1:]:
        pairs = dict(zip(heading, (cell.value for cell in cells), strict=False))
        handle = pairs.pop(heading[0])
        _part(story, owned, story.thing(handle), pairs)


def _called(story: Story, match: re.Match[str], step: Step) -> None:
    call, operation = story.call(match[0], step.document.value if step.document else None)
    answers = [str(one.status) for one in operation.answers] or [success_status(operation)]
    story.lines += [f"answer = await {call}", f'assert answer.outcome == "{answers[0]}"']


def _calls(story: Story, match: re.Match[str], step: Step) -> None:
    call, _ = story.call(match[0], step.document.value if step.document else None)
    story.lines.append(f"answer = await {call}")
    story.answered = "answer"


def _at_once(story: Story, match: re.Match[str], step: Step) -> None:
    texts = re.split(r" and (?=\"?[\w-]+\"? calls )", match[1])
    if len(texts) < 2:  # noqa: PLR2004
        raise Unclear("At the same time as what?")
    document = step.document.value if step.document else None
    calls = [story.call(text, document)[0] for text in texts]
    story.lines.append(f"answers = await asyncio.gather({', '.join(calls)})")
    story.answered, story.races = "answers", True


def _pass(story: Story, match: re.Match[str], _step: Step) -> None:
    unit = _UNITS[match[2].removesuffix("s")]
    missing = [one.id for one in story.plan.model.left_out if one.id in story.all_jobs]
    if missing:
        raise NotBuilt(f"the job `{missing[0]}`")
    idle = ", ".join(quoted(name) for name in story.idle_jobs)
    without = f", without_jobs=[{idle}]" if idle else ""
    story.lines.append(f"await world.pass_time(timedelta({unit}={match[1]}){without})")


def _response(story: Story, match: re.Match[str], _step: Step) -> None:
    if story.answered != "answer":
        raise Unclear("No single call was made whose response this could be.")
    problem = f" {match[2]}" if match[2] else ""
    story.lines.append(f'assert answer.outcome == "{match[1]}{problem}"')
    if match[3]:
        thing = story.thing(match[4])
        (key,) = story.plan.model.entity(thing.entity).primary_key.columns
        story.lines.append(
            f"assert answer.body[{quoted(_shown(story, thing.entity, key))}] == "
            f"world.wire({thing.key(key)})"
        )


def _shown(story: Story, entity: str, key: str) -> str:
    for operation in story.plan.model.operations:
        for one in operation.view.fields if operation.view else ():
            if (
                operation.view
                and operation.view.entity == entity
                and one.source == ColumnValue(key)
            ):
                return one.name
    raise Unclear(f"No response shows which {entity} it is about.")


def _all_responses(story: Story, match: re.Match[str], _step: Step) -> None:
    problem = f" {match[3]}" if match[3] else ""
    outcome = f'"{match[2]}{problem}"'
    if story.answered == "answer":
        story.lines.append(f"assert answer.outcome == {outcome}")
        return
    if story.answered != "answers":
        raise Unclear("No calls were made at the same time.")
    if match[1] == "both":
        story.lines.append(f"assert [answer.outcome for answer in answers] == [{outcome}] * 2")
    else:
        story.lines.append(f"assert {{answer.outcome for answer in answers}} == {{{outcome}}}")
    if match[4]:
        entity = story.entity(match[4])
        (key,) = entity.primary_key.columns
        shown = quoted(_shown(story, entity.name, key))
        story.lines.append(
            f"assert len({{answer.body[{shown}] for answer in answers}}) == len(answers)"
        )


def _one_response(story: Story, match: re.Match[str], _step: Step) -> None:
    if story.answered != "answers":
        raise Unclear("No calls were made at the same time.")
    outcomes = sorted(
        f"{status}{f' {problem}' if problem else ''}"
        for status, problem in ((match[1], match[2]), (match[3], match[4]))
    )
    listed = ", ".join(quoted(outcome) for outcome in outcomes)
    story.lines.append(f"assert sorted(answer.outcome for answer in answers) == [{listed}]")


def _later(_story: Story, match: re.Match[str], _step: Step) -> None:
    raise NotBuilt(f"`{match[0]}`")


_RESPONSE = r"(\d{3})(?: " + NAME + ")?"


def _pattern(keywords_: Sequence[str], shape: str, form: str, handler: Handler) -> Pattern:
    return Pattern(tuple(keywords_), shape, re.compile(form), handler)


PATTERNS: tuple[Pattern, ...] = (
    _pattern(
        ["Given"],
        'these tasks exist in "acme":',
        rf"these ([a-z_ ]+?) exist(?: in {NAME})?:?",
        _exist,
    ),
    _pattern(
        ["Given"],
        'task "t1" exists in "acme"',
        rf"([a-z_ ]+?) {NAME} exists(?: in {NAME})?",
        _exists,
    ),
    _pattern(
        ["Given"],
        'task "t1" is blocked by task "t2"',
        rf"([a-z_ ]+?) {NAME} is {WORD} by ([a-z_ ]+?) {NAME}",
        _linked,
    ),
    _pattern(
        ["Given"],
        'every task in "acme" has status "done"',
        rf"every ([a-z_ ]+?)(?: in {NAME})? has (.+)",
        _every_has,
    ),
    _pattern(
        ["Given"],
        'a1 holds claims on tasks "t1" and "t2"',
        rf'("?[\w-]+"?) holds {WORD} on ([a-z_ ]+?) ("[^"]+"(?:(?:, | and )"[^"]+")*)',
        _holds,
    ),
    _pattern(
        ["Given"], "the job expireLeases does not run", rf"the job {WORD} does not run", _idle
    ),
    _pattern(
        ["Given"],
        'a1 called claimTask on task "t1"',
        _CALL.pattern.replace("call(?:s|ed)", "called"),
        _called,
    ),
    _pattern(
        ["Given"],
        '"alice" is a customer with a placed order "o1" with 2 of "KB-01"',
        rf'{NAME} is an? {WORD}(?: with an? {WORD} {WORD} {NAME}(?: with (\d+ of "[^"]+"))?)?',
        _is_a,
    ),
    _pattern(
        ["Given"],
        'alice has a draft order "o1" with lines:',
        rf'("?[\w-]+"?) has an? {WORD} {WORD} {NAME} with (?:(\d+ of "[^"]+")|{WORD}:?)',
        _has_a,
    ),
    _pattern(
        ["Given"],
        'task "t1" has attempts 3',
        rf"([a-z_ ]+?) {NAME} has (.+)",
        _given_has,
    ),
    _pattern(
        ["Given"],
        'project "acme" with agents "a1" and "a2" and task "t1"',
        rf"([a-z_ ]+?) {NAME}(?: with (.+))?",
        _things,
    ),
    _pattern(
        ["Given", "When"],
        "16 minutes pass",
        r"(\d+) (seconds?|minutes?|hours?|days?) pass(?:es)?",
        _pass,
    ),
    _pattern(
        ["When"],
        'a1 calls claimTask on task "t1" and a2 calls claimTask on task "t1" at the same time',
        r"(.+ calls .+) at the same time:?",
        _at_once,
    ),
    _pattern(
        ["When"],
        'a1 calls addBlocker on task "t1" with blocker "t2"',
        _CALL.pattern.replace("call(?:s|ed)", "calls"),
        _calls,
    ),
    _pattern(
        ["When"],
        'the webhook receivePaymentEvent delivers "charge.succeeded" for order "o1" twice',
        rf"the webhook {WORD} (?:delivers|is delivered) .+",
        _later,
    ),
    _pattern(
        ["Then"],
        'the response is 409 "wrong-status"',
        rf"the response is {_RESPONSE}(?: with ([a-z_ ]+?) {NAME})?",
        _response,
    ),
    _pattern(
        ["Then"],
        "both responses are 200 with different tasks",
        rf"(both|all|every) responses? (?:are|is) {_RESPONSE}(?: with different ([a-z_ ]+))?",
        _all_responses,
    ),
    _pattern(
        ["Then"],
        'one response is 200 and the other is 409 "wrong-status"',
        rf"one response is {_RESPONSE} and the other is {_RESPONSE}",
        _one_response,
    ),
    _pattern(
        ["Then"],
        'task "t1" has status "done", attempts 1 and no claimed_by',
        rf"([a-z_ ]+?) {NAME} has (.+)",
        _then_has,
    ),
    _pattern(["Then"], 'event "order.placed" was emitted once', rf"event {NAME} was .+", _later),
    _pattern(
        ["Then"],
        'payments.refundCharge was called once for order "o1"',
        r"[\w]+\.[\w]+ was called .+",
        _later,
    ),
)


def bind(story: Story, step: Step) -> None:
    """Add the lines of a step to the story."""
    text = " ".join(step.text.value.split())
    for pattern in PATTERNS:
        if step.keyword in pattern.keywords:
            match = pattern.form.fullmatch(text)
            if match is not None:
                pattern.handler(story, match, step)
                return
    raise Unclear("This step fits no sentence that is understood.")


def fits(step: Step) -> bool:
    """Whether some pattern has the form of the step, whatever it speaks of."""
    text = " ".join(step.text.value.split())
    return any(
        step.keyword in pattern.keywords and pattern.form.fullmatch(text) for pattern in PATTERNS
    )


def nearest(step: Step) -> str:
    """The pattern that an author may have meant."""
    text = " ".join(step.text.value.split())
    built = [one for one in PATTERNS if one.handler is not _later]
    shapes = [one.shape for one in built if step.keyword in one.keywords]
    scored = [(difflib.SequenceMatcher(None, _plain(text), _plain(s)).ratio(), s) for s in shapes]
    return max(scored)[1]


def _plain(text: str) -> str:
    return re.sub(r'"[^"]*"', '"x"', text)


def makes_a_call(step: Step) -> bool:
    return step.keyword == "When" and " calls " in step.text.value


def asks_for_response(step: Step) -> bool:
    return step.keyword == "Then" and "response" in step.text.value
