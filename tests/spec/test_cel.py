"""Expressions are read to the last word, and what is wrong with one is said where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specwright.diagnostic import Report
from specwright.spec.cel import Expression, cel_spelling, is_foreign, parse, path_of
from specwright.spec.cel.tree import Binary, Call, Literal, Macro, Name, Select, Unary, walk
from specwright.spec.text import Text


def read(text: str) -> Expression:
    report = Report()
    found = parse(Text("rules.md", text), report)
    assert found is not None, [*map(str, report)]
    assert not len(report)
    return found


def said(text: str) -> str:
    report = Report()
    assert parse(Text("rules.md", text), report) is None
    (only,) = report
    return f"{only.place.line}:{only.place.column} {only.message}" + (
        f" | {only.hint}" if only.hint else ""
    )


SPELT_ALIKE = [
    "true",
    "null",
    "-9223372036854775808",
    "9223372036854775807",
    "0x1F",
    "1.50",
    "2e3",
    '"text"',
    "order.status",
    'order.customer.email == "x"',
    'a == "draft" && b || !c',
    "a && (b || c)",
    "!(a == b)",
    "!a == b",
    "a ? b : c ? d : e",
    "(a ? b : c) ? d : e",
    "a + b * c",
    "(a + b) * c",
    "a - (b - c)",
    "a - b - c",
    "-(a + b)",
    "(a == b) == (c == d)",
    'x in ["a", "b"]',
    "has(request.note)",
    "order.lines.all(l, l.quantity > 0)",
    "order.lines.filter(l, l.quantity > 0).map(l, l.quantity).sum()",
    'now - duration("15m")',
    "order.lines[0].quantity",
    "x.size() > 0",
    "order.in",  # any word is a field, after a dot
    "order.not.is.if",
]


@pytest.mark.parametrize("text", SPELT_ALIKE)
def test_an_expression_is_spelt_as_it_was_read(text: str) -> None:
    assert cel_spelling(read(text)) == text
    assert not is_foreign(read(text))


BRACKETS = [
    ("(!a) == b", "!a == b"),
    ("a ? b : (c || d)", "a ? b : c || d"),
    ("((a)) + (b * c)", "a + b * c"),
    ("'plain'", '"plain"'),
]


@pytest.mark.parametrize(("text", "plain"), BRACKETS)
def test_what_could_be_left_out_is_left_out(text: str, plain: str) -> None:
    assert cel_spelling(read(text)) == plain


PYTHON = [
    ("a and b or not c", "a && b || !c"),
    ("not a == b", "!(a == b)"),
    ("x if c else y", "c ? x : y"),
    ("a if b else c if d else e", "b ? a : d ? c : e"),
    ("len(order.lines) > 0", "size(order.lines) > 0"),
    ("order.charge_id is None", "order.charge_id == null"),
    ("order.charge_id is not None", "order.charge_id != null"),
    ("x not in [1, 2]", "!(x in [1, 2])"),
    ("a = 1", "a == 1"),
    ("ok = True", "ok == true"),
    ("a == False", "a == false"),
]


@pytest.mark.parametrize(("text", "cel"), PYTHON)
def test_python_is_understood_and_spelt_as_cel(text: str, cel: str) -> None:
    found = read(text)
    assert is_foreign(found)
    assert cel_spelling(found) == cel
    assert not is_foreign(read(cel))


STRINGS = [
    ('"a"', "a"),
    ("'a\"b'", 'a"b'),
    (r'"\n\t\"\\\x41\u00e9\U0001F600\101"', '\n\t"\\Aé😀A'),
    (r'r"\n"', r"\n"),
    ('"""two\nlines "quoted" """', 'two\nlines "quoted" '),
    ("''", ""),
]


@pytest.mark.parametrize(("text", "value"), STRINGS)
def test_text_in_quotes_is_what_cel_says_it_is(text: str, value: str) -> None:
    found = read(text)
    assert isinstance(found, Literal)
    assert found.value == value
    again = read(cel_spelling(found))
    assert isinstance(again, Literal)
    assert again.value == value


SLIPS = [
    ("", "1:1 The expression is empty."),
    ("a &&", "1:5 The expression ends after `&&`, where a value should follow."),
    ("a b", "1:3 Here an operator or the end should stand, not `b`."),
    ("(a", "1:1 This `(` is never closed."),
    ("f(a, [b", "1:6 This `[` is never closed."),
    ("a)", "1:2 Here an operator or the end should stand, not `)`."),
    (
        "a ? b",
        "1:6 The expression ends after `b`, where `:` and what holds otherwise should follow.",
    ),
    ('"abc', '1:1 The text that begins with this `"` is never closed.'),
    ('a == "x\ny"', '1:6 The text that begins with this `"` is never closed.'),
    (r'"\q"', r"1:2 `\q` is no escape. | A backslash itself is written `\\`."),
    (r'"a\x00"', "1:6 Text in a database can hold neither NUL nor half a character."),
    (r'"\ud800"', "1:7 Text in a database can hold neither NUL nor half a character."),
    ('b"x"', '1:1 An expression has no bytes: only text, as in `"text"`.'),
    ("1u", "1:1 `1u` is unsigned, which no column is. | Write `1`."),
    ("1_000", "1:2 The digits of a number are written without `_`."),
    ("12abc", "1:1 `12abc` is neither a number nor a name."),
    ("9223372036854775808", "1:1 `9223372036854775808` does not fit into 64 bits."),
    ("1e999", "1:1 `1e999` is too large for a double."),
    ("a === b", "1:3 CEL has no `===`. | Write `==`."),
    ("a <> b", "1:3 CEL has no `<>`. | Write `!=`."),
    ("a & b", "1:3 CEL has no `&`. | Write `&&`."),
    ("a // 2", "1:3 CEL has no `//`. | Write `/`: a division of ints has an int as its result."),
    ("a AND b", "1:3 CEL has no `AND`. | Write `&&`."),
    ("NOT a", "1:1 CEL has no `NOT`. | Write `!`."),
    ("0 < a < 9", "1:7 Comparisons do not chain. | Write two of them: `0 < a && a < …`."),
    ("{a: b}", "1:1 An expression has no maps: name each field by itself."),
    ("Order{id: 1}", "1:6 An expression makes no rows: `create:` does."),
    ("has(a)", "1:1 `has` takes one field, as in `has(request.note)`."),
    (
        "order.lines.all(l.quantity > 0)",
        "1:1 `all` takes a name for one of the list, and a condition."
        " | As in `order.lines.all(line, line.quantity > 0)`.",
    ),
    (
        "all(l > 0 for l in x)",
        "1:11 CEL has no loop. | Write `order.lines.all(line, …)`, or `exists`, `map`, `filter`.",
    ),
    ("a “b”", '1:3 `“` has no meaning in an expression. | Write plain quotes: `"text"`.'),
    ("a\u00a0&& b", "1:2 `U+00A0` has no meaning in an expression."),
    ("a # b", "1:3 `#` has no meaning in an expression."),
    ("a.1", "1:2 Here an operator or the end should stand, not `.1`."),
    ("a\n  && (b\n  || )", "3:6 Here a value should stand, not `)`."),
    ("if", "1:1 Here a value should stand, not `if`."),
]


@pytest.mark.parametrize(("text", "message"), SLIPS)
def test_a_slip_is_told_in_one_sentence_at_its_place(text: str, message: str) -> None:
    assert said(text) == message


def test_places_count_from_where_the_text_stands_in_its_file() -> None:
    text = Text("rules.md", "order.total\n== actor.id", line=14, indents=(10, 12))
    found = parse(text, Report())
    assert isinstance(found, Binary)
    assert (found.place.line, found.place.column) == (14, 11)
    assert (found.operator.place.line, found.operator.place.column) == (15, 13)
    assert isinstance(found.right, Select)
    assert (found.right.field.place.line, found.right.field.place.column) == (15, 22)


def test_every_node_knows_the_text_that_it_was_read_from() -> None:
    source = '(a.b + 1) * size(c) == 2 && x.all(y, !y) || "z" in [w]'
    texts = {source[node.start : node.end] for node in walk(read(source))}
    assert {"(a.b + 1)", "a.b", "size(c)", "x.all(y, !y)", "!y", '"z" in [w]', "[w]"} <= texts


def test_a_map_of_three_keeps_what_holds_and_makes_something_of_it() -> None:
    found = read("order.lines.map(l, l.quantity > 1, l.label)")
    assert cel_spelling(found) == "order.lines.filter(l, l.quantity > 1).map(l, l.label)"


def test_only_names_and_fields_make_a_path() -> None:
    path = path_of(read("line.product.reserved"))
    assert path is not None
    assert [word.value for word in path] == ["line", "product", "reserved"]
    assert path_of(read("line.product()")) is None


NASTY = [
    ("(" * 40 + "a" + ")" * 40, "brackets or operators lie within one another"),
    ("!" * 40 + "a", "brackets or operators lie within one another"),
    ("a" + ".b" * 150, "operators build on one another"),
    (" && ".join(["a"] * 150), "operators build on one another"),
    ("a ? " * 40 + "b", "brackets or operators lie within one another"),
    ("a" * 5000, "characters; 4000 are the most"),
    ('"' + "\\" * 3999, "is never closed"),
    ("9" * 3000, "does not fit into 64 bits"),
]


@pytest.mark.parametrize(("text", "message"), NASTY)
def test_size_and_depth_have_a_bound(text: str, message: str) -> None:
    assert message in said(text)


@given(st.text(alphabet="abl.()[]{}!=<>&|?:+-*/%,\"'\\ \n0159exand'noti", max_size=60))
def test_no_text_makes_the_parser_stumble(text: str) -> None:
    report = Report()
    found = parse(Text("rules.md", text), report)
    assert (found is None) == bool(len(report))
    if found is not None:
        spelt = cel_spelling(found)
        assert cel_spelling(read(spelt)) == spelt


def test_words_mean_what_cel_says_and_no_more() -> None:
    found = read("actor.claims.filter(t, !t.done).size() < 3")
    assert isinstance(found, Binary)
    assert isinstance(found.left, Call)
    assert isinstance(found.left.target, Macro)
    assert isinstance(found.left.target.body, Unary)
    assert isinstance(found.left.target.collection, Select)
    assert isinstance(found.left.target.collection.operand, Name)
