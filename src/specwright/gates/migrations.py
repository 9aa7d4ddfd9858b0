"""Migrations: up, down and up again, with seeded rows compared."""

from dataclasses import replace

from specwright.gates.evidence import Evidence, Finding
from specwright.gates.red_green import kept, names
from specwright.gates.workspace import Workspace


def round_trip(workspace: Workspace, files: tuple[str, ...], *, migrations: bool) -> Evidence:
    """The project's own round trip must be there, must run, and must pass."""
    if not migrations:
        return Evidence.nothing_to_try("migrations", "this run writes no migration")
    seen = kept(workspace, [file for file in files if (workspace.root / file).is_file()])
    idle = tuple(
        Finding(file, "no test here took the migrations up, down and up.", f"pytest {file}")
        for file in files or ("tests",)
        if not any(names(file, test) for test in seen.tests)
    )
    return replace(
        seen,
        gate="migrations",
        tried="up, down and up again, with rows",
        findings=(*seen.findings, *idle),
        applicable=True,
    )
