"""What a scenario sees in the end: responses, and rows."""

import re

from specwright.emit.tests.sentences.story import NotBuilt, Story, Unclear
from specwright.emit.tests.values import equals
from specwright.emit.wording import quoted
from specwright.model.operations import ColumnValue
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
            f"assert answer.body[{quoted(shown_as(story, thing.entity, key))}] == "
            f"world.wire({thing.key(key)})"
        )


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
            f"assert len({{answer.body[{shown}] for answer in answers}}) == len(answers)"
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
