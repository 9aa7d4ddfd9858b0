"""A contract of strangers, and nothing else: what is derived from it builds, and its tests pass."""

import re
from pathlib import Path

import pytest

from specwright.build import compile_bundle
from specwright.diagnostic import Level, Report
from specwright.gates.tidy import tidy
from specwright.spec.canonical import canonical
from specwright.tree import Tree
from tests.drawn.checking import check, put

CONTRACT = Path(__file__).parents[2].parent / "shared" / "fixtures" / "petclinic" / "openapi.yml"

pytestmark = pytest.mark.slow


def test_petclinic_builds_from_its_contract(tmp_path: Path) -> None:
    files = {"contracts/openapi.yaml": CONTRACT.read_text("utf-8")}
    derived = canonical("petclinic", Tree(files), Report())
    rules = re.sub(r"\| \?(?= )", "| yes", derived["rules.md"])
    report = Report()
    found = compile_bundle(
        "petclinic", Tree({**files, **derived, "rules.md": rules}), report, tidy=tidy
    )
    assert not [str(one) for one in report if one.level is Level.ERROR]
    assert found.backend is not None
    assert len(found.model.operations) == 32
    put(found.backend.tree, tmp_path)
    check(tmp_path)
