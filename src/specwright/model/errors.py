"""How the backend refuses: the contract's own error body, or problems as RFC 9457 has them.

A body is a tree of what its properties say: a value that every refusal has, a constant, the errors
of single fields, or an object of these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

PROBLEM_MEDIA_TYPE = "application/problem+json"


class ErrorRole(StrEnum):
    TYPE = "type"  # the stable word: `insufficient-stock`
    TITLE = "title"  # the phrase of the status: `Conflict`
    STATUS = "status"
    STATUS_TEXT = "status-text"  # the status as a string
    DETAIL = "detail"  # a sentence
    INSTANCE = "instance"  # the path of the request
    MOMENT = "moment"  # when it was refused


OF_REQUEST = (ErrorRole.INSTANCE, ErrorRole.MOMENT)


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | bool | int | None


class FieldRole(StrEnum):
    """What a property of one field's error says."""

    POINTER = "pointer"  # `/lines/0/quantity`
    NAME = "name"  # `lines.0.quantity`
    LOCATION = "location"  # `["body", "lines", "0", "quantity"]`
    SENTENCE = "sentence"
    TYPE = "type"  # the word of the whole refusal


class FieldShape(StrEnum):
    OBJECTS = "objects"  # `[{"field": "title", "message": "is too long"}]`
    SENTENCES = "sentences"  # `["title: is too long"]`
    SENTENCE_BY_FIELD = "sentence-by-field"  # `{"title": "is too long"}`
    SENTENCES_BY_FIELD = "sentences-by-field"  # `{"title": ["is too long"]}`


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What is wrong with each field; `says_all` where nothing else says a refusal's sentence."""

    shape: FieldShape
    properties: tuple[tuple[str, FieldRole | Constant], ...] = ()
    says_all: bool = False

    @property
    def is_by_field(self) -> bool:
        return self.shape in (FieldShape.SENTENCE_BY_FIELD, FieldShape.SENTENCES_BY_FIELD)

    @property
    def names_field(self) -> bool:
        roles = (FieldRole.POINTER, FieldRole.NAME, FieldRole.LOCATION)
        return self.is_by_field or any(role in roles for _, role in self.properties)


@dataclass(frozen=True, slots=True)
class ErrorObject:
    properties: tuple["ErrorProperty", ...] = ()


ErrorValue: TypeAlias = ErrorRole | Constant | FieldErrors | ErrorObject


@dataclass(frozen=True, slots=True)
class ErrorProperty:
    name: str
    required: bool
    value: ErrorValue


class Spelling(StrEnum):
    """How the words of refusals are written on the wire."""

    KEBAB = "kebab"  # `not-found`
    SNAKE = "snake"  # `not_found`
    SCREAMING = "screaming"  # `NOT_FOUND`
    URN = "urn"  # `urn:problem-type:not-found`, where the contract wants a URI

    def of(self, word: str) -> str:
        match self:
            case Spelling.KEBAB:
                return word
            case Spelling.SNAKE:
                return word.replace("-", "_")
            case Spelling.SCREAMING:
                return word.replace("-", "_").upper()
            case Spelling.URN:
                return f"urn:problem-type:{word}"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """Without `content` it is a problem of RFC 9457; `of_invalid` is another for bad requests.

    `at` leads to its schema in the contract.
    """

    media_type: str = PROBLEM_MEDIA_TYPE
    name: str = "Problem"
    content: ErrorObject | None = None
    spelling: Spelling = Spelling.KEBAB
    of_invalid: "ErrorBody | None" = None
    at: tuple[str, ...] = ()

    @property
    def is_problem(self) -> bool:
        return self.content is None

    @property
    def leaves(self) -> tuple[tuple[tuple[str, ...], ErrorProperty], ...]:
        """Each property that is no object, with the names that lead to it."""
        return tuple(leaves_of(self.content)) if self.content is not None else ()

    def path_to(self, role: ErrorRole) -> tuple[str, ...] | None:
        return next((path for path, one in self.leaves if one.value is role), None)

    @property
    def needs_request(self) -> bool:
        of_invalid = self.of_invalid is not None and self.of_invalid.needs_request
        return of_invalid or any(one.value in OF_REQUEST for _, one in self.leaves)


def leaves_of(
    content: ErrorObject, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], ErrorProperty]]:
    for one in content.properties:
        path = (*above, one.name)
        if isinstance(one.value, ErrorObject):
            yield from leaves_of(one.value, path)
        else:
            yield path, one


def explained_errors(body: ErrorBody) -> Iterator[str]:
    """What `plan` says of a body that is the contract's own."""
    if body.content is None:
        return
    said = [f"`{'.'.join(path)}` is {_in_words(one.value)}" for path, one in body.leaves]
    yield f"Refusals are `{body.name}` as `{body.media_type}`: {', '.join(said)}."
    word = body.path_to(ErrorRole.TYPE)
    if word is not None and body.spelling is not Spelling.KEBAB:
        yield f"Their words are written like `{body.spelling.of('not-found')}`."
    if word is None:
        yield "They have no place for a stable word: refusals of one status look alike."
    if body.of_invalid is not None and body.of_invalid.content is not None:
        other = body.of_invalid
        said = [f"`{'.'.join(path)}` is {_in_words(one.value)}" for path, one in other.leaves]
        yield f"Requests that are not well formed get `{other.name}`: {', '.join(said)}."


_WORDS = {
    ErrorRole.TYPE: "its stable word",
    ErrorRole.TITLE: "the phrase of its status",
    ErrorRole.STATUS: "its status",
    ErrorRole.STATUS_TEXT: "its status",
    ErrorRole.DETAIL: "a sentence",
    ErrorRole.INSTANCE: "the path of the request",
    ErrorRole.MOMENT: "the time",
}


def _in_words(value: ErrorValue) -> str:
    match value:
        case ErrorRole():
            return _WORDS[value]
        case Constant(constant):
            return "null" if constant is None else f"always `{str(constant).lower()}`"
        case FieldErrors(says_all=True):
            return "what is wrong with each field, else the sentence"
        case _:
            return "what is wrong with each field"
