"""How the backend refuses: the contract's own error body, or problems as RFC 9457 has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from specwright.model.views import Unbound
from specwright.model.wire import flattened, is_object, kinds, squashed
from specwright.spec.syntax import Contract, Schema

PROBLEM_MEDIA_TYPE = "application/problem+json"


class ErrorRole(StrEnum):
    TYPE = "type"  # the stable name: `insufficient-stock`
    TITLE = "title"
    STATUS = "status"
    DETAIL = "detail"
    ERRORS = "errors"  # a JSON pointer and a sentence for each field
    INSTANCE = "instance"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class ErrorField:
    """`path` leads to it from the body: `("error", "message")`."""

    path: tuple[str, ...]
    role: ErrorRole
    required: bool


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """Without `fields` it is a problem of RFC 9457."""

    media_type: str = PROBLEM_MEDIA_TYPE
    name: str = "Problem"
    fields: tuple[ErrorField, ...] = ()

    @property
    def is_problem(self) -> bool:
        return not self.fields


_ROLES: tuple[tuple[ErrorRole, frozenset[str]], ...] = (
    (ErrorRole.TYPE, frozenset({"type", "code", "errorcode", "error", "reason"})),
    (ErrorRole.TITLE, frozenset({"title", "summary"})),
    (ErrorRole.STATUS, frozenset({"status", "statuscode", "httpstatus"})),
    (ErrorRole.DETAIL, frozenset({"detail", "message", "errormessage", "description", "msg"})),
    (ErrorRole.ERRORS, frozenset({"errors", "details", "fields", "violations", "fielderrors"})),
    (ErrorRole.INSTANCE, frozenset({"instance", "path"})),
    (ErrorRole.MOMENT, frozenset({"timestamp", "time", "date"})),
)


def read_error_body(contract: Contract, problems: list[Unbound]) -> ErrorBody:
    """The body of the first refusal that the contract describes."""
    for media, schema in _refusals(contract):
        flat = flattened(schema)
        if media == PROBLEM_MEDIA_TYPE or not is_object(flat):
            return ErrorBody()
        fields = tuple(_fields(flat, ()))
        missing = [name for name in sorted(flat.required) if not _covers(fields, name)]
        if not missing:
            return ErrorBody(media, flat.name or schema.name or "Error", fields)
        problems.append(
            Unbound(
                schema.place,
                f"Nothing says what `{missing[0]}` of an error is.",
                "Known are a type or code, title, status, detail or message, errors, and time.",
            )
        )
        return ErrorBody()
    return ErrorBody()


def _refusals(contract: Contract) -> Iterator[tuple[str, Schema]]:
    for operation in contract.operations:
        for response in operation.responses:
            if response.status[:1] not in "45d":
                continue
            for media, schema in response.content.items():
                if "json" in media:
                    yield media, schema


def _fields(schema: Schema, above: tuple[str, ...]) -> Iterator[ErrorField]:
    for name, one in schema.properties.items():
        inner = flattened(one)
        if is_object(inner) and not above:
            yield from _fields(inner, (name,))
            continue
        is_list = "array" in kinds(inner)
        role = ErrorRole.ERRORS if is_list and name.lower().endswith("errors") else _role(name)
        if role is not None and is_list == (role is ErrorRole.ERRORS):
            yield ErrorField((*above, name), role, name in schema.required)


def _role(name: str) -> ErrorRole | None:
    wanted = squashed(name)
    return next((role for role, names in _ROLES if wanted in names), None)


def _covers(fields: tuple[ErrorField, ...], name: str) -> bool:
    return any(field.path[0] == name for field in fields)
