"""What an author reads after a slip: exactly this, once, at its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_bundles import BASE, FOLDERS, HERE, checked, said

from specwright.diagnostic import Code

SEVERAL = {
    "stated-otherwise",  # at both places
    "hook-signature",  # both places are told
    "unknown-operation-without-an-id",  # two files speak of the operation
}


def codes_in(folder: Path) -> Iterator[str]:
    for line in (folder / "expected.txt").read_text("utf-8").splitlines()[:-1]:
        if not line.startswith(" "):
            yield line.split(": ")[1].split(" ")[1]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_bundle_is_told_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    assert said(folder, tmp_path) == (folder / "expected.txt").read_text("utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_one_slip_gives_one_diagnostic_after_which_its_folder_is_named(folder: Path) -> None:
    found = list(codes_in(folder))
    assert len(found) == (2 if folder.name in SEVERAL else 1)
    named = [code for code in Code if f"{folder.name}-".startswith(f"{code}-")]
    assert max(named, key=len) in found


def test_the_good_bundle_has_nothing_wrong() -> None:
    assert checked(BASE) == "Nothing wrong.\n"


def test_every_code_is_given_by_some_bundle() -> None:
    given = {code for folder in FOLDERS for code in codes_in(folder)}
    assert sorted(given) == sorted(Code)


def test_every_folder_has_its_messages() -> None:
    folders = {path for path in HERE.iterdir() if path.is_dir() and path.name[0] not in "_."}
    assert folders == set(FOLDERS)
