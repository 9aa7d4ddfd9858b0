"""`specwright check`, and what all commands do with a bundle before anything else."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from specwright.build import NOTHING, Compiled, State, compile_bundle
from specwright.build.compilation import Tidy, as_emitted
from specwright.cli import findings
from specwright.cli.findings import Standpoint
from specwright.cli.folder import read_folder
from specwright.cli.terminal import Style, Terminal
from specwright.diagnostic import Level, Report
from specwright.tree import Tree


@dataclass(frozen=True)
class Folder:
    """A bundle's folder, as it was read."""

    path: Path
    files: Tree
    report: Report

    @classmethod
    def read(cls, path: Path) -> "Folder":
        report = Report()
        return cls(path, read_folder(path, report), report)

    @property
    def name(self) -> str:
        return self.path.resolve().name

    @property
    def is_missing(self) -> bool:
        return not self.path.is_dir()

    @property
    def seen(self) -> Standpoint:
        return Standpoint(self.path, Path.cwd())

    def compiled(self, state: State = NOTHING, tidy: Tidy = as_emitted) -> Compiled:
        report = Report()
        report.extend(self.report)
        return compile_bundle(self.name, self.files, report, state=state, tidy=tidy)


def check(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    found = tuple(folder.report) if folder.is_missing else folder.compiled().diagnostics
    if asked.json:
        content = {
            "diagnostics": findings.as_json(found, folder.seen),
            "counts": findings.counts(found),
        }
        terminal.say(json.dumps(content, indent=2))
    else:
        show(folder, found, terminal)
    return int(any(one.level is Level.ERROR for one in found))
