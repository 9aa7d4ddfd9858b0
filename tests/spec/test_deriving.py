"""Half a bundle, and what `fmt --canonical` adds to it.

After a change, `python tests/spec/test_deriving.py` rewrites what is expected, for review.
"""

import sys
from pathlib import Path

import pytest

from specwright.build import compile_bundle
from specwright.diagnostic import Level, Report
from specwright.spec.canonical import canonical
from specwright.tree import Tree

HERE = Path(__file__).parent / "deriving"
FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures"
TABLES = {"data-model.md": (HERE / "from-tables" / "data-model.md").read_text("utf-8")}
CONTRACT = {"contracts/openapi.yaml": (HERE / "from-contract" / "contract.yaml").read_text("utf-8")}
HALVES = {"from-tables": TABLES, "from-contract": CONTRACT}


def added(half: str) -> dict[str, str]:
    return canonical("library", Tree(HALVES[half]), Report())


def expected(half: str) -> dict[str, Path]:
    return {name: HERE / half / f"expected-{name.replace('/', '-')}" for name in added(half)}


@pytest.mark.parametrize("half", HALVES)
def test_what_a_bundle_lacks_is_derived(half: str) -> None:
    found = added(half)
    assert len(found) == 2
    for name, path in expected(half).items():
        assert found[name] == path.read_text("utf-8")


@pytest.mark.parametrize("half", HALVES)
def test_once_it_is_there_nothing_more_is_added(half: str) -> None:
    whole = Tree({**HALVES[half], **added(half)})
    assert canonical("library", whole, Report()) == {}


def test_tables_alone_give_a_backend_once_it_is_said_who_may() -> None:
    files = {**TABLES, **added("from-tables")}
    files["rules.md"] = (
        files["rules.md"].replace("?", " ").replace("|           |", "| yes       |")
    )
    files["plan.md"] = "```yaml service\nauth:\n  users: Member\n```\n"
    compiled = compile_bundle("library", Tree(files), Report())
    assert compiled.at(Level.ERROR) == ()
    assert [one.id for one in compiled.model.operations if one.domain == "loans"] == [
        "listLoans",
        "createLoan",
        "getLoan",
        "updateLoan",
        "deleteLoan",
        "returnLoan",
    ]


@pytest.mark.skipif(not FIXTURES.exists(), reason="the fixtures lie beside the project")
def test_a_contract_of_strangers_tells_its_tables() -> None:
    text = (FIXTURES / "petclinic" / "openapi.yml").read_text("utf-8")
    found = canonical("petclinic", Tree({"contracts/openapi.yml": text}), Report())
    for line in (
        "Table owners {",
        "Ref pets: pets.owner_id > owners.id",
        "Table vet_specialties {",
    ):
        assert line in found["data-model.md"]


def main() -> None:
    for half in HALVES:
        for name, path in expected(half).items():
            path.write_text(added(half)[name], "utf-8")


if __name__ == "__main__":
    sys.exit(main())
