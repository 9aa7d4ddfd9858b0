"""Typed expressions as SQLAlchemy Core over declarative classes, for PostgreSQL.

One row, the subject, is that of the statement around; every other row, `now` and the request come
as parameters. SQL has three truth values and CEL here has two: where an unknown would tell (under
a negation, beside another truth value, as a selected column) it is made false.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from specwright.address import snake
from specwright.emit.python_expressions import MIRRORED, OPPOSITE
from specwright.emit.python_source import (
    ClassNames,
    Import,
    Level,
    Piece,
    constant,
    enum_member,
    text_literal,
)
from specwright.emit.sql_statement import (
    Alias,
    Clause,
    Element,
    Query,
    Rows,
    Statement,
    opposite_of,
)
from specwright.model.naming import singular
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
    children,
    narrowings,
    path,
    widened,
)
from specwright.model.types import (
    BOOL,
    INT,
    NULL,
    Kind,
    ListOf,
    Null,
    Row,
    Scalar,
    is_kind,
    with_null,
)
from specwright.spec.cel import cel_spelling

Form: TypeAlias = Literal["condition", "value", "opposite"]

_INT32 = 2**31
_LONGEST_NAME = 48
_TELLING = 3  # letters, from which a macro's variable is a name for an alias
_NONE = {("==", 0): True, ("<", 1): True, ("<=", 0): True}  # of a size: there are none
_SOME = {("!=", 0): True, (">", 0): True, (">=", 1): True}


class NotInSql(Exception):
    """What no statement can say: a list of the request, searched for a value of each row."""

    def __init__(self, typed: Typed) -> None:
        super().__init__(cel_spelling(typed.source))
        self.typed = typed


@dataclass(frozen=True, slots=True)
class Subject:
    """The row of the statement around: what the scope calls it, and its entity."""

    name: str
    entity: str


@dataclass(frozen=True, slots=True)
class SqlSource:
    """`text` is one expression; `conditions` are its parts for a `where`, which must all hold."""

    text: str
    conditions: tuple[str, ...]
    binds: Mapping[str, Typed]  # parameters, and what in the scope each of them is
    aliases: Mapping[str, str]  # for the module: `blocker` is another `Task`, called `_blocker`
    definitions: tuple[str, ...]  # the same as lines
    imports: tuple[Import, ...]
    enums: tuple[str, ...]  # by their names in the data model
    entities: tuple[str, ...]


def to_sql(
    typed: Typed,
    subject: Subject | None = None,
    *,
    form: Form = "condition",
    classes: ClassNames | None = None,
    taken: Mapping[str, str] | None = None,
) -> SqlSource:
    """The expression as SQLAlchemy.

    A truth value takes the `form` of a `condition` for a `where`, in which unknown counts as false;
    of a `value` that can be selected; or of its `opposite`, a value as well, which is true where
    the condition is unknown. `taken` are the aliases that the module has already.
    """
    classes = classes or ClassNames()
    about = None if subject is None else Alias(classes.entity(subject.entity), None)
    statement = Statement(classes, taken or {}, about)
    pieces = _Writer(statement, subject).parts(typed, form)
    whole = pieces[0] if len(pieces) == 1 else statement.call("and_", pieces)
    return SqlSource(
        text=whole.text,
        conditions=tuple(piece.text for piece in pieces),
        binds=dict(statement.binds),
        aliases=dict(statement.aliases),
        definitions=statement.definitions,
        imports=statement.imports(whole),
        enums=statement.uses.enums,
        entities=statement.uses.entities,
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    statement: Statement
    subject: Subject | None
    query: Query | None = None
    variables: Mapping[str, Element] = field(default_factory=dict)

    def parts(self, typed: Typed, form: Form) -> list[Piece]:
        if not is_kind(typed.type, Kind.BOOL):
            return [self.clause(typed).piece]
        match form:
            case "condition":
                return self.conditions(typed)
            case "value":
                return [self.known(typed)]
            case "opposite":
                return self._negations(typed)

    # Rows

    def _row(self, typed: Typed) -> Alias | None:
        """The row as SQL reads it, or None if it comes as parameters."""
        if isinstance(typed, Name):
            found = self.variables.get(typed.name)
            if isinstance(found, Alias):
                return found
            is_subject = self.subject is not None and typed.name == self.subject.name
            if is_subject and self.subject is not None:
                self.statement.uses.entity(self.subject.entity)
            return self.statement.subject if is_subject else None
        if isinstance(typed, Follow) and self.query is not None:
            return self._joined(typed, self.query)
        return None

    def _joined(self, typed: Follow, query: Query) -> Alias:
        """The row that a relation leads to, joined into the query."""
        words = path(typed) or (typed.owner, typed.name)
        if words not in query.joined:
            row = self._row(typed.row)
            alias = self.statement.select_from(query, typed.relation.entity, typed.name)
            query.joined[words] = alias
            query.conditions.extend(self._on(typed, row, alias))
        return query.joined[words]

    def _on(self, typed: Follow, row: Alias | None, alias: Alias) -> list[Piece]:
        """What makes `alias` the row, or one of the rows, that a relation leads to."""
        found = []
        for key, (_, theirs) in zip(typed.keys, typed.relation.columns, strict=True):
            other = self._column(alias, theirs)
            mine = self._parameter(key) if row is None else self._column(row, key.attribute)
            one, two = (
                (mine, other) if row is not None and not typed.relation.many else (other, mine)
            )
            found.append(Piece(f"{one.text} == {two.text}", Level.COMPARISON))
        return found

    def _parameter(self, key: Get) -> Piece:
        return self.statement.beside_column(self._bind(key))

    def _column(self, row: Alias, attribute: str) -> Piece:
        if self.query is not None and row.query is not self.query:
            self.query.outer[row.text] = None
        return Piece(f"{row.text}.{attribute}")

    def _bind(self, typed: Typed) -> Clause:
        return self.statement.bind(_bind_name(typed), _anywhere(typed))

    def _is_bound(self, typed: Typed) -> bool:
        """Whether the value is known before the statement runs."""
        match typed:
            case Name():
                is_subject = self.subject is not None and typed.name == self.subject.name
                return typed.name not in self.variables and not is_subject
            case IsNull(operand=Follow() as asked):
                return self._is_bound(asked.row)
            case Follow():
                return False
            case _:
                return all(self._is_bound(child) for child in children(typed))

    def _hoisted(self, typed: Typed) -> Clause:
        """What Python tells and the statement gets as a parameter."""
        if not self._is_bound(typed):
            raise NotInSql(typed)
        return self._bind(typed)

    # Values

    def clause(self, typed: Typed) -> Clause:  # noqa: C901, PLR0911 - a table
        match typed:
            case Constant():
                return self._constant(typed)
            case Member():
                piece = enum_member(typed, self.statement.classes, self.statement.uses)
                return Clause(piece, typed.type, bare=True)
            case Name():
                found = self.variables.get(typed.name)
                return found if isinstance(found, Clause) else self._bind(typed)
            case Get():
                return self._get(typed)
            case Negative():
                return self._negative(typed)
            case Arithmetic():
                return self._arithmetic(typed)
            case Choose():
                return self._choose(typed)
            case Apply():
                return Clause(self._apply(typed), typed.type, wide=typed.function is Function.INT)
            case Aggregate():
                return self._aggregate(typed)
            case _ if is_kind(typed.type, Kind.BOOL):
                return Clause(self.known(typed), typed.type)
            case _:
                return self._hoisted(typed)

    def _constant(self, typed: Constant) -> Clause:
        if isinstance(typed.value, bool):
            name = "true" if typed.value else "false"
            return Clause(Piece(f"{self.statement.sql(name)}()"), typed.type)
        clause = Clause(constant(typed.value, self.statement.uses), typed.type, bare=True)
        is_whole = isinstance(typed.value, int)
        if is_whole and isinstance(typed.value, int) and -_INT32 <= typed.value < _INT32:
            return clause
        # A column of 32 bits, or of two decimals, would cut a number that it is compared with.
        if is_kind(typed.type, Kind.INT, Kind.DECIMAL):
            piece = self.statement.literal(clause)
            return Clause(piece, typed.type, wide=True)
        return clause

    def _get(self, typed: Get) -> Clause:
        if self._is_bound(typed):
            return self._bind(typed)
        if isinstance(typed.row, Follow) and not self._joins(typed.row):
            return self._looked_up(typed)
        row = self._row(typed.row)
        if row is None:
            raise NotInSql(typed)
        wide = not isinstance(typed.column.type, Scalar) or typed.column.type.bits == INT.bits
        piece = self._column(row, typed.attribute)
        return Clause(piece, typed.type, is_column=True, wide=wide)

    def _joins(self, typed: Follow) -> bool:
        """Whether the row is always there, so that joining it loses nothing."""
        if self.query is None or typed.relation.nullable:
            return False
        if isinstance(typed.row, Follow):
            return self._joins(typed.row)
        return (
            isinstance(typed.row, Name) and not typed.row.narrowed and not typed.row.type.nullable
        )

    def _looked_up(self, typed: Get) -> Clause:
        """A column of the row that a relation leads to, or null if there is none."""
        within = replace(self, query=Query(self.query))
        row = within._row(typed.row)  # noqa: SLF001 - one of us
        if row is None or within.query is None:
            raise NotInSql(typed)
        column = within._column(row, typed.attribute)  # noqa: SLF001 - one of us
        wide = isinstance(typed.column.type, Scalar) and typed.column.type.bits == INT.bits
        return Clause(self.statement.scalar(within.query, column), typed.type, wide=wide)

    def _negative(self, typed: Negative) -> Clause:
        piece = self._wide(self.clause(typed.operand))
        return Clause(Piece(f"-{piece.at(Level.ATOM)}", Level.UNARY), typed.type, wide=True)

    def _wide(self, clause: Clause) -> Piece:
        """An int that cannot overflow where CEL's does not."""
        if clause.wide or not is_kind(clause.type, Kind.INT):
            return clause.piece
        return self.statement.cast(clause.piece, Kind.INT)

    def _arithmetic(self, typed: Arithmetic) -> Clause:
        left, right = self.clause(typed.left), self.clause(typed.right)
        if typed.operator in ("/", "%"):
            return Clause(self._quotient(typed, left, right), typed.type, wide=True)
        if left.bare and (right.bare or not is_kind(left.type, Kind.INT, Kind.TEXT)):
            left = replace(left, piece=self.statement.literal(left), bare=False, wide=True)
        if is_kind(typed.type, Kind.INT) and not left.wide and not right.wide:
            kept = right if left.bare else left
            wide = replace(kept, piece=self._wide(kept), wide=True)
            left, right = (left, wide) if left.bare else (wide, right)
        level = Level.PRODUCT if typed.operator == "*" else Level.SUM
        one, other = left.piece.at(level), right.piece.at(Level(level + 1))
        return Clause(Piece(f"{one} {typed.operator} {other}", level), typed.type, wide=True)

    def _quotient(self, typed: Arithmetic, left: Clause, right: Clause) -> Piece:
        divisor = right.piece.at(Level.UNARY)
        if not isinstance(typed.right, Constant):  # the condition that it is not 0 may come later
            kind = "BigInteger" if is_kind(typed.type, Kind.INT) else "Double"
            type_ = f"type_={self.statement.sql(kind)}"
            divisor = self.statement.func(
                "nullif", self.statement.literal(right).text, "0", type_
            ).text
        if not is_kind(typed.type, Kind.INT):
            dividend = self.statement.literal(left)
            return Piece(f"{dividend.at(Level.PRODUCT)} / {divisor}", Level.PRODUCT)
        is_int = left.is_column and left.wide  # as SQLAlchemy can tell, or it would floor
        dividend = left.piece if is_int else self.statement.cast(left.piece, Kind.INT)
        operator = "//" if typed.operator == "/" else "%"
        return Piece(f"{dividend.at(Level.PRODUCT)} {operator} {divisor}", Level.PRODUCT)

    def _choose(self, typed: Choose) -> Clause:
        then, otherwise = typed.then, typed.otherwise
        tests = self.conditions(typed.test)
        if isinstance(then.type, Null):
            then, otherwise = otherwise, then
            tests = self._negations(typed.test)
        test = tests[0] if len(tests) == 1 else self.statement.call("and_", tests)
        one = self.clause(then)
        text = f"{self.statement.sql('case')}(({test.text}, {one.piece.text})"
        if isinstance(otherwise.type, Null):
            return Clause(Piece(f"{text})"), typed.type, wide=one.wide)
        other = self.clause(otherwise)
        text = f"{text}, else_={other.piece.text})"
        return Clause(Piece(text), typed.type, wide=one.wide or other.wide)

    def _apply(self, typed: Apply) -> Piece:  # noqa: C901, PLR0911 - a table
        statement = self.statement
        arguments = [self.clause(one) for one in typed.arguments]
        subject, text = statement.literal(arguments[0]), arguments[0].piece.text
        match typed.function:
            case Function.SIZE:
                return statement.func("length", text)
            case Function.STARTS_WITH | Function.ENDS_WITH | Function.CONTAINS:
                return self._finds(typed, subject, arguments[1])
            case Function.LOWER | Function.UPPER:  # under "C", letters of ASCII only
                name = "lower" if typed.function is Function.LOWER else "upper"
                return statement.func(name, f'{subject.at(Level.ATOM)}.collate("C")')
            case Function.FOLD:
                return statement.func("lower", subject.text)
            case Function.TRIM:
                whitespace = statement.uses.imported("string", "whitespace")
                return statement.func("btrim", text, whitespace, f"type_={statement.sql('Text')}")
            case Function.SLUGIFY:
                return self._slug(subject)
            case Function.STRING:
                return statement.cast(subject, Kind.TEXT)
            case Function.INT:
                return statement.cast(statement.func("trunc", text), Kind.INT)
            case Function.DOUBLE:
                return statement.cast(subject, Kind.DOUBLE)
            case Function.DATE:
                return statement.cast(statement.func("timezone", '"UTC"', subject.text), Kind.DATE)

    def _slug(self, subject: Piece) -> Piece:
        """As the backend's own `slugify` has it."""
        func, form = self.statement.func, f"{self.statement.sql('literal_column')}('NFKD')"
        apart = func("normalize", subject.text, form).text
        plain = func("regexp_replace", apart, '"[\\u0300-\\u036f]"', '""', '"g"').text
        lower = func("lower", f'{plain}.collate("C")').text
        dashed = func("regexp_replace", lower, '"[^a-z0-9]+"', '"-"', '"g"').text
        return func("btrim", dashed, '"-"', f"type_={self.statement.sql('Text')}")

    def _finds(self, typed: Apply, subject: Piece, part: Clause) -> Piece:
        looked_for = typed.arguments[1]
        if isinstance(looked_for, Constant) and isinstance(looked_for.value, str):
            method = typed.function.lower()
            special = ", autoescape=True" if re.search(r"[%_\\]", looked_for.value) else ""
            argument = f"{text_literal(looked_for.value)}{special}"
            return Piece(f"{subject.at(Level.ATOM)}.{method}({argument})")
        statement, sought = self.statement, part.piece.text
        if typed.function is Function.STARTS_WITH:
            type_ = f"type_={statement.sql('Boolean')}"
            return statement.func("starts_with", subject.text, sought, type_)
        if typed.function is Function.CONTAINS:
            found = statement.func("strpos", subject.text, sought)
            return Piece(f"{found.text} > 0", Level.COMPARISON)
        length = statement.func("length", sought).text
        end = statement.func("right", subject.text, length)
        return Piece(f"{end.text} == {part.piece.at(Level.SUM)}", Level.COMPARISON)

    # Conditions

    def conditions(self, typed: Typed) -> list[Piece]:
        """Parts of which all must hold; unknown counts as false."""
        if isinstance(typed, Logic) and typed.operator == "&&":
            return [self._condition(one) for one in typed.operands]
        return [self._condition(typed)]

    def known(self, typed: Typed) -> Piece:
        """The condition as true or false."""
        piece = self._condition(typed)
        if not _may_be_unknown(typed):
            return piece
        return self.statement.func("coalesce", piece.text, f"{self.statement.sql('false')}()")

    def _condition(self, typed: Typed) -> Piece:  # noqa: PLR0911 - a table
        match typed:
            case Compare():
                return self._compare(typed, typed.operator)
            case IsNull():
                return self._null_test(typed.operand, wanted=typed.wanted, asked=typed)
            case IsTrue(operand=Apply() as said, wanted=True):
                return self._apply(said)
            case IsTrue():
                return self._truth_test(typed)
            case Contains():
                return self._contains(typed)
            case Logic():
                function = "and_" if typed.operator == "&&" else "or_"
                return self.statement.call(
                    function, [self._condition(one) for one in typed.operands]
                )
            case Not():
                return self._negation(typed.operand)
            case Each():
                return self._each(typed)
            case Get() if typed.column.type.nullable and not self._is_bound(typed):
                truth = self.statement.sql("true")
                return Piece(f"{self.clause(typed).piece.at(Level.ATOM)}.is_({truth}())")
            case _:
                return self.clause(typed).piece

    def _truth_test(self, typed: IsTrue) -> Piece:
        wanted = self.statement.sql("true" if typed.wanted else "false")
        operand = self.clause(typed.operand).piece.at(Level.ATOM)
        return Piece(f"{operand}.is_({wanted}())")

    def _negations(self, typed: Typed) -> list[Piece]:
        """Parts that all hold where the condition does not, unknown counting as not."""
        if isinstance(typed, Logic) and typed.operator == "||":
            return [self._negation(one) for one in typed.operands]
        return [self._negation(typed)]

    def _negation(self, typed: Typed) -> Piece:  # noqa: C901, PLR0911 - a table
        match typed:
            case Not():
                return self.known(typed.operand)
            case IsNull():
                return self._null_test(typed.operand, wanted=not typed.wanted, asked=typed)
            case IsTrue():
                operand = self.clause(typed.operand).piece.at(Level.ATOM)
                wanted = self.statement.sql("true" if typed.wanted else "false")
                return Piece(f"{operand}.is_not({wanted}())")
            case Logic():
                function = "or_" if typed.operator == "&&" else "and_"
                return self.statement.call(
                    function, [self._negation(one) for one in typed.operands]
                )
            case Compare() if not _may_be_unknown(typed):
                return self._compare(typed, OPPOSITE[typed.operator])
            case Contains(collection=Listing()) if not _may_be_unknown(typed):
                return self._among(typed, negated=True)
            case Each(macro="exists_one") if not self._is_bound(typed):
                text = self._each(typed).text.removesuffix("== 1")
                return Piece(f"{text}!= 1", Level.COMPARISON)
            case Each(macro="all" | "exists"):
                found = self._each(typed)
                if found.text.startswith("~"):
                    return Piece(found.text[1:])
                return opposite_of(self.statement, found)
        piece = self._condition(typed)
        if not _may_be_unknown(typed):
            return opposite_of(self.statement, piece)
        return Piece(f"{piece.at(Level.ATOM)}.is_not({self.statement.sql('true')}())")

    def _compare(self, typed: Compare, operator: str) -> Piece:
        left, right = typed.left, typed.right
        if isinstance(left, Constant | Member) and not isinstance(right, Constant | Member):
            left, right, operator = right, left, MIRRORED[operator]
        if isinstance(left, Aggregate) and isinstance(right, Constant):
            emptiness = self._emptiness(left, operator, right)
            if emptiness is not None:
                return emptiness
        return self._compared(self.clause(left), operator, self.clause(right))

    def _compared(self, left: Clause, operator: str, right: Clause) -> Piece:
        statement = self.statement
        if left.bare and right.bare:
            left = replace(left, piece=statement.literal(left), bare=False)
        one, other = left.piece, right.piece
        if left.is_column and _gives_type(left):
            other = statement.beside_column(right)
        elif right.is_column and _gives_type(right):
            one = statement.beside_column(left)
        if operator not in ("==", "!=") and is_kind(left.type, Kind.TEXT):
            one = Piece(
                f'{statement.literal(replace(left, piece=one)).at(Level.ATOM)}.collate("C")'
            )
        return Piece(f"{one.at(Level.SUM)} {operator} {other.at(Level.SUM)}", Level.COMPARISON)

    def _emptiness(self, size: Aggregate, operator: str, than: Constant) -> Piece | None:
        """`size() > 0` need not count."""
        if size.function != "size" or not isinstance(than.value, int):
            return None
        some, none = (operator, than.value) in _SOME, (operator, than.value) in _NONE
        if not (some or none) or self._is_bound(size):
            return None
        found = self.statement.exists(self._rows(size.collection).query)
        return found if some else opposite_of(self.statement, found)

    def _null_test(self, operand: Typed, *, wanted: bool, asked: IsNull) -> Piece:
        if isinstance(operand.type, Row | ListOf) and self._is_bound(asked):
            is_null = self._bind(replace(asked, wanted=True)).piece
            return is_null if wanted else opposite_of(self.statement, is_null)
        if isinstance(operand, Follow):
            tests = [self._null_test(key, wanted=wanted, asked=asked) for key in operand.keys]
            function = "or_" if wanted else "and_"
            return tests[0] if len(tests) == 1 else self.statement.call(function, tests)
        piece = self.clause(operand).piece
        if is_kind(operand.type, Kind.JSON):  # JSON has a null of its own
            kind = self.statement.func("jsonb_typeof", piece.text)
            said = self.statement.func("coalesce", kind.text, '"null"')
            return Piece(f'{said.text} {"==" if wanted else "!="} "null"', Level.COMPARISON)
        return Piece(f"{piece.at(Level.ATOM)}.{'is_' if wanted else 'is_not'}(None)")

    def _contains(self, typed: Contains) -> Piece:
        collection = typed.collection
        if isinstance(collection, Listing):
            return self._among(typed)
        if self._is_bound(collection):
            among = self.statement.call("any_", [self._bind(collection).piece])
            element = self.statement.literal(self.clause(typed.element))
            return Piece(f"{element.at(Level.SUM)} == {among.text}", Level.COMPARISON)
        rows = self._rows(collection)
        if isinstance(rows.element, Alias):
            raise NotInSql(typed)
        sought = replace(self, query=rows.query).clause(typed.element)
        rows.query.conditions.append(self._compared(rows.element, "==", sought))
        return self.statement.exists(rows.query)

    def _among(self, typed: Contains, *, negated: bool = False) -> Piece:
        element = self.statement.literal(self.clause(typed.element))
        listed = children(typed.collection)
        if not all(isinstance(one, Constant | Member) for one in listed):
            texts = ", ".join(self.statement.literal(self.clause(one)).text for one in listed)
            method = "not_in" if negated else "in_"
            return Piece(f"{element.at(Level.ATOM)}.{method}([{texts}])")
        # `in_` would leave a gap in the SQL, to be filled at every call.
        texts = ", ".join(dict.fromkeys(self._plain(one).text for one in listed))
        array = Clause(Piece(f"[{texts}]"), typed.collection.type, bare=True)
        function, operator = ("all_", "!=") if negated else ("any_", "==")
        among = self.statement.call(function, [self.statement.literal(array)])
        return Piece(f"{element.at(Level.SUM)} {operator} {among.text}", Level.COMPARISON)

    def _plain(self, typed: Typed) -> Piece:
        """A constant as Python has it."""
        if isinstance(typed, Constant):
            return constant(typed.value, self.statement.uses)
        return self.clause(typed).piece

    # Collections

    def _rows(self, collection: Typed, variable: str = "") -> Rows:
        """The query of a collection; its own `variable` stands for one of it."""
        if isinstance(collection, Follow):
            return self._related(collection, variable)
        if not isinstance(collection, Each):
            raise NotInSql(collection)
        inner = self._rows(collection.collection, collection.variable)
        within = self._within(collection, inner)
        if collection.macro == "map":
            return replace(inner, element=within.clause(collection.body))
        inner.query.conditions.extend(within.conditions(collection.body))
        return inner

    def _related(self, typed: Follow, variable: str) -> Rows:
        query = Query(self.query)
        within = replace(self, query=query)
        row = within._row(typed.row)  # noqa: SLF001 - one of us
        wanted = variable if len(variable) >= _TELLING else singular(typed.name)
        alias = self.statement.select_from(query, typed.relation.entity, wanted)
        query.conditions.extend(within._on(typed, row, alias))  # noqa: SLF001 - one of us
        return Rows(query, alias)

    def _within(self, each: Each, inner: Rows) -> "_Writer":
        """The writer of the body of a macro."""
        variables = {**self.variables, each.variable: inner.element}
        return replace(self, query=inner.query, variables=variables)

    def _each(self, typed: Each) -> Piece:
        if self._is_bound(typed):
            return self._bind(typed).piece
        rows = self._rows(typed.collection, typed.variable)
        within = self._within(typed, rows)
        if typed.macro == "all":
            rows.query.conditions.extend(within._negations(typed.body))  # noqa: SLF001 - one of us
            return opposite_of(self.statement, self.statement.exists(rows.query))
        rows.query.conditions.extend(within.conditions(typed.body))
        if typed.macro == "exists":
            return self.statement.exists(rows.query)
        count = self.statement.scalar(rows.query, self.statement.func("count"))
        return Piece(f"{count.text} == 1", Level.COMPARISON)

    def _aggregate(self, typed: Aggregate) -> Clause:
        if self._is_bound(typed):
            return self._bind(typed)
        rows = self._rows(typed.collection)
        selected = self._selected(typed, rows.element)
        return Clause(self.statement.scalar(rows.query, selected), typed.type, wide=True)

    def _selected(self, typed: Aggregate, element: Element) -> Piece:
        statement = self.statement
        if typed.function == "size" or isinstance(element, Alias):
            return statement.func("count")
        found = statement.func(typed.function, statement.literal(element).text)
        if typed.function == "sum":
            found = statement.func("coalesce", found.text, "0")
        # PostgreSQL adds 64 bits up to a numeric, and the greatest of 32 bits has 32 bits.
        return statement.cast(found, Kind.INT) if is_kind(typed.type, Kind.INT) else found


def _anywhere(typed: Typed) -> Typed:
    """What a parameter is: Python tells it whether or not a condition around it holds."""
    if path(typed) is not None:
        return widened(typed)
    there = tuple(
        IsNull(type=BOOL, source=one.source, operand=one, wanted=False) for one in narrowings(typed)
    )
    if not there:
        return typed
    test = there[0] if len(there) == 1 else _both(there)
    nothing = Constant(type=NULL, source=typed.source, value=None)
    found = with_null(typed.type, nullable=True)
    return Choose(type=found, source=typed.source, test=test, then=typed, otherwise=nothing)


def _both(conditions: tuple[IsNull, ...]) -> Typed:
    return Logic(type=BOOL, source=conditions[0].source, operator="&&", operands=conditions)


def _bind_name(typed: Typed) -> str:
    """`actor_id` for `actor.id`; for what is more than a path, its words."""
    if isinstance(typed, IsNull):
        return f"{_bind_name(typed.operand)}_is_null"
    words = path(typed)
    text = "_".join(words) if words else cel_spelling(typed.source)
    return "_".join(re.findall(r"\w+", snake(text)))[:_LONGEST_NAME].strip("_")


def _gives_type(column: Clause) -> bool:
    """Whether a parameter beside the column needs no type of its own, and loses nothing by it."""
    if is_kind(column.type, Kind.INT):
        return column.wide
    return not is_kind(column.type, Kind.DECIMAL)


def _may_be_unknown(typed: Typed) -> bool:  # noqa: PLR0911 - a table
    """Whether the condition, as written for a `where`, can be null in SQL."""
    match typed:
        case IsTrue(operand=Apply()):
            return typed.wanted
        case Compare():
            return typed.left.type.nullable or typed.right.type.nullable
        case Contains(collection=Listing(elements=elements)):
            return any(one.type.nullable for one in (typed.element, *elements))
        case Contains(collection=Each() | Follow()):
            return False
        case Contains():
            return True
        case Logic():
            return any(_may_be_unknown(one) for one in typed.operands)
        case _:
            return False
