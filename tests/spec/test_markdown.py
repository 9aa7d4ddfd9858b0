import time

import pytest

from specwright.diagnostic import Code, Report
from specwright.spec.markdown import (
    MOST_CHARACTERS,
    Block,
    Fence,
    Grid,
    Heading,
    Paragraph,
    code_spans,
    read_markdown,
)
from specwright.spec.text import Text


def read(source: str) -> tuple[Block, ...]:
    report = Report()
    blocks = read_markdown(Text("a.md", source), report)
    assert list(report) == []
    return blocks


def one_fence(source: str) -> Fence:
    (fence,) = [block for block in read(source) if isinstance(block, Fence)]
    return fence


def one_grid(source: str) -> Grid:
    (grid,) = [block for block in read(source) if isinstance(block, Grid)]
    return grid


def cells(grid: Grid) -> list[list[str]]:
    return [[cell.value for cell in row] for row in grid.rows]


def places(row: tuple[Text, ...]) -> list[str]:
    return [str(cell.place(0)) for cell in row]


@pytest.mark.parametrize(
    ("source", "level", "title", "place"),
    [
        ("# A", 1, "A", "a.md:1:3"),
        ("\n##   B c  ##", 2, "B c", "a.md:2:6"),
        ("## # ##", 2, "#", "a.md:1:4"),
        ("- ### C", 3, "C", "a.md:1:7"),
        ("D\n===", 1, "D", "a.md:1:1"),
        ("> # E", 1, "E", "a.md:1:5"),
    ],
)
def test_a_heading_knows_its_level_and_place(
    source: str, level: int, title: str, place: str
) -> None:
    (heading,) = [block for block in read(source) if isinstance(block, Heading)]
    assert (heading.level, heading.title.value, str(heading.title.place)) == (level, title, place)


@pytest.mark.parametrize(
    ("source", "info", "body", "first", "last"),
    [
        ("```yaml rules\na: 1\nb: 2\n```", "yaml rules", "a: 1\nb: 2\n", "a.md:2:1", "a.md:3:4"),
        ("~~~  dbml\nx\n~~~~", "dbml", "x\n", "a.md:2:1", "a.md:2:1"),
        ("- b\n\n  ```x\n  a\n    b\n  ```", "x", "a\n  b\n", "a.md:4:3", "a.md:5:5"),
        ("  ```x\n  a\n b\n  ```", "x", "a\nb\n", "a.md:2:3", "a.md:3:2"),
        ("> ```x\n> a\n> b\n> ```", "x", "a\nb\n", "a.md:2:3", "a.md:3:3"),
        ("```x\r\na\r\nb\r\n```\r\n", "x", "a\nb\n", "a.md:2:1", "a.md:3:1"),
        ("````x\n```\n````", "x", "```\n", "a.md:2:1", "a.md:2:3"),
    ],
)
def test_the_body_of_a_fence_stands_where_it_was_written(
    source: str, info: str, body: str, first: str, last: str
) -> None:
    fence = one_fence(source)
    assert (fence.info.value, fence.body.value) == (info, body)
    assert str(fence.body.place(0)) == first
    assert str(fence.body.place(len(body.rstrip("\n")) - 1)) == last


def test_a_fence_has_the_nearest_heading_above() -> None:
    fence = one_fence("# A\n## Order lifecycle\ntext\n```mermaid\n```\n# B")
    assert fence.heading is not None
    assert fence.heading.value == "Order lifecycle"
    assert str(fence.heading.place) == "a.md:2:4"


def test_an_empty_fence_stands_on_its_own_line() -> None:
    assert str(one_fence("a\n\n```dbml\n```").body.place(0)) == "a.md:3:8"


def test_a_fence_that_is_never_closed_is_reported() -> None:
    report = Report()
    read_markdown(Text("a.md", "text\n\n  ```yaml rules\na: 1\n# B\n"), report)
    (found,) = report
    assert (found.code, str(found.place)) == (Code.UNCLOSED_FENCE, "a.md:3:3")


def test_what_is_commented_out_or_indented_as_code_is_no_block() -> None:
    assert read("<!--\n```yaml rules\na: 1\n```\n-->\n\n    ```dbml\n    ```\n") == ()


def test_cells_stand_where_they_were_written() -> None:
    grid = one_grid("| a   | b |\n|-----|:-:|\n|  x y|`z`|\n")
    assert places(grid.header) == ["a.md:1:3", "a.md:1:9"]
    assert cells(grid) == [["x y", "`z`"]]
    assert places(grid.rows[0]) == ["a.md:3:4", "a.md:3:8"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("| x | y |", ["x", "y"]),
        ("x | y", ["x", "y"]),
        ("| x |   |", ["x", ""]),
        ("|| y |", ["", "y"]),
        ("| `a || b` | y |", ["`a || b`", "y"]),
        ("| ``a ` || b`` | y |", ["``a ` || b``", "y"]),
        (r"| a \| b | y |", ["a | b", "y"]),
        (r"| `a \|\| b` | y |", ["`a || b`", "y"]),
        ("| a ` b | c ` d |", ["a ` b", "c ` d"]),  # stray backticks swallow no pipe
        ("| x |", ["x"]),
        ("| x | y | z |", ["x", "y", "z"]),
    ],
)
def test_a_pipe_in_code_or_behind_a_backslash_ends_no_cell(row: str, expected: list[str]) -> None:
    assert cells(one_grid(f"| a | b |\n|---|---|\n{row}\n")) == [expected]


def test_characters_behind_an_escaped_pipe_keep_their_places() -> None:
    grid = one_grid("| a | b |\n|---|---|\n| `x \\|\\| y` | z |")
    ((span,), prose) = code_spans(grid.rows[0][0])
    assert (span.value, prose) == ("x || y", "")
    assert [str(span.place(at)) for at in (0, 2, 3, 5)] == [
        "a.md:3:4", "a.md:3:7", "a.md:3:9", "a.md:3:11",
    ]  # fmt: skip
    assert str(span.part(5, 6).place(0)) == "a.md:3:11"


def test_a_table_may_stand_in_a_list_or_a_quotation() -> None:
    grid = one_grid("- x\n\n  | a | b |\n  |---|---|\n  | c | d |\n")
    assert places(grid.rows[0]) == ["a.md:5:5", "a.md:5:9"]
    quoted = one_grid("> | a | b |\n> |---|---|\n> | c | d |\n")
    assert places(quoted.rows[0]) == ["a.md:3:5", "a.md:3:9"]


def test_items_have_their_numbers_and_the_places_of_all_their_lines() -> None:
    blocks = read("1. one\n2) two\n\n- three\n  more\n   - four\n\n   five\n")
    found = [block for block in blocks if isinstance(block, Paragraph)]
    assert [(p.text.value, p.is_item, p.number) for p in found] == [
        ("one", True, 1), ("two", True, 2), ("three\nmore", True, None), ("four", True, None),
        ("five", False, None),
    ]  # fmt: skip
    assert str(found[2].text.place(len("three\n"))) == "a.md:5:3"
    assert str(found[3].text.place(0)) == "a.md:6:6"


@pytest.mark.parametrize(
    ("value", "spans", "prose"),
    [
        ("`a`, `b`", ["a", "b"], ","),
        ("`` a`b `` c", ["a`b"], "c"),
        ("`a", [], "`a"),
        ("``", [], "``"),
        ("", [], ""),
    ],
)
def test_code_spans_are_told_from_prose(value: str, spans: list[str], prose: str) -> None:
    found, rest = code_spans(Text("a.md", value))
    assert ([span.value for span in found], rest) == (spans, prose)


def test_a_file_without_end_is_refused_with_one_sentence() -> None:
    report = Report()
    assert read_markdown(Text("a.md", "# a\n" * MOST_CHARACTERS), report) == ()
    assert [found.code for found in report] == [Code.FILE_TOO_LARGE]


@pytest.mark.parametrize(
    "source",
    [
        "[a]: b\n" * 8_000,
        "[a\n" * 20_000,
        "> " * 20_000,
        "- " * 20_000,
        "|a|\n|-|\n|" + "`" * 60_000,
        "|a|\n|-|\n|" + " ".join("`" * length for length in range(300)),
        "|" + "a|" * 8_000 + "\n|" + "-|" * 8_000,
        "<!--\n" * 12_000,
        "`" * 60_000,
    ],
    ids=lambda source: source[:12],
)
def test_a_hostile_file_is_read_soon(source: str) -> None:
    begun = time.process_time()
    read_markdown(Text("a.md", source), Report())
    assert time.process_time() - begun < 20  # quadratic time would be minutes
