"""From the refusals that a contract documents to the body that all of them have.

Properties are known by their name and type, as those of rows are; one that is required and not
known keeps the body from being bound, and one that is not required is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from specwright.diagnostic import Place
from specwright.model.error_fields import read_field_errors
from specwright.model.errors import (
    PROBLEM_MEDIA_TYPE,
    Constant,
    ErrorBody,
    ErrorObject,
    ErrorProperty,
    ErrorRole,
    ErrorValue,
    FieldErrors,
    FieldRole,
    FieldShape,
    Spelling,
    leaves_of,
)
from specwright.model.later import is_json
from specwright.model.views import Unbound
from specwright.model.wire import flattened, is_object, kinds, squashed
from specwright.spec.syntax import Contract, Schema

_OURS = ("400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "500", "503")
_RANGES = ("4XX", "5XX", "default")
_DEEPEST = 3  # objects within objects

_SENTENCES = (
    "detail", "message", "errormessage", "errordescription", "description", "msg", "error",
    "details", "reason", "title",
)  # fmt: skip
_WORDS = ("code", "errorcode", "type", "errortype", "kind", "error", "reason")
_TITLES = ("title", "summary", "error", "statustext")
_STATUSES = ("status", "statuscode", "httpstatus", "code")
_PATHS = ("instance", "path", "uri")
_MOMENTS = ("timestamp", "time", "date", "occurredat")
_SUCCESSES = ("success", "ok", "succeeded")
_FAILURES = ("error", "iserror", "failed", "failure")
_ROLES = (
    (_MOMENTS, "string", ErrorRole.MOMENT),
    (_STATUSES, "integer", ErrorRole.STATUS),
    (_STATUSES[:-1], "string", ErrorRole.STATUS_TEXT),
    (_TITLES, "string", ErrorRole.TITLE),
    (_PATHS, "string", ErrorRole.INSTANCE),
)
_NO_TEXTS = (ErrorRole.MOMENT, ErrorRole.STATUS)
_FIELDS = (
    "errors", "details", "detail", "fields", "violations", "fielderrors", "messages", "message",
    "error", "issues", "invalidparams", "body",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One that the contract describes, and where."""

    status: str
    media_type: str
    schema: Schema
    at: tuple[str, ...]

    @property
    def name(self) -> str:
        return flattened(self.schema).name or self.schema.name or "the error"


def read_error_body(
    contract: Contract, validation_status: int, problems: list[Unbound]
) -> ErrorBody:
    """The body of every refusal, and another for requests that are not well formed, if it has."""
    refusals = list(_refusals(contract, validation_status))
    of_invalid = [one for one in refusals if one.status == str(validation_status)]
    others = [one for one in refusals if one not in of_invalid]
    general = _common(others or of_invalid, problems)
    invalid = _common(of_invalid, problems) if others and of_invalid else None
    if invalid is None or (invalid.media_type, invalid.content) == (
        general.media_type,
        general.content,
    ):
        return general
    return replace(_spelled_out(general), of_invalid=_spelled_out(invalid))


def _spelled_out(body: ErrorBody) -> ErrorBody:
    """Of two bodies, one that is a problem is written as the other is."""
    return replace(body, content=_PROBLEM) if body.is_problem else body


def _refusals(contract: Contract, validation_status: int) -> Iterator[_Refusal]:
    """Of the statuses with which we refuse."""
    unused = ({"400", "422"} - {str(validation_status)}).pop()
    for operation in contract.operations:
        for response in operation.responses:
            if response.status == unused or response.status not in (*_OURS, *_RANGES):
                continue
            for media, schema in response.content.items():
                if is_json(media):
                    at = ("paths", operation.path.value, operation.method, "responses")
                    where = (*at, response.status, "content", media, "schema")
                    yield _Refusal(response.status, media, schema, where)


def _common(refusals: Sequence[_Refusal], problems: list[Unbound]) -> ErrorBody:
    """The body of the first; that of each other must be the same."""
    if not refusals:
        return ErrorBody()
    first = refusals[0]
    body = _read(first, problems)
    seen = {first.schema.place}
    for other in refusals[1:]:
        if body is None or other.schema.place in seen:
            continue
        seen.add(other.schema.place)
        found = _read(other, problems)
        if found is not None and not _serves(body, found):
            problems.append(
                Unbound(
                    other.schema.place,
                    f"`{other.name}` of {other.status} is another body than `{first.name}` "
                    f"of {first.status}, and refusals have one.",
                    "Describe them alike; only requests that are not well formed may have "
                    "a body of their own.",
                )
            )
    return body or ErrorBody()


def _serves(body: ErrorBody, wanted: ErrorBody) -> bool:
    """Whether the body has what another requires, at the same places."""
    if body.media_type != wanted.media_type:
        return False
    said = {path: one.value for path, one in body.leaves}
    return all(said.get(path) == one.value for path, one in wanted.leaves if one.required)


def _read(refusal: _Refusal, problems: list[Unbound]) -> ErrorBody | None:
    if refusal.media_type == PROBLEM_MEDIA_TYPE:
        return ErrorBody(at=refusal.at)
    schema = flattened(refusal.schema)
    if not is_object(schema):
        if "object" in kinds(schema) or not (kinds(schema) or schema.one_of or schema.any_of):
            return ErrorBody(refusal.media_type, "Problem", _PROBLEM, at=refusal.at)
        problems.append(Unbound(schema.place, "An error that is no object is not known.", _KNOWN))
        return None
    reader = _Reader(schema, problems)
    content = reader.content()
    if content is None:
        return None
    return ErrorBody(refusal.media_type, refusal.name, content, reader.spelling, at=refusal.at)


_KNOWN = (
    "Known are a code or type, a title, a status, a detail or message, the errors of fields, "
    "the request's path, and the time."
)
_PROBLEM_ERRORS = FieldErrors(
    FieldShape.OBJECTS, (("pointer", FieldRole.POINTER), ("detail", FieldRole.SENTENCE))
)
_PROBLEM = ErrorObject(
    (
        ErrorProperty("type", required=True, value=ErrorRole.TYPE),
        ErrorProperty("title", required=True, value=ErrorRole.TITLE),
        ErrorProperty("status", required=True, value=ErrorRole.STATUS),
        ErrorProperty("detail", required=True, value=ErrorRole.DETAIL),
        ErrorProperty("errors", required=False, value=_PROBLEM_ERRORS),
    )
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A property of an error, as the contract has it."""

    path: tuple[str, ...]
    schema: Schema
    place: Place
    required: bool
    example: object

    @property
    def name(self) -> str:
        return squashed(self.path[-1])

    @property
    def is_text(self) -> bool:
        return kinds(self.schema) == ("string",) and self.schema.format not in ("date-time", "date")

    @property
    def is_word(self) -> bool:
        """Whether it can be a word for programs: its example is no sentence."""
        return self.is_text and not (isinstance(self.example, str) and " " in self.example)


class _Reader:
    """Binds one schema: first what each property may be, then what it is beside the others."""

    def __init__(self, schema: Schema, problems: list[Unbound]) -> None:
        self._schema = schema
        self._problems = problems
        self._properties = list(_found(schema, (), schema.example))
        texts = [one for one in self._properties if one.is_text and one.schema.enum is None]
        self._sentence = _first(_SENTENCES, texts)
        words = [one for one in self._properties if one.is_word and one is not self._sentence]
        self._fields: _Found | None = None
        self._word = _first(_WORDS, words)
        self.spelling = _spelling(self._word) if self._word is not None else Spelling.KEBAB

    def content(self) -> ErrorObject | None:
        before = len(self._problems)
        content = self._object(())
        says = [one for _, one in leaves_of(content) if isinstance(one.value, FieldErrors)]
        listed = self._word.schema.enum if self._word is not None else None
        if self._word is not None and listed is not None and len(listed) > 1:
            self._problems.append(
                Unbound(
                    self._word.place,
                    f"`{'.'.join(self._word.path)}` of an error has a list of words, and refusals "
                    "have others, such as `unsupported-media-type`.",
                    "Write `type: string` without `enum`.",
                )
            )
        if len(self._problems) == before and self._sentence is None and not says:
            self._problems.append(
                Unbound(
                    self._schema.place,
                    "Nothing in this error says in words what is wrong.",
                    "Give it a `message` or a `detail`.",
                )
            )
        return content if len(self._problems) == before else None

    def _object(self, above: tuple[str, ...]) -> ErrorObject:
        found = [self._property(one) for one in self._properties if one.path[:-1] == above]
        return ErrorObject(tuple(one for one in found if one is not None))

    def _property(self, found: _Found) -> ErrorProperty | None:
        before = len(self._problems)
        value = self._value(found)
        name = found.path[-1]
        if value is not None:
            return ErrorProperty(name, found.required, value)
        if found.required and found.schema.nullable:
            return ErrorProperty(name, required=True, value=Constant(None))
        if found.required and len(self._problems) == before:
            message = f"Nothing says what `{'.'.join(found.path)}` of an error is."
            self._problems.append(Unbound(found.place, message, _KNOWN))
        return None

    def _value(self, found: _Found) -> ErrorValue | None:
        schema = found.schema
        constant = _constant(found)
        if constant is not None:
            return constant
        if is_object(schema):
            inner = self._object(found.path)
            return inner if inner.properties else None
        if "array" in kinds(schema) or "object" in kinds(schema):
            if found.name not in _FIELDS and not found.name.endswith("errors"):
                return None
            return self._of_fields(found)
        return self._of_refusal(found)

    def _of_fields(self, found: _Found) -> FieldErrors | None:
        """One place for them is enough, unless the contract requires another."""
        first = self._fields is None or self._fields is found
        if not (first or found.required):
            return None
        errors = read_field_errors(found.schema, says_all=self._sentence is None)
        if errors is not None:
            self._fields = self._fields or found
        return errors

    def _of_refusal(self, found: _Found) -> ErrorRole | None:
        """What every refusal has."""
        if found is self._word or found is self._sentence:
            return ErrorRole.TYPE if found is self._word else ErrorRole.DETAIL
        said = (*kinds(found.schema), None)[0]
        for names, kind, role in _ROLES:
            if found.name in names and kind == said and (found.is_text or role in _NO_TEXTS):
                return role
        return (
            ErrorRole.DETAIL
            if found.is_text and found.required and found.name in _SENTENCES
            else None
        )


def _first(names: Sequence[str], among: Sequence[_Found]) -> _Found | None:
    """The one whose name comes first in a list of names, that nearest the root first."""
    return next((one for name in names for one in among if one.name == name), None)


def _found(schema: Schema, above: tuple[str, ...], example: object) -> Iterator[_Found]:
    """Every property, those of objects within it included, but for what lies too deep."""
    for name, one in schema.properties.items():
        inner = flattened(one)
        shown = inner.example
        if shown is None and isinstance(example, Mapping):
            shown = example.get(name)
        place = schema.property_places.get(name, inner.place)
        yield _Found((*above, name), inner, place, name in schema.required, shown)
        if is_object(inner) and len(above) + 1 < _DEEPEST:
            yield from _found(inner, (*above, name), shown)


def _constant(found: _Found) -> Constant | None:
    """`success` is false whatever else is so; a single value of an `enum` is that value."""
    values = found.schema.enum
    if values is not None and len(values) == 1 and isinstance(values[0], str | bool | int):
        return Constant(values[0])
    if kinds(found.schema) == ("boolean",):
        if found.name in _SUCCESSES:
            return Constant(value=False)
        if found.name in _FAILURES:
            return Constant(value=True)
    return None


# -- How words are written ------------------------------------------------------------------------

_STYLES = (
    (Spelling.SCREAMING, re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")),
    (Spelling.SNAKE, re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")),
    (Spelling.KEBAB, re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")),
)
_QUOTED = re.compile(r"`([^`\s]+)`")
_USUAL = "not-found"


def _spelling(word: _Found) -> Spelling:
    """As its format, its pattern, its example or its description show."""
    schema = word.schema
    if schema.format in ("uri", "url"):
        return Spelling.URN
    if schema.pattern is not None:
        fitting = (one for one in Spelling if _fits(schema.pattern, one.of(_USUAL)))
        return next(fitting, Spelling.KEBAB)
    shown = [word.example] if isinstance(word.example, str) else []
    shown += _QUOTED.findall(schema.description or "")
    for one in shown:
        for style, pattern in _STYLES:
            if pattern.fullmatch(one):
                return style
    return Spelling.KEBAB


def _fits(pattern: str, word: str) -> bool:
    try:
        return re.search(pattern, word) is not None
    except re.error:
        return False
