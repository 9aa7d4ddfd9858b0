"""The operations of a contract: what stands under its paths and webhooks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from specwright.address import pascal, snake
from specwright.diagnostic import Code, Level, Place
from specwright.spec.contract.document import Document
from specwright.spec.contract.keys import METHODS, is_extension
from specwright.spec.contract.messages import Messages
from specwright.spec.syntax import Body, Operation, Parameter, Word
from specwright.spec.yaml import Entry, Mapping, Node, Scalar, described

_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_OPERATION_ID = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_BODILESS = ("get", "head")

Requirement: TypeAlias = dict[str, tuple[str, ...]]  # scopes by security scheme


@dataclass(frozen=True, slots=True)
class _Listed:
    """A parameter, and where a path or operation lists it."""

    parameter: Parameter
    place: Place

    @property
    def key(self) -> tuple[str, str]:
        return self.parameter.location, self.parameter.name.value


class Operations:
    """Reads them in the order of writing, and sees that no two are mistaken for each other."""

    def __init__(self, document: Document, messages: Messages, schemes: Iterable[str]) -> None:
        self._document = document
        self._messages = messages
        self._schemes = dict.fromkeys(schemes)
        self._ids: dict[str, Word] = {}
        self._ways: dict[tuple[str, str], Word] = {}
        self._security = self._requirements(document.root)
        self._lost_one = False  # a parameter of this path that could not be read

    def of_paths(self) -> tuple[Operation, ...]:
        entries = self._document.entries(self._document.root, "paths")
        paths = [entry for entry in entries if not is_extension(entry.key.text)]
        return tuple(operation for entry in paths for operation in self._of_path(entry))

    def of_webhooks(self) -> tuple[Operation, ...]:
        entries = self._document.entries(self._document.root, "webhooks")
        return tuple(operation for entry in entries for operation in self._of_item(entry, ()))

    # -- paths

    def _of_path(self, entry: Entry) -> list[Operation]:
        path = entry.key
        names = tuple(_IN_BRACES.findall(path.text.partition("?")[0]))
        self._check_path(path, names)
        operations = self._of_item(entry, names)
        for operation in operations:
            self._check_way(operation)
        return operations

    def _check_path(self, path: Scalar, names: tuple[str, ...]) -> None:
        fixed = _IN_BRACES.sub("", path.text)
        if not path.text.startswith("/"):
            self._wrong_path(path.place, "A path begins with `/`.", f"Write `/{path.text}`.")
        if "{" in fixed or "}" in fixed:
            self._wrong_path(path.place, f"The braces in `{path.text}` do not match.")
        if "?" in fixed or "#" in fixed:
            hint = "Write what follows the `?` as parameters `in: query`."
            self._wrong_path(path.place, "A path ends before `?` and `#`.", hint)
        for name in dict.fromkeys(names):
            if not name:
                self._wrong_path(path.place, "`{}` needs the name of a parameter.")
            elif names.count(name) > 1:
                self._wrong_path(path.place, f"`{{{name}}}` stands twice in this path.")

    def _check_way(self, operation: Operation) -> None:
        """Paths that differ in the names of parameters alone are the same way."""
        way = operation.method, _IN_BRACES.sub("{}", operation.path.value)
        first = self._ways.setdefault(way, operation.path)
        if first is not operation.path and first.value != operation.path.value:
            message = (
                f"`{operation.method.upper()} {operation.path}` is the same as `{first}`"
                f" on line {first.place.line}: only the names of parameters differ."
            )
            self._wrong_path(operation.path.place, message)

    def _of_item(self, entry: Entry, names: tuple[str, ...]) -> list[Operation]:
        item = self._document.followed(entry.value, "pathItems")
        if item is None:
            return []
        self._document.check_keys(item, "a path")
        for later in ("servers", "additionalOperations"):
            if found := item.entry(later):
                self._document.later(found, f"`{later}` of a path is not built yet.")
        path = Word(entry.key.text, entry.key.place)
        self._lost_one = False
        shared = self._listed(item)
        operations = [
            operation
            for method in item
            if method.key.text in METHODS and (operation := self._operation(method, path, shared))
        ]
        self._check_parameters(path, names, operations, shared)
        return operations

    # -- one operation

    def _operation(self, method: Entry, path: Word, shared: list[_Listed]) -> Operation | None:
        document = self._document
        node = document.mapping(method.value, f"`{method.key.text}`")
        if node is None:
            return None
        document.check_keys(node, "an operation")
        for later in ("callbacks", "servers"):
            if found := node.entry(later):
                document.later(found, f"`{later}` of an operation is not built yet.")
        own = self._listed(node)
        self._check_in_path(own, path)
        responses = self._messages.responses(node)
        hint = "Write `responses: { '200': { description: … } }`."
        document.check_has(node, "responses", "an operation", hint, method.key.place)
        return Operation(
            id=self._id(node, method.key, path),
            method=method.key.text,
            path=path,
            parameters=_overridden(shared, own),
            body=self._body(node, method.key.text),
            responses=responses,
            security=self._requirements(node) if "security" in node else self._security,
            tags=self._texts(node, "tags"),
            summary=document.string(node, "summary"),
            description=document.string(node, "description"),
            deprecated=document.flag(node, "deprecated"),
        )

    def _body(self, node: Mapping, method: str) -> Body | None:
        found = node.entry("requestBody")
        if not found:
            return None
        if method in _BODILESS:
            message = f"What a body means to `{method.upper()}` is not defined."
            hint = "Write parameters `in: query`, or make it a `post`."
            place = found.key.place
            self._document.say(place, Code.CONTRACT_SHAPE, message, hint, Level.OPEN)
        return self._messages.body(found.value)

    def _id(self, node: Mapping, method: Scalar, path: Word) -> Word:
        """Its `operationId`; else `getV1ProductsById` for `GET /v1/products/{id}`."""
        given = self._document.string(node, "operationId")
        if given is None:
            words = _IN_BRACES.sub(r" by \1 ", path.value)
            made = method.text + (pascal(words) or "Root")
            word, hint = (
                Word(made, method.place),
                "It was made of method and path: write an `operationId`.",
            )
        else:
            value = node.get("operationId")
            word = Word(given, value.place if value else node.place)
            hint = "Give each operation a name of its own."
            if not _OPERATION_ID.fullmatch(given):
                self._wrong_id(
                    word, f"`{given}` cannot name an operation.", "Write letters and digits."
                )
        first = self._ids.setdefault(snake(word.value), word)
        if first is not word:
            same = "is" if first.value == word.value else f"is as good as `{first}`, which is"
            message = f"The operationId `{word}` {same} taken already on line {first.place.line}."
            self._wrong_id(word, message, hint)
        return word

    def _texts(self, node: Mapping, key: str) -> tuple[str, ...]:
        texts = []
        for item in self._document.items(node, key):
            if isinstance(item, Scalar):
                texts.append(item.text)
            else:
                message = f"`{key}` are texts, not {described(item)}."
                self._document.say(item.place, Code.CONTRACT_SHAPE, message)
        return tuple(texts)

    # -- parameters

    def _listed(self, node: Mapping) -> list[_Listed]:
        listed: dict[tuple[str, str], _Listed] = {}
        for item in self._document.items(node, "parameters"):
            parameter = self._messages.parameter(item)
            if parameter is None:
                self._lost_one = True
                continue
            one = _Listed(parameter, item.place)
            if listed.setdefault(one.key, one) is not one:
                message = f"The {parameter.location} parameter `{parameter.name}` is listed twice."
                self._document.say(item.place, Code.CONTRACT_PARAMETER, message)
        return list(listed.values())

    def _check_parameters(
        self, path: Word, names: tuple[str, ...], operations: list[Operation], shared: list[_Listed]
    ) -> None:
        """Each `{name}` of the path is a parameter of each operation, and the reverse."""
        self._check_in_path(shared, path)
        for name in dict.fromkeys(names) if not self._lost_one else ():
            without = [one for one in operations if not _has_path_parameter(one, name)]
            hint = f"Write `- {{ name: {name}, in: path, required: true, schema: … }}`."
            if name and without and len(without) == len(operations):
                message = f"`{{{name}}}` is declared by no parameter."
                self._document.say(path.place, Code.CONTRACT_PARAMETER, message, hint)
                continue
            for operation in without if name else ():
                message = f"`{operation.id}` does not declare `{{{name}}}` of its path."
                self._document.say(operation.id.place, Code.CONTRACT_PARAMETER, message, hint)

    def _check_in_path(self, listed: list[_Listed], path: Word) -> None:
        names = _IN_BRACES.findall(path.value)
        for one in listed:
            name = one.parameter.name.value
            if one.parameter.location == "path" and name not in names:
                message = f"`{name}` is no part of the path `{path}`."
                hint = self._document.near(name, names)
                self._document.say(one.place, Code.CONTRACT_PARAMETER, message, hint)

    # -- security

    def _requirements(self, node: Mapping) -> tuple[Requirement, ...]:
        found = self._document.items(node, "security")
        read = (self._requirement(item) for item in found)
        return tuple(requirement for requirement in read if requirement is not None)

    def _requirement(self, item: Node) -> Requirement | None:
        node = self._document.mapping(item, "A security requirement")
        if node is None:
            return None
        for entry in node:
            if entry.key.text not in self._schemes:
                message = f"`{entry.key.text}` is none of the `securitySchemes`."
                hint = self._document.near(entry.key.text, self._schemes)
                self._document.say(entry.key.place, Code.CONTRACT_SECURITY, message, hint)
        return {entry.key.text: self._texts(node, entry.key.text) for entry in node}

    def _wrong_path(self, place: Place, message: str, hint: str | None = None) -> None:
        self._document.say(place, Code.CONTRACT_PATH, message, hint)

    def _wrong_id(self, word: Word, message: str, hint: str | None) -> None:
        self._document.say(word.place, Code.CONTRACT_OPERATION_ID, message, hint)


def _overridden(shared: list[_Listed], own: list[_Listed]) -> tuple[Parameter, ...]:
    """The path's parameters, those that the operation lists itself in their places."""
    by_key = {one.key: one.parameter for one in shared}
    by_key.update({one.key: one.parameter for one in own})
    return tuple(by_key.values())


def _has_path_parameter(operation: Operation, name: str) -> bool:
    return any(p.location == "path" and p.name.value == name for p in operation.parameters)
