"""Whatever is drawn compiles, to the same bytes each time, to a backend that passes all checks.

`DRAWN=200` draws as many bundles; `DRAWN_FROM=1000` begins at another seed. Where `DATABASE_URL`
names a server, the emitted tests run on it; else on one that is started for all of them.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from specwright.build import Compiled, compile_bundle
from specwright.diagnostic import Level, Report
from specwright.gates.tidy import tidy
from specwright.tree import Tree
from tests.drawn.checking import BIN, check, put, run
from tests.drawn.dice import FEATURES
from tests.drawn.generator import draw
from tests.postgres import running

pytestmark = pytest.mark.slow

FIRST = int(os.environ.get("DRAWN_FROM", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("DRAWN", "20")))
REPEATED = SEEDS[:3]
CASES = Path(__file__).parent / "cases.json"
HERE = Path(__file__).parents[2]
IN_ANOTHER_PROCESS = """
import sys
from specwright.build import compile_bundle
from specwright.diagnostic import Report
from specwright.tree import Tree
from tests.drawn.generator import draw
files = draw(int(sys.argv[1]))
shuffled = Tree({path: files[path] for path in reversed(list(files))})
print(compile_bundle("drawn", shuffled, Report()).backend.tree.digest)
"""


@dataclass(frozen=True)
class Case:
    """A bundle that once showed a bug; `shows` says which."""

    shows: str
    seed: int
    entities: int | None
    forced: tuple[str, ...]
    barred: tuple[str, ...]


def cases() -> Iterator[Case]:
    for one in json.loads(CASES.read_text("utf-8")):
        yield Case(
            one["shows"],
            one["seed"],
            one.get("entities"),
            tuple(one.get("forced", ())),
            tuple(one.get("barred", ())),
        )


def compiled(files: Tree, *, tidied: bool = False) -> Compiled:
    return compile_bundle("drawn", files, Report(), **({"tidy": tidy} if tidied else {}))


@cache
def drawn(seed: int) -> Tree:
    return whole(draw(seed))


def whole(files: Tree) -> Tree:
    found = compiled(files, tidied=True)
    assert found.at(Level.ERROR) == ()
    assert found.backend is not None
    return found.backend.tree


@pytest.mark.parametrize("seed", REPEATED)
def test_another_process_compiles_the_same_bytes(seed: int) -> None:
    tree = compiled(draw(seed)).backend
    assert tree is not None
    for hash_seed in ("0", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(HERE)}
        done = subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS, str(seed)],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == tree.tree.digest


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.mark.parametrize("seed", SEEDS)
def test_a_backend_lints_and_its_tests_pass(seed: int, tmp_path: Path, server: str) -> None:
    put(drawn(seed), tmp_path)
    check(tmp_path, server)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.shows)
def test_what_was_put_right_stays_so(case: Case, tmp_path: Path, server: str) -> None:
    files = draw(case.seed, case.entities, forced=case.forced, barred=case.barred)
    put(whole(files), tmp_path)
    check(tmp_path, server)


def test_all_backends_type_check(tmp_path: Path) -> None:
    """In one go, each with packages of its own name: what they all import is read once."""
    for seed in SEEDS:
        renamed = {
            _moved(path, seed): _renamed(text, seed)
            for path, text in drawn(seed).items()
            if path.startswith(("backend/", "tests/", "dev/")) and path.endswith(".py")
        }
        packages = {path.partition("/")[0] for path in renamed}
        put(Tree({f"{one}/__init__.py": "" for one in packages} | renamed), tmp_path)
    run([BIN / "mypy", "--strict", "--no-incremental", "."], tmp_path)


def _moved(path: str, seed: int) -> str:
    return f"of_{seed}_{path}"


def _renamed(text: str, seed: int) -> str:
    return re.sub(r"(?m)^(\s*(?:from|import) )(backend|tests|dev)\b", rf"\1of_{seed}_\2", text)


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_is_drawn_when_it_is_asked_for(feature: str) -> None:
    found = compiled(draw(1, 4, forced={feature, "auth"} - {"public"} | {feature}))
    assert found.at(Level.ERROR) == ()
