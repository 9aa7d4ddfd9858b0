"""Operations: what each call of the contract means for the entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from specwright.address import snake
from specwright.diagnostic import Place
from specwright.model import naming
from specwright.model.entities import Column
from specwright.spec.syntax import Schema


class OperationKind(StrEnum):
    LIST = "list"
    READ = "read"
    CREATE = "create"
    REPLACE = "replace"
    UPDATE = "update"
    DELETE = "delete"
    TRANSITION = "transition"
    LINK = "link"
    UNLINK = "unlink"
    PICK = "pick"  # one row that fits, locked; rows that others hold are skipped
    FIND = "find"  # one row that fits
    ACTION = "action"  # what the rules say, on the row of the path
    SIGN_IN = "sign-in"
    REFRESH = "refresh"
    SIGN_OUT = "sign-out"
    ACCOUNT = "account"  # resetPassword
    WEBHOOK = "webhook"  # an event of a service that we call


# -- Which row ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PathKey:
    """The parameter of the path that says what `column` equals."""

    column: str
    parameter: str


@dataclass(frozen=True, slots=True)
class RowInPath:
    """The row that the path names: its keys, and the row above it that it belongs to.

    `joins` are pairs of a column of this row and the parent's column that it equals.
    `is_actor` is the caller's own row, as in `/users/me`.
    """

    entity: str
    keys: tuple[PathKey, ...]
    parent: "RowInPath | None" = None
    joins: tuple[tuple[str, str], ...] = ()
    is_actor: bool = False

    def chain(self) -> Iterator["RowInPath"]:
        """The row and those above it, from the outermost on."""
        if self.parent is not None:
            yield from self.parent.chain()
        yield self


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One side of a link row: its `column` is the `target_column` of the row that a key names.

    The `parameter` of the path says what `key`, a column of that row, is.
    """

    column: str
    target: str  # the entity
    target_column: str
    parameter: str
    key: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """The row that says that two rows belong together, such as a `TaskBlocker`."""

    entity: str
    ends: tuple[LinkEnd, LinkEnd]


# -- What goes in ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of path, query or header; `name` is the wire's, `variable` is Python's."""

    name: str
    location: str
    required: bool
    schema: Schema
    place: Place

    @property
    def variable(self) -> str:
        return naming.attribute(snake(self.name))


Comparing = Literal["=", "<", "<=", ">", ">=", "in"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that keeps the rows whose `column` compares so."""

    parameter: Parameter
    column: str
    compares: Comparing = "="


@dataclass(frozen=True, slots=True)
class SortKey:
    """One value of the sorting parameter."""

    value: str
    column: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Sorting:
    parameter: Parameter
    keys: tuple[SortKey, ...]
    default: SortKey | None
    direction: Parameter | None = None  # `order: asc | desc`, where the keys have no sign

    @property
    def usual(self) -> SortKey:
        """What is meant when nobody says: the default, or else newest first, or else the first."""
        newest = (key for key in self.keys if key.column == "created_at" and key.descending)
        return self.default or next(newest, self.keys[0])


@dataclass(frozen=True, slots=True)
class OrderKey:
    column: str
    descending: bool


class PagingStyle(StrEnum):
    NONE = "none"
    CURSOR = "cursor"
    OFFSET = "offset"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list is read in parts: by an opaque token, by an offset, or by a page's number."""

    style: PagingStyle
    size: Parameter | None = None
    position: Parameter | None = None
    default_size: int = 20
    largest_size: int = 100
    first_page: int = 1


@dataclass(frozen=True, slots=True)
class JoinedTexts:
    """The texts in `column` of the rows of `target` that rows of `link` join to a row.

    `own` of a link is `own_key` of the row, `far` of it is `far_key` of the target. They are in the
    order of the link's `position`, or else of the alphabet.
    """

    link: str
    own: str
    own_key: str
    far: str
    target: str
    far_key: str
    column: Column
    position: str | None


@dataclass(frozen=True, slots=True)
class BodyField:
    """A property of the request body; with a `column` it is written there as it comes.

    `rows` are those of `relation` that are created with the row. Without either, the rules use it.
    A column that is a key `names_row` of an entity, which is looked up for the caller first.
    `texts` are joined to the row, those that are not there yet made. Of a `secret` the column has a
    hash.
    """

    name: str
    required: bool
    schema: Schema
    place: Place
    column: str | None = None
    relation: str | None = None
    rows: tuple["BodyField", ...] = ()
    names_row: str | None = None
    texts: JoinedTexts | None = None
    secret: bool = False
    brings_token: bool = False  # to be refreshed, or to be ended
    inner: str | None = None  # the property of an object, `{"type": {"id": 1}}`, that has the key

    @property
    def variable(self) -> str:
        if self.inner is not None and self.column is not None:
            return naming.attribute(self.column)
        return naming.attribute(snake(self.name))

    @property
    def is_free(self) -> bool:
        return self.column is None and self.relation is None and self.texts is None


@dataclass(frozen=True, slots=True)
class RequestBody:
    name: str  # of its schema: `NewTask`
    media_type: str
    required: bool
    fields: tuple[BodyField, ...]
    schema: Schema
    envelope: str | None = None  # `{"task": {…}}`
    wrapped_as: str = ""  # the name of that schema
    is_merge_patch: bool = False  # null clears, absent keeps


# -- What comes out -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnValue:
    column: str


@dataclass(frozen=True, slots=True)
class RelatedValue:
    """A column of the one row that `relation` leads to."""

    relation: str
    column: str


@dataclass(frozen=True, slots=True)
class RelatedView:
    """The row, or the rows in the order of their primary key, that `relation` leads to.

    Where that leads to links, it is the rows `over` them that are shown.
    """

    relation: str
    many: bool
    view: "View"
    over: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedCount:
    relation: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A new token with which the row, one of those who sign in, is believed.

    One that `refreshes` is to be brought for the next one.
    """

    refreshes: bool = False


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """What `derived:` says, by its name there."""

    name: str


ValueSource = (
    ColumnValue
    | RelatedValue
    | RelatedView
    | RelatedCount
    | DerivedValue
    | JoinedTexts
    | AccessToken
)


@dataclass(frozen=True, slots=True)
class ViewField:
    """A property of a response; where the wire has no null, `leaves_out_null` omits it."""

    name: str
    source: ValueSource
    required: bool
    nullable: bool
    schema: Schema

    @property
    def variable(self) -> str:
        return naming.attribute(snake(self.name))

    @property
    def leaves_out_null(self) -> bool:
        return not self.required and not self.nullable


@dataclass(frozen=True, slots=True)
class View:
    """How a row of `entity` looks from outside."""

    name: str
    entity: str
    fields: tuple[ViewField, ...]
    text: str | None = None  # the column that a row is shown as, where it is no object

    @property
    def shows_row(self) -> bool:
        """Whether it shows anything of the row, beside tokens for it."""
        tokens = [field for field in self.fields if isinstance(field.source, AccessToken)]
        return not tokens or len(tokens) < len(self.fields)

    @property
    def has_token(self) -> bool:
        return AccessToken() in (field.source for field in self.fields)

    @property
    def has_refresh_token(self) -> bool:
        return AccessToken(refreshes=True) in (field.source for field in self.fields)

    def shows(self, entity: str, column: str) -> bool:
        """Whether it, or a view within it, shows a column of an entity."""
        if self.text == column and self.entity == entity:
            return True
        for field in self.fields:
            match field.source:
                case ColumnValue(found) if self.entity == entity and found == column:
                    return True
                case RelatedValue(_, found) if found == column:
                    return True
                case RelatedView(view=view) if view.shows(entity, column):
                    return True
                case _:
                    pass
        return False

    def relations(self) -> Iterator[str]:
        """The relations that it reads."""
        for field in self.fields:
            match field.source:
                case RelatedValue(relation=relation) | RelatedView(relation=relation):
                    yield relation
                case RelatedCount(relation):
                    yield relation
                case _:
                    pass


class EnvelopeRole(StrEnum):
    """What a property beside the items of a list says."""

    NEXT_TOKEN = "next-token"  # noqa: S105  # of a page
    TOTAL = "total"
    PAGE = "page"
    PAGE_SIZE = "page-size"
    OFFSET = "offset"
    PAGES = "pages"
    HERE = "here"  # how many rows this page has
    NEXT_PAGE = "next-page"  # its number; null at the end
    PREVIOUS_PAGE = "previous-page"
    HAS_MORE = "has-more"
    HAS_PREVIOUS = "has-previous"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class EnvelopeField:
    """`path` leads to it from the body: `("meta", "total")`."""

    path: tuple[str, ...]
    role: EnvelopeRole
    required: bool
    nullable: bool
    constant: str | bool | int | None = None


@dataclass(frozen=True, slots=True)
class ListEnvelope:
    name: str  # of its schema: `TaskPage`
    items: str | None  # the property with the rows; None where the body is the array
    fields: tuple[EnvelopeField, ...] = ()

    def has(self, *roles: EnvelopeRole) -> bool:
        return any(one.role in roles for one in self.fields)


@dataclass(frozen=True, slots=True)
class Success:
    """One answer that is no refusal; without a view it has no body."""

    status: int
    description: str
    view: View | None = None
    envelope: str | None = None  # `{"task": {…}}`
    wrapped_as: str = ""  # the name of that schema
    beside: tuple[tuple[str, str | bool | int], ...] = ()  # what the envelope says always
    page: ListEnvelope | None = None
    media_type: str = "application/json"


# -- The operation --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the contract, bound to the model; `how` says why so, for `plan`."""

    id: str
    kind: OperationKind
    method: str
    path: str
    place: Place
    domain: str  # the folder
    entity: str | None
    is_public: bool  # nobody need sign in
    parameters: tuple[Parameter, ...] = ()
    row: RowInPath | None = None  # the row it reads, changes or deletes
    parent: RowInPath | None = None  # of the rows it lists or the row it creates
    parent_joins: tuple[tuple[str, str], ...] = ()  # own column, parent's column
    link: LinkRow | None = None
    filters: tuple[Filter, ...] = ()
    sorting: Sorting | None = None
    order: tuple[OrderKey, ...] = ()  # of a list, unless its query says otherwise; ends in the key
    paging: Paging | None = None
    body: RequestBody | None = None
    answers: tuple[Success, ...] = ()  # the one with a view first
    refusals: tuple[str, ...] = ()  # the statuses from 400 on that the contract documents
    conflicts: tuple[str, ...] = ()  # the constraints that a request can violate: 409
    needs_if_match: bool = False
    is_idempotent: bool = False  # `Idempotency-Key`
    summary: str | None = None
    description: str | None = None
    deprecated: bool = False
    requirements: tuple[str, ...] = ()  # `FR-001`
    how: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in Python."""
        return snake(self.id)

    @property
    def view(self) -> View | None:
        return self.answers[0].view if self.answers else None

    def field(self, name: str) -> BodyField | None:
        fields = self.body.fields if self.body else ()
        return next((field for field in fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An operation of the contract that is not built, and why."""

    id: str
    place: Place
    reasons: tuple[str, ...]
