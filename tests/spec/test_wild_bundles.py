"""Bundles that strangers wrote: read in place, with questions in place of guesses."""

from pathlib import Path

import pytest

from specwright.build.compilation import understand
from specwright.cli.folder import bundles_at, read_folder
from specwright.diagnostic import Level, Report

WILD = Path(__file__).parents[2].parent / "shared" / "bundles" / "wild"
FOUND = [one for folder in sorted(WILD.glob("*/")) for one in bundles_at(folder)]
# The operations that the contract of each has, and the lines that keep the rest from being read.
OPERATIONS = {
    "001-backend-api": 17,
    "001-leave-management": 19,
    "001-stock-signal-api": 3,
    "002-customer-view": 25,
    "002-user-authentication": 8,
    "004-financial-system": 5,
}
ERRORS = {
    "001-event-management": ["yaml-quote", "contract-path"],  # they really are broken
    "001-order-management": ["missing-file"],  # their contract is Markdown
    "002-cart-management": ["missing-file"],
}

pytestmark = pytest.mark.skipif(not FOUND, reason="the strangers' bundles lie beside the project")


@pytest.mark.parametrize("folder", FOUND, ids=lambda folder: folder.name)
def test_a_strangers_bundle_is_understood_as_far_as_it_goes(folder: Path) -> None:
    report = Report()
    compiled = understand(folder.name, read_folder(folder, report), report)
    errors = [one.code.value for one in compiled.at(Level.ERROR)]
    assert errors == ERRORS.get(folder.name, [])
    if not errors:
        known = {one.id for one in compiled.model.operations}
        known |= {one.id for one in compiled.model.left_out}
        assert len(known) == OPERATIONS[folder.name]
