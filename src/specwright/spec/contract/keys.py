"""Which keys each object of OpenAPI has, and since which minor version of 3."""

_METHODS = "get put post delete options head patch trace"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

_DESCRIBING = "title description default readOnly writeOnly deprecated example externalDocs xml"
_RESTRICTING = (
    "not if then else patternProperties propertyNames prefixItems contains minContains "
    "maxContains dependentSchemas dependentRequired dependencies unevaluatedProperties "
    "unevaluatedItems contentSchema $id $anchor $dynamicRef $dynamicAnchor"
)


def _since(*versions: str) -> dict[str, int]:
    """The keys that came with 3.0, with 3.1 and with 3.2, each with its minor version."""
    known: dict[str, int] = {}
    for minor, keys in enumerate(versions):
        for key in keys.split():
            known.setdefault(key, minor)
    return known


_EXAMPLES = "example examples"
_SCHEMA_3_0 = (
    "$ref type format enum default title description properties required items "
    "additionalProperties minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength "
    "maxLength pattern minItems maxItems uniqueItems minProperties maxProperties nullable readOnly "
    "writeOnly allOf anyOf oneOf not discriminator example externalDocs deprecated xml"
)
_SCHEMA_3_1 = (
    "const examples $defs $comment $schema contentEncoding contentMediaType " + _RESTRICTING
)
# the keywords that describe, and so may stand next to a `$ref`
ANNOTATIONS = frozenset(_since(_DESCRIBING + " summary examples $comment nullable"))
# the keywords that restrict values, and that no part of this version checks
UNCHECKED = frozenset(_since(_RESTRICTING))

KEYS = {
    "the contract": _since(
        "openapi info servers paths components security tags externalDocs",
        "webhooks jsonSchemaDialect",
        "$self",
    ),
    "`info`": _since("title description termsOfService contact license version", "summary"),
    "a server": _since("url description variables", "", "name"),
    "`components`": _since(
        "schemas responses parameters examples requestBodies headers securitySchemes links "
        "callbacks",
        "pathItems",
        "mediaTypes",
    ),
    "a path": _since(
        f"$ref summary description servers parameters {_METHODS}", "", "query additionalOperations"
    ),
    "an operation": _since(
        "tags summary description externalDocs operationId parameters requestBody responses "
        "callbacks deprecated security servers"
    ),
    "a parameter": _since(
        f"name in description required deprecated allowEmptyValue style explode allowReserved "
        f"schema content {_EXAMPLES}"
    ),
    "a header": _since(
        f"description required deprecated allowEmptyValue style explode allowReserved schema "
        f"content {_EXAMPLES}"
    ),
    "a request body": _since("description content required"),
    "a response": _since("description headers content links", "", "summary"),
    "a media type": _since(
        f"schema encoding {_EXAMPLES}", "", "itemSchema prefixEncoding itemEncoding"
    ),
    "a schema": _since(_SCHEMA_3_0, _SCHEMA_3_1),
    "a discriminator": _since("propertyName mapping", "", "defaultMapping"),
    "a security scheme": _since(
        "type description name in scheme bearerFormat flows openIdConnectUrl",
        "",
        "deprecated oauth2MetadataUrl",
    ),
    "a tag": _since("name description externalDocs", "", "summary parent kind"),
}  # fmt: skip

_ELSEWHERE = {
    ("the contract", "definitions"): "Schemas stand in `components: schemas:`.",
    ("the contract", "securityDefinitions"): "They stand in `components: securitySchemes:`.",
    ("the contract", "host"): "Write `servers: [{ url: https://… }]`.",
    ("the contract", "basePath"): "Write `servers: [{ url: https://… }]`.",
    ("an operation", "consumes"): "The media type is a key of `requestBody: content:`.",
    ("an operation", "produces"): "The media type is a key of the response's `content:`.",
    ("a response", "schema"): "Write `content: { application/json: { schema: … } }`.",
    ("a request body", "schema"): "Write `content: { application/json: { schema: … } }`.",
}
_FEW = 12


def is_extension(key: str) -> bool:
    return key.startswith("x-")


def elsewhere(key: str, of: str) -> str | None:
    """Where a key stands that is not one of this object's."""
    if of in ("a parameter", "a header") and key in KEYS["a schema"]:
        return f"`{key}` stands in its `schema`."
    return _ELSEWHERE.get((of, key))


def choice(of: str, minor: int) -> str | None:
    """The keys of an object, where they are few."""
    *others, last = [f"`{key}`" for key, since in KEYS[of].items() if since <= minor]
    if len(others) > _FEW:
        return None
    return f"It has {', '.join(others)} and {last}; a key of your own begins with `x-`."
