"""From the refusals that a contract describes to the body that all of them have."""
# contracts in a line each

from collections.abc import Callable

import pytest

from specwright.diagnostic import Level, Report
from specwright.model import Model
from specwright.model.errors import Spelling, explained_errors

Small = Callable[..., tuple[Model, Report]]

TABLES = """
Table books {
  id uuid [pk, default: `gen_random_uuid()`]
  title text [not null]
}
"""
BOOK = "    Book: { type: object, properties: { title: { type: string } } }"
TEXT = "{ type: string }"


def refusing(
    small: Small, *refusals: tuple[str, str], media: str = "application/json"
) -> tuple[Model, Report]:
    """What is made of a contract with these refusals, each a status and a schema."""
    documented = "".join(
        f", '{status}': {{ description: No, content: {{ {media}: {{ schema: {schema} }} }} }}"
        for status, schema in refusals
    )
    path = (
        "  /books/{id}: { get: { operationId: getBook, parameters: [{ name: id, in: path, "
        "required: true, schema: { type: string, format: uuid } }], responses: { '200': "
        "{ description: Yes, content: { application/json: { schema: "
        f"{{ $ref: '#/components/schemas/Book' }} }} }} }}{documented} }} }} }}"
    )
    return small(TABLES, path, BOOK)


def said(model: Model) -> list[str]:
    return list(explained_errors(model.errors))


def object_of(required: str, properties: str) -> str:
    return f"{{ type: object, required: [{required}], properties: {{ {properties} }} }}"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (object_of("detail", f"detail: {TEXT}"), "`detail` is a sentence"),
        (object_of("error", f"error: {TEXT}"), "`error` is a sentence"),
        (object_of("error", f"error: {TEXT}, message: {TEXT}"),
         "`error` is its stable word, `message` is a sentence"),
        (object_of("code", f"code: {TEXT}, message: {TEXT}, details: {{ type: object }}"),
         "`code` is its stable word, `message` is a sentence, "
         "`details` is what is wrong with each field"),
        (object_of("code", f"code: {{ type: integer }}, message: {TEXT}"),
         "`code` is its status, `message` is a sentence"),
        (object_of("error", f"error: {object_of('code', f'code: {TEXT}, message: {TEXT}')}"),
         "`error.code` is its stable word, `error.message` is a sentence"),
        (object_of("success", f"success: {{ type: boolean }}, message: {TEXT}"),
         "`success` is always `false`, `message` is a sentence"),
        (object_of("timestamp, path", "timestamp: { type: string, format: date-time }, status: "
                   f"{{ type: integer }}, error: {TEXT}, message: {TEXT}, path: {TEXT}"),
         "`timestamp` is the time, `status` is its status, `error` is its stable word, "
         "`message` is a sentence, `path` is the path of the request"),
        (object_of("error", f"error: {{ type: string, example: Not Found }}, message: {TEXT}"),
         "`error` is the phrase of its status, `message` is a sentence"),
        (object_of("errors", "errors: { type: object, properties: "
                   f"{{ body: {{ type: array, items: {TEXT} }} }} }}"),
         "`errors.body` is what is wrong with each field, else the sentence"),
        (object_of("errors", "errors: { type: object, additionalProperties: "
                   f"{{ type: array, items: {TEXT} }} }}"),
         "`errors` is what is wrong with each field, else the sentence"),
        (object_of("message", f"message: {TEXT}, hint: {TEXT}, more: {{ type: integer }}"),
         "`message` is a sentence"),
        (object_of("message, data", f"message: {TEXT}, data: {{ type: [integer, 'null'] }}"),
         "`message` is a sentence, `data` is null"),
        ("{ type: object }",
         "`type` is its stable word, `title` is the phrase of its status, `status` is its status, "
         "`detail` is a sentence, `errors` is what is wrong with each field"),
    ],
)  # fmt: skip
def test_the_properties_of_an_error_are_known_by_name_and_type(
    small: Small, schema: str, words: str
) -> None:
    model, report = refusing(small, ("404", schema))
    assert not list(report)
    assert said(model)[0].endswith(f" as `application/json`: {words}.")


@pytest.mark.parametrize(
    ("code", "spelling"),
    [
        ("type: string", Spelling.KEBAB),
        ("type: string, example: NOT_FOUND", Spelling.SCREAMING),
        ("type: string, examples: [task_not_found]", Spelling.SNAKE),
        ("type: string, description: 'Such as `stale_version` or `x`'", Spelling.SNAKE),
        ("type: string, pattern: '^[A-Z_]+$'", Spelling.SCREAMING),
        ("type: string, format: uri", Spelling.URN),
    ],
)
def test_a_word_is_written_as_the_contract_shows(
    small: Small, code: str, spelling: Spelling
) -> None:
    schema = object_of("code", f"code: {{ {code} }}, message: {TEXT}")
    model, report = refusing(small, ("404", schema))
    assert not list(report)
    assert model.errors.spelling is spelling


def test_requests_that_are_not_well_formed_may_have_a_body_of_their_own(small: Small) -> None:
    plain = object_of("detail", f"detail: {TEXT}")
    loc = f"loc: {{ type: array, items: {TEXT} }}"
    item = object_of("loc, msg, type", f"{loc}, msg: {TEXT}, type: {TEXT}")
    listed = object_of("detail", f"detail: {{ type: array, items: {item} }}")
    model, report = refusing(small, ("404", plain), ("422", listed))
    assert not list(report)
    assert model.errors.of_invalid is not None
    assert len(said(model)) == 3


def test_problems_may_be_documented_and_stay_problems(small: Small) -> None:
    schema = object_of("type", f"type: {TEXT}")
    model, report = refusing(small, ("404", schema), media="application/problem+json")
    assert not list(report)
    assert model.errors.is_problem


@pytest.mark.parametrize(
    ("refusals", "message"),
    [
        ([("404", object_of("mood", f"mood: {TEXT}, message: {TEXT}"))],
         "Nothing says what `mood` of an error is."),
        ([("404", object_of("error", f"error: {object_of('mood', f'mood: {TEXT}')}"))],
         "Nothing says what `error.mood` of an error is."),
        ([("404", object_of("code", f"code: {TEXT}"))],
         "Nothing in this error says in words what is wrong."),
        ([("404", "{ type: string }")], "An error that is no object is not known."),
        ([("404", object_of("code", f"code: {{ type: string, enum: [a, b] }}, message: {TEXT}"))],
         "`code` of an error has a list of words, and refusals have others, such as "
         "`unsupported-media-type`."),
        ([("404", object_of("message", f"message: {TEXT}")),
          ("409", object_of("detail", f"detail: {TEXT}"))],
         "`the error` of 409 is another body than `the error` of 404, and refusals have one."),
    ],
)  # fmt: skip
def test_what_an_error_is_that_nothing_says_is_asked_and_nothing_is_built(
    small: Small, refusals: list[tuple[str, str]], message: str
) -> None:
    model, report = refusing(small, *refusals)
    assert [(one.message, one.level) for one in report] == [(message, Level.OPEN)]
    assert model.operations == ()
    assert message in model.left_out[0].reasons


def test_a_refusal_that_is_never_given_may_look_as_it_likes(small: Small) -> None:
    limited = object_of("retry_after", f"message: {TEXT}, retry_after: {{ type: integer }}")
    model, report = refusing(small, ("404", object_of("", f"message: {TEXT}")), ("429", limited))
    assert not list(report)
    assert not model.errors.is_problem
