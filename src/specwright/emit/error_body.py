"""The error body of a contract as Python: what `backend/core/problems.py` builds of a refusal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from specwright.emit.wording import quoted
from specwright.model.errors import (
    Constant,
    ErrorBody,
    ErrorObject,
    ErrorProperty,
    ErrorRole,
    FieldErrors,
    FieldRole,
    FieldShape,
    Spelling,
)

_WORD = re.compile(r"(?<![\"'\w])[a-z]+(?![\"'\w])")
_PARTS = '''def _parts(error: dict[str, str]) -> list[str]:
    """Where in the request an error is, step by step."""
    if "parameter" in error:
        return [error["parameter"]]
    steps = error["pointer"].split("/")[1:]
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]'''
_NAME = '''def _name(error: dict[str, str]) -> str:
    """`lines.0.quantity`; empty for the body as a whole."""
    return ".".join(_parts(error))'''
_LOCATION = '''def _location(error: dict[str, str]) -> list[str]:
    """`body`, `lines`, `0`, `quantity`."""
    parts = _parts(error)
    return [error.get("in", "body"), *parts] if parts else []'''
_SENTENCE = '''def _sentence(error: dict[str, str]) -> str:
    """What is wrong, and with what."""
    name = _name(error)
    return f"{name}: {error['detail']}" if name else error["detail"]'''
_BY_FIELD = '''def _by_field(errors: Collection[dict[str, str]]) -> dict[str, list[str]]:
    """What is wrong with each field, and under `body` with the body as a whole."""
    found: dict[str, list[str]] = {}
    for error in errors:
        found.setdefault(_name(error) or "body", []).append(error["detail"])
    return found'''
_HELPERS = {"parts": _PARTS, "name": _NAME, "location": _LOCATION, "sentence": _SENTENCE,
            "by_field": _BY_FIELD}  # fmt: skip
_BUILT_ON = {
    "location": ("parts",),
    "name": ("parts",),
    "sentence": ("parts", "name"),
    "by_field": ("parts", "name"),
}
_VALUES = {
    ErrorRole.TITLE: "HTTPStatus(status).phrase",
    ErrorRole.STATUS: "status",
    ErrorRole.STATUS_TEXT: "str(status)",
    ErrorRole.DETAIL: "detail",
    ErrorRole.INSTANCE: "request.url.path",
    ErrorRole.MOMENT: "request.app.state.clock()",
}
_OFTEN = 2
_SPELLED = {
    Spelling.KEBAB: "kind",
    Spelling.SNAKE: 'kind.replace("-", "_")',
    Spelling.SCREAMING: 'kind.replace("-", "_").upper()',
    Spelling.URN: 'f"urn:problem-type:{kind}"',
}


@dataclass(frozen=True, slots=True)
class OwnBody:
    """The code of a contract's own body, for the template."""

    name: str
    needs_request: bool
    needs_in: bool
    helpers: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def parameters(self) -> list[str]:
        """What a body does not say is passed over."""
        request = ["request: Request"] if self.needs_request else []
        given = {"kind": "str", "status": "int", "detail": "str"}
        named = [f"{self._called(name)}: {kind}" for name, kind in given.items()]
        return [*request, *named, f"{self._called('errors')}: Collection[dict[str, str]] = ()"]

    def _called(self, name: str) -> str:
        words = {word for line in self.lines for word in _WORD.findall(line)}
        return name if name in words else f"_{name}"


def own_body(errors: ErrorBody) -> OwnBody | None:
    """None where refusals are problems of RFC 9457."""
    if errors.content is None:
        return None
    wording = _Wording()
    lines: list[str] = []
    if errors.of_invalid is not None:
        lines.append("if kind == Invalid.type:")
        built = _once(errors.of_invalid, list(wording.built(errors.of_invalid, "members")))
        lines += [f"    {line}" for line in built]
    lines += _once(errors, list(wording.built(errors, "content")))
    return OwnBody(
        name=errors.name,
        needs_request=errors.needs_request,
        needs_in="location" in wording.used,
        helpers=tuple(text for name, text in _HELPERS.items() if name in wording.used),
        lines=tuple(lines),
    )


def _once(errors: ErrorBody, lines: list[str]) -> list[str]:
    """A word that is spelled several times gets a name."""
    spelled = _SPELLED[errors.spelling]
    if errors.spelling is Spelling.KEBAB or "\n".join(lines).count(spelled) < _OFTEN:
        return lines
    return [f"word = {spelled}", *(line.replace(spelled, "word") for line in lines)]


@dataclass
class _Wording:
    """Writes bodies, and notes which helpers they use."""

    used: set[str] = field(default_factory=set)

    def built(self, body: ErrorBody, variable: str) -> Iterator[str]:
        """The lines that build a body and return it; errors that may be absent come after."""
        content = body.content
        if content is None:
            content = ErrorObject()
        later = _optional(content, ())
        text = self._object(body, content, (), later, variable)
        if later is not None:
            holder, found = later
            inner = self._object(body, _at(content, holder), holder, later, "")
            yield f"{variable}: dict[str, object] = {inner}"
            assert isinstance(found.value, FieldErrors)
            yield "if errors:"
            value = self._errors(body, found.value)
            yield f"    {variable}[{quoted(found.name)}] = {value}"
        media = quoted(body.media_type)
        yield f"return Response(msgspec.json.encode({text}), status, media_type={media})"

    def _object(
        self,
        body: ErrorBody,
        content: ErrorObject,
        at: tuple[str, ...],
        later: "_Later | None",
        variable: str,
    ) -> str:
        """A dict; the one that grows later is its variable."""
        if later is not None and at == later[0] and variable:
            return variable
        said = [
            f"{quoted(one.name)}: {self._value(body, one, (*at, one.name), later, variable)}"
            for one in content.properties
            if later is None or one is not later[1]
        ]
        return f"{{{', '.join(said)}}}"

    def _value(
        self,
        body: ErrorBody,
        one: ErrorProperty,
        at: tuple[str, ...],
        later: "_Later | None",
        variable: str,
    ) -> str:
        match one.value:
            case Constant() as constant:
                return _constant(constant)
            case ErrorObject() as content:
                return self._object(body, content, at, later, variable)
            case FieldErrors() as errors:
                return self._errors(body, errors)
            case ErrorRole.TYPE:
                return _SPELLED[body.spelling]
            case role:
                return _VALUES[role]

    def _use(self, name: str) -> None:
        self.used |= {name, *_BUILT_ON.get(name, ())}

    def _errors(self, body: ErrorBody, errors: FieldErrors) -> str:
        word = _SPELLED[body.spelling]
        if errors.shape is FieldShape.SENTENCES_BY_FIELD:
            self._use("by_field")
            return f"_by_field(errors){f' or {{{word}: [detail]}}' if errors.says_all else ''}"
        if errors.shape is FieldShape.SENTENCE_BY_FIELD:
            self._use("name")
            listed = '{_name(error) or "body": error["detail"] for error in errors}'
            return f"{listed}{f' or {{{word}: detail}}' if errors.says_all else ''}"
        over = 'errors or [{"pointer": "", "detail": detail}]' if errors.says_all else "errors"
        if errors.shape is FieldShape.SENTENCES:
            self._use("sentence")
            return f"[_sentence(error) for error in {over}]"
        said = ", ".join(
            f"{quoted(name)}: {self._of_field(body, errors, role)}"
            for name, role in errors.properties
        )
        return f"[{{{said}}} for error in {over}]"

    def _of_field(self, body: ErrorBody, errors: FieldErrors, role: FieldRole | Constant) -> str:
        if isinstance(role, Constant):
            return _constant(role)
        if role is FieldRole.TYPE:
            return _SPELLED[body.spelling]
        if role is FieldRole.SENTENCE and errors.names_field:
            return 'error["detail"]'
        if role is FieldRole.POINTER:
            return 'error.get("pointer", "")'
        self._use(role)
        return f"_{role}(error)"


def _constant(one: Constant) -> str:
    return quoted(one.value) if isinstance(one.value, str) else repr(one.value)


_Later = tuple[tuple[str, ...], ErrorProperty]


def _optional(content: ErrorObject, above: tuple[str, ...]) -> _Later | None:
    """The errors of fields that are left out where there are none, and the object they are in."""
    for one in content.properties:
        if isinstance(one.value, FieldErrors) and not (one.required or one.value.says_all):
            return above, one
        if isinstance(one.value, ErrorObject):
            found = _optional(one.value, (*above, one.name))
            if found is not None:
                return found
    return None


def _at(content: ErrorObject, path: tuple[str, ...]) -> ErrorObject:
    for name in path:
        inner = next(one.value for one in content.properties if one.name == name)
        assert isinstance(inner, ErrorObject)
        content = inner
    return content
