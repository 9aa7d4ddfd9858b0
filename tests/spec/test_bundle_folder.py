"""The folder as a whole: the canonical bundles, strangers' bundles, and missing files."""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specwright.cli.folder import read_folder
from specwright.diagnostic import Code, Diagnostic, Level, Place, Report
from specwright.spec import Bundle, read_bundle
from specwright.spec.syntax import Word
from specwright.spec.text import Text
from specwright.tree import Tree

ROOT = Path(__file__).parents[2]
WILD = ROOT.parent / "shared" / "bundles" / "wild"


def _files(folder: Path) -> Tree:
    report = Report()
    files = read_folder(folder, report)
    assert not report.failed
    return files


ORDERS = _files(ROOT / "examples" / "orders")
TASKBOARD = _files(ROOT / "examples" / "taskboard")


def read(files: Mapping[str, str], name: str = "001-orders") -> tuple[Bundle, list[Diagnostic]]:
    report = Report()
    bundle = read_bundle(name, Tree(files), report)
    return bundle, list(report)


def told(found: list[Diagnostic]) -> list[str]:
    return [f"{f.place} {f.level} {f.code}: {f.message} | {f.hint}" for f in found]


def without(path: str) -> dict[str, str]:
    return {other: text for other, text in ORDERS.items() if other != path}


# -- the canonical bundles


def test_every_file_of_orders_is_in_its_bundle() -> None:
    bundle, found = read(ORDERS)
    assert found == []
    assert bundle.name == "orders"
    assert bundle.specification.title == "Order processing"
    assert len(bundle.specification.scenarios) == 10
    assert [str(table.name) for table in bundle.data_model.tables] == [
        "users", "products", "orders", "order_lines",
    ]  # fmt: skip
    (diagram,) = bundle.data_model.diagrams
    assert str(diagram.heading) == "Order lifecycle"
    assert bundle.contract is not None
    assert len(bundle.contract.operations) == 13
    assert list(bundle.clients) == ["payments"]
    assert [str(name) for name, _ in bundle.rules.operations] == [
        "createOrder", "placeOrder", "payOrder", "cancelOrder", "receivePaymentEvent",
    ]  # fmt: skip
    assert bundle.service.auth is not None


def test_every_file_of_taskboard_is_in_its_bundle() -> None:
    bundle, found = read(TASKBOARD, "002-taskboard")
    assert found == []
    assert bundle.name == "taskboard"
    assert len(bundle.specification.scenarios) == 12
    assert len(bundle.data_model.diagrams) == 1
    assert bundle.contract is not None
    assert bundle.clients == {}
    assert bundle.rules.tenant is not None


def test_the_order_of_files_changes_nothing() -> None:
    assert read(dict(reversed(list(ORDERS.items()))))[0] == read(ORDERS)[0]


@pytest.mark.parametrize("files", [ORDERS, TASKBOARD], ids=["orders", "taskboard"])
def test_every_word_and_expression_stands_where_it_says(files: Tree) -> None:
    bundle = read(files)[0]
    checked = 0
    for value, place in _placed((bundle.specification, bundle.rules, bundle.service)):
        first = value.split("\n", 1)[0]
        line = files[place.file].split("\n")[place.line - 1]
        assert line[place.column - 1 :].startswith(first), (value, place)
        checked += 1
    assert checked > 120


def _placed(value: object) -> Iterator[tuple[str, Place]]:
    if isinstance(value, Word):
        yield value.value, value.place
    elif isinstance(value, Text):
        yield value.value, value.place(0)
    elif isinstance(value, tuple):
        for item in value:
            yield from _placed(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _placed(getattr(value, field.name))


# -- which file holds what


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("001-orders", "orders"),
        ("20261121-103000-orders", "orders"),
        ("orders", "orders"),
        ("001-", "001-"),
        ("3d-print", "3d-print"),
        ("v2-orders", "v2-orders"),
    ],
)
def test_a_bundle_has_the_name_of_its_folder_without_the_number(folder: str, name: str) -> None:
    assert read(ORDERS, folder)[0].name == name


DATA_MODEL = "Write the tables there in DBML, in a block that begins with ```dbml."
RULES = (
    "Say there who may do what, in a table that begins with `| operation | anyone |`, with a row for "
    "`registerUser`, `login`, `refresh`, `listProducts`, `getProduct` and 8 more."
)
CONTRACT = "Describe the operations there in OpenAPI 3.1."


@pytest.mark.parametrize(
    ("path", "hint"),
    [("data-model.md", DATA_MODEL), ("rules.md", RULES), ("contracts/openapi.yaml", CONTRACT)],
)
def test_what_a_backend_needs_is_asked_for(path: str, hint: str) -> None:
    level = "open" if path == "rules.md" else "error"
    missing = f"{path}:1:1 {level} missing-file: `{path}` is missing. | {hint}"
    empty = f"{path}:1:1 {level} empty-file: `{path}` is empty. | {hint}"
    assert told(read(without(path))[1]) == [missing]
    assert told(read({**ORDERS, path: " \n\n"})[1]) == [empty]


@pytest.mark.parametrize("path", ["spec.md", "plan.md"])
def test_a_bundle_may_lack_its_stories_and_its_plan(path: str) -> None:
    assert told(read(without(path))[1]) == []
    assert told(read({**ORDERS, path: ""})[1]) == [
        f"{path}:1:1 open empty-file: `{path}` is empty. | Fill it, or delete it."
    ]


def test_a_file_that_is_all_but_called_so_is_named() -> None:
    files = {**without("rules.md"), "Rules.md": ORDERS["rules.md"]}
    assert told(read(files)[1]) == [
        "rules.md:1:1 open missing-file: `rules.md` is missing. | Rename `Rules.md` to `rules.md`."
    ]


def test_endpoints_in_prose_are_no_contract() -> None:
    files = {**without("contracts/openapi.yaml"), "contracts/cart-api.md": "## POST /carts\n"}
    assert told(read(files)[1]) == [
        (
            "contracts/openapi.yaml:1:1 error missing-file: `contracts/openapi.yaml` is missing. "
            "| `contracts/cart-api.md` is read by people only: describe its operations in "
            "OpenAPI 3.1."
        )
    ]


def test_files_without_their_blocks_say_what_to_write() -> None:
    files = {**ORDERS, "data-model.md": "# Data\n", "rules.md": "# Rules\n"}
    assert told(read(files)[1]) == [
        (
            "data-model.md:1:1 error missing-block: `data-model.md` has no `dbml` block, "
            "so there are "
            f"no tables. | {DATA_MODEL}"
        ),
        (
            "rules.md:1:1 open missing-block: `rules.md` has no access table, so nobody may do "
            f"anything. | {RULES}"
        ),
    ]


def test_architecture_stands_in_for_the_plan() -> None:
    files = {**without("plan.md"), "architecture.md": ORDERS["plan.md"]}
    bundle, found = read(files)
    assert found == []
    assert bundle.service.auth is not None


def test_the_only_openapi_document_is_the_contract_whatever_it_is_called() -> None:
    contract = ORDERS["contracts/openapi.yaml"]
    for name in ("rest-api.yaml", "openapi.yml", "leave.openapi.yaml"):
        files = without("contracts/openapi.yaml") | {
            f"contracts/{name}": contract,
            "contracts/examples.json": '{"order": 1}',
        }
        bundle, found = read(files)
        assert found == []
        assert bundle.contract is not None
        assert bundle.contract.file == f"contracts/{name}"


def test_of_several_contracts_none_is_guessed() -> None:
    contract = ORDERS["contracts/openapi.yaml"]
    files = without("contracts/openapi.yaml") | {
        "contracts/b.yaml": contract, "contracts/a.json": '{"openapi": "3.1.0"}',
    }  # fmt: skip
    bundle, found = read(files)
    assert bundle.contract is None
    assert told(found) == [
        (
            "contracts/a.json:1:1 error declared-twice: A bundle has one contract, and here are 2: "
            "`contracts/a.json`, `contracts/b.yaml`. | Merge them into `contracts/openapi.yaml`."
        )
    ]


def test_a_client_has_the_contract_that_bears_its_name() -> None:
    payments = "contracts/clients/payments.openapi.yaml"
    assert told(read(without(payments))[1]) == [
        (
            "plan.md:24:3 error missing-file: The contract of the client `payments` is missing. "
            f"| Put its OpenAPI file at `{payments}`."
        )
    ]
    again = {**ORDERS, "contracts/clients/payments.yaml": ORDERS[payments]}
    assert told(read(again)[1]) == [
        (
            "contracts/clients/payments.yaml:1:1 error declared-twice: The client "
            "`payments` has two "
            f"contracts: `{payments}` is the other. | Keep one of the two."
        )
    ]


@pytest.mark.parametrize(
    ("path", "block", "home"),
    [
        ("spec.md", "dbml", "data-model.md"),
        ("rules.md", "gherkin", "spec.md"),
        ("plan.md", "yaml rules", "rules.md"),
        ("data-model.md", "yml service", "plan.md"),
    ],
)
def test_a_block_in_the_wrong_file_is_not_lost_in_silence(path: str, block: str, home: str) -> None:
    text = f"```{block}\n```\n\n{ORDERS[path]}"
    (found,) = read({**ORDERS, path: text})[1]
    assert (found.code, found.place) == (Code.UNREAD_BLOCK, Place(path, 1, 4))
    assert (found.message, found.hint) == (
        f"A `{block}` block is not read in `{path}`.",
        f"Move it to `{home}`.",
    )


def test_a_misspelt_notation_is_told_once() -> None:
    text = ORDERS["data-model.md"].replace("```dbml", "```dmbl")
    assert told(read({**ORDERS, "data-model.md": text})[1]) == [
        (
            "data-model.md:5:4 error unread-block: This block is not read: nothing here is called "
            "`dmbl`. | Did you mean `dbml`?"
        )
    ]


def test_open_questions_count_in_every_file() -> None:
    files = {p: f"[NEEDS CLARIFICATION: {p}?]\n\n{t}" for p, t in ORDERS.items() if p[-2:] == "md"}
    found = read({**ORDERS, **files})[1]
    assert [(f.place.file, f.level, f.code) for f in found] == [
        (path, Level.OPEN, Code.OPEN_QUESTION)
        for path in ("data-model.md", "plan.md", "rules.md", "spec.md")
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_no_place() -> None:
    files = {
        path: f"\ufeff{text}".replace("\n", "\r\n") if path.endswith(".md") else text
        for path, text in ORDERS.items()
    }
    bundle, found = read(files)
    assert found == []
    assert bundle.rules == read(ORDERS)[0].rules
    assert bundle.specification == read(ORDERS)[0].specification


# -- nasty input


@pytest.mark.skipif(not WILD.is_dir(), reason="the strangers' bundles are not here")
@pytest.mark.parametrize("folder", sorted(WILD.glob("*/*/")), ids=lambda path: str(path.name))
def test_strangers_bundles_are_read_and_told_what_is_missing(folder: Path) -> None:
    files = _files(folder)
    bundle, found = read(files, folder.name)
    assert bundle.specification.title
    assert {f.code for f in found if f.place.file.endswith(".md")} <= {
        Code.MISSING_FILE,
        Code.MISSING_BLOCK,
        Code.UNREAD_FACT,
        Code.STATED_OTHERWISE,
    }
    _check_places(files, found)


def _check_places(files: Mapping[str, str], found: list[Diagnostic]) -> None:
    for each in found:
        text = files.get(each.place.file, "").replace("\r\n", "\n").replace("\r", "\n")
        lines = text.removeprefix("\ufeff").split("\n")
        assert 1 <= each.place.line <= len(lines), each
        assert 1 <= each.place.column <= len(lines[each.place.line - 1]) + 1, each


SNIPPETS = st.sampled_from(
    (
        "`", "```", "```\n", "|", "\\|", "\t", "\r", "\r\n", "\n", "\n\n", "  ", "# ", "- ", "> ",
        "&a ", "*a", "!x ", "'", '"', '"""\n', "<b>", ": ", ":", "{", "}", "[", "]", "→", "**",
        "Examples:\n", "Scenario Outline: x\n", "Background:\n", "Feature:\n", "Given ", "And ",
        "# language: ja\n", "[NEEDS CLARIFICATION: x]", "\x00", "\u2028", "\x85", "🂡", "%", "~",
        "|a|b|\n|-|-|\n|c|\n", "each:", "when:", "else:", "null", "0", " #", "-->", "=== ",
    )
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 60), SNIPPETS | st.text(max_size=5)), max_size=4
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([(files, path) for files in (ORDERS, TASKBOARD) for path in files if
                     path.endswith(".md")]),
    EDITS,
)  # fmt: skip
def test_no_edit_of_a_bundle_makes_the_reader_stumble(
    chosen: tuple[Tree, str], edits: list[tuple[float, int, str]]
) -> None:
    files, path = chosen
    text = files[path]
    for where, gone, come in edits:
        at = int(where * len(text))
        text = text[:at] + come + text[at + gone :]
    edited = {**files, path: text}
    _check_places(edited, read(edited)[1])
