"""Refusals in tests: an outcome as the contract's error body shows it, and where errors are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.errors import (
    Constant,
    ErrorBody,
    ErrorRole,
    ErrorValue,
    FieldErrors,
    FieldRole,
)

_OUTCOME = re.compile(r"""(?<=["'])([45]\d\d) ([a-z][a-z0-9_-]*)(?=["'])""")


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """Where a contract's own body has the word of a refusal, and the fields that are wrong.

    `whole` is the pointer that is read there where the body as a whole is wrong.
    """

    word: str | None
    pointers: str | None
    whole: str = ""


def own_answer(model: Model) -> OwnAnswer | None:
    """None where refusals are problems of RFC 9457."""
    if model.errors.is_problem:
        return None
    path = _path_to_word(model.errors)
    invalid = model.errors.of_invalid or model.errors
    word = None if path is None else _access(path)
    shapes = (one.value for _, one in invalid.leaves if isinstance(one.value, FieldErrors))
    shape = next(shapes, None)
    return OwnAnswer(word, _pointers(invalid), _whole(shape) if shape else "")


def _whole(shape: FieldErrors) -> str:
    if shape.is_by_field:
        return "/body"
    roles = [role for _, role in shape.properties]
    first = next((role for role in roles if role in _PLACES), None)
    return "" if first in (None, FieldRole.POINTER) else "/"


_PLACES = (FieldRole.POINTER, FieldRole.NAME, FieldRole.LOCATION)


def _path_to_word(errors: ErrorBody) -> tuple[str, ...] | None:
    """The same in every body; else a status alone tells them apart."""
    path = errors.path_to(ErrorRole.TYPE)
    other = errors.of_invalid
    return path if other is None or other.path_to(ErrorRole.TYPE) == path else None


def _access(path: tuple[str, ...]) -> str:
    return "".join(f"[{quoted(name)}]" for name in path)


def _pointers(errors: ErrorBody) -> str | None:
    for path, one in errors.leaves:
        if isinstance(one.value, FieldErrors):
            return _of_fields(f"self.body{_access(path)}", one.value)
    return None


def _of_fields(errors: str, shape: FieldErrors) -> str | None:
    if shape.is_by_field:
        return f"[f\"/{{name.replace('.', '/')}}\" for name in {errors}]"
    for name, role in shape.properties:
        at = f"error[{quoted(name)}]"
        if role is FieldRole.POINTER:
            return f"[{at} for error in {errors}]"
        if role is FieldRole.NAME:
            return f'["/" + {at}.replace(".", "/") for error in {errors}]'
        if role is FieldRole.LOCATION:
            return f'["/" + "/".join({at}[1:]) for error in {errors}]'
    return None


def in_words_of_contract(model: Model, text: str) -> str:
    """The text of a test, with `"404 not-found"` as the contract has it."""
    if model.errors.is_problem:
        return text
    return _OUTCOME.sub(lambda found: outcome(model, found[0]), text)


def outcome(model: Model, said: str) -> str:
    """`404 NOT_FOUND`, or the status alone where the body has no place for a word."""
    status, _, word = said.partition(" ")
    if not word or model.errors.is_problem:
        return said
    if _path_to_word(model.errors) is None:
        return status
    is_invalid = status == str(model.validation_status) and model.errors.of_invalid
    body = model.errors.of_invalid if is_invalid and model.errors.of_invalid else model.errors
    return f"{status} {body.spelling.of(word)}"


def claims_of_body(errors: ErrorBody) -> Iterator[str]:
    """What holds of the refusal of a path that nobody knows, property by property."""
    if errors.content is None:
        return
    yield f"assert answer.media_type == {quoted(errors.media_type)}"
    for path, one in errors.leaves:
        claimed = _claimed(errors, one.value)
        if claimed is not None:
            yield f"assert answer.body{_access(path)}{claimed}"


_CLAIMED = {
    ErrorRole.TITLE: ' == "Not Found"',
    ErrorRole.STATUS: " == 404",
    ErrorRole.STATUS_TEXT: ' == "404"',
    ErrorRole.DETAIL: "",
    ErrorRole.INSTANCE: ' == "/a-path-that-nobody-knows"',
    ErrorRole.MOMENT: " == world.wire(world.now)",
}


def _claimed(errors: ErrorBody, value: ErrorValue) -> str | None:
    match value:
        case ErrorRole.TYPE:
            return f" == {quoted(errors.spelling.of('not-found'))}"
        case ErrorRole():
            return _CLAIMED[value]
        case Constant(str() as constant):
            return f" == {quoted(constant)}"
        case Constant(constant):
            return f" is {constant!r}" if constant is None or constant in (True, False) else None
        case FieldErrors(says_all=True):
            return ""
        case _:
            return None


def counter_of(model: Model, answers: dict[str, int]) -> str:
    """As the contract has them: where they say no word, refusals of one status are one."""
    found: dict[str, int] = {}
    for name, count in answers.items():
        said = outcome(model, name)
        found[said] = found.get(said, 0) + count
    return "{" + ", ".join(f"{quoted(name)}: {count}" for name, count in found.items()) + "}"
