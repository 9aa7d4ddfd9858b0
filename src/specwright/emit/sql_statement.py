"""What a SQLAlchemy expression gathers while it is written: rows, parameters, aliases, imports."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from specwright.emit.python_source import ClassNames, Import, Level, Piece, Uses
from specwright.model.typed import Typed
from specwright.model.types import Kind, ListOf, Scalar, Type

_TYPES = {
    Kind.UUID: "Uuid",
    Kind.TEXT: "Text",
    Kind.INT: "BigInteger",
    Kind.DOUBLE: "Double",
    Kind.DECIMAL: "Numeric",
    Kind.BOOL: "Boolean",
    Kind.DATE: "Date",
    Kind.DURATION: "Interval",
    Kind.BYTES: "LargeBinary",
}


@dataclass(eq=False, slots=True)
class Query:
    """A subquery while it is written."""

    around: "Query | None"
    rows: list[str] = field(default_factory=list)  # what it selects from
    joined: "dict[tuple[str, ...], Alias]" = field(default_factory=dict)  # by path
    conditions: list[Piece] = field(default_factory=list)
    outer: dict[str, None] = field(default_factory=dict)  # what it uses of the queries around


@dataclass(frozen=True, slots=True)
class Alias:
    """A row that SQL reads: a class or an alias of one, and the query that selects from it."""

    text: str
    query: Query | None  # None is the statement around


@dataclass(frozen=True, slots=True)
class Clause:
    """A value; a `bare` one is Python's own, which SQLAlchemy makes a parameter of."""

    piece: Piece
    type: Type
    bare: bool = False
    bind: str | None = None  # the name of the parameter that it is
    is_column: bool = False
    wide: bool = False  # an int that SQL computes with in 64 bits


Element: TypeAlias = Alias | Clause


@dataclass(frozen=True, slots=True)
class Rows:
    """What a collection is: the query of its rows, and what of each is meant."""

    query: Query
    element: Element


class Statement:
    """The expression as far as it is written."""

    def __init__(
        self, classes: ClassNames, taken: Mapping[str, str], subject: Alias | None
    ) -> None:
        self.classes = classes
        self.subject = subject
        self.uses = Uses()
        self.binds: dict[str, Typed] = {}
        self.aliases: dict[str, str] = {}
        self._taken = taken

    def sql(self, name: str) -> str:
        return self.uses.imported("sqlalchemy", name)

    def call(self, function: str, pieces: Iterable[Piece]) -> Piece:
        return Piece(f"{self.sql(function)}({', '.join(piece.text for piece in pieces)})")

    def func(self, name: str, *arguments: str) -> Piece:
        return Piece(f"{self.sql('func')}.{name}({', '.join(arguments)})")

    def cast(self, piece: Piece, kind: Kind) -> Piece:
        return Piece(f"{self.sql('cast')}({piece.text}, {self.type_text(Scalar(kind))})")

    def literal(self, clause: Clause) -> Piece:
        """A bare value as SQL that knows its type."""
        if not clause.bare:
            return clause.piece
        return Piece(f"{self.sql('literal')}({clause.piece.text}, {self.type_text(clause.type)})")

    def type_text(self, found: Type) -> str:
        """The type of a parameter, such as `Uuid` or `ARRAY(Text)`."""
        match found:
            case ListOf(element=element):
                return f"{self.sql('ARRAY')}({self.type_text(element)})"
            case Scalar(kind=Kind.JSON):
                return self.uses.imported("sqlalchemy.dialects.postgresql", "JSONB")
            case Scalar(kind=Kind.TIMESTAMP):
                return f"{self.sql('DateTime')}(timezone=True)"
            case Scalar(kind=kind):
                return self.sql(_TYPES[kind])
            case _:
                return self.sql("Text")

    # Parameters

    def bind(self, wanted: str, typed: Typed) -> Clause:
        """The parameter that `typed` comes as."""
        name, number = wanted, 1
        while self.binds.setdefault(name, typed) != typed:
            number += 1
            name = f"{wanted}_{number}"
        text = f'{self.sql("bindparam")}("{name}", type_={self.type_text(typed.type)})'
        return Clause(Piece(text), typed.type, bind=name, wide=True)

    def beside_column(self, clause: Clause) -> Piece:
        """The value next to a column that gives it its type."""
        if clause.bind is None:
            return clause.piece
        return Piece(f'{self.sql("bindparam")}("{clause.bind}")')

    # Rows

    def select_from(self, query: Query, entity: str, wanted: str) -> Alias:
        """A row of `entity` in the query: its class, unless that stands for another row there."""
        visible = self._visible(query)
        text = self.classes.entity(entity)
        if text in visible:
            text = self._alias(entity, wanted, visible)
        self.uses.entity(entity)
        query.rows.append(text)
        return Alias(text, query)

    def _visible(self, query: Query) -> set[str]:
        """The classes and aliases that stand for a row within the query."""
        found = set() if self.subject is None else {self.subject.text}
        around: Query | None = query
        while around is not None:
            found.update(around.rows)
            around = around.around
        return found

    def _alias(self, entity: str, wanted: str, visible: set[str]) -> str:
        known = {**self._taken, **self.aliases}
        name, number = wanted, 1
        while known.get(name, entity) != entity or f"_{name}" in visible:
            number += 1
            name = f"{wanted}_{number}"
        self.aliases[name] = entity
        self.uses.imported("sqlalchemy.orm", "aliased")
        return f"_{name}"

    @property
    def definitions(self) -> tuple[str, ...]:
        """The aliases; in SQL their names begin with `_` as well, which no table's name does."""
        return tuple(
            f'_{name} = aliased({self.classes.entity(entity)}, name="_{name}")'
            for name, entity in self.aliases.items()
        )

    def imports(self, written: Piece) -> tuple[Import, ...]:
        """What the text that came of it needs; a type may have been left out after all."""
        words = set(re.findall(r"\w+", f"{written.text} {self.definitions}"))
        return tuple(one for one in self.uses.imports if one.name in words)

    # Subqueries

    def exists(self, query: Query) -> Piece:
        conditions = ", ".join(piece.text for piece in query.conditions)
        return Piece(f"{self.sql('exists')}().where({conditions}){self._correlation(query)}")

    def scalar(self, query: Query, selected: Piece) -> Piece:
        conditions = ", ".join(piece.text for piece in query.conditions)
        where = f".where({conditions}){self._correlation(query)}"
        return Piece(f"{self.sql('select')}({selected.text}){where}.scalar_subquery()")

    def _correlation(self, query: Query) -> str:
        """Said always, or the statement around could lend the subquery a table of its own."""
        if self.subject is None and query.around is None:
            return ""
        return f".correlate({', '.join(query.outer) or 'None'})"


def opposite_of(statement: Statement, piece: Piece) -> Piece:
    """`~` of what holds together, `not_` of the rest."""
    if piece.level >= Level.ATOM:
        return Piece(f"~{piece.text}", Level.UNARY)
    return statement.call("not_", [piece])
