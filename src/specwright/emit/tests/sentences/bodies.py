"""The JSON that a call of a scenario sends: what the step says, and else what would be accepted."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from specwright.emit.tests.sentences.phrases import Phrase, Unclear
from specwright.emit.tests.sentences.story import Story
from specwright.emit.tests.values import Form, show_json
from specwright.model.entities import Entity
from specwright.model.operations import BodyField, Operation


def written(
    story: Story, operation: Operation, document: str | None, said: Mapping[str, Phrase]
) -> str | None:
    """The Python of the body; None where the operation takes none."""
    if document is not None:
        return show_json(_from_json(story, operation, document))
    if operation.body is None or not (operation.body.required or said):
        return None
    entity = story.plan.model.entity(operation.entity) if operation.entity else None
    values = {
        name: _of_phrase(story, field, phrase, entity)
        for name, phrase in said.items()
        if (field := operation.field(name))
    }
    return show_json(values if operation.body.is_merge_patch else _filled(story, operation, values))


def _from_json(story: Story, operation: Operation, document: str) -> Any:
    try:
        value = json.loads(document)
    except json.JSONDecodeError as error:
        raise Unclear(f"The JSON of this step is broken: {error.msg}.") from error
    return _with_things(story, operation.body.fields if operation.body else (), value)


def _with_things(story: Story, fields: Sequence[BodyField], value: Any) -> Any:
    """Names of things stand where keys belong."""
    if isinstance(value, list):
        return [_with_things(story, fields, one) for one in value]
    if not isinstance(value, dict):
        return value
    known = {field.name: field for field in fields}
    return {
        name: _of_json(story, known[name], one) if name in known else one
        for name, one in value.items()
    }


def _of_json(story: Story, field: BodyField, value: Any) -> Any:
    if field.rows:
        return _with_things(story, field.rows, value)
    if isinstance(value, str) and _is_key(field):
        return _key(story, value)
    return value


def _is_key(field: BodyField) -> bool:
    return field.names_row is not None or field.schema.format == "uuid"


def _key(story: Story, name: str) -> Any:
    """The key of the thing that is called so, or the key itself."""
    try:
        return str(UUID(name))
    except ValueError:
        return Form(story.key(story.thing(name)))


def _of_phrase(story: Story, field: BodyField, phrase: Phrase, entity: Entity | None) -> Any:
    column = entity.column(field.column) if entity and field.column else None
    if phrase.text is None:
        return None
    if phrase.is_quoted and _is_key(field):
        return _key(story, phrase.text)
    if column is not None and entity is not None:
        return story.said(column, phrase, entity)
    if phrase.is_quoted:
        return phrase.text
    try:
        return json.loads(phrase.text)
    except json.JSONDecodeError:
        raise Unclear(f"`{phrase.text}` is no value of `{field.name}`.") from None


def _filled(story: Story, operation: Operation, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is not said is what a call that succeeds would send, unless it names other rows."""
    working = story.plan.working(operation)
    body = working.found.situation.body if working is not None else None
    plain = {
        name: value
        for name, value in (body or {}).items()
        if name in said or "[" not in show_json(value).replace("[]", "")
    }
    values = {**plain, **said}
    assert operation.body is not None
    for field in operation.body.fields:
        if field.required and field.name not in values:
            raise Unclear(
                f"`{operation.id}` needs `{field.name}`.",
                f'Write `with {field.name} "…"`, or the body as JSON between `"""`.',
            )
    return values
