"""Reading YAML: values by the core schema of 1.2, exact places, and slips told in our words."""

from collections.abc import Callable
from math import isnan

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from specwright.diagnostic import Place, Report
from specwright.spec.text import Text
from specwright.spec.yaml import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    cut_short,
    plain,
    read_yaml,
    reading,
    trailing_comment,
)

BACKSLASH = "\\"


def read(written: str) -> tuple[Node | None, list[str]]:
    report = Report()
    return read_yaml(Text("f", written), report), [str(found) for found in report]


def only(written: str) -> object:
    node, said = read(written)
    assert said == []
    assert node is not None
    return plain(node)


def scalar(written: str, key: str = "a") -> Scalar:
    node, _ = read(written)
    assert isinstance(node, Mapping)
    value = node.get(key)
    assert isinstance(value, Scalar)
    return value


# -- values


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nuLL", "nuLL"),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("0755", 755),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("+", "+"),
        ("--", "--"),
        ("-created_at", "-created_at"),
        ("9" * 100, int("9" * 100)),
        ("9" * 101, "9" * 101),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("<", "<"),
        ("=", "="),
    ],
)
def test_a_plain_scalar_is_what_the_core_schema_of_yaml_1_2_says(
    written: str, value: object
) -> None:
    found = scalar(f"a: {written}\n").value
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_number() -> None:
    found = scalar("a: .nan").value
    assert isinstance(found, float)
    assert isnan(found)


def test_quotes_and_blocks_make_a_text_and_are_remembered() -> None:
    node = scalar("a: |\n  12\n")
    assert (node.value, node.quoted) == ("12\n", True)
    assert scalar("a: 12").quoted is False
    assert scalar("a: '12'").quoted is True


def test_a_scalar_keeps_the_text_as_written() -> None:
    assert scalar("a: 1.0").text == "1.0"
    assert scalar("a: 0o17").text == "0o17"


def test_a_mapping_keeps_the_order_and_finds_by_the_text_of_a_key() -> None:
    node, _ = read("b: 1\n200: 2\n'a': 3\n")
    assert isinstance(node, Mapping)
    assert [entry.key.text for entry in node] == ["b", "200", "a"]
    found = node.get("200")
    assert isinstance(found, Scalar)
    assert found.value == 2
    assert node.get("c") is None
    assert "b" in node
    assert "c" not in node


def test_json_is_read_as_well() -> None:
    written = '{\n\t"a": {"b":[1, -2.5e3, "x\\/y\\u00e9"]},\n\t"c":null, "d":true}'
    assert only(written) == {"a": {"b": [1, -2500.0, "x/yé"]}, "c": None, "d": True}


def test_the_escaped_pairs_of_json_are_one_character_in_its_place() -> None:
    written = '{"a": "x \\ud83d\\ude00 y", "b": 1}'
    assert only(written) == {"a": "x \U0001f600 y", "b": 1}
    text = scalar(written).as_text()
    assert [text.place(at).column for at in (0, 2, 4)] == [8, 10, 23]
    assert scalar(written, "b").place.column == 32


def test_an_anchor_is_repeated_by_its_alias() -> None:
    assert only("a: &x { k: 1 }\nb: *x\n") == {"a": {"k": 1}, "b": {"k": 1}}
    assert scalar("a: &x 12\n").place.column == 7


@pytest.mark.parametrize("written", ["", "\n\n", "# only words\n", "---\n", "\ufeff"])
def test_nothing_written_is_null(written: str) -> None:
    assert only(written) is None


# -- places


def test_keys_and_values_know_their_places() -> None:
    node, _ = read("a:\n  - b: [x, 'y']\n")
    assert isinstance(node, Mapping)
    items = node.get("a")
    assert isinstance(items, Sequence)
    assert items.place == Place("f", 2, 3)
    [item] = items
    assert isinstance(item, Mapping)
    assert item.place == item.place_of("b") == Place("f", 2, 5)
    assert item.place_of("c") == item.place
    listed = item.get("b")
    assert isinstance(listed, Sequence)
    assert [one.place.column for one in listed] == [9, 12]


def test_a_fence_in_another_file_has_the_places_of_that_file() -> None:
    report = Report()
    fence = Text("rules.md", "a: x\nb: 'it''s'\nb: 2\n", line=40, indents=(3, 3, 3))
    node = read_yaml(fence, report)
    assert isinstance(node, Mapping)
    value = node.get("b")
    assert isinstance(value, Scalar)
    assert value.place == Place("rules.md", 41, 7)
    assert value.as_text().place(5) == Place("rules.md", 41, 13)
    assert [str(found.place) for found in report] == ["rules.md:42:4"]


def test_a_byte_order_mark_moves_no_place() -> None:
    assert scalar("\ufeffa: x").place == Place("f", 1, 5)


LINES = "a &&\n    b"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a: order.id == 'x'\n", "order.id == 'x'"),
        ("a: 'it''s x'\n", "it's x"),
        ('a: "x && y"\n', "x && y"),
        ('a: "say \\"hi\\" x"\n', 'say "hi" x'),
        ('a: "x\\u0041\\x41\\U00000041z"\n', "xAAAz"),
        ('a: "one \\\n    two"\n', "one two"),
        ("a: |\n    x ==\n      y\n    z\nb: 1\n", "x ==\n  y\nz\n"),
        ("a: |2-\n    x\n   y\n", "  x\n y"),
        ("a: >\n  x ==\n  y\n\n  z\n", "x == y\nz\n"),
        ("a: x &&\n   y ||\n\n   z\n", "x && y ||\nz"),
        ("a: 'x &&\n   y'\n", "x && y"),
        ("a: &name !!str x y\n", "x y"),
        ("a: |\r\n  x\r\n  y\r\n", "x\ny\n"),
        ("a: ''\n", ""),
        ("a: été ünd x\n", "été ünd x"),
    ],
)
def test_each_character_of_a_text_stands_where_it_was_written(written: str, text: str) -> None:
    found = scalar(written).as_text()
    assert found.value == text
    lines = written.splitlines()
    for at, char in enumerate(text):
        place = found.place(at)
        there = lines[place.line - 1][place.column - 1 :]
        if not char.isspace() and char not in "A\"'":
            assert there.startswith(char), (at, char, place)


def test_a_part_of_a_text_keeps_its_places() -> None:
    text = scalar("a: 'it''s\n  here'").as_text()
    part = text.part(5, 9)
    assert part.value == "here"
    assert part.place(0) == text.place(5) == Place("f", 2, 3)
    assert part.at(0, 1) == Place("f", 2, 4)
    assert text.place(9) == Place("f", 2, 7)


def test_escapes_stand_at_their_backslash() -> None:
    text = scalar('a: "x\\"y\\u00e9z"').as_text()
    assert [text.place(at).column for at in range(6)] == [5, 6, 8, 9, 15, 16]


# -- what YAML cuts off


@pytest.mark.parametrize(
    ("written", "comment", "meant"),
    [
        ('a: note == "x #1"\n', '#1"', 'note == "x #1"'),
        ("a: order.id   # the key\n", "# the key", None),
        ("a: order.id# x\n", None, None),
        ("a: 'order.id' # x\n", None, None),
        ("a: f(x #y)\nb: 1", "#y)", "f(x #y)"),
        ("{ a: order.lines.all(l, l.quantity > 0) }", None, "order.lines.all(l, l.quantity > 0)"),
        ("{ a: x > 2, b: 3 }", None, None),
        ("{ a: f(g(1, 2), 3), b: 3 }", None, "f(g(1, 2), 3)"),
        ("a: one, two (three)\n", None, None),
    ],
)
def test_an_expression_that_yaml_cut_is_found(
    written: str, comment: str | None, meant: str | None
) -> None:
    value = scalar(written)
    assert trailing_comment(value) == comment
    assert cut_short(value) == meant


# -- slips

SLIPS = [
    (
        "a: Filter (operators: gt, lt)\nb: 1\n",
        "1:21",
        "yaml-quote",
        "A value that contains `: ` must be quoted.",
        "Write `a: 'Filter (operators: gt, lt)'`.",
    ),
    (
        "a:\n  - when: x ? b : c   # why\n",
        "2:17",
        "yaml-quote",
        "A value that contains `: ` must be quoted.",
        "Write `- when: 'x ? b : c'`.",
    ),
    (
        'a: x == "p: q"\n',
        "1:11",
        "yaml-quote",
        "A value that contains `: ` must be quoted.",
        "Write `a: 'x == \"p: q\"'`.",
    ),
    (
        "a: it's this: that\n",
        "1:13",
        "yaml-quote",
        "A value that contains `: ` must be quoted.",
        'Write `a: "it\'s this: that"`.',
    ),
    (
        'a: it\'s "x": that\n',
        "1:12",
        "yaml-quote",
        "A value that contains `: ` must be quoted.",
        "Write `a: 'it''s \"x\": that'`.",
    ),
    (
        'when: "vip" in tags\nb: 1\n',
        "1:7",
        "yaml-quote",
        (
            'A value that begins with `"` and goes on after the closing one must'
            " be quoted as a whole."
        ),
        "Write `when: '\"vip\" in tags'`.",
    ),
    (
        "- 'a' + b\n",
        "1:3",
        "yaml-quote",
        (
            "A value that begins with `'` and goes on after the closing one must"
            " be quoted as a whole."
        ),
        "Write `- \"'a' + b\"`.",
    ),
    (
        "a: [1, 2].exists(x, x > 1)\n",
        "1:4",
        "yaml-quote",
        (
            "A value that begins with `[` and goes on after the closing one must"
            " be quoted as a whole."
        ),
        "Write `a: '[1, 2].exists(x, x > 1)'`.",
    ),
    (
        'a: {"x": 1}.size()\n',
        "1:4",
        "yaml-quote",
        (
            "A value that begins with `{` and goes on after the closing one must"
            " be quoted as a whole."
        ),
        "Write `a: '{\"x\": 1}.size()'`.",
    ),
    (
        "url: {base}/x\n",
        "1:6",
        "yaml-quote",
        (
            "A value that begins with `{` and goes on after the closing one must"
            " be quoted as a whole."
        ),
        "Write `url: '{base}/x'`.",
    ),
    (
        "rule: !order.archived\n",
        "1:7",
        "yaml-tag",
        "`!order.archived` is read as a YAML tag: quote this expression.",
        "Write `rule: '!order.archived'`.",
    ),
    (
        "rule: !order.archived && x # y\n",
        "1:7",
        "yaml-quote",
        "A value that begins with `!` must be quoted as a whole.",
        "Write `rule: '!order.archived && x'`.",
    ),
    (
        "rule: !has(x) == y\n",
        "1:7",
        "yaml-tag",
        "`!has(x)` is read as a YAML tag: quote this expression.",
        "Write `rule: '!has(x) == y'`.",
    ),
    (
        "rule: !Ref x\n",
        "1:7",
        "yaml-tag",
        "`!Ref` is read as a YAML tag: quote this expression.",
        "Write `rule: '!Ref x'`.",
    ),
    (
        "rule: !(x || y)\n",
        "1:7",
        "yaml-quote",
        "A value that begins with `!` must be quoted as a whole.",
        "Write `rule: '!(x || y)'`.",
    ),
    (
        "[!x , y]\n",
        "1:2",
        "yaml-tag",
        "`!x` is read as a YAML tag: quote this expression.",
        None,
    ),
    (
        "a: !!python/object:os.system x\n",
        "1:4",
        "yaml-tag",
        "`!!python/object:os.system` is read as a YAML tag: quote this expression.",
        "Write `a: '!!python/object:os.system x'`.",
    ),
    (
        "a: `x`\n",
        "1:4",
        "yaml-quote",
        "A value that begins with a backtick must be quoted as a whole.",
        "Write `a: '`x`'`.",
    ),
    (
        "a: @x\n",
        "1:4",
        "yaml-quote",
        "A value that begins with `@` must be quoted as a whole.",
        "Write `a: '@x'`.",
    ),
    (
        "a: > 5\n",
        "1:4",
        "yaml-quote",
        "A value that begins with `>` must be quoted as a whole.",
        "Write `a: '> 5'`.",
    ),
    (
        "a: *.json\n",
        "1:4",
        "yaml-quote",
        "A value that begins with `*` must be quoted as a whole.",
        "Write `a: '*.json'`.",
    ),
    (
        "a: *x\n",
        "1:4",
        "yaml-alias",
        "`*x` repeats nothing: there is no `&x` above.",
        "Write `'*x'` if the `*` belongs to the value.",
    ),
    (
        "a: &x [*x]\n",
        "1:8",
        "yaml-alias",
        "`*x` stands inside of what it repeats.",
        None,
    ),
    (
        "a:\n\tb: 1\n",
        "2:1",
        "yaml-tab",
        "YAML is indented with spaces, not with tabs.",
        None,
    ),
    (
        "a:\n  b: 1\n \tc: 2\n",
        "3:2",
        "yaml-tab",
        "YAML is indented with spaces, not with tabs.",
        None,
    ),
    (
        "a: [1, 2\nb: 3\n",
        "1:4",
        "yaml-unclosed",
        "This `[` is not closed.",
        None,
    ),
    (
        "a: { x: 1\nb: 3\n",
        "1:4",
        "yaml-unclosed",
        "This `{` is not closed.",
        None,
    ),
    (
        '{"a": [1, 2',
        "1:7",
        "yaml-unclosed",
        "This `[` is not closed.",
        None,
    ),
    (
        '{"a": "x"\n "b": 1}',
        "2:2",
        "yaml-syntax",
        "A `,` or `}` is missing before this.",
        None,
    ),
    (
        "a: { d: Filter (op: gt), x: y }\n",
        "1:19",
        "yaml-quote",
        "Inside of brackets, a value that contains `: ` must be quoted.",
        "Put the whole value in single quotes.",
    ),
    (
        "a: { d: x in [1, 2], x: y }\n",
        "1:14",
        "yaml-quote",
        "Inside of brackets, a value that contains `[` must be quoted.",
        "Put the whole value in single quotes.",
    ),
    (
        "a: [b]]\n",
        "1:7",
        "yaml-syntax",
        "This `]` closes nothing.",
        None,
    ),
    (
        'a: "x\nb: 3\n',
        "1:4",
        "yaml-unclosed",
        "This quote is not closed on its line.",
        'Close it: `a: "x"`.',
    ),
    (
        "a: 'x\nb: 'y'\n",
        "1:4",
        "yaml-unclosed",
        "This quote is not closed on its line.",
        "Close it: `a: 'x'`.",
    ),
    (
        'a: "\\d+"\n',
        "1:5",
        "yaml-quote",
        "`\\d` is no escape in double quotes.",
        "Double the backslash, or use single quotes, where it stands for itself.",
    ),
    (
        "a: b\n  c: d\n",
        "2:3",
        "yaml-indentation",
        "This line is indented as a part of the one above, which has its value already.",
        "Line it up with the line above, or give that line no value.",
    ),
    (
        "a:\n    b: 1\n  c: 2\n",
        "3:3",
        "yaml-indentation",
        "This line begins in a column where no line above begins.",
        "Line it up with the line that it belongs to.",
    ),
    (
        "a:\n  - x\n  b: 1\n",
        "3:3",
        "yaml-indentation",
        "This line lines up neither with the list above nor with what is in its items.",
        "Begin it with `- `, or line it up with what it belongs to.",
    ),
    (
        "a: 1\njust text\nb: 2\n",
        "2:1",
        "yaml-syntax",
        "`just text` is no `key: value`.",
        None,
    ),
    (
        "b: 2\na:1\nc: 3\n",
        "2:3",
        "yaml-syntax",
        "A space is missing behind `a:`.",
        "Write `a: 1`.",
    ),
    (
        "a:1\nb: 2\n",
        "1:3",
        "yaml-syntax",
        "A space is missing behind `a:`.",
        "Write `a: 1`.",
    ),
    (
        "a: - x\n",
        "1:4",
        "yaml-syntax",
        "A list that begins with `- ` starts on a line of its own.",
        None,
    ),
    (
        "a: 1\nb:\n  c: 2\nc: 3\na: 2\n",
        "5:1",
        "yaml-duplicate",
        "`a` is written twice: it stands on line 1 already.",
        "Keep one of the two.",
    ),
    (
        "200: x\n'200': y\n",
        "2:1",
        "yaml-duplicate",
        "`200` is written twice: it stands on line 1 already.",
        "Keep one of the two.",
    ),
    (
        "? [a, b]\n: c\n",
        "1:3",
        "yaml-key",
        "A key is a single word, not a list.",
        None,
    ),
    (
        ": c\n",
        "1:1",
        "yaml-key",
        "The key before this `:` is missing.",
        None,
    ),
    (
        "a: &x { k: 1 }\nb:\n  <<: *x\n",
        "3:3",
        "yaml-key",
        "YAML 1.2 has no merge key `<<`.",
        "Write the keys out here.",
    ),
    (
        "a: 1\n---\nb: 2\n",
        "2:1",
        "yaml-documents",
        "A second document begins here.",
        "Remove the `---`, or move what follows to a file of its own.",
    ),
    (
        "a: x\x00\n",
        "1:5",
        "not-text",
        "The character U+0000 cannot stand in YAML.",
        'Remove it, or write it as `"\\u0000"` in double quotes.',
    ),
    (
        "# a\u2028b: c\n",
        "1:4",
        "not-text",
        "The character U+2028 cannot stand in YAML.",
        'Remove it, or write it as `"\\u2028"` in double quotes.',
    ),
    (
        "a: \ud83d\n",
        "1:4",
        "not-text",
        "The character U+D83D cannot stand in YAML.",
        'Remove it, or write it as `"\\ud83d"` in double quotes.',
    ),
]


def told(place: str, code: str, message: str, hint: str | None) -> str:
    line = f"f:{place}: error {code}: {message}"
    return f"{line}\n    {hint}" if hint else line


@pytest.mark.parametrize(
    ("written", "place", "code", "message", "hint"), SLIPS, ids=[repr(slip[0]) for slip in SLIPS]
)
def test_a_slip_is_told_once_in_its_place_with_what_would_be_right(
    written: str, place: str, code: str, message: str, hint: str | None
) -> None:
    assert read(written)[1] == [told(place, code, message, hint)]


def test_a_tag_that_swallows_a_bracket_is_told_as_a_tag() -> None:
    _, said = read("[!x]\n")
    assert said == ["f:1:2: error yaml-tag: `!x` is read as a YAML tag: quote this expression."]


def test_a_proposed_line_is_read_without_a_slip() -> None:
    proposed = [
        hint.removeprefix("Write `").removesuffix("`.")
        for _, _, code, _, hint in SLIPS
        if code in ("yaml-quote", "yaml-tag", "yaml-syntax") and hint and hint.startswith("Write")
    ]
    assert len(proposed) > 20
    for line in proposed:
        assert read(f"{line}\n")[1] == [], line


def test_all_slips_of_a_file_are_told_and_the_rest_of_it_is_read() -> None:
    node, said = read('a: x: y\nb:\n  c: "vip" in tags\n  d: 1\ne: !f\nd: "\\s"\ng: 2\ng: 3\n')
    assert [line.split(": ")[0] for line in said] == ["f:1:5", "f:3:6", "f:5:4", "f:6:5", "f:8:1"]
    assert isinstance(node, Mapping)
    assert plain(node)["a"] == "x: y"  # type: ignore[index]
    assert plain(node)["b"] == {"c": '"vip" in tags', "d": 1}  # type: ignore[index]
    assert plain(node)["e"] == "!f"  # type: ignore[index]


def test_endless_slips_end() -> None:
    _, said = read("".join(f"k{number}: a: b\n" for number in range(1000)))
    assert len(said) == reading.MOST_SLIPS


def test_the_parser_without_libyaml_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "Loader", pyyaml.SafeLoader)
    for written, place, code, message, hint in SLIPS:
        assert read(written)[1] == [told(place, code, message, hint)], written


# -- bounds


def billion_laughs() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (billion_laughs, "yaml-nesting"),
        (lambda: "[" * 100_000, "yaml-nesting"),
        (lambda: "[\n" * 100_000, "yaml-nesting"),
        (lambda: "{a: " * 100_000, "yaml-nesting"),
        (lambda: "- " * 100_000, "yaml-nesting"),
        (lambda: "\n".join(" " * depth + "a:" for depth in range(500)), "yaml-nesting"),
        (lambda: "a: x\n" * 1_100_000, "file-too-large"),
        (lambda: "[" + "a," * 25_000 + "]", "yaml-nesting"),
        (lambda: "a: &a [1]\n" + "x: " + "&b [" * 60 + "1" + "]" * 60 + f"\ny: {'[' * 60}*b", ""),
    ],
)
def test_what_is_too_large_or_too_deep_is_refused(
    written: Callable[[], str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_NODES", 20_000)
    node, said = read(written())
    assert node is None
    assert len(said) == 1
    assert f" {code}" in said[0]


def test_a_long_line_full_of_hashes_and_quotes_takes_no_time() -> None:
    _, said = read("a: !x '" + " # \" '" * 100_000)
    assert len(said) == 1


# -- nothing raises

YAML_ALPHABET = st.sampled_from([*"abx:- #\n\n  \t\"'[]{},&*!|>%@`?\\~<=0.1eé\r\ufeff", ": ", "- "])


@given(st.lists(YAML_ALPHABET, max_size=60).map("".join))
def test_any_text_gives_a_node_or_a_report(written: str) -> None:
    node, said = read(written)
    assert node is not None or said
    if node is not None:
        visit(node, written.splitlines() or [""])


def visit(node: Node, lines: list[str]) -> None:
    assert node.place.line <= len(lines) + 1
    if isinstance(node, Mapping):
        for entry in node:
            visit(entry.key, lines)
            visit(entry.value, lines)
    elif isinstance(node, Sequence):
        for item in node:
            visit(item, lines)
    else:
        text = node.as_text()
        trailing_comment(node)
        cut_short(node)
        for at in range(len(text.value) + 1):
            place = text.place(at)
            assert place >= node.place or not node.quoted
