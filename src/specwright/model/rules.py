"""Rules: what operations, effects and jobs do, every name resolved and every expression typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from specwright.diagnostic import Place
from specwright.model.typed import Get, Typed, path, walk
from specwright.model.types import Type


@dataclass(frozen=True, slots=True)
class ColumnOfRow:
    """What a `set` writes: `column` of the row of `entity` that `row` leads to."""

    row: Typed
    entity: str
    column: str
    words: str  # `line.product.reserved`


@dataclass(frozen=True, slots=True)
class Require:
    """A guard with an error; `locks` are the rows to lock first, since their rows are counted."""

    condition: Typed
    words: str
    status: int
    error: str
    locks: tuple[Typed, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Set:
    """Where the request says a key, it `names_row` of an entity, looked up for the caller first."""

    target: ColumnOfRow
    value: Typed
    place: Place
    names_row: str | None = None


@dataclass(frozen=True, slots=True)
class Create:
    entity: str
    values: tuple[tuple[str, Typed], ...]  # by column
    place: Place
    names_rows: tuple[tuple[str, str], ...] = ()  # columns that the request says a key in, and of


@dataclass(frozen=True, slots=True)
class Delete:
    row: Typed
    entity: str
    place: Place


@dataclass(frozen=True, slots=True)
class SearchOrder:
    column: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Search:
    """One row `name` of `entity`; `locks` skips rows that others hold.

    Without such a row the answer is `none_status`, with the problem `none_error` if it is one.
    """

    name: str
    entity: str
    locks: bool
    where: Typed | None
    words: str | None
    order_by: tuple[SearchOrder, ...]
    none_status: int
    none_error: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class DoRule:
    """Another operation or effect on the row that `row` names."""

    name: str
    kind: Literal["operation", "effect"]
    row: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class DoHook:
    """A function that a person writes; what it gives back, `result`, goes by its name."""

    name: str
    arguments: tuple[tuple[str, Typed], ...]
    result: Type | None
    place: Place


Do: TypeAlias = DoRule | DoHook


@dataclass(frozen=True, slots=True)
class Emit:
    event: str
    place: Place


@dataclass(frozen=True, slots=True)
class Each:
    """A round for each row `name` of a collection of the rows of `entity`, or of all its rows."""

    name: str
    entity: str
    collection: Typed | None  # None is every row of the entity
    words: str
    block: "Block"
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    when: Typed | None  # None is `else`
    words: str | None
    block: "Block"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of another service after the commit; `then` is by the status of its answer."""

    client: str
    operation: str
    key: Typed | None
    arguments: tuple[tuple[str, Typed], ...]
    then: tuple[tuple[str, "Block"], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A condition of a list; it counts where all that it reads of the request is given."""

    condition: Typed
    words: str

    @property
    def asks(self) -> tuple[str, ...]:
        """What it reads of the request, in the order in which it does."""
        return tuple(dict.fromkeys(one.name for one in self.parameters))

    @property
    def parameters(self) -> Iterator[Get]:
        for node in walk(self.condition):
            if isinstance(node, Get) and path(node.row) == ("request",):
                yield node


@dataclass(frozen=True, slots=True)
class Block:
    """What is done, all of it together: what is read is read before anything is set."""

    place: Place
    search: Search | None = None
    where: Typed | None = None  # of a round
    where_words: str | None = None
    narrow: tuple[Narrowing, ...] = ()  # of a list
    require: tuple[Require, ...] = ()
    set: tuple[Set, ...] = ()
    create: tuple[Create, ...] = ()
    delete: tuple[Delete, ...] = ()
    each: tuple[Each, ...] = ()
    emit: tuple[Emit, ...] = ()
    do: tuple[Do, ...] = ()
    switch: tuple[Case, ...] = ()
    after: tuple[Call, ...] = ()

    @property
    def hooks(self) -> tuple[DoHook, ...]:
        """What of it a person writes."""
        return tuple(do for do in self.do if isinstance(do, DoHook))

    @property
    def changes(self) -> bool:
        """Whether it does anything, what is within it aside."""
        return bool(self.set or self.create or self.delete or self.emit or self.do or self.after)

    def within(self) -> Iterator["Block"]:
        """The block and those inside it."""
        yield self
        for one in self.each:
            yield from one.block.within()
        for case in self.switch:
            yield from case.block.within()
        for call in self.after:
            for _, then in call.then:
                yield from then.within()


@dataclass(frozen=True, slots=True)
class Rule:
    """The block of an operation or an effect, with the row that it works on.

    An operation that the contract does not have is done by other rules only.
    """

    name: str
    kind: Literal["operation", "effect"]
    entity: str | None
    row: str | None
    block: Block
    place: Place
    has_actor: bool  # False where jobs or callers who are not signed in come here as well


@dataclass(frozen=True, slots=True)
class Job:
    """Done every so many seconds, or by `cron`; each row is a transaction of its own."""

    name: str
    every_seconds: int | None
    cron: str | None
    block: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Derived:
    """A value of a row that no column holds."""

    entity: str
    name: str
    value: Typed
    words: str
    place: Place
