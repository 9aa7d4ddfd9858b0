"""A scenario as it is read: who and what it speaks of, and the lines of test so far."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from specwright.diagnostic import did_you_mean
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.sentences.phrases import NotBuilt, Phrase, Unclear, phrases
from specwright.emit.tests.values import Form, keywords
from specwright.emit.tests.variables import factory_of
from specwright.emit.wording import quoted
from specwright.model.entities import Column, Entity, ForeignKey
from specwright.model.naming import singular
from specwright.model.operations import Operation
from specwright.model.sql_types import Kind
from specwright.model.wire import squashed
from specwright.model.wording import near_or_all


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
    called: Operation | None = None  # whose `answer` it is
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
            if squashed(word) in (squashed(entity.word), squashed(entity.table)):
                return entity
        words = [entity.word for entity in self.plan.model.entities]
        raise Unclear(f"`{word}` is no table of this data model.", near_or_all(word, words))

    def kind(self, words: str) -> tuple[str | None, Entity]:
        """`placed order` as a status and an entity; the status may be left out."""
        first, _, rest = words.partition(" ")
        lifecycles = self.plan.model.lifecycles
        if rest and any(first in one.states for one in lifecycles):
            return first, self.entity(rest)
        return None, self.entity(words)

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
        if len(keys) == 1:
            return pointing(keys[0], container)
        above = self.plan.model.entity(container.entity).word
        name = next(name for name, thing in self.things.items() if thing is container)
        said = [f'`with {key.columns[0]} "{name}"`' for key in keys if len(key.columns) == 1]
        raise Unclear(
            f"A {entity.word} points at a {above} in {'several ways' if keys else 'no way'}.",
            f"Say which: {' or '.join(said)}." if said else None,
        )

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
        return {
            column.name: self.said(column, phrase, entity)
            for phrase in phrases(text)
            if (column := self.column(entity, phrase.word))
        }

    def said(self, column: Column, phrase: Phrase, entity: Entity) -> Any:
        if phrase.text is None:
            return None
        return self.value(column, phrase.text, is_name=phrase.is_quoted, entity=entity)

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


def pointing(key: ForeignKey, to: Thing) -> dict[str, Any]:
    return {
        own: Form(to.key(theirs))
        for own, theirs in zip(key.columns, key.target_columns, strict=True)
    }
