"""The calls that a scenario makes: who, which operation, on what, with what."""

import json
import re
from collections.abc import Iterator
from typing import Any

from specwright.diagnostic import did_you_mean
from specwright.emit.tests.printing import path_text
from specwright.emit.tests.sentences.story import NAME, WORD, NotBuilt, Story, Unclear
from specwright.emit.tests.values import show, show_json
from specwright.emit.wording import quoted
from specwright.model.operations import Operation

CALL = re.compile(
    rf'("?[\w-]+"?) call(?:s|ed) {WORD}(?: on ([a-z_ ]+?) {NAME})?( with (?!:).+?)?(?: with)?:?'
)


def _operation(story: Story, name: str) -> Operation:
    found = story.plan.model.operation(name)
    if found is not None:
        return found
    contract = story.plan.model.contract
    known = [one.id.value for one in contract.operations] if contract else []
    if name in known:
        raise NotBuilt(f"`{name}`")
    raise Unclear(f"`{name}` is no operation of the contract.", did_you_mean(name, known))


def call(story: Story, text: str, document: str | None) -> tuple[str, Operation]:
    """The Python of `a1 calls claimTask on task "t1"`."""
    found = CALL.fullmatch(text)
    if found is None:
        raise Unclear(f'`{text}` is not `somebody calls operation on thing "name"`.')
    actor, name, _, target, rest = found.groups()
    caller = "None" if actor == "nobody" else story.thing(actor.strip('"')).variable
    operation = _operation(story, name)
    refs = _path(story, operation, target, rest)
    query = _query(story, operation, rest)
    path = path_text(operation.path, refs)
    if query:
        path = f'{"f" if "{" in path + query else ""}"{path.lstrip("f")[1:-1]}?{query}"'
    parts = [caller, quoted(operation.method.upper()), path]
    body = _body(story, operation, document)
    headers = '{"if-match": "*"}' if operation.needs_if_match else ""
    if body is not None:
        parts.append(body)
    if headers:
        parts.append(headers if body is not None else f"headers={headers}")
    return f"world.call({', '.join(parts)})", operation


def _path(
    story: Story, operation: Operation, target: str | None, rest: str | None
) -> dict[str, Any]:
    named = dict(pairs_in(rest))
    parameters = re.findall(r"\{([^{}]+)\}", operation.path)
    refs: dict[str, Any] = {}
    keys = path_keys(operation)
    for parameter in parameters:
        entity, column = keys.get(parameter, (None, "id"))
        name = next((n for word, n in named.items() if word in (parameter, parameter[:-3])), None)
        if name is None and target is not None and parameter == _main(story, operation, target):
            name = target
        if name is None or entity is None:
            raise Unclear(f"Nothing says what `{{{parameter}}}` of `{operation.id}` is.")
        thing = story.thing(name)
        refs[parameter] = f"{{{thing.variable}['{column}']}}"
    return refs


def _main(story: Story, operation: Operation, target: str) -> str | None:
    """The parameter of the thing a call is on: the last of its entity; of a link, the first."""
    entity = story.thing(target).entity
    keys = [name for name, (owner, _) in path_keys(operation).items() if owner == entity]
    if not keys:
        return None
    return keys[0] if operation.link is not None else keys[-1]


def _query(story: Story, operation: Operation, rest: str | None) -> str:
    names = {one.name: one for one in operation.parameters if one.location == "query"}
    parts = []
    for word, value in pairs_in(rest):
        if word in names:
            thing = story.things.get(value)
            shown = f"{{{story.key(thing)}}}".replace('"', "'") if thing else value
            parts.append(f"{word}={shown}")
    return "&".join(parts)


def _body(story: Story, operation: Operation, document: str | None) -> str | None:
    if document is not None:
        try:
            return show(json.loads(document))
        except json.JSONDecodeError as error:
            raise Unclear(f"The JSON of this step is broken: {error.msg}.") from error
    if operation.body is None or not operation.body.required:
        return None
    working = story.plan.working(operation)
    body = working.found.situation.body if working is not None else None
    if body is None or "[" in show_json(dict(body)).replace("[]", ""):
        raise Unclear(f'`{operation.id}` needs a body: write it below, as JSON between `"""`.')
    return show_json(dict(body))


def path_keys(operation: Operation) -> dict[str, tuple[str, str]]:
    """The entity and the column that each parameter of the path is a key of."""
    if operation.link is not None:
        return {end.parameter: (end.target, end.target_column) for end in operation.link.ends}
    named = operation.row or operation.parent
    if named is None:
        return {}
    return {key.parameter: (row.entity, key.column) for row in named.chain() for key in row.keys}


def pairs_in(rest: str | None) -> Iterator[tuple[str, str]]:
    """The pairs of ` with blocker "x1" and status "done"`."""
    for found in re.finditer(rf"{WORD} {NAME}", rest or ""):
        yield found[1], found[2]
