"""What can be judged without running the backend: lint, types, layers."""

from dataclasses import replace

from specwright.gates.evidence import CouldNotRun, Evidence, Finding
from specwright.gates.workspace import Outcome, Workspace

SHOWN = 20  # lines of a tool's words that stand in the evidence

# import-linter has no `python -m`; its script may stand elsewhere than the interpreter.
LAYERS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(workspace: Workspace, places: tuple[str, ...] = (".",)) -> Evidence:
    """Ruff has nothing to say, on rules or on layout."""
    return _clean(
        "lint",
        workspace.module(
            "ruff", "check", "--output-format=concise", "--force-exclude", "--no-cache", *places
        ),
        workspace.module("ruff", "format", "--check", "--no-cache", *places),
    )


def types(workspace: Workspace, folders: tuple[str, ...]) -> Evidence:
    """Mypy has nothing to say, in strict mode."""
    return _clean("types", workspace.module("mypy", "--strict", "--cache-dir=/dev/null", *folders))


def layers(workspace: Workspace) -> Evidence:
    """The import contracts of the project are kept."""
    command = (str(workspace.python), "-c", LAYERS, "--no-cache")
    outcome = workspace.run(command, PYTHONPATH=str(workspace.root))
    _, heading, broken = outcome.output.partition("Broken contracts")
    return _clean("layers", replace(outcome, output=heading + broken or outcome.output))


def _clean(gate: str, *outcomes: Outcome) -> Evidence:
    for outcome in outcomes:
        if "No module named" in outcome.output and outcome.code:
            raise CouldNotRun(f"`{outcome.again}` could not run: {_last(outcome)}")
    return Evidence(
        gate=gate,
        tried="; ".join(outcome.again for outcome in outcomes),
        saw="; ".join(_last(outcome) for outcome in outcomes),
        seconds=sum(outcome.seconds for outcome in outcomes),
        findings=tuple(
            Finding(gate, line, outcome.again)
            for outcome in outcomes
            if outcome.code
            for line in _lines(outcome)[:SHOWN]
        ),
    )


def _lines(outcome: Outcome) -> list[str]:
    lines = [line.rstrip() for line in outcome.output.splitlines() if line.strip()]
    return lines or [f"`{outcome.again}` ended with code {outcome.code} and said nothing."]


def _last(outcome: Outcome) -> str:
    return _lines(outcome)[-1]
