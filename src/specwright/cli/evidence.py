"""`specwright evidence`: what a run has proven, and whether that is still so."""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from specwright.cli import running
from specwright.cli.misuse import Misuse
from specwright.cli.terminal import Style, Terminal, harmless, say_json
from specwright.tree import digest
from specwright.workflow import Refusal, Repository, Workshop, dossiers, verifying
from specwright.workflow.dossiers import Dossier, Verdict
from specwright.workflow.verifying import Check, Outcome

VERIFY = "verify"
SHOWN = 20  # lines of a list, before the rest is only counted
SIGNS = {Outcome.HOLDS: "✓", Outcome.BROKEN: "✗", Outcome.NOT_CHECKED: "-"}


def evidence(asked: argparse.Namespace, terminal: Terminal) -> int:
    if asked.run == VERIFY:
        if asked.file is None:
            raise Misuse("`evidence verify` checks a FILE.", "Name the evidence.json of a run.")
        return _verify(asked, terminal)
    if asked.file is not None:
        hint = f"`specwright evidence verify {asked.file}` checks a file."
        raise Misuse(f"`{asked.file}` is more than one run.", hint)
    if asked.rerun:
        raise Misuse("`--rerun` is of `evidence verify FILE`.")
    workshop = Workshop(Repository.at(asked.repo or Path(), os.environ), os.environ)
    text = workshop.evidence(asked.run)
    if asked.json:
        terminal.say(text.rstrip("\n"))
        return 0
    told = dossiers.dossier(workshop.show(asked.run))
    file = Path(".specwright/runs", asked.run, dossiers.FILE)
    for line in _lines(told, file, digest(text)):
        terminal.say(harmless(line))
    return 0


# -- What is proven


def _lines(told: Dossier, file: Path, sha256: str) -> Iterator[str]:
    yield f"What {told.run} has proven of {told.bundle.name}"
    yield ""
    yield f"{'File':<14}{file}"
    yield f"{'':<14}sha256 {sha256}"
    ways = Counter((one.red, one.green) for one in told.tests)
    yield f"{'Tests':<14}{len(told.tests)}: " + ", ".join(
        f"{count} {_way(*way)}" for way, count in ways.most_common()
    )
    for title, rows in (
        ("Requirements", [(one.id, one.verdict, one.tests, one.text) for one in told.requirements]),
        ("Scenarios", [(one.name, one.verdict, one.tests, "") for one in told.scenarios]),
        ("Operations", [(one.id, one.verdict, one.tests, "") for one in told.operations]),
    ):
        lines = [_row(*row) for row in rows]
        yield from _part(title, lines)
    yield from _part("Gates", [f"{one.gate:<11} {one.verdict}: {one.saw}" for one in told.gates])
    yield from _part("Stays open", told.open)
    yield from _part("Doubts", told.doubts)


def _row(name: str, verdict: Verdict, tests: Sequence[str], text: str) -> str:
    count = f"{len(tests)} test{'' if len(tests) == 1 else 's'}"
    return f"{verdict:<10} {count:>10}  {name}{f': {text}' if text else ''}"


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines[:SHOWN]):
        yield f"{'' if number else title:<14}{' '.join(line.split(chr(10)))[:160]}"
    if len(lines) > SHOWN:
        yield f"{'':<14}… and {len(lines) - SHOWN} more: `--json` has them all"


def _way(red: str, green: str) -> str:
    before = {"failed": "red, then", "spared": "of the schema alone,", "unknown": "later"}[red]
    return f"{before} {'green' if green == 'passed' else 'waiting for hand-written code'}"


# -- Whether it is so


def _verify(asked: argparse.Namespace, terminal: Terminal) -> int:
    if not asked.file.is_file():
        raise Misuse(f"{asked.file} is no file.", "Name the evidence.json of a run.")
    text = dossiers.read(asked.file)
    repository = _repository(asked)
    checks = list(verifying.verify(text, repository))
    if asked.rerun:
        checks.append(_rerun(asked, text, checks, repository, terminal))
    is_broken = any(check.outcome is Outcome.BROKEN for check in checks)
    if asked.json:
        say_json(terminal, {"holds": not is_broken, "checks": [asdict(one) for one in checks]})
        return int(is_broken)
    for check in checks:
        style = Style.RED if check.outcome is Outcome.BROKEN else Style.GREEN
        sign = terminal.styled(SIGNS[check.outcome], style)
        for number, sentence in enumerate(check.says):
            start = f"{sign} {check.name:<7}" if number == 0 else f"{'':<9}"
            terminal.say(f"{start} {harmless(sentence)}")
    terminal.say()
    if is_broken:
        terminal.say("This evidence does not hold.", Style.BOLD, Style.RED)
    else:
        terminal.say("This evidence holds, as far as it was checked.", Style.BOLD, Style.GREEN)
    return int(is_broken)


def _repository(asked: argparse.Namespace) -> Repository | None:
    """The one that was named, or in which the file lies, or the person stands."""
    if asked.repo is not None:
        return Repository.at(asked.repo, os.environ)
    for place in (asked.file.resolve().parent, Path()):
        try:
            return Repository.at(place, os.environ)
        except Refusal:
            continue
    return None


def _rerun(
    asked: argparse.Namespace,
    text: str,
    checks: Sequence[Check],
    repository: Repository | None,
    terminal: Terminal,
) -> Check:
    """Only evidence that holds, of a run that is here, is worth to be seen again."""
    given = verifying.read(text)
    is_here = any(one.name == "run" and one.outcome is Outcome.HOLDS for one in checks)
    if isinstance(given, Check) or repository is None or not is_here:
        why = "the run that it tells of is not here, or is another"
        return Check("rerun", Outcome.NOT_CHECKED, (why,))
    workshop = Workshop(repository, os.environ)
    name = given.run.name
    python = running.sound(asked.python or running.remembered(workshop, name))
    terminal.progress(f"Running the tests and gates of {name} once more …")
    again = Workshop(repository, os.environ, python=python).rerun(name)
    return verifying.same(given.told, again)
