import os
from pathlib import Path

import pytest

from specwright.cli import main
from specwright.cli.folder import DEEPEST, LARGEST, MOST_FILES, bundles_at, read_folder
from specwright.diagnostic import Code, Report
from specwright.tree import Tree


def read(folder: Path) -> tuple[Tree, list[str]]:
    report = Report()
    files = read_folder(folder, report)
    return files, [f"{found.place} {found.code}: {found.message}" for found in report]


def test_the_texts_of_a_bundle_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for path in ("spec.md", "contracts/clients/pay.json", "contracts/a.yml", "rules.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    files, said = read(tmp_path)
    assert list(files.items()) == [
        (path, path)
        for path in ("contracts/a.yml", "contracts/clients/pay.json", "rules.md", "spec.md")
    ]
    assert said == []


def test_hidden_files_and_other_endings_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for path in (".git/a.md", ".hidden.md", "a.py", "b.png", "MD"):
        (tmp_path / path).write_bytes(b"\xff\xfe")
    assert read(tmp_path) == (Tree({}), [])


def test_a_byte_order_mark_and_windows_line_ends_leave_no_trace(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf# A\r\nb\r\n")
    assert read(tmp_path) == (Tree({"a.md": "# A\nb\n"}), [])


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"ab\nc\xc3\xa4\xff", "a.md:2:3"), (b"\xff\xfea\x00", "a.md:1:1"), (b"a\n\x00", "a.md:2:1")],
)
def test_what_is_no_text_is_told_with_its_place(tmp_path: Path, content: bytes, place: str) -> None:
    (tmp_path / "a.md").write_bytes(content)
    (tmp_path / "b.md").write_text("b")
    assert read(tmp_path) == (
        Tree({"b.md": "b"}),
        [f"{place} not-text: `a.md` is no text in UTF-8."],
    )


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a" * (LARGEST + 1))
    assert read(tmp_path) == (
        Tree({}),
        ["a.yaml:1:1 file-too-large: `a.yaml` is larger than 5 MB, so it was not read."],
    )


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    bundle, outside = tmp_path / "bundle", tmp_path / "outside"
    bundle.mkdir()
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    (bundle / "a.md").symlink_to(outside / "secret.md")
    (bundle / "b.md").symlink_to("../outside/secret.md")
    (bundle / "contracts").symlink_to(outside)
    assert read(bundle) == (
        Tree({}),
        [
            f"{name}:1:1 leaves-folder: `{name}` is a link to a place outside of the bundle."
            for name in ("a.md", "b.md", "contracts")
        ],
    )


def test_a_link_inside_the_folder_is_followed_and_a_bundle_may_be_one(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "a.md").write_text("a")
    (bundle / "b.md").symlink_to("a.md")
    (tmp_path / "link").symlink_to(bundle)
    assert read(tmp_path / "link") == (Tree({"a.md": "a", "b.md": "a"}), [])


def test_links_that_lead_nowhere_or_to_themselves_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("a.md")
    (tmp_path / "b.md").symlink_to("gone.md")
    files, said = read(tmp_path)
    assert files == Tree({})
    assert [line.split(" ")[0] for line in said] == ["a.md:1:1", "b.md:1:1"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert read(tmp_path) == (
        Tree({}),
        ["a.md:1:1 unreadable-file: `a.md` is no ordinary file."],
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_must_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    (tmp_path / "a.md").chmod(0)
    (_, said) = read(tmp_path)
    assert said == ["a.md:1:1 unreadable-file: `a.md` was not read: Permission denied."]


def test_a_name_that_no_path_can_bear_is_told(tmp_path: Path) -> None:
    (tmp_path / "a\\b.md").write_text("a")
    (tmp_path / "c\nd.md").write_text("a")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).write_text("a")
    report = Report()
    assert read_folder(tmp_path, report) == Tree({})
    assert [found.code for found in report] == [Code.NOT_TEXT] * 3
    assert all(str(found).isascii() for found in report)


def test_too_many_files_are_no_bundle(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number:04}.md").touch()
    files, said = read(tmp_path)
    assert len(files) == MOST_FILES
    assert said == [
        (
            f"{MOST_FILES:04}.md:1:1 too-many-files: "
            f"This folder has more than {MOST_FILES} files; the rest was not read."
        )
    ]


def test_what_lies_too_deep_is_left_out(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefgh")
    deep.mkdir(parents=True)
    (deep / "a.md").write_text("a")
    (tmp_path.joinpath(*"abcdefgh"[:DEEPEST]) / "b.md").write_text("b")
    assert list(read(tmp_path)[0]) == ["a/b/c/d/e/b.md"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    for path, found in ((tmp_path / "gone", "does not exist"), (tmp_path / "a.md", "is no folder")):
        assert read(path) == (Tree({}), [f"{path}:1:1 missing-file: `{path}` {found}."])


def test_a_bundle_is_found_where_spec_kit_keeps_it(tmp_path: Path) -> None:
    assert bundles_at(tmp_path) == []
    feature = tmp_path / ".specify" / "specs" / "001-notes"
    feature.mkdir(parents=True)
    (feature / "spec.md").write_text("# Notes\n")
    assert bundles_at(tmp_path) == [feature]
    for name in ("002-b", "001-a"):
        (tmp_path / "specs" / name / "contracts").mkdir(parents=True)
    assert bundles_at(tmp_path) == [tmp_path / "specs" / "001-a", tmp_path / "specs" / "002-b"]
    (tmp_path / "data-model.md").write_text("# Model\n")
    assert bundles_at(tmp_path) == [tmp_path]


def test_of_several_bundles_one_has_to_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("001-a", "002-b"):
        (tmp_path / "specs" / name / "contracts").mkdir(parents=True)
    assert main(["check", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"specwright: `{tmp_path}` holds 2 bundles: ")


def test_links_lead_to_no_bundle(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    (far / "spec.md").write_text("# Far\n")
    near = tmp_path / "near" / "specs"
    near.mkdir(parents=True)
    (near / "001-far").symlink_to(far)
    assert bundles_at(tmp_path / "near") == []
