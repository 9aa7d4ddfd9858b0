import json

import pytest

from specwright.build import manifest
from specwright.build.manifest import Entry, Manifest
from specwright.workflow import Refusal

FULL = Manifest(
    "0.1.0",
    "orders",
    {"b.py": Entry("2" * 64), "a/é.py": Entry("1" * 64, ("orders.tables.orders",))},
    ("README.md",),
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert manifest.read(manifest.written(FULL)) == FULL


def test_it_says_which_files_are_hand_written() -> None:
    found = Manifest("0", "b", yours=("backend/orders/hooks.py",))
    assert manifest.read(manifest.written(found)) == found
    assert json.loads(manifest.written(found))["yours"] == ["backend/orders/hooks.py"]


def test_it_has_a_line_for_each_file_in_the_order_of_paths() -> None:
    lines = [line.strip().partition(":")[0] for line in manifest.written(FULL).splitlines()]
    assert lines[1:] == [
        *('"specwright"', '"bundle"', '"ejected"', '"files"'),
        *('"a/é.py"', '"b.py"', "}", "}"),
    ]


def test_one_without_files_is_json_too() -> None:
    assert json.loads(manifest.written(Manifest("0", "b")))["files"] == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"files": 1, "ejected": [], "specwright": "", "bundle": ""}',
        '{"files": {"a": {"sha256": 1, "from": []}}, "ejected": [], "specwright": "", "bundle": ""}',
        '{"files": {}, "ejected": ["../a"], "specwright": "", "bundle": ""}',
        '{"files": {"/etc/passwd": {"sha256": "", "from": []}}, "ejected": [], "specwright": "", "bundle": ""}',
        '{"files": {"a//b": {"sha256": "", "from": []}}, "ejected": [], "specwright": "", "bundle": ""}',
    ],
)
def test_a_damaged_manifest_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(Refusal, match="Take it back from version control"):
        manifest.read(text)
