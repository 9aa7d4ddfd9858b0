"""What is there before a scenario calls anything."""

import re
from collections.abc import Iterator, Mapping

from specwright.diagnostic import did_you_mean
from specwright.emit.tests.sentences.phrases import NAME, WORD, Unclear
from specwright.emit.tests.sentences.story import Story, Thing, pointing
from specwright.emit.tests.values import keywords
from specwright.emit.tests.variables import factory_of, variable_of
from specwright.emit.wording import quoted
from specwright.spec.syntax import Step


def things(story: Story, match: re.Match[str], _step: Step) -> None:
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


def these_exist(story: Story, match: re.Match[str], step: Step) -> None:
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


def one_exists(story: Story, match: re.Match[str], _step: Step) -> None:
    status, entity = story.kind(match[1])
    said = story.within(entity, story.thing(match[3])) if match[3] else {}
    story.make(match[2], entity, status, {**said, **story.assignments(entity, match[4] or "")})


def several_exist(story: Story, match: re.Match[str], _step: Step) -> None:
    status, entity = story.kind(match[1])
    said = story.within(entity, story.thing(match[3])) if match[3] else {}
    for name in re.findall(NAME, match[2]):
        story.make(name, entity, status, said)


def linked(story: Story, match: re.Match[str], _step: Step) -> None:
    one, verb, other = story.thing(match[2]), match[3], story.thing(match[5])
    stem = re.sub(r"(ed|en|t)$", "", verb)[:4]
    for entity in story.plan.model.entities:
        for far in entity.foreign_keys:
            if far.target != other.entity or stem not in far.columns[0]:
                continue
            for near in entity.foreign_keys:
                if near is not far and near.target == one.entity:
                    said = {**pointing(near, one), **pointing(far, other)}
                    story.lines.append(f"await given.{factory_of(entity)}(world{keywords(said)})")
                    return
    raise Unclear(f"No table says that a {match[1]} is {verb} by a {match[4]}.")


def every_has(story: Story, match: re.Match[str], _step: Step) -> None:
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


def has(story: Story, match: re.Match[str], _step: Step) -> None:
    thing = story.said_thing(match[1], match[2])
    entity = story.plan.model.entity(thing.entity)
    values = story.changed(entity, story.assignments(entity, match[3]))
    story.lines.append(
        f"await world.change({quoted(entity.table)}, {thing.variable}{keywords(values)})"
    )


def holds(story: Story, match: re.Match[str], _step: Step) -> None:
    holder = story.thing(match[1].strip('"'))
    owner = story.plan.model.entity(holder.entity)
    relation = owner.relation(match[2])
    if relation is None or relation.kind != "many":
        raise Unclear(f"`{match[2]}` is no relation of {owner.name} to many rows.")
    entity = story.plan.model.entity(relation.target)
    key = next(k for k in entity.foreign_keys if k.name == relation.foreign_key)
    said = pointing(key, holder)
    factory = story.plan.factories[entity.name]
    status = next((one for one in factory.statuses if one.held in said), None)
    if status is not None and factory.lifecycle is not None:
        said = story.changed(entity, {factory.lifecycle.column: status.name, **said})
    things = [story.thing(name).variable for name in re.findall(NAME, match[4])]
    listed = f"({', '.join(things)},)" if len(things) == 1 else f"({', '.join(things)})"
    story.lines += [
        f"for {variable_of(entity)} in {listed}:",
        f"    await world.change({quoted(entity.table)}, {variable_of(entity)}{keywords(said)})",
    ]


def idle(story: Story, match: re.Match[str], _step: Step) -> None:
    known = [job.name for job in story.plan.model.jobs]
    if match[1] not in known:
        raise Unclear(f"`{match[1]}` is no job.", did_you_mean(match[1], known))
    story.idle_jobs.append(match[1])


def is_a(story: Story, match: re.Match[str], _step: Step) -> None:
    role = story.role(match[2])
    if role is None:
        raise Unclear(f"`{match[2]}` is no role.")
    person = story.person(match[1], role)
    if match[3]:
        _owned(story, person, match[3], match[4], match[5], match[6])


def has_a(story: Story, match: re.Match[str], step: Step) -> None:
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
