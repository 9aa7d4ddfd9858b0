"""From the text of an OpenAPI file to a contract."""

import re

from specwright.diagnostic import Code, Place, Report
from specwright.spec.contract.document import Document
from specwright.spec.contract.messages import Messages
from specwright.spec.contract.operations import Operations
from specwright.spec.contract.schemas import Schemas
from specwright.spec.syntax import Contract, Schema, SecurityScheme, Word
from specwright.spec.text import Text
from specwright.spec.yaml import Entry, Mapping, Node, Scalar, described, read_yaml

_VERSION = re.compile(r"3\.([012])(?:\.\d+)?(?:-[\w.]+)?", re.ASCII)
_COMPONENT_NAME = re.compile(r"[\w.-]+", re.ASCII)
_NEEDS = {
    "apiKey": ("name", "in"),
    "http": ("scheme",),
    "oauth2": ("flows",),
    "openIdConnect": ("openIdConnectUrl",),
    "mutualTLS": (),
}
_KEY_LOCATIONS = ("query", "header", "cookie")


def read_contract(text: Text, report: Report) -> Contract | None:
    """The contract in an OpenAPI file; None when the report says why it is none."""
    found = Report()
    node = read_yaml(text, found)
    report.extend(found)
    if node is None:
        return None
    document = _opened(node, report, frozenset(one.place for one in found))
    return _Reading(document, text).contract() if document else None


def _opened(node: Node, report: Report, told: frozenset[Place]) -> Document | None:
    if not isinstance(node, Mapping):
        message = f"A contract must be a mapping, not {described(node)}."
        report.add(node.place, Code.CONTRACT_SHAPE, message, "Begin it with `openapi: 3.1.0`.")
        return None
    version = node.get("openapi")
    found = _VERSION.fullmatch(version.text) if isinstance(version, Scalar) else None
    if found:
        return Document(node, int(found[1]), report, told)
    _refuse_version(node, version, report)
    return None


def _refuse_version(node: Mapping, version: Node | None, report: Report) -> None:
    if swagger := node.entry("swagger"):
        report.add(
            swagger.key.place,
            Code.CONTRACT_VERSION,
            "This is Swagger 2.0; contracts are OpenAPI 3.0, 3.1 or 3.2.",
            "Convert it once, for example with editor.swagger.io: Edit, Convert to OpenAPI 3.",
        )
    elif version is None:
        message = "This is no OpenAPI file: `openapi` is missing."
        report.add(node.place, Code.CONTRACT_VERSION, message, "Write `openapi: 3.1.0`.")
    else:
        told = described(version)
        message = f"`openapi` must be 3.0, 3.1 or 3.2, such as `3.1.0`, not {told}."
        report.add(version.place, Code.CONTRACT_VERSION, message)


class _Reading:
    """Reads the parts of one contract."""

    def __init__(self, document: Document, text: Text) -> None:
        self._document = document
        self._text = text
        self._schemas = Schemas(document)
        self._messages = Messages(document, self._schemas)

    def contract(self) -> Contract:
        document, root = self._document, self._document.root
        document.check_keys(root, "the contract")
        title, version = self._info()
        components = self._components()
        schemas = self._read_components(components)
        schemes = self._security_schemes(components)
        operations = Operations(document, self._messages, schemes)
        if not {"paths", "webhooks", "components"} & {entry.key.text for entry in root}:
            document.say(root.place, Code.CONTRACT_MISSING, "A contract needs `paths`.")
        self._check_dialect()
        self._check_tags()
        return Contract(
            file=self._text.file,
            title=title,
            version=version,
            openapi=document.string(root, "openapi") or "",
            operations=operations.of_paths(),
            webhooks=operations.of_webhooks(),
            schemas=schemas,
            security_schemes=schemes,
            text=self._text.value,
            servers=self._servers(),
        )

    def _info(self) -> tuple[str, str]:
        found = self._document.root.get("info")
        if found is None:
            message = "A contract needs `info`."
            hint = "Write `info: { title: …, version: 1.0.0 }`."
            self._document.say(self._document.root.place, Code.CONTRACT_MISSING, message, hint)
            return "", ""
        info = self._document.mapping(found, "`info`")
        if info is None:
            return "", ""
        self._document.check_keys(info, "`info`")
        title = self._document.needed(info, "title", "`info`")
        return title or "", self._document.needed(info, "version", "`info`") or ""

    def _servers(self) -> tuple[Word, ...]:
        urls = []
        for item in self._document.items(self._document.root, "servers"):
            server = self._document.mapping(item, "A server")
            if server is None:
                continue
            self._document.check_keys(server, "a server")
            url = self._document.needed(server, "url", "a server")
            if url is not None:
                urls.append(Word(url, server.place_of("url")))
        return tuple(urls)

    def _check_dialect(self) -> None:
        dialect = self._document.root.entry("jsonSchemaDialect")
        if dialect and self._document.minor:
            self._document.later(dialect, "Schemas are read in the dialect of OpenAPI alone.")

    def _check_tags(self) -> None:
        for item in self._document.items(self._document.root, "tags"):
            tag = self._document.mapping(item, "A tag")
            if tag is not None:
                self._document.check_keys(tag, "a tag")
                self._document.needed(tag, "name", "a tag")

    # -- components

    def _components(self) -> Mapping | None:
        found = self._document.root.get("components")
        components = None if found is None else self._document.mapping(found, "`components`")
        if components is not None:
            self._document.check_keys(components, "`components`")
        return components

    def _read_components(self, components: Mapping | None) -> dict[str, Schema]:
        """The schemas; the rest is read so that its problems are found, used or not."""
        if components is None:
            return {}
        for section, read in (
            ("parameters", self._messages.parameter),
            ("requestBodies", self._messages.body),
            ("responses", self._messages.response),
            ("headers", self._messages.header),
        ):
            for entry in self._named(components, section):
                read(entry.value)
        if callbacks := components.entry("callbacks"):
            self._document.later(callbacks, "`callbacks` are not built yet.")
        schemas = self._named(components, "schemas")
        return {e.key.text: self._schemas.component(e.key.text, e.value) for e in schemas}

    def _named(self, components: Mapping, section: str) -> tuple[Entry, ...]:
        entries = self._document.entries(components, section)
        for entry in entries:
            if not _COMPONENT_NAME.fullmatch(entry.key.text):
                message = f"`{entry.key.text}` cannot name a component."
                hint = "Write letters, digits, `.`, `-` and `_`."
                self._document.say(entry.key.place, Code.CONTRACT_KEY, message, hint)
        return entries

    def _security_schemes(self, components: Mapping | None) -> dict[str, SecurityScheme]:
        schemes = {}
        for entry in self._named(components, "securitySchemes") if components else ():
            node = self._document.followed(entry.value, "securitySchemes")
            if node is not None and (scheme := self._security_scheme(entry, node)):
                schemes[entry.key.text] = scheme
        return schemes

    def _security_scheme(self, entry: Entry, node: Mapping) -> SecurityScheme | None:
        document = self._document
        document.check_keys(node, "a security scheme")
        kind = document.needed(node, "type", "a security scheme")
        if kind is None:
            return None
        if kind not in _NEEDS:
            known = ", ".join(f"`{name}`" for name in _NEEDS)
            message = f"`{kind}` is no type of a security scheme."
            place = node.place_of("type")
            document.say(place, Code.CONTRACT_SECURITY, message, f"It is one of {known}.")
            return None
        for key in _NEEDS[kind]:
            if key not in node:
                message = f"A security scheme of type `{kind}` needs `{key}`."
                document.say(node.place, Code.CONTRACT_MISSING, message)
        location = document.string(node, "in")
        if location is not None and location not in _KEY_LOCATIONS:
            message = "An API key is in `query`, `header` or `cookie`."
            document.say(node.place_of("in"), Code.CONTRACT_SECURITY, message)
        return SecurityScheme(
            name=Word(entry.key.text, entry.key.place),
            type=kind,
            scheme=document.string(node, "scheme"),
            location=location,
            parameter=document.string(node, "name"),
        )
