"""What one can type, and the help that says so."""

import argparse
import re
import sys
from pathlib import Path
from typing import IO, NoReturn, TypeAlias

from specwright.agents.choice import COMPILER
from specwright.cli.version import VERSION
from specwright.diagnostic import did_you_mean

USAGE = 2
LARGEST_PORT = 65535

FRONT_PAGE = """\
Specwright turns a technical specification into a production-ready backend, and proves it.

  From a specification
    new NAME                          a small bundle to start from, which builds as it stands
    check BUNDLE                      every problem and open question, each at its line and column
    plan BUNDLE [--into DIR]          what will be built or changed, and why
    build BUNDLE --into DIR           the backend; a second time, only what changed
    fmt BUNDLE [--canonical]          align tables; write field tables, SQL and the like as DBML

  The whole job: tests first, seen red; code; proofs; then it waits for you
    implement BUNDLE --into REPO      on a branch of its own; your work is not touched
    runs [REPO]                       the runs of a repository
    show RUN                          what was built, what was proven, what stays open
    try RUN                           serves what waits, with a token for each role, until Ctrl-C
    evidence RUN · verify FILE        what was proven, for programs too; checked again offline
    resume RUN                        go on with a run that was interrupted
    approve RUN                       commit what was proven
    reject RUN --comment "…"          commit nothing; the next run shows the comment

  How a run works: roles, for `implement --role ROLE`
    role import FILE · list · show    documents as settings; who says each, what is not built yet

  A BUNDLE is a folder (spec.md, data-model.md …); `specwright COMMAND --help` says more of each.
  Exit codes: 0 nothing wrong · 1 errors · 2 usage · 3 built, but for what is still open
"""


class Parser(argparse.ArgumentParser):
    """One that says in a sentence what was mistyped, and what may have been meant."""

    def error(self, message: str) -> NoReturn:
        chosen = re.match(r".*invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if chosen:
            known = re.findall(r"[\w-]+", chosen[2])
            meant = did_you_mean(chosen[1], known) or "`specwright --help` lists them all."
            message = f"there is no command `{chosen[1]}`. {meant}"
        self.exit(USAGE, f"specwright: {message}\n    {self.format_usage().strip()}\n")

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:  # type: ignore[override]  # ours is a file
        """Where argparse keeps quiet about what it could not print, this fails."""
        if message:
            (file or sys.stderr).write(message)


class FrontPage(Parser):
    def format_help(self) -> str:
        return FRONT_PAGE


def parser() -> argparse.ArgumentParser:
    front = FrontPage(prog="specwright", usage="specwright COMMAND …", allow_abbrev=False)
    front.add_argument("--version", action="version", version=f"specwright {VERSION}")
    front.set_defaults(json=False)
    commands = front.add_subparsers(
        dest="command", metavar="COMMAND", prog="specwright", parser_class=Parser
    )
    _of_bundles(commands)
    _of_runs(commands)
    _of_roles(commands)
    return front


_Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - it has no other name


def _of_bundles(commands: _Commands) -> None:
    new = _command(
        commands,
        "new",
        "A small bundle to start from: documents that are written and published. It builds as it "
        "stands.",
    )
    new.add_argument("name", metavar="NAME", help="of the folder that is made")

    check = _command(
        commands, "check", "Every problem and open question of a bundle, each at its line."
    )
    _add_bundle(check)
    _add_json(check)

    plan = _command(
        commands,
        "plan",
        "What will be built or changed, and why: operations and how each was understood, tables, "
        "migrations, tests; and what stays open.",
    )
    _add_bundle(plan)
    plan.add_argument(
        "--into", metavar="DIR", type=Path, help="compare with the backend that lies there"
    )
    _add_json(plan)

    build = _command(
        commands,
        "build",
        "The backend of a bundle. All of it is written or nothing; what you edited or wrote "
        "yourself is never overwritten.",
    )
    _add_bundle(build)
    build.add_argument(
        "--into", metavar="DIR", type=Path, required=True, help="the folder of the backend"
    )
    _add_permissions(build)
    _add_json(build)

    fmt = _command(
        commands,
        "fmt",
        "Aligns the tables of rules.md. What authors wrote stays, to the byte.",
    )
    _add_bundle(fmt)
    fmt.add_argument(
        "--canonical",
        action="store_true",
        help="write tables that field tables, bullets, SQL or classes state as DBML, below them",
    )
    fmt.add_argument("--check", action="store_true", help="write nothing; exit 1 if one would")


def _of_runs(commands: _Commands) -> None:
    implement = _command(
        commands,
        "implement",
        "The whole job in a worktree of REPO: tests first, seen red; migrations; code; the same "
        "tests green; lint, types, layers. Then it waits for `approve` or `reject`.",
    )
    _add_bundle(implement)
    implement.add_argument(
        "--into", metavar="REPO", type=Path, required=True, help="made if there is nothing yet"
    )
    implement.add_argument("--branch", metavar="NAME", help="default: as spec.md or the folder say")
    implement.add_argument("--todo", metavar="PATH", help="write the plan there before any test")
    implement.add_argument("--role", metavar="ROLE", help="`specwright role list` lists them")
    implement.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a setting, before bundle, project and role; may be repeated",
    )
    implement.add_argument(
        "--with",
        dest="agent",
        metavar="AGENT",
        default=COMPILER,
        help="who writes hooks: `command:CMD` or `acp:CMD`; default: compiler, which leaves them",
    )
    implement.add_argument(
        "--agent-env",
        metavar="NAME",
        action="append",
        default=[],
        help="a variable that the agent sees beside PATH and the like; may be repeated",
    )
    _add_permissions(implement)
    _add_python(implement)

    runs = _command(commands, "runs", "The runs of a repository, the oldest first.")
    runs.add_argument("repo", metavar="REPO", type=Path, nargs="?", default=Path())

    show = _command(commands, "show", "What a run has built and proven, and what stays open.")
    _add_run(show)
    trial = _command(
        commands,
        "try",
        "Serves what waits for a decision on this machine alone, with a database that is thrown "
        "away, until Ctrl-C. Nothing is left behind.",
    )
    _add_run(trial)
    trial.add_argument("--port", metavar="N", type=_port, default=0, help="default: a free one")
    _add_python(trial)
    _add_json(trial)
    _of_evidence(commands)
    resume = _command(
        commands, "resume", "Go on with a run that was interrupted; nothing is done twice."
    )
    _add_run(resume)
    _add_python(resume)
    approve = _command(
        commands, "approve", "Commit what was proven, on the branch that was named, as you."
    )
    _add_run(approve)
    reject = _command(commands, "reject", "Commit nothing; the next run shows the comment.")
    _add_run(reject)
    reject.add_argument("--comment", metavar="TEXT", required=True, help="what should be different")


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"`{text}` is no port.")
    return number


def _of_evidence(commands: _Commands) -> None:
    evidence = _command(
        commands,
        "evidence",
        "What a run has proven: requirement, operation, test, verdict. `evidence verify FILE` "
        "checks the evidence.json of a run again, offline.",
    )
    evidence.add_argument("run", metavar="RUN", help="or `verify`")
    evidence.add_argument("file", metavar="FILE", type=Path, nargs="?", help="to verify")
    evidence.add_argument(
        "--rerun", action="store_true", help="verify: run the sealed tests and the gates once more"
    )
    _add_python(evidence)
    evidence.add_argument(
        "--repo", metavar="REPO", type=Path, help="default: where FILE lies, or where you stand"
    )
    _add_json(evidence)


def _of_roles(commands: _Commands) -> None:
    role = _command(
        commands,
        "role",
        "Documents that say how to work, and the settings that they are read as. A role that was "
        "imported lies in .specwright/roles: NAME.md as it was, NAME.yaml for you to edit.",
    )
    deeds = role.add_subparsers(
        dest="deed", metavar="DEED", required=True, parser_class=Parser, title="deeds"
    )
    bring = _command(deeds, "import", "Keep a document as it is, and what it says as settings.")
    bring.add_argument("file", metavar="FILE", type=Path)
    bring.add_argument("--name", metavar="NAME", help="default: as the document calls itself")
    _add_repo(bring)
    _add_repo(_command(deeds, "list", "Roles that were imported, and those of Specwright itself."))
    show = _command(deeds, "show", "Every setting of a role, and the line that says it.")
    show.add_argument("role", metavar="ROLE", help="`specwright role list` lists them")
    show.add_argument(
        "--document", action="store_true", help="the document, with its {{VARIABLES}} filled in"
    )
    _add_repo(show)


def _command(commands: _Commands, name: str, description: str) -> Parser:
    return commands.add_parser(name, description=description, allow_abbrev=False)


def _add_bundle(command: Parser) -> None:
    command.add_argument("bundle", metavar="BUNDLE", type=Path, help="the folder of a bundle")


def _add_json(command: Parser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


def _add_permissions(command: Parser) -> None:
    command.add_argument(
        "--allow-destructive",
        action="store_true",
        help="let the migration drop what the bundle no longer has",
    )
    command.add_argument(
        "--eject",
        metavar="PATH",
        action="append",
        default=[],
        help="a file that is yours from now on, and never written again; may be repeated",
    )


def _add_python(command: Parser) -> None:
    command.add_argument(
        "--python",
        metavar="PATH",
        type=Path,
        help="an interpreter with what the backend needs; default: one is made, once",
    )


def _add_run(command: Parser) -> None:
    command.add_argument("run", metavar="RUN", help="`specwright runs` lists them")
    _add_repo(command)


def _add_repo(command: Parser) -> None:
    command.add_argument(
        "--repo", metavar="REPO", type=Path, default=Path(), help="default: where you stand"
    )
