"""How long it takes to build a backend, and how much memory: CPU seconds, best of a few rounds.

python benchmarks/compile.py [--rounds 3] [--json compile.json] [--profile drawn-100]
"""

import argparse
import cProfile
import json
import pstats
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE))

from specwright.build import Compiled, compile_bundle
from specwright.cli.folder import read_folder
from specwright.diagnostic import Level, Report
from specwright.gates.tidy import tidy
from specwright.tree import Tree
from tests.drawn.generator import draw

SEED = 7
SIZES = (10, 30, 100)
MOST_FOR_TASKBOARD = 1.0  # seconds beyond formatting
MOST_TIMES = 12  # as long for ten times the entities


@dataclass(frozen=True)
class Figures:
    """Of one bundle; seconds of CPU, and megabytes."""

    bundle: str
    operations: int
    files: int
    lines: int
    build: float  # without formatting
    formatting: float  # in ruff's processes
    peak: float  # of what Python holds while it builds


def bundles() -> Iterator[tuple[str, Tree]]:
    for name in ("taskboard", "orders"):
        yield name, read_folder(HERE / "examples" / name, Report())
    for size in SIZES:
        yield f"drawn-{size}", draw(SEED, size)


def built(name: str, files: Tree, tidied: Callable[[Tree], Tree] | None = None) -> Compiled:
    if tidied is None:
        return compile_bundle(name, files, Report())
    return compile_bundle(name, files, Report(), tidy=tidied)


def measured(name: str, files: Tree, rounds: int) -> Figures:
    found = built(name, files)  # warm: templates are compiled once
    if found.backend is None:
        raise SystemExit("\n".join(str(one) for one in found.at(Level.ERROR)))
    tree = found.backend.tree
    return Figures(
        name,
        len(found.model.operations),
        len(tree),
        sum(text.count("\n") for text in tree.values()),
        min(_cpu(lambda: built(name, files)) for _ in range(rounds)),
        min(_cpu_of_children(lambda: tidy(tree)) for _ in range(rounds)),
        _peak(lambda: built(name, files)),
    )


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _cpu_of_children(work: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _peak(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def table(rows: list[Figures]) -> Iterator[str]:
    yield "bundle      operations  files   lines  build s  lines/s  ruff s  peak MB"
    for one in rows:
        yield (
            f"{one.bundle:11} {one.operations:10} {one.files:6} {one.lines:7} "
            f"{one.build:8.2f} {one.lines / one.build:8.0f} {one.formatting:7.2f} {one.peak:8.1f}"
        )


def goals(rows: list[Figures]) -> Iterator[str]:
    by_name = {one.bundle: one for one in rows}
    taskboard = by_name["taskboard"].build
    yield f"taskboard in {taskboard:.2f} s; the goal is less than {MOST_FOR_TASKBOARD} s"
    times = by_name["drawn-100"].build / by_name["drawn-10"].build
    yield f"100 entities take {times:.1f} times as long as 10; the goal is {MOST_TIMES} at most"


def profile(name: str, files: Tree) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(built, name, files)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--profile")
    given = parser.parse_args()
    if given.profile:
        profile(given.profile, dict(bundles())[given.profile])
        return
    rows = [measured(name, files, given.rounds) for name, files in bundles()]
    print("\n".join([*table(rows), "", *goals(rows)]))
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in rows], indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
