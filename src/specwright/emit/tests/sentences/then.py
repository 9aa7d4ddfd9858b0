"""What a scenario sees in the end: responses, and rows."""

import json
import re
from decimal import Decimal
from typing import Any

from specwright.emit.tests.bodies import row_of
from specwright.emit.tests.sentences.phrases import NAME, NotBuilt, Phrase, Unclear, phrases
from specwright.emit.tests.sentences.story import Story
from specwright.emit.tests.values import Form, equals, keywords, show
from specwright.emit.wording import quoted
from specwright.model.operations import ColumnValue, View, ViewField
from specwright.model.wording import near_or_all
from specwright.spec.syntax import Step


def has(story: Story, match: re.Match[str], _step: Step) -> None:
    thing = story.said_thing(match[1], match[2])
    entity = story.plan.model.entity(thing.entity)
    variable = thing.variable.rpartition(".")[2]
    story.lines.append(f"{variable} = await world.again({quoted(entity.table)}, {thing.variable})")
    for name, value in story.assignments(entity, match[3]).items():
        story.lines.append(f"assert {variable}[{quoted(name)}] {equals(value)}")


def response(story: Story, match: re.Match[str], _step: Step) -> None:
    if story.answered != "answer":
        raise Unclear("No single call was made whose response this could be.")
    problem = f" {match[2]}" if match[2] else ""
    story.lines.append(f'assert answer.outcome == "{match[1]}{problem}"')
    if match[3]:
        thing = story.thing(match[4])
        (key,) = story.plan.model.entity(thing.entity).primary_key.columns
        story.lines.append(
            f"assert {_shown_row(story)}[{quoted(shown_as(story, thing.entity, key))}] == "
            f"world.wire({thing.key(key)})"
        )


def response_has(story: Story, match: re.Match[str], _step: Step) -> None:
    """Each property by its name in the contract."""
    view = story.called.view if story.called and story.answered == "answer" else None
    if view is None:
        raise Unclear("No call was made whose response shows something.")
    fields = {field.name: field for field in view.fields}
    for phrase in phrases(match[1]):
        if phrase.word not in fields:
            hint = near_or_all(phrase.word, list(fields))
            raise Unclear(f"No `{phrase.word}` is shown by `{view.name}`.", hint)
        field = fields[phrase.word]
        value = _shown_value(story, view, field, phrase)
        name = quoted(phrase.word)
        if value is None and field.leaves_out_null:
            story.lines.append(f"assert {name} not in {_shown_row(story)}")
        else:
            story.lines.append(f"assert {_shown_row(story)}[{name}] {_equals_json(value)}")


def _shown_row(story: Story) -> str:
    """Where the answer has the row that it shows."""
    return row_of(story.called) if story.called is not None else "answer.body"


def _shown_value(story: Story, view: View, field: ViewField, phrase: Phrase) -> Any:
    entity = story.plan.model.entity(view.entity)
    if isinstance(field.source, ColumnValue):
        column = story.column(entity, field.source.column)
        return story.said(column, phrase, entity)
    if phrase.text is None or phrase.is_quoted:
        return phrase.text
    try:
        return json.loads(phrase.text)
    except json.JSONDecodeError:
        raise Unclear(f"`{phrase.text}` is no value of `{field.name}`.") from None


def _equals_json(value: Any) -> str:
    if isinstance(value, Form | Decimal):
        return f"== world.wire({show(value)})"
    return equals(value)


def response_lists(story: Story, match: re.Match[str], _step: Step) -> None:
    """`tasks "t1" and "t2"`, in this order; `no tasks`; `3 tasks`."""
    page = story.called.answers[0].page if story.called and story.called.answers else None
    if story.answered != "answer" or page is None:
        raise Unclear("No call was made whose response is a list.")
    entity = story.entity(match[2])
    items = f"answer.body[{quoted(page.items)}]" if page.items else "answer.body"
    if not match[1] and not match[3]:
        raise Unclear(f"Which {match[2]}?", f'Write `no {match[2]}`, or `{match[2]} "a" and "b"`.')
    if match[1]:
        count = 0 if match[1] == "no" else int(match[1])
        story.lines.append(f"assert len({items}) == {count}")
        return
    (key,) = entity.primary_key.columns
    shown = quoted(shown_as(story, entity.name, key))
    things = [story.said_thing(match[2], name) for name in re.findall(NAME, match[3])]
    keys = ", ".join(f"world.wire({thing.key(key)})" for thing in things)
    story.lines.append(f"assert [one[{shown}] for one in {items}] == [{keys}]")


def there_are(story: Story, match: re.Match[str], _step: Step) -> None:
    """`2 tasks`, `1 task` or `no task`, of those with such values."""
    entity = story.entity(match[2])
    count = 0 if match[1] == "no" else int(match[1])
    said = story.assignments(entity, match[3] or "")
    if None in said.values():
        raise Unclear("Rows are counted by values that they have.")
    rows = f"await world.rows({quoted(entity.table)}{keywords(said)})"
    story.lines.append(f"assert len({rows}) == {count}")


def shown_as(story: Story, entity: str, key: str) -> str:
    for operation in story.plan.model.operations:
        for one in operation.view.fields if operation.view else ():
            if (
                operation.view
                and operation.view.entity == entity
                and one.source == ColumnValue(key)
            ):
                return one.name
    raise Unclear(f"No response shows which {entity} it is about.")


def all_responses(story: Story, match: re.Match[str], _step: Step) -> None:
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
        shown = quoted(shown_as(story, entity.name, key))
        story.lines.append(
            f"assert len({{{_shown_row(story)}[{shown}] for answer in answers}}) == len(answers)"
        )


def one_response(story: Story, match: re.Match[str], _step: Step) -> None:
    if story.answered != "answers":
        raise Unclear("No calls were made at the same time.")
    outcomes = sorted(
        f"{status}{f' {problem}' if problem else ''}"
        for status, problem in ((match[1], match[2]), (match[3], match[4]))
    )
    listed = ", ".join(quoted(outcome) for outcome in outcomes)
    story.lines.append(f"assert sorted(answer.outcome for answer in answers) == [{listed}]")


def later(_story: Story, match: re.Match[str], _step: Step) -> None:
    raise NotBuilt(f"`{match[0]}`")
