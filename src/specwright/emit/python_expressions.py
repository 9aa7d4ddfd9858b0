"""Typed expressions as Python over rows in memory.

Rows are objects whose attributes are their columns, enums are `StrEnum`s, and what a relation leads
to is looked up in `names`: nothing is ever loaded here. A comparison with null is false, so what
may be None is asked first; CEL's `/` and `%` of ints cut towards zero, as `Decimal`'s do.
"""

import builtins
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from specwright.address import snake
from specwright.emit.python_source import (
    ClassNames,
    Import,
    Level,
    Piece,
    Uses,
    constant,
    enum_member,
)
from specwright.model.typed import (
    Aggregate,
    Apply,
    Arithmetic,
    Choose,
    Compare,
    Constant,
    Contains,
    Each,
    Follow,
    Function,
    Get,
    IsNull,
    IsTrue,
    Listing,
    Logic,
    Member,
    Name,
    Negative,
    Not,
    Typed,
    null_sources,
    path,
    walk,
)
from specwright.model.types import Kind, ListOf, OneOf, Row, is_kind

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_UNREADABLE = ("l", "O", "I")
_RESERVED = frozenset((*keyword.kwlist, *dir(builtins)))
_WORD = re.compile(r"[A-Za-z_]\w*")


class UnloadedRelation(LookupError):
    """An expression reads rows that `names` says nothing of."""


@dataclass(frozen=True, slots=True)
class PythonSource:
    text: str
    level: Level
    imports: tuple[Import, ...]
    enums: tuple[str, ...]  # by their names in the data model

    def at(self, level: Level) -> str:
        """The text for a place that needs it to hold at least so tightly."""
        return Piece(self.text, self.level).at(level)


def to_python(
    typed: Typed,
    names: Mapping[str, str] | None = None,
    *,
    negated: bool = False,
    classes: ClassNames | None = None,
) -> PythonSource:
    """The expression as Python; `negated`, its opposite, where null still counts as false.

    `names` has what is not simply called as in the expression: `{"now": "self._now"}`. Relations
    must be there, by their path (`{"order.lines": "lines"}`) or by the entity, with `{row}` where
    the row stands (`{"OrderLine.product": "products[{row}.product_id]"}`).
    """
    uses = Uses()
    given = names or {}
    taken = frozenset(node.name for node in walk(typed) if isinstance(node, Name))
    said = frozenset(word for text in given.values() for word in _WORD.findall(text))
    writer = _Writer(given, classes or ClassNames(), uses, taken, said | _RESERVED)
    piece = writer.opposite(typed) if negated else writer.whole(typed)
    return PythonSource(piece.text, piece.level, uses.imports, uses.enums)


@dataclass(frozen=True, slots=True)
class _Walk:
    """`element for variable in iterable if conditions`."""

    element: Piece
    variable: str
    iterable: Piece
    conditions: tuple[Piece, ...] = ()

    @property
    def is_bare(self) -> bool:
        return not self.conditions and self.element.text == self.variable

    @property
    def text(self) -> str:
        return f"{self.element.at(Level.CONDITIONAL)} {self.rest}"

    @property
    def rest(self) -> str:
        loop = f"for {self.variable} in {self.iterable.at(Level.OR)}"
        if not self.conditions:
            return loop
        return f"{loop} if {_all_of(self.conditions).at(Level.OR)}"

    def where(self, *conditions: Piece) -> "_Walk":
        return replace(self, conditions=(*self.conditions, *conditions))


@dataclass(frozen=True, slots=True)
class _Writer:
    names: Mapping[str, str]
    classes: ClassNames
    uses: Uses
    taken: frozenset[str]
    reserved: frozenset[str]
    variables: Mapping[str, Piece] = field(default_factory=dict)

    # Nulls

    def whole(self, typed: Typed) -> Piece:
        """The value, None where a part that it needs is None."""
        guards = self._guards(tuple(part for part in null_sources(typed) if part != typed))
        value = self.value(typed)
        if not guards:
            return value
        test = _all_of(guards)
        return Piece(f"{value.at(Level.OR)} if {test.at(Level.OR)} else None", Level.CONDITIONAL)

    def _guards(self, parts: tuple[Typed, ...]) -> tuple[Piece, ...]:
        return tuple(self._is_none(part, wanted=False) for part in parts)

    def _is_none(self, typed: Typed, *, wanted: bool) -> Piece:
        test = "is None" if wanted else "is not None"
        if isinstance(typed, Follow) and not self._is_loaded(typed):
            columns = [
                Piece(f"{self.value(key).at(Level.SUM)} {test}", Level.COMPARISON)
                for key in typed.keys
            ]
            return _any_of(columns) if wanted else _all_of(columns)
        return Piece(f"{self.value(typed).at(Level.SUM)} {test}", Level.COMPARISON)

    # Values, as they are where nothing that they need is None

    def value(self, typed: Typed) -> Piece:  # noqa: C901, PLR0911, PLR0912 - a table
        match typed:
            case Constant():
                return constant(typed.value, self.uses)
            case Member():
                return enum_member(typed, self.classes, self.uses)
            case Name():
                return self._name(typed)
            case Get():
                return self._get(typed)
            case Follow():
                return self._follow(typed)
            case Listing():
                return self._listing(typed)
            case Negative():
                return Piece(f"-{self.value(typed.operand).at(Level.ATOM)}", Level.UNARY)
            case Arithmetic():
                return self._arithmetic(typed)
            case Compare():
                return self._compare(typed)
            case IsNull():
                return self._null_test(typed)
            case IsTrue():
                return self._truth_test(typed)
            case Contains():
                return self._contains(typed, "in")
            case Logic():
                pieces = [self.whole(one) for one in typed.operands]
                return _all_of(pieces) if typed.operator == "&&" else _any_of(pieces)
            case Not():
                return self.opposite(typed.operand)
            case Choose():
                return self._choose(typed)
            case Apply():
                return self._apply(typed)
            case Each():
                return self._each(typed)
            case Aggregate():
                return self._aggregate(typed)

    def _name(self, typed: Name) -> Piece:
        if typed.name in self.variables:
            return self.variables[typed.name]
        return _given(self.names.get(typed.name, typed.name))

    def _get(self, typed: Get) -> Piece:
        given = self._named(typed)
        if given is not None:
            return given
        return Piece(f"{self.value(typed.row).at(Level.ATOM)}.{typed.attribute}")

    def _named(self, typed: Typed) -> Piece | None:
        """What `names` calls the path, unless a macro's variable begins it."""
        words = path(typed)
        if words is None or words[0] in self.variables:
            return None
        given = self.names.get(".".join(words))
        return None if given is None else _given(given)

    def _is_loaded(self, typed: Follow) -> bool:
        by_entity = f"{typed.owner}.{typed.name}" in self.names
        return by_entity or self._named(typed) is not None

    def _follow(self, typed: Follow) -> Piece:
        given = self._named(typed)
        if given is not None:
            return given
        form = self.names.get(f"{typed.owner}.{typed.name}")
        if form is None:
            raise UnloadedRelation(".".join(path(typed) or (typed.owner, typed.name)))
        return _given(form.replace("{row}", self.value(typed.row).at(Level.ATOM)))

    def _listing(self, typed: Listing) -> Piece:
        texts = dict.fromkeys(self.whole(one).text for one in typed.elements)
        if all(isinstance(one, Constant | Member) for one in typed.elements):
            return Piece(f"{{{', '.join(texts)}}}")
        return Piece(f"({', '.join(texts)}{',' if len(texts) == 1 else ''})")

    # Arithmetic

    def _arithmetic(self, typed: Arithmetic) -> Piece:
        left, right = self.value(typed.left), self.value(typed.right)
        level = Level.SUM if typed.operator in ("+", "-") else Level.PRODUCT
        if typed.operator in ("/", "%") and is_kind(typed.type, Kind.INT):
            operator = "//" if typed.operator == "/" else "%"
            decimal = self.uses.imported("decimal", "Decimal")
            return Piece(f"int({decimal}({left.text}) {operator} {right.at(Level.UNARY)})")
        tight = Level(level + 1)
        return Piece(f"{left.at(level)} {typed.operator} {right.at(tight)}", level)

    def _apply(self, typed: Apply) -> Piece:  # noqa: C901, PLR0911, PLR0912 - a table
        subject, *others = [self.value(one) for one in typed.arguments]
        atom = subject.at(Level.ATOM)
        match typed.function:
            case Function.SIZE:
                return Piece(f"len({subject.text})")
            case Function.STARTS_WITH:
                return Piece(f"{atom}.startswith({others[0].text})")
            case Function.ENDS_WITH:
                return Piece(f"{atom}.endswith({others[0].text})")
            case Function.CONTAINS:
                part = others[0].at(Level.SUM)
                return Piece(f"{part} in {subject.at(Level.SUM)}", Level.COMPARISON)
            case Function.LOWER:  # of bytes, `lower` changes ASCII letters only
                return Piece(f"{atom}.encode().lower().decode()")
            case Function.UPPER:
                return Piece(f"{atom}.encode().upper().decode()")
            case Function.TRIM:
                return Piece(f"{atom}.strip({self.uses.imported('string', 'whitespace')})")
            case Function.SLUGIFY:
                slugify = self.uses.imported("backend.core.texts", "slugify")
                return Piece(f"{slugify}({subject.text})")
            case Function.FOLD:
                return Piece(f"{atom}.lower()")
            case Function.STRING:
                return self._string(typed.arguments[0], subject)
            case Function.INT:
                return Piece(f"int({subject.text})")
            case Function.DOUBLE:
                return Piece(f"float({subject.text})")
            case Function.DATE:
                utc = self.uses.imported("datetime", "UTC")
                return Piece(f"{atom}.astimezone({utc}).date()")

    def _string(self, argument: Typed, subject: Piece) -> Piece:
        if is_kind(argument.type, Kind.BOOL):
            return Piece(f'"true" if {subject.at(Level.OR)} else "false"', Level.CONDITIONAL)
        if isinstance(argument.type, OneOf):
            return Piece(f"{subject.at(Level.ATOM)}.value") if argument.type.name else subject
        return Piece(f"str({subject.text})")

    def _choose(self, typed: Choose) -> Piece:
        branches = (typed.then, typed.otherwise)
        match [one.value if isinstance(one, Constant) else None for one in branches]:
            case [True, False] if is_kind(typed.type, Kind.BOOL):
                return self.whole(typed.test)
            case [False, True] if is_kind(typed.type, Kind.BOOL):
                return self.opposite(typed.test)
        then, otherwise = self.whole(typed.then), self.whole(typed.otherwise)
        test = self.whole(typed.test).at(Level.OR)
        text = f"{then.at(Level.OR)} if {test} else {otherwise.at(Level.CONDITIONAL)}"
        return Piece(text, Level.CONDITIONAL)

    # Conditions

    def _compare(self, typed: Compare) -> Piece:
        return _all_of((*self._compare_guards(typed), self._bare_compare(typed, typed.operator)))

    def _compare_guards(self, typed: Compare) -> tuple[Piece, ...]:
        """What must not be None; `x == y` is false by itself if only one of them is."""
        left, right = null_sources(typed.left), null_sources(typed.right)
        if typed.operator == "==":
            if typed.left in left and typed.left not in right:
                left = tuple(part for part in left if part != typed.left or typed.right in right)
            elif typed.right in right and typed.right not in left:
                right = tuple(part for part in right if part != typed.right)
            if typed.left in left and typed.right in right and typed.left != typed.right:
                right = tuple(part for part in right if part != typed.right)
        return self._guards(tuple(dict.fromkeys((*left, *right))))

    def _bare_compare(self, typed: Compare, operator: str) -> Piece:
        left, right = typed.left, typed.right
        if isinstance(left, Constant | Member) and not isinstance(right, Constant | Member):
            left, right, operator = right, left, MIRRORED[operator]
        if isinstance(right, Member) and isinstance(left.type, OneOf) and right.enum.name:
            same = left.type.name == right.enum.name
            operator = {"==": "is", "!=": "is not"}[operator] if same else operator
        one, other = self.value(left).at(Level.SUM), self.value(right).at(Level.SUM)
        return Piece(f"{one} {operator} {other}", Level.COMPARISON)

    def _null_test(self, typed: IsNull) -> Piece:
        parts = null_sources(typed.operand) or (typed.operand,)
        tests = [self._is_none(part, wanted=typed.wanted) for part in parts]
        return _any_of(tests) if typed.wanted else _all_of(tests)

    def _truth_test(self, typed: IsTrue) -> Piece:
        operand = typed.operand
        parts = null_sources(operand)
        guards = self._guards(tuple(part for part in parts if part != operand))
        if operand in parts:
            value = self.value(operand).at(Level.SUM)
            return _all_of((*guards, Piece(f"{value} is {typed.wanted}", Level.COMPARISON)))
        return _all_of((*guards, self.value(operand) if typed.wanted else self.opposite(operand)))

    def _contains(self, typed: Contains, operator: str) -> Piece:
        return _all_of((*self._contains_guards(typed), self._bare_contains(typed, operator)))

    def _contains_guards(self, typed: Contains) -> tuple[Piece, ...]:
        """None is in no list that has no None."""
        parts = null_sources(typed.element)
        inside = typed.collection.type
        if isinstance(inside, ListOf) and not inside.element.nullable:
            parts = tuple(part for part in parts if part != typed.element)
        return self._guards(parts)

    def _bare_contains(self, typed: Contains, operator: str) -> Piece:
        collection = typed.collection
        if isinstance(collection, Each):
            among = Piece(f"{{{self._walk(collection).text}}}")
        else:
            among = self.value(collection)
        element = self.value(typed.element).at(Level.SUM)
        return Piece(f"{element} {operator} {among.at(Level.SUM)}", Level.COMPARISON)

    def opposite(self, typed: Typed) -> Piece:  # noqa: PLR0911 - a table
        """Not the condition, said as plainly as Python can."""
        match typed:
            case Not():
                return self.whole(typed.operand)
            case IsNull():
                return self._null_test(replace(typed, wanted=not typed.wanted))
            case Compare() if not self._compare_guards(typed) and _flips(typed):
                return self._bare_compare(typed, OPPOSITE[typed.operator])
            case Contains() if not self._contains_guards(typed):
                return self._bare_contains(typed, "not in")
            case IsTrue() if null_sources(typed.operand) == (typed.operand,):
                value = self.value(typed.operand).at(Level.SUM)
                return Piece(f"{value} is not {typed.wanted}", Level.COMPARISON)
            case Apply(function=Function.CONTAINS, arguments=(text, part)):
                one, other = self.value(part).at(Level.SUM), self.value(text).at(Level.SUM)
                return Piece(f"{one} not in {other}", Level.COMPARISON)
            case Each(macro="exists_one"):
                count = self.whole(typed).text.removesuffix("== 1")
                return Piece(f"{count}!= 1", Level.COMPARISON)
        piece = self.whole(typed)
        return Piece(f"not {piece.at(Level.NOT)}", Level.NOT)

    # Collections

    def _walk(self, collection: Typed, variable: str = "one") -> _Walk:
        """What to go through for `collection`; its own `variable` stands for one of it."""
        if not isinstance(collection, Each):
            name = self._readable(variable, collection)
            return _Walk(Piece(name), name, self.value(collection))
        inner = self._walk(collection.collection, collection.variable)
        body = self._within(collection, inner).whole(collection.body)
        if collection.macro == "filter":
            return inner.where(body)
        return replace(inner, element=body)

    def _within(self, each: Each, inner: _Walk) -> "_Writer":
        """The writer of the body of a macro."""
        variables = {**self.variables, each.variable: inner.element}
        return replace(self, variables=variables, taken=self.taken | {inner.variable})

    def _readable(self, variable: str, collection: Typed) -> str:
        """`l` looks like 1: one of `OrderLine` is called `line`."""
        if variable not in _UNREADABLE and variable not in self.reserved:
            return variable
        element = collection.type.element if isinstance(collection.type, ListOf) else None
        name = snake(element.entity) if isinstance(element, Row) and element.stored else "item"
        wanted = [name.rpartition("_")[2], name, f"{name}_", f"{name}_{variable}"]
        return next(one for one in wanted if one not in self.taken | self.reserved)

    def _each(self, typed: Each) -> Piece:
        if typed.macro in ("map", "filter"):
            return Piece(f"[{self._walk(typed).text}]")
        inner = self._walk(typed.collection, typed.variable)
        body = self._within(typed, inner).whole(typed.body)
        if typed.macro == "exists_one":
            return Piece(f"sum(1 {inner.where(body).rest}) == 1", Level.COMPARISON)
        function = "all" if typed.macro == "all" else "any"
        return Piece(f"{function}({replace(inner, element=body).text})")

    def _aggregate(self, typed: Aggregate) -> Piece:
        if typed.function == "size":
            found = self._walk(typed.collection)
            if not found.conditions:
                return Piece(f"len({found.iterable.text})")
            return Piece(f"sum(1 {found.rest})")
        found = self._not_null(typed.collection)
        listed = found.iterable.text if found.is_bare else found.text
        if typed.function != "sum":
            return Piece(f"{typed.function}({_alone(listed, found)}, default=None)")
        if is_kind(typed.type, Kind.DOUBLE):
            return Piece(f"sum({_alone(listed, found)}, start=0.0)")
        if is_kind(typed.type, Kind.DECIMAL):
            zero = f"{self.uses.imported('decimal', 'Decimal')}(0)"
            return Piece(f"sum({_alone(listed, found)}, start={zero})")
        return Piece(f"sum({listed})")

    def _not_null(self, collection: Typed) -> _Walk:
        """The values of a collection that are there."""
        found = self._walk(collection)
        if not isinstance(collection.type, ListOf) or not collection.type.element.nullable:
            return found
        if isinstance(collection, Each) and collection.macro == "map":
            inner = self._walk(collection.collection, collection.variable)
            writer = self._within(collection, inner)
            guards = writer._guards(null_sources(collection.body))  # noqa: SLF001 - one of us
            return replace(inner, element=writer.value(collection.body)).where(*guards)
        return found.where(Piece(f"{found.element.at(Level.SUM)} is not None", Level.COMPARISON))


def _given(text: str) -> Piece:
    return Piece(text, Level.CONDITIONAL if " " in text else Level.ATOM)


def _alone(listed: str, found: _Walk) -> str:
    """A generator beside another argument stands in brackets."""
    return listed if found.is_bare else f"({listed})"


def _all_of(pieces: "tuple[Piece, ...] | list[Piece]") -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    return Piece(" and ".join(piece.at(Level.AND) for piece in pieces), Level.AND)


def _any_of(pieces: list[Piece]) -> Piece:
    """`and` within `or` stands in brackets for the reader's sake."""
    if len(pieces) == 1:
        return pieces[0]
    texts = [one.text if one.level is Level.OR else one.at(Level.NOT) for one in pieces]
    return Piece(" or ".join(texts), Level.OR)


def _flips(typed: Compare) -> bool:
    """Whether the opposite operator says the same as `not`; beside NaN it does not."""
    return typed.operator in ("==", "!=") or not is_kind(typed.left.type, Kind.DOUBLE)
