"""Bundles that strangers wrote for other tools: never a crash, and sentences that help."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from specwright.cli import main

SHARED = Path(__file__).parents[3] / "shared"
PETCLINIC = SHARED / "fixtures" / "petclinic"


def _bundles() -> Iterator[Path]:
    yield from sorted(path.parent for path in (SHARED / "bundles" / "wild").glob("*/*/spec.md"))
    if PETCLINIC.exists():
        yield PETCLINIC


BUNDLES = tuple(_bundles())  # none of them where the project stands alone


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_strangers_bundle_is_read_without_a_crash(
    command: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([command, str(bundle)])
    said = capsys.readouterr()
    assert code in (0, 1)
    assert said.err == ""
    assert "`rules.md` is missing." in said.out


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_a_strangers_bundle_is_not_drowned_in_diagnostics(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(bundle)])
    found = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert len(found) < 60
