"""A bundle as written: one value for each thing that an author can say, each with its place.

Nothing is resolved here. Names are `Word`s, expressions are `Text`s that nobody has parsed yet;
`specwright.model` gives them meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from specwright.diagnostic import Place
from specwright.spec.text import Text


@dataclass(frozen=True, slots=True)
class Word:
    """A name or a literal as written, and where."""

    value: str
    place: Place

    def __str__(self) -> str:
        return self.value


# -- data-model.md: DBML ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Default:
    """A column's default: an SQL expression in backticks, or a literal; `null` is no default."""

    value: str
    is_expression: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Column:
    name: Word
    type: Word  # as written, such as `varchar(32)`
    primary_key: bool = False
    not_null: bool = False
    unique: bool = False
    increment: bool = False
    default: Default | None = None
    checks: tuple[Text, ...] = ()
    note: str | None = None
    custom: Mapping[str, Word] = field(default_factory=dict)  # search, personal, encrypted


@dataclass(frozen=True, slots=True)
class Index:
    columns: tuple[Word, ...]
    primary_key: bool = False
    unique: bool = False
    name: Word | None = None
    type: Word | None = None  # such as `gin`
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Check:
    expression: Text
    name: Word | None


@dataclass(frozen=True, slots=True)
class Reference:
    """`columns` of `table` point at `target_columns` of `target`.

    `name` is the reverse relation, of the target to the table.
    """

    table: Word
    columns: tuple[Word, ...]
    target: Word
    target_columns: tuple[Word, ...]
    one_to_one: bool = False
    name: Word | None = None
    on_delete: Word | None = None
    on_update: Word | None = None


@dataclass(frozen=True, slots=True)
class Table:
    name: Word
    columns: tuple[Column, ...]  # those of its partials included, in the order of writing
    partials: tuple[Word, ...] = ()  # as in `~versioned`
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    note: str | None = None
    custom: Mapping[str, Word] = field(default_factory=dict)  # audit, purge


@dataclass(frozen=True, slots=True)
class Enum:
    name: Word
    values: tuple[Word, ...]


# -- data-model.md: Mermaid ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transition:
    """`source --> target : trigger [guard] / effect`; a source or target of None is `[*]`."""

    source: Word | None
    target: Word | None
    trigger: Word | None
    guard: Text | None  # the text `else` for `[else]`
    effect: Word | None
    place: Place


@dataclass(frozen=True, slots=True)
class StateDiagram:
    heading: Word | None  # the nearest Markdown heading above, such as `Order lifecycle`
    transitions: tuple[Transition, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class DataModel:
    tables: tuple[Table, ...] = ()
    enums: tuple[Enum, ...] = ()
    references: tuple[Reference, ...] = ()
    diagrams: tuple[StateDiagram, ...] = ()


# -- contracts/openapi.yaml ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema as OpenAPI 3.1 has it; `nullable: true` of 3.0 reads as the type `null`.

    A `$ref` to a component becomes that component's schema with its `name`; only where a schema
    contains itself is `recursive` the name of the component, and everything else is empty, but for
    what the place itself adds, such as `nullable`. Components are shared: a walk through nested
    schemas meets the same one often, and does well to stop at names that it has seen.
    """

    place: Place
    name: str | None = None  # of the component
    recursive: str | None = None
    types: tuple[str, ...] = ()  # without `null`
    nullable: bool = False
    format: str | None = None
    enum: tuple[object, ...] | None = None
    properties: Mapping[str, "Schema"] = field(default_factory=dict)
    property_places: Mapping[str, Place] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: "Schema | None" = None
    additional: "bool | Schema" = True  # additionalProperties
    minimum: float | int | None = None
    maximum: float | int | None = None
    exclusive_minimum: float | int | None = None
    exclusive_maximum: float | int | None = None
    multiple_of: float | int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    min_properties: int | None = None
    max_properties: int | None = None
    default: object = None
    has_default: bool = False
    read_only: bool = False
    write_only: bool = False
    one_of: tuple["Schema", ...] = ()
    any_of: tuple["Schema", ...] = ()
    all_of: tuple["Schema", ...] = ()
    discriminator: str | None = None
    discriminator_names: Mapping[str, str] = field(default_factory=dict)  # value to component
    description: str | None = None
    example: object = None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: Word
    location: str  # path, query, header, cookie
    required: bool
    schema: Schema
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    required: bool
    content: Mapping[str, Schema]  # by media type
    place: Place


@dataclass(frozen=True, slots=True)
class Response:
    status: str  # `200`, `4XX`, `default`
    description: str
    content: Mapping[str, Schema]
    headers: Mapping[str, Schema]
    place: Place


@dataclass(frozen=True, slots=True)
class Operation:
    id: Word  # made of method and path where the contract gives none
    method: str  # lower case
    path: Word
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: tuple[Response, ...]
    security: tuple[Mapping[str, tuple[str, ...]], ...]  # empty: nobody need sign in
    tags: tuple[str, ...]
    summary: str | None = None
    description: str | None = None
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    name: Word
    type: str  # http, apiKey, oauth2, openIdConnect
    scheme: str | None = None  # bearer, basic
    location: str | None = None  # of an API key
    parameter: str | None = None  # the name of its header, query parameter or cookie


@dataclass(frozen=True, slots=True)
class Contract:
    file: str
    title: str
    version: str
    openapi: str
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...]  # `path` is the webhook's name
    schemas: Mapping[str, Schema]
    security_schemes: Mapping[str, SecurityScheme]
    text: str  # the file as given
    servers: tuple[Word, ...] = ()  # their URLs; the path of one may begin every path


# -- rules.md -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """`yes`, or a condition in CEL between backticks."""

    role: Word
    condition: Text | None  # None is `yes`
    place: Place


@dataclass(frozen=True, slots=True)
class AccessRow:
    operations: tuple[Word, ...]
    cells: tuple[Cell, ...]  # empty cells are left out
    is_open: bool = False  # a `?` says that nobody has decided yet


@dataclass(frozen=True, slots=True)
class HiddenField:
    entity: Word
    field: Word
    visible_to: Text


@dataclass(frozen=True, slots=True)
class Require:
    rule: Text
    status: int
    error: Word
    place: Place


@dataclass(frozen=True, slots=True)
class Assignment:
    target: Text  # a path such as `line.product.reserved`
    value: Text  # CEL


@dataclass(frozen=True, slots=True)
class Creation:
    """`create:` of a row of `entity`."""

    entity: Word
    values: tuple[Assignment, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Search:
    """`find` or `pick`: one row `name` of `entity`; `pick` locks it and skips locked rows."""

    name: Word
    entity: Word
    locks: bool
    where: Text | None
    order_by: tuple[Word, ...]  # a column, or `-column`
    none: Word | None  # a status, or a status and an error
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    """`call:` of a client's operation, after the commit."""

    operation: Word  # `payments.createCharge`
    key: Text | None
    arguments: tuple[Assignment, ...]
    then: tuple[tuple[Word, "Block"], ...]  # by status
    place: Place


@dataclass(frozen=True, slots=True)
class Perform:
    """`do:` another operation or effect, or a hook `hook.name(args) -> type`."""

    text: Text


@dataclass(frozen=True, slots=True)
class Round:
    """One round of `each`."""

    name: Word  # `as`
    collection: Text  # `in`: CEL, or an entity's name
    block: "Block"  # its `where` is there


@dataclass(frozen=True, slots=True)
class Case:
    when: Text | None  # None is `else`
    block: "Block"


@dataclass(frozen=True, slots=True)
class Block:
    """What an operation, effect, round, job or case does; the order of its keys means nothing."""

    place: Place
    search: Search | None = None
    where: Text | None = None  # of a round
    narrow: tuple[Text, ...] = ()  # the `where` of a list
    require: tuple[Require, ...] = ()
    set: tuple[Assignment, ...] = ()
    create: tuple[Creation, ...] = ()
    delete: tuple[Text, ...] = ()
    each: tuple[Round, ...] = ()
    emit: tuple[Word, ...] = ()
    do: tuple[Perform, ...] = ()
    switch: tuple[Case, ...] = ()
    after: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    name: Word
    every: Word | None
    cron: Word | None
    block: Block


@dataclass(frozen=True, slots=True)
class Rules:
    access: tuple[AccessRow, ...] = ()
    roles: tuple[Word, ...] = ()  # the columns of the access table
    hidden: tuple[HiddenField, ...] = ()
    tenant: Word | None = None
    operations: tuple[tuple[Word, Block], ...] = ()
    effects: tuple[tuple[Word, Block], ...] = ()
    derived: tuple[tuple[Word, Text], ...] = ()  # `Order.total_cents`, CEL
    jobs: tuple[Job, ...] = ()
    streams: tuple[tuple[Word, tuple[Word, ...]], ...] = ()


# -- plan.md ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Auth:
    users: Word
    login: Word | None = None
    access_token: Word | None = None  # a duration such as `15m`
    refresh_token: Word | None = None
    password: Word | None = None  # the column with its hash
    register: Word | None = None  # operations of the contract
    sign_in: Word | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A line of `limits:`: an operation or `default`, and what it says, as written."""

    subject: Word
    rate: Word | None = None  # `100/minute per actor`
    p95: Word | None = None
    concurrency: Word | None = None


@dataclass(frozen=True, slots=True)
class Service:
    auth: Auth | None = None
    idempotency: tuple[Word, ...] = ()
    clients: tuple[Word, ...] = ()
    webhooks: tuple[Word, ...] = ()
    limits: tuple[Limit, ...] = ()


# -- spec.md ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    keyword: str  # Given, When, Then; an And or But has its predecessor's
    text: Text
    table: tuple[tuple[Word, ...], ...] | None = None  # the first row is the heading
    document: Text | None = None  # a doc string


@dataclass(frozen=True, slots=True)
class Scenario:
    feature: str
    name: Word
    steps: tuple[Step, ...]  # those of the background first
    story: str | None = None  # `US1`


@dataclass(frozen=True, slots=True)
class Requirement:
    id: Word  # FR-001, SC-001
    text: str
    links: tuple[Word, ...]  # what `→` points to: an operation, or `plan.md#limits`


@dataclass(frozen=True, slots=True)
class Specification:
    title: str
    scenarios: tuple[Scenario, ...] = ()
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A whole bundle; a part is None where its file is missing."""

    name: str  # of the folder, without a leading number: `orders`
    specification: Specification
    data_model: DataModel
    contract: Contract | None
    clients: Mapping[str, Contract]
    rules: Rules
    service: Service
