"""Text as an expression: precedence climbing, with kind words for what goes wrong."""

from dataclasses import dataclass, replace
from typing import TypedDict

from specwright.diagnostic import Code, Place, Report
from specwright.spec.cel.powers import BINARY, PYTHON_BINARY, Power
from specwright.spec.cel.spelling import cel_spelling
from specwright.spec.cel.tokens import FOREIGN_OPERATORS, Token, Wrong, read_tokens
from specwright.spec.cel.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    Has,
    Index,
    Items,
    Literal,
    Macro,
    Name,
    Select,
    Unary,
    children,
)
from specwright.spec.syntax import Word
from specwright.spec.text import Text

MAX_LENGTH = 4_000  # characters
MAX_NESTING = 32  # brackets within brackets, operators before operators
MAX_HEIGHT = 100  # of the tree, which a long chain of operators makes high as well
MAX_INT = 2**63 - 1

MACROS = ("all", "exists", "exists_one", "map", "filter")
_MACRO_EXAMPLES = {
    "all": "order.lines.all(line, line.quantity > 0)",
    "exists": "order.lines.exists(line, line.quantity > 9)",
    "exists_one": "order.lines.exists_one(line, line.quantity > 9)",
    "map": "order.lines.map(line, line.quantity)",
    "filter": "order.lines.filter(line, line.quantity > 0)",
}
_INFIX = {
    **BINARY,
    **{word: BINARY[cel] for word, cel in PYTHON_BINARY.items()},
    "not": Power.COMPARISON,  # as in `x not in y`
    "?": Power.CONDITIONAL,
    "if": Power.CONDITIONAL,
}
_CONSTANTS = {"true": True, "false": False, "null": None}
_PYTHON_CONSTANTS = {"True": True, "False": False, "None": None}
_RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "in", "let",
    "loop", "package", "namespace", "return", "var", "void", "while", "and", "or", "is", "not",
    "lambda",
})  # fmt: skip
_SHOUTED = {"AND": "&&", "OR": "||", "NOT": "!", "NULL": "null", "TRUE": "true", "FALSE": "false"}


class _Parser:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, text: Text, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0
        self._nesting = 0

    # Moving over the tokens

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    @property
    def _last(self) -> Token:
        return self._tokens[self._next - 1]

    def _take(self) -> Token:
        token = self._token
        self._next += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        return self._token.kind in ("operator", "name") and self._token.text in texts

    def _takes(self, text: str) -> bool:
        """Whether the next token is `text`, which is then taken."""
        found = self._is(text)
        self._next += found
        return found

    def _expect_closing(self, closing: str, opening: Token) -> None:
        if self._takes(closing):
            return
        if self._token.kind == "end":
            raise Wrong(opening.start, f"This `{opening.text}` is never closed.")
        raise self._unexpected(f"`{closing}`")

    def _unexpected(self, wanted: str) -> Wrong:
        token = self._token
        if token.kind == "end":
            before = f" after `{self._last.text}`" if self._next else ""
            return Wrong(
                max(token.start - 1, 0) if self._next == 0 else self._last.end,
                f"The expression ends{before}, where {wanted} should follow.",
            )
        if token.text in FOREIGN_OPERATORS:
            return Wrong(token.start, f"CEL has no `{token.text}`.", FOREIGN_OPERATORS[token.text])
        if token.text in _SHOUTED:
            hint = f"Write `{_SHOUTED[token.text]}`."
            return Wrong(token.start, f"CEL has no `{token.text}`.", hint)
        if token.text == "for":
            hint = "Write `order.lines.all(line, …)`, or `exists`, `map`, `filter`."
            return Wrong(token.start, "CEL has no loop.", hint)
        return Wrong(token.start, f"Here {wanted} should stand, not `{token.text}`.")

    # Building nodes

    def _word(self, token: Token, value: str | None = None) -> Word:
        return Word(token.text if value is None else value, self._text.place(token.start))

    def _span(self, start: int, *, foreign: bool = False) -> "_Span":
        return _Span(self._text.place(start), start, self._last.end, foreign)

    def whole(self) -> Expression:
        if self._token.kind == "end":
            raise Wrong(0, "The expression is empty.")
        expression = self._expression(Power.NOTHING)
        if self._token.kind != "end":
            raise self._unexpected("an operator or the end")
        return expression

    def _expression(self, power: Power) -> Expression:
        """The longest expression from here whose operators hold more strongly than `power`."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise Wrong(
                self._token.start,
                f"More than {MAX_NESTING} brackets or operators lie within one another here.",
                "Name a part of it under `derived:`.",
            )
        left = self._prefix()
        while (following := self._infix_power()) > power:
            left = self._infix(left, following)
        self._nesting -= 1
        return left

    def _infix_power(self) -> Power:
        token = self._token
        if token.kind not in ("operator", "name"):
            return Power.NOTHING
        return _INFIX.get(token.text, Power.NOTHING)

    def _infix(self, left: Expression, power: Power) -> Expression:
        if self._is("?"):
            return self._cel_conditional(left)
        if self._is("if"):
            return self._python_conditional(left)
        operator, negated, foreign = self._operator()
        right = self._expression(power)
        span = self._span(left.start, foreign=foreign)
        both = Binary(**span.fields, operator=operator, left=left, right=right)
        if power is Power.COMPARISON and self._infix_power() is power:
            raise self._chained(both)
        if not negated:
            return both
        return Unary(**span.fields, operator=Word("!", operator.place), operand=both)

    def _operator(self) -> tuple[Word, bool, bool]:
        """A binary operator as CEL has it; whether `not` turns it round; whether it is foreign."""
        token = self._take()
        if token.text == "not":
            if not self._takes("in"):
                raise self._unexpected("`in`")
            return self._word(token, "in"), True, True
        if token.text == "is" and self._takes("not"):
            return self._word(token, "!="), False, True
        cel = PYTHON_BINARY.get(token.text, token.text)
        return self._word(token, cel), False, cel != token.text

    def _chained(self, first: Binary) -> Wrong:
        token = self._token
        return Wrong(
            token.start,
            "Comparisons do not chain.",
            f"Write two of them: `{cel_spelling(first)} && {cel_spelling(first.right)}"
            f" {PYTHON_BINARY.get(token.text, token.text)} …`.",
        )

    def _cel_conditional(self, test: Expression) -> Expression:
        self._take()
        then = self._expression(Power.NOTHING)
        if not self._takes(":"):
            raise self._unexpected("`:` and what holds otherwise")
        otherwise = self._expression(Power.NOTHING)
        span = self._span(test.start)
        return Conditional(**span.fields, test=test, then=then, otherwise=otherwise)

    def _python_conditional(self, then: Expression) -> Expression:
        self._take()
        test = self._expression(Power.CONDITIONAL)
        if not self._takes("else"):
            raise self._unexpected("`else`")
        otherwise = self._expression(Power.NOTHING)
        span = self._span(then.start, foreign=True)
        return Conditional(**span.fields, test=test, then=then, otherwise=otherwise)

    def _prefix(self) -> Expression:
        token = self._token
        if self._takes("!"):
            return self._unary(token, "!", Power.UNARY)
        if self._takes("not"):
            return self._unary(token, "!", Power.PYTHON_NOT)
        if self._takes("-"):
            return self._negative(token)
        return self._member()

    def _unary(self, token: Token, operator: str, power: Power) -> Expression:
        operand = self._expression(power)
        span = self._span(token.start, foreign=operator != token.text)
        return Unary(**span.fields, operator=self._word(token, operator), operand=operand)

    def _negative(self, minus: Token) -> Expression:
        """`-5` is one literal, or the smallest int could not be written."""
        if self._token.kind in ("int", "double"):
            number = self._take()
            assert isinstance(number.value, int | float)  # noqa: S101 - for the type checker
            literal = self._literal(number, -number.value, minus)
            return self._postfix(literal)
        return self._unary(minus, "-", Power.UNARY)

    def _literal(
        self, token: Token, value: float | str | None, minus: Token | None = None
    ) -> Literal:
        start = minus.start if minus else token.start
        if type(value) is int and not -MAX_INT - 1 <= value <= MAX_INT:
            raise Wrong(start, f"`{token.text}` does not fit into 64 bits.")
        written = f"-{token.text}" if minus else token.text
        foreign = token.kind == "name" and token.text in _PYTHON_CONSTANTS
        span = self._span(start, foreign=foreign)
        return Literal(**span.fields, value=value, written=written)

    def _member(self) -> Expression:
        return self._postfix(self._primary())

    def _postfix(self, operand: Expression) -> Expression:
        while True:
            if self._takes("."):
                operand = self._selected(operand)
            elif self._is("["):
                operand = self._indexed(operand)
            elif self._is("{") and isinstance(operand, Name | Select):
                raise Wrong(self._token.start, "An expression makes no rows: `create:` does.")
            else:
                return operand

    def _selected(self, operand: Expression) -> Expression:
        if self._token.kind != "name":
            raise self._unexpected("the name of a field or function")
        word = self._word(self._take())
        if self._is("("):
            return self._called(word, operand, operand.start)
        span = self._span(operand.start)
        return Select(**span.fields, operand=operand, field=word)

    def _indexed(self, operand: Expression) -> Expression:
        opening = self._take()
        index = self._expression(Power.NOTHING)
        self._expect_closing("]", opening)
        return Index(**self._span(operand.start).fields, operand=operand, index=index)

    def _primary(self) -> Expression:
        token = self._token
        if token.kind in ("int", "double", "string"):
            self._take()
            return self._literal(token, token.value)
        if self._is("("):
            return self._bracketed()
        if self._is("["):
            opening = self._take()
            elements = self._arguments("]", opening)
            return Items(**self._span(token.start).fields, elements=elements)
        if self._is("{"):
            raise Wrong(token.start, "An expression has no maps: name each field by itself.")
        if token.kind == "name":
            return self._named()
        raise self._unexpected("a value")

    def _bracketed(self) -> Expression:
        opening = self._take()
        inside = self._expression(Power.NOTHING)
        self._expect_closing(")", opening)
        return replace(inside, place=self._text.place(opening.start), start=opening.start,
                       end=self._last.end)  # fmt: skip

    def _named(self) -> Expression:
        token = self._token
        constants = {**_CONSTANTS, **_PYTHON_CONSTANTS}
        if token.text in constants:
            self._take()
            return self._literal(token, constants[token.text])
        if token.text in _RESERVED or token.text in _SHOUTED:
            raise self._unexpected("a value")
        self._take()
        if self._is("("):
            return self._called(self._word(token), None, token.start)
        return Name(**self._span(token.start).fields, name=token.text)

    def _arguments(self, closing: str, opening: Token) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while not self._is(closing):
            found.append(self._expression(Power.NOTHING))
            if not self._takes(","):
                break
        self._expect_closing(closing, opening)
        return tuple(found)

    def _called(self, function: Word, target: Expression | None, start: int) -> Expression:
        arguments = self._arguments(")", self._take())
        foreign = function.value == "len" and target is None
        span = self._span(start, foreign=foreign)
        if foreign:
            function = Word("size", function.place)
        if function.value == "has" and target is None:
            return self._has(span, arguments)
        if target is not None and function.value in MACROS:
            return self._macro(span, function, target, arguments)
        return Call(**span.fields, function=function, target=target, arguments=arguments)

    def _has(self, span: "_Span", arguments: tuple[Expression, ...]) -> Expression:
        if len(arguments) == 1 and isinstance(arguments[0], Select):
            return Has(**span.fields, select=arguments[0])
        raise Wrong(span.start, "`has` takes one field, as in `has(request.note)`.")

    def _macro(
        self, span: "_Span", macro: Word, target: Expression, arguments: tuple[Expression, ...]
    ) -> Expression:
        match macro.value, arguments:
            case _, (Name() as variable, body):
                return self._comprehension(span, macro, target, variable, body)
            case "map", (Name() as variable, condition, body):
                chosen = Word("filter", macro.place)
                kept = self._comprehension(span, chosen, target, variable, condition)
                return self._comprehension(span, macro, kept, variable, body)
        what = "what to make of each" if macro.value == "map" else "a condition"
        raise Wrong(
            span.start,
            f"`{macro.value}` takes a name for one of the list, and {what}.",
            f"As in `{_MACRO_EXAMPLES[macro.value]}`.",
        )

    def _comprehension(
        self, span: "_Span", macro: Word, collection: Expression, variable: Name, body: Expression
    ) -> Macro:
        return Macro(
            **span.fields,
            macro=macro,
            collection=collection,
            variable=Word(variable.name, variable.place),
            body=body,
        )


class _Fields(TypedDict):
    place: Place
    start: int
    end: int
    foreign: bool


@dataclass(frozen=True, slots=True)
class _Span:
    place: Place
    start: int
    end: int
    foreign: bool

    @property
    def fields(self) -> "_Fields":
        return {
            "place": self.place, "start": self.start, "end": self.end, "foreign": self.foreign,
        }  # fmt: skip


def parse(text: Text, report: Report) -> Expression | None:
    """The expression that `text` is; None when it is none, which is then reported."""
    try:
        return _parsed(text)
    except Wrong as wrong:
        report.add(text.place(wrong.offset), Code.EXPRESSION_SYNTAX, wrong.message, wrong.hint)
        return None


def _parsed(text: Text) -> Expression:
    source = text.value
    if len(source) > MAX_LENGTH:
        raise Wrong(
            MAX_LENGTH,
            f"The expression has {len(source)} characters; {MAX_LENGTH} are the most.",
            "Name a part of it under `derived:`.",
        )
    expression = _Parser(text, read_tokens(source)).whole()
    if _height(expression) > MAX_HEIGHT:
        raise Wrong(
            expression.start,
            f"More than {MAX_HEIGHT} operators build on one another here.",
            "Name a part of it under `derived:`.",
        )
    return expression


def _height(expression: Expression) -> int:
    """How many nodes lie under one another at most, found without recursion."""
    level: list[Expression] = [expression]
    height = 0
    while level:
        height += 1
        level = [child for node in level for child in children(node)]
    return height
