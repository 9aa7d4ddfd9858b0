"""`specwright check`, and what all commands do with a bundle before anything else."""

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from specwright.build import Compiled
from specwright.build.compilation import understand
from specwright.cli import findings
from specwright.cli.findings import Standpoint
from specwright.cli.folder import bundles_at, read_folder
from specwright.cli.misuse import Misuse
from specwright.cli.terminal import Style, Terminal, say_json
from specwright.diagnostic import Diagnostic, Level, Report
from specwright.roles import Said
from specwright.tree import Tree

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Folder:
    """A bundle's folder, as it was read."""

    path: Path
    files: Tree
    report: Report

    @classmethod
    def read(cls, path: Path) -> "Folder":
        """The one at `path`, or the only one below it where Spec Kit and its kin keep bundles."""
        report = Report()
        bundles = bundles_at(path)
        if len(bundles) > 1:
            listed = ", ".join(f"`{one}`" for one in bundles)
            raise Misuse(f"`{path}` holds {len(bundles)} bundles: {listed}.", "Name one of them.")
        home = bundles[0] if bundles else path
        files = read_folder(home, report)
        if not path.is_dir():
            (missing,) = report
            raise Misuse(missing.message, missing.hint)
        return cls(home, files, report)

    @property
    def name(self) -> str:
        """That of the folder, as far as a Python project may be called so."""
        return _NOT_IN_A_NAME.sub("-", self.path.resolve().name).strip("-._") or "backend"

    @property
    def seen(self) -> Standpoint:
        return Standpoint(self.path, Path.cwd())

    def understood(self, said: Iterable[Said] = ()) -> Compiled:
        """The bundle with all that is to be said of it; `said` are settings of others."""
        report = Report()
        report.extend(self.report)
        return understand(self.name, self.files, report, said)


def check(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    found = folder.understood().diagnostics
    if asked.json:
        say_json(terminal, about(folder, found))
    else:
        show(folder, found, terminal)
    return int(any(one.level is Level.ERROR for one in found))


def about(folder: Folder, found: Sequence[Diagnostic]) -> dict[str, object]:
    """What every answer to `--json` begins with."""
    return {
        "bundle": folder.name,
        "diagnostics": findings.as_json(found, folder.seen),
        "counts": findings.counts(found),
    }


def show(folder: Folder, found: Sequence[Diagnostic], terminal: Terminal) -> None:
    findings.show(found, folder.files, folder.seen, terminal)
    is_well = not any(one.level is Level.ERROR for one in found)
    terminal.say(findings.summary(found), Style.BOLD, Style.GREEN if is_well else Style.RED)
