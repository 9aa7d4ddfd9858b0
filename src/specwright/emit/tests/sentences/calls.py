"""The calls that a scenario makes: who, which operation, on what, with what."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specwright.diagnostic import did_you_mean
from specwright.emit.tests.printing import path_text, with_query
from specwright.emit.tests.sentences import bodies
from specwright.emit.tests.sentences.phrases import NAME, WORD, NotBuilt, Phrase, Unclear, phrases
from specwright.emit.tests.sentences.story import Story
from specwright.emit.wording import quoted
from specwright.model.operations import Operation
from specwright.model.wording import near_or_all

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
    said = _Said(operation, tuple(phrases((rest or "").removeprefix(" with "))))
    path = _path(story, operation, target, said)
    parts = [caller, quoted(operation.method.upper()), path]
    told = said.of_body()
    said.expect_all_taken()
    body = bodies.written(story, operation, document, told)
    headers = '{"if-match": "*"}' if operation.needs_if_match else ""
    if body is not None:
        parts.append(body)
    if headers:
        parts.append(headers if body is not None else f"headers={headers}")
    return f"world.call({', '.join(parts)})", operation


@dataclass
class _Said:
    """What a call says beside its thing, each to be taken by path, query or body."""

    operation: Operation
    phrases: Sequence[Phrase]
    _taken: set[str] = field(default_factory=set)

    def of_path(self, parameter: str) -> str | None:
        """`task_id "t1"`, or `task "t1"`."""
        for phrase in self.phrases:
            if phrase.text is not None and phrase.word in (
                parameter,
                parameter.removesuffix("_id"),
            ):
                self._taken.add(phrase.word)
                return phrase.text
        return None

    def of_query(self) -> Iterator[Phrase]:
        names = {one.name for one in self.operation.parameters if one.location == "query"}
        return self._those(names)

    def of_body(self) -> Mapping[str, Phrase]:
        """By the names of the contract."""
        fields = self.operation.body.fields if self.operation.body else ()
        return {one.word: one for one in self._those({field.name for field in fields})}

    def _those(self, names: set[str]) -> Iterator[Phrase]:
        for phrase in self.phrases:
            if phrase.word in names and phrase.word not in self._taken:
                self._taken.add(phrase.word)
                yield phrase

    def expect_all_taken(self) -> None:
        known = [one.name for one in self.operation.parameters]
        known += [one.name for one in self.operation.body.fields] if self.operation.body else []
        for phrase in self.phrases:
            if phrase.word not in self._taken:
                hint = near_or_all(phrase.word, known) if known else None
                raise Unclear(f"`{self.operation.id}` takes no `{phrase.word}`.", hint)


def _path(story: Story, operation: Operation, target: str | None, said: _Said) -> str:
    refs: dict[str, Any] = {}
    keys = path_keys(operation)
    for parameter in re.findall(r"\{([^{}]+)\}", operation.path):
        entity, column = keys.get(parameter, (None, "id"))
        name = said.of_path(parameter)
        if name is None and target is not None and parameter == _main(story, operation, target):
            name = target
        if name is None or entity is None:
            raise Unclear(f"Nothing says what `{{{parameter}}}` of `{operation.id}` is.")
        thing = story.thing(name)
        refs[parameter] = f"{{{thing.variable}['{column}']}}"
    path = path_text(operation.path, refs)
    query = _query(story, said)
    return with_query(path, query) if query else path


def _query(story: Story, said: _Said) -> str:
    parts = []
    for phrase in said.of_query():
        thing = story.things.get(phrase.text or "") if phrase.is_quoted else None
        shown = f"{{{story.key(thing)}}}".replace('"', "'") if thing else phrase.text or ""
        parts.append(f"{phrase.word}={shown}")
    return "&".join(parts)


def _main(story: Story, operation: Operation, target: str) -> str | None:
    """The parameter of the thing a call is on: the last of its entity; of a link, the first."""
    entity = story.thing(target).entity
    keys = [name for name, (owner, _) in path_keys(operation).items() if owner == entity]
    if not keys:
        return None
    return keys[0] if operation.link is not None else keys[-1]


def path_keys(operation: Operation) -> dict[str, tuple[str, str]]:
    """The entity and the column that each parameter of the path is a key of."""
    if operation.link is not None:
        return {end.parameter: (end.target, end.key) for end in operation.link.ends}
    named = operation.row or operation.parent
    if named is None:
        return {}
    return {key.parameter: (row.entity, key.column) for row in named.chain() for key in row.keys}
