"""What goes over the wire: parameters, bodies, responses and their headers."""

import re

from specwright.diagnostic import Code, Level, Place
from specwright.spec.contract.document import Document
from specwright.spec.contract.keys import is_extension
from specwright.spec.contract.schemas import Schemas
from specwright.spec.syntax import Body, Parameter, Response, Schema, Word
from specwright.spec.yaml import Entry, Mapping, Node

_LOCATIONS = ("path", "query", "header", "cookie")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+*-]+/[\w!#$&^.+*-]+(?:\s*;.*)?", re.ASCII)
_STATUS = re.compile(r"[1-5][0-9][0-9]|[1-5]XX|default")
_USUAL_STYLE = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
_STREAMED = ("itemSchema", "prefixEncoding", "itemEncoding")


class Messages:
    """Reads them, each component once."""

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self._document = document
        self._schemas = schemas
        self._parameters: dict[int, Parameter | None] = {}
        self._bodies: dict[int, Body] = {}
        self._responses: dict[int, Response] = {}
        self._headers: dict[int, Schema] = {}

    # -- parameters

    def parameter(self, node: Node) -> Parameter | None:
        found = self._document.followed(node, "parameters")
        if found is None:
            return None
        if found.start not in self._parameters:
            self._parameters[found.start] = self._parameter(found)
        return self._parameters[found.start]

    def _parameter(self, node: Mapping) -> Parameter | None:
        document = self._document
        document.check_keys(node, "a parameter")
        name = document.needed(node, "name", "a parameter")
        location = document.needed(node, "in", "a parameter")
        if name is None or location is None or not self._is_location(node, location):
            return None
        self._check_style(node, location)
        return Parameter(
            name=Word(name, _place(node, "name")),
            location=location,
            required=self._is_required(node, name, location),
            schema=self._schema(node, "a parameter"),
            description=document.string(node, "description"),
        )

    def _is_location(self, node: Mapping, location: str) -> bool:
        if location in _LOCATIONS:
            return True
        place = _place(node, "in")
        if location == "querystring" and self._document.minor > 1:
            message = "A parameter in `querystring` is not built yet."
            self._document.say(place, Code.CONTRACT_LATER, message, level=Level.LATER)
            return False
        message = f"A parameter is not in `{location}`."
        hint = (
            self._document.near(location, _LOCATIONS)
            or "It is in `path`, `query`, `header` or `cookie`."
        )
        if location in ("body", "formData"):
            hint = "Write a `requestBody` with its `content`."
        self._document.say(place, Code.CONTRACT_PARAMETER, message, hint)
        return False

    def _is_required(self, node: Mapping, name: str, location: str) -> bool:
        is_required = self._document.flag(node, "required")
        if location == "path" and not is_required:
            place = _place(node, "required" if "required" in node else "name")
            message = f"The path parameter `{name}` must be required."
            self._document.say(place, Code.CONTRACT_PARAMETER, message, "Write `required: true`.")
        return is_required or location == "path"

    def _check_style(self, node: Mapping, location: str) -> None:
        usual = _USUAL_STYLE[location]
        style = self._document.string(node, "style") or usual
        is_unusual = {
            "style": style != usual,
            "explode": "explode" in node
            and style == usual
            and self._document.flag(node, "explode") != (style == "form"),
            "allowReserved": self._document.flag(node, "allowReserved"),
            "allowEmptyValue": self._document.flag(node, "allowEmptyValue"),
        }
        for entry in node:
            if is_unusual.get(entry.key.text):
                self._document.later(entry, f"This `{entry.key.text}` is not built yet.")

    def _schema(self, node: Mapping, of: str) -> Schema:
        """Of a parameter or header: its `schema`, or that of its `content`."""
        schema = node.get("schema")
        if schema is not None:
            return self._schemas.read(schema)
        if entry := node.entry("content"):
            self._document.later(entry, f"`content` of {of} is not built yet.")
        else:
            self._document.check_has(node, "schema", of)
        return next(iter(self._content(node).values()), Schema(node.place))

    # -- bodies and responses

    def body(self, node: Node) -> Body | None:
        found = self._document.followed(node, "requestBodies")
        if found is None:
            return None
        if found.start not in self._bodies:
            self._document.check_keys(found, "a request body")
            self._document.check_has(found, "content", "a request body")
            is_required = self._document.flag(found, "required")
            self._bodies[found.start] = Body(is_required, self._content(found), found.place)
        return self._bodies[found.start]

    def responses(self, operation: Mapping) -> tuple[Response, ...]:
        entries = self._document.entries(operation, "responses")
        stated = [entry for entry in entries if not is_extension(entry.key.text)]
        if not entries and isinstance(operation.get("responses"), Mapping):
            message = "An operation needs at least one response."
            place = operation.place_of("responses")
            self._document.say(place, Code.CONTRACT_MISSING, message)
        read = [self._by_status(entry) for entry in stated if self._is_status(entry)]
        return tuple(response for response in read if response)

    def _is_status(self, entry: Entry) -> bool:
        status = entry.key.text
        if _STATUS.fullmatch(status):
            return True
        hint = "Write a status such as `'200'`, a range such as `4XX`, or `default`."
        if _STATUS.fullmatch(status.upper()):
            hint = f"Write `{status.upper()}`."
        message = f"`{status}` is no status of a response."
        self._document.say(entry.key.place, Code.CONTRACT_RESPONSE, message, hint)
        return False

    def _by_status(self, entry: Entry) -> Response | None:
        found = self.response(entry.value)
        if found is None:
            return None
        return Response(
            entry.key.text, found.description, found.content, found.headers, entry.key.place
        )

    def response(self, node: Node) -> Response | None:
        """A response without a status yet, such as one of the components."""
        found = self._document.followed(node, "responses")
        if found is None:
            return None
        if found.start not in self._responses:
            self._responses[found.start] = self._response(found)
        return self._responses[found.start]

    def _response(self, node: Mapping) -> Response:
        self._document.check_keys(node, "a response")
        headers = self._document.entries(node, "headers")
        return Response(
            status="",
            description=self._document.string(node, "description") or "",
            content=self._content(node),
            headers={
                entry.key.text: schema
                for entry in headers
                if (schema := self.header(entry.value)) is not None
            },
            place=node.place,
        )

    def header(self, node: Node) -> Schema | None:
        found = self._document.followed(node, "headers")
        if found is None:
            return None
        if found.start not in self._headers:
            self._document.check_keys(found, "a header")
            self._headers[found.start] = self._schema(found, "a header")
        return self._headers[found.start]

    def _content(self, node: Mapping) -> dict[str, Schema]:
        content = {}
        for entry in self._document.entries(node, "content"):
            if not _MEDIA_TYPE.fullmatch(entry.key.text):
                message = f"`{entry.key.text}` is no media type."
                hint = "Write one such as `application/json`."
                self._document.say(entry.key.place, Code.CONTRACT_SHAPE, message, hint)
                continue
            content[entry.key.text] = self._media_type(entry)
        return content

    def _media_type(self, entry: Entry) -> Schema:
        found = self._document.followed(entry.value, "mediaTypes")
        if found is None:
            return Schema(entry.value.place)
        self._document.check_keys(found, "a media type")
        for part in found:
            if part.key.text in _STREAMED or part.key.text == "encoding":
                self._document.later(part, f"`{part.key.text}` is not built yet.")
        schema = found.get("schema")
        return Schema(found.place) if schema is None else self._schemas.read(schema)


def _place(node: Mapping, key: str) -> Place:
    value = node.get(key)
    return value.place if value else node.place
