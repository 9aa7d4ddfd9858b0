"""Whole bundles, as people write them: each builds, lints, and passes the tests emitted for it."""

from pathlib import Path

import pytest

from specwright.build import compile_bundle
from specwright.cli.folder import read_folder
from specwright.diagnostic import Report
from specwright.gates.tidy import tidy
from tests.drawn.checking import check, put

BUNDLES = Path(__file__).parent / "whole"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bundle", sorted(BUNDLES.iterdir()), ids=lambda bundle: bundle.name)
def test_a_bundle_builds_and_its_tests_pass(bundle: Path, tmp_path: Path) -> None:
    report = Report()
    found = compile_bundle(bundle.name, read_folder(bundle, report), report, tidy=tidy)
    assert [str(one) for one in report] == []
    assert found.backend is not None
    put(found.backend.tree, tmp_path)
    check(tmp_path)
